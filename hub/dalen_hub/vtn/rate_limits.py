"""How often a client may ask: enough for any honest one, too little to do harm."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
import time

from aiohttp import web

from dalen_hub.homes.attempts import address_key
from dalen_hub.listeners.addresses import client_address
from dalen_hub.vtn.principal import Principal, Role
from dalen_hub.vtn.problems import ProblemError

_MAX_KEYS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many requests a second on average, and how many at once."""

    per_s: float
    burst: float


VEN_RATE = Rate(per_s=60, burst=120)
"""A home asks a few times a minute, and a little more after an outage."""
OPERATOR_RATE = Rate(per_s=5_000, burst=10_000)
"""The operator's systems are few and trusted; this stops runaway loops only."""
FAILURE_RATE = Rate(per_s=0.5, burst=30)
"""Wrong secrets and tokens, by address: many homes may share one."""


@dataclass(slots=True, kw_only=True)
class _Bucket:
    """What is left for one key (token bucket)."""

    left: float
    at_s: float


class RateLimits:
    """Counts requests by client and failures by address. Kept in memory."""

    def __init__(
        self,
        ven: Rate = VEN_RATE,
        operator: Rate = OPERATOR_RATE,
        failure: Rate = FAILURE_RATE,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing counted."""
        self._rates = {Role.VEN: ven, Role.BL: operator}
        self._failure = failure
        self._monotonic_s = monotonic_s
        self._buckets: dict[str, _Bucket] = {}

    def check_client(self, principal: Principal) -> None:
        """Count a request of a client. Raises a 429 problem when it is one too many."""
        rate = self._rates[principal.role]
        wait_s = self._take(principal.client_id, rate)
        if wait_s > 0:
            raise _too_many("Too many requests.", wait_s)

    def check_address(self, request: web.Request) -> None:
        """Raise a 429 problem for an address from which too much was wrong."""
        bucket = self._refilled(self._address(request), self._failure)
        if bucket.left < 1:
            wait_s = (1 - bucket.left) / self._failure.per_s
            raise _too_many("Too many wrong secrets or tokens.", wait_s)

    def count_failure(self, request: web.Request) -> None:
        """Count a wrong secret or token."""
        self._take(self._address(request), self._failure)

    def _take(self, key: str, rate: Rate) -> float:
        """Take one from a bucket; return how long to wait when it is empty, in s."""
        bucket = self._refilled(key, rate)
        if bucket.left < 1:
            return (1 - bucket.left) / rate.per_s
        bucket.left -= 1
        return 0.0

    def _refilled(self, key: str, rate: Rate) -> _Bucket:
        """Return the bucket of a key as it is now."""
        now_s = self._monotonic_s()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _MAX_KEYS:
                self._buckets.clear()
            bucket = self._buckets[key] = _Bucket(left=rate.burst, at_s=now_s)
        bucket.left = min(rate.burst, bucket.left + (now_s - bucket.at_s) * rate.per_s)
        bucket.at_s = now_s
        return bucket

    @staticmethod
    def _address(request: web.Request) -> str:
        """Return who counts as one sender without a client."""
        return address_key(client_address(request))


def _too_many(what: str, wait_s: float) -> ProblemError:
    """Return the answer to a client that must wait."""
    seconds = max(1, ceil(wait_s))
    return ProblemError(
        429,
        f"{what} Try again in {seconds} s.",
        kind="too-many-requests",
        headers={"Retry-After": str(seconds)},
    )
