"""What the engine of the limits is told about one heat pump and its house."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from .comfort import Comfort
from .effect import STANDBY_W, LimitStatus
from .envelope import Envelope
from .model import EffectiveLimit
from .pacing import Keep, Wait, Write
from .releases import Release
from .run_hold import HoldTimes, Target
from .safe_mode import LinkState, SafeMode
from .schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTraits:
    """How the device takes limits, from its profile."""

    applied_w: Callable[[float | None], float | None]
    """What the device makes of a limit in watts: rounded down; None is released."""

    step_w: float = 1.0
    min_write_interval_s: float = 60.0
    daily_write_budget: int = 200
    reads_back: bool = True
    """False when it cannot tell its limit; then the power is the only proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """Everything that the house and the installer decided."""

    house_id: str
    """Any text that stays and is another one in every house."""

    time_zone: tzinfo
    envelope: Envelope
    device: DeviceTraits
    minimum_w: float = 0.0
    """The least the heat pump draws while it runs; below it, it is off."""

    standby_w: float = STANDBY_W
    comfort: Comfort = field(default_factory=Comfort)
    hold_times: HoldTimes = field(default_factory=HoldTimes)
    safe_mode: SafeMode | None = None
    """None for a house without a hub, or one that wants no safe mode."""

    schedule: Schedule = field(default_factory=Schedule)
    has_room_sensor: bool = False
    """True when the room is read; then it is not limited when it no longer is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What holds now, what to do, and when to ask again."""

    effective: EffectiveLimit
    """Which limit holds, and why."""

    target: Target
    """What the device should get, after hold times."""

    write: Write | Wait | Keep
    status: LimitStatus
    """How far the limit has come, as the last reading shows."""

    releases: tuple[Release, ...]
    """All that releases the heat pump now, the first to tell first."""

    link: LinkState
    is_clock_wrong: bool
    next_wake: datetime | None
    """When something changes by itself; None when nothing does."""
