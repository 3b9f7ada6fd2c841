"""One distribution transformer and what the hub must know about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dalen_hub.grid.frames import Frame
from dalen_hub.grid.parts import Cable, OverloadStop, Phases
from dalen_hub.grid.sharing import FAIRNESS_FLOOR, Policy
from dalen_hub.grid.upstream.settings import DsoSettings

DEFAULT_POWER_FACTOR: Final = 0.95
# Share of the limit that stays unused because meters are not exact.
MARGIN: Final = 0.02
# The pilot's transformer: 255 homes on 400 kVA.
_KVA_PER_CONNECTION: Final = 1.57
_DEFAULT_ZONE: Final = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trafo:
    """A transformer.

    ``limit_kw`` is the load that must not be exceeded. ``connections`` is the
    number of homes behind it, with and without a heat pump. ``time_zone`` is
    the local time of its homes: it bounds their days. ``policy`` shares the room;
    ``frames`` are fixed caps by time of day. Phases and cables that are not
    configured are never full. ``overload_stop`` None: only people order stops.
    ``dso`` are the programs of the grid operator that the hub follows.
    """

    id: str
    name: str
    rating_kva: float
    limit_kw: float
    forecast_file: Path | None = None
    weather_file: Path | None = None
    connections: int | None = None
    time_zone: ZoneInfo = _DEFAULT_ZONE
    policy: Policy = Policy.EQUAL
    fairness_floor: float = FAIRNESS_FLOOR
    frames: tuple[Frame, ...] = ()
    phases: Phases | None = None
    cables: tuple[Cable, ...] = ()
    overload_stop: OverloadStop | None = None
    dso: tuple[DsoSettings, ...] = ()

    @property
    def expected_connections(self) -> int:
        """Return the number of connections, from the rating where unknown."""
        if self.connections is not None:
            return self.connections
        return max(1, round(self.rating_kva / _KVA_PER_CONNECTION))

    def room_kw(self, p90_kw: float) -> float:
        """Return what is left for heat pumps: limit x (1 - margin) - P90, >= 0."""
        return max(0.0, self.limit_kw * (1 - MARGIN) - p90_kw)


def default_limit_kw(rating_kva: float, power_factor: float) -> float:
    """Return the active power in kW of the full rating: S x cos phi.

    The measuring margin is no part of it: it is taken when the room is computed.
    """
    return rating_kva * power_factor
