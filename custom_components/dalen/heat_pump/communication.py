"""How well a heat pump answers: what is lost, and how long answers take."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from statistics import median
import time
from typing import Protocol

from .errors import HeatPumpUnreachableError

DEFAULT_READS = 100
GIVE_UP_AFTER = 10
"""A device that misses so many in a row is gone: more of it tells nothing new."""


class Answering(Protocol):
    """A device that can be asked for a sign of life."""

    async def ping(self) -> None:
        """Read a little. Raises HeatPumpUnreachableError without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationResult:
    """The quality of the communication; times in seconds, None without answers."""

    reads: int
    """How many requests were done."""

    lost: int
    """How many of them got no answer."""

    median_s: float | None
    p95_s: float | None
    slowest_s: float | None

    @property
    def loss(self) -> float:
        """Return the share of requests without an answer, 0 to 1."""
        return self.lost / self.reads


async def communication_test(
    pump: Answering,
    reads: int = DEFAULT_READS,
    timer: Callable[[], float] = time.monotonic,
) -> CommunicationResult:
    """Read many times in a row, as fast as the device allows; at least once.

    `timer` counts seconds. Stops early when the device no longer answers at all.
    """
    times: list[float] = []
    done = silent = 0
    while done < max(reads, 1) and silent < GIVE_UP_AFTER:
        done += 1
        start = timer()
        try:
            await pump.ping()
        except HeatPumpUnreachableError:
            silent += 1
        else:
            silent = 0
            times.append(timer() - start)
    times.sort()
    return CommunicationResult(
        reads=done,
        lost=done - len(times),
        median_s=median(times) if times else None,
        # Nearest rank: a time that was really measured.
        p95_s=times[ceil(0.95 * len(times)) - 1] if times else None,
        slowest_s=times[-1] if times else None,
    )
