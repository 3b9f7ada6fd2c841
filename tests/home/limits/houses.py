"""Houses with an engine, for the tests of limits/."""

from datetime import datetime, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.dalen.limits import (
    Decision,
    DeviceTraits,
    LimitEngine,
    LimitSettings,
    Reading,
    Write,
)

from .builders import ENVELOPE, NOW

ZONE = ZoneInfo("Europe/Amsterdam")


def applied_w(limit_w: float | None) -> float | None:
    """Round down to 10 W, as a device does."""
    return None if limit_w is None else limit_w // 10 * 10.0


def settings(**changes: Any) -> LimitSettings:
    """Return a house with a pump that needs 500 W to run, unless told otherwise."""
    defaults: dict[str, Any] = {
        "house_id": "house-1",
        "time_zone": ZONE,
        "envelope": ENVELOPE,
        "minimum_w": 500.0,
        "device": DeviceTraits(applied_w=applied_w, min_write_interval_s=0),
    }
    return LimitSettings(**{**defaults, **changes})


def a_reading(time: datetime, **values: Any) -> Reading:
    """Return a reading of a warm house on a cold day, unless told otherwise."""
    defaults: dict[str, Any] = {
        "electric_w": 480.0,
        "outdoor_c": 0.0,
        "flow_c": 35.0,
        "room_c": 20.0,
        "room_set_c": 20.0,
    }
    return Reading(time=time, **{**defaults, **values})


class House:
    """An engine, a clock, and a device that does what it is told at once."""

    def __init__(self, **changes: Any) -> None:
        """Start with a device that was just read and released."""
        self.settings = settings(**changes)
        self.now = NOW
        self.engine = LimitEngine(self.settings, self.now)
        self.values: dict[str, Any] = {}
        self.device_w: float | None = None
        self.read()

    def read(self, **values: Any) -> Decision:
        """Read now, and write what is decided. Values stay for later readings."""
        self.values |= values
        readback = {"limit_readback_w": self.device_w}
        return self.follow(a_reading(self.now, **{**readback, **self.values}))

    def follow(self, reading: Reading | None = None) -> Decision:
        """Decide now, and write what is decided."""
        decision = self.engine.follow(self.now, reading)
        while isinstance(decision.write, Write):
            device = self.engine.device
            device.begin_write(self.now)
            self.device_w = applied_w(decision.write.limit_w)
            device.end_write(self.device_w, self.now)
            decision = self.engine.follow(self.now)
        return decision

    def wait(
        self, minutes: float = 0, *, every_s: float = 60, **values: Any
    ) -> Decision:
        """Let minutes pass with a reading a minute; return the last decision."""
        self.values |= values
        end = self.now + timedelta(minutes=minutes)
        decision = None
        while self.now < end:
            self.now = min(self.now + timedelta(seconds=every_s), end)
            decision = self.read()
        assert decision is not None
        return decision

    def silence(self, minutes: float) -> Decision:
        """Let minutes pass without readings; the coordinator still asks each minute."""
        end = self.now + timedelta(minutes=minutes)
        decision = None
        while self.now < end:
            self.now = min(self.now + timedelta(minutes=1), end)
            decision = self.follow()
        assert decision is not None
        return decision

    def restart(self, **changes: Any) -> None:
        """Keep nothing but the stored JSON."""
        stored = json.loads(json.dumps(self.engine.as_dict()))
        self.settings = settings(**changes) if changes else self.settings
        self.engine = LimitEngine(self.settings, self.now, stored)
