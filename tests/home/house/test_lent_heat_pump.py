"""A lent heat pump does one thing at a time, also with its house."""

import asyncio
from datetime import UTC, datetime
from typing import override

import pytest

from custom_components.dalen.heat_pump import HeatPumpAdapter
from custom_components.dalen.heat_pump.model import (
    HeatPumpIdentity,
    HeatPumpState,
    LimitCapability,
    LimitKind,
)
from custom_components.dalen.lent_heat_pump import LentHeatPump

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Device(HeatPumpAdapter):
    """Notes what is asked."""

    def __init__(self) -> None:
        """Start without anything asked."""
        self.asked: list[str] = []

    @property
    @override
    def capability(self) -> LimitCapability:
        return LimitCapability(
            kind=LimitKind.WATTS,
            minimum_w=0,
            maximum_w=1000,
            step_w=1,
            min_write_interval_s=0,
            daily_write_budget=10,
            watchdog_s=None,
        )

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        self.asked.append("read")
        return HeatPumpState(time=now)

    @override
    async def identity(self) -> HeatPumpIdentity:
        self.asked.append("identity")
        return HeatPumpIdentity(serial=None, firmware=None)

    @override
    async def set_limit(self, limit_w: float | None) -> float | None:
        self.asked.append("set_limit")
        return limit_w

    @override
    def refresh_due(self, now: datetime) -> bool:
        return True

    @override
    async def refresh(self) -> None:
        self.asked.append("refresh")


async def test_everything_is_passed_on_when_the_device_is_free() -> None:
    """And waits while the house has it."""
    device, lock = Device(), asyncio.Lock()
    lent = LentHeatPump(device, lock)
    assert lent.capability.maximum_w == 1000
    assert lent.refresh_due(NOW)
    async with lock:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lent.read(NOW)
    assert device.asked == []
    await lent.read(NOW)
    await lent.identity()
    await lent.set_limit(500)
    await lent.refresh()
    assert device.asked == ["read", "identity", "set_limit", "refresh"]
