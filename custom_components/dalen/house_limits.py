"""The engine of the limits of one heat pump, from its settings and what was stored."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.util import dt as dt_util

from .const import (
    CONF_CONNECTION,
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    SUBENTRY_NEIGHBOURHOOD,
    Connection,
)
from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.model import CompressorTimes, LimitKind
from .limits import (
    DeviceTraits,
    Envelope,
    HoldTimes,
    Limit,
    LimitEngine,
    LimitSettings,
    LimitSource,
)
from .own_settings import OwnSettings


def make_engine(
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    settings: LimitSettings,
    adapter: HeatPumpAdapter,
    stored: Mapping[str, Any],
    now: datetime,
) -> LimitEngine:
    """Return the engine with what was stored of it.

    Parts that cannot be read start anew and are in its `complaints`. A house
    without a neighbourhood forgets what a hub ordered.
    """
    engine = LimitEngine(settings, now, _engine_data(stored))
    nameplate_w = settings.envelope.nameplate_w
    own_w = stored.get("resident_w", nameplate_w)
    if own_w < nameplate_w:
        own = house_limit(LimitSource.RESIDENT, own_w, now)
        engine.put(LimitSource.RESIDENT, [own], now)
    maximum_w = subentry.data.get(CONF_INSTALLER_MAXIMUM_W)
    # Nothing may be told about a limit that nobody can apply.
    if maximum_w is not None and adapter.capability.kind is not LimitKind.MONITOR:
        fuse = house_limit(LimitSource.INSTALLER, maximum_w, now)
        engine.put(LimitSource.INSTALLER, [fuse], now)
    if not entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD):
        engine.forget_hub(now)
    return engine


def limit_settings(
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    adapter: HeatPumpAdapter,
    told: frozenset[str],
    own: OwnSettings,
) -> LimitSettings:
    """Return what the house and the installer decided about one heat pump."""
    data = subentry.data
    has_hub = bool(entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD))
    capability = adapter.capability
    return LimitSettings(
        house_id=entry.entry_id,
        time_zone=dt_util.get_default_time_zone(),
        envelope=Envelope(
            nameplate_w=float(data[CONF_NAMEPLATE_W]), floor_w=data[CONF_FLOOR_W]
        ),
        device=DeviceTraits(
            # Asked again each time: a contact is free or not by the minute.
            applied_w=lambda limit_w: adapter.capability.applied_w(limit_w),
            step_w=capability.step_w,
            min_write_interval_s=capability.min_write_interval_s,
            daily_write_budget=capability.daily_write_budget,
        ),
        minimum_w=data[CONF_MINIMUM_W],
        hold_times=_hold_times(capability.times),
        comfort=own.comfort,
        safe_mode=own.safe_mode if has_hub else None,
        # A register for the room is there without a room unit too; an entity for
        # it is there because somebody chose it.
        has_room_sensor=own.room.has_room
        or (
            "room_c" in told
            and data.get(CONF_CONNECTION, Connection.MODBUS) != Connection.MODBUS
        ),
    )


def _hold_times(times: CompressorTimes | None) -> HoldTimes:
    """Return how long the compressor stays off and on, as its profile says."""
    if times is None:
        return HoldTimes()
    longest_s = times.max_off_s
    return HoldTimes(
        min_off=timedelta(seconds=times.min_off_s),
        min_run=timedelta(seconds=times.min_run_s),
        max_off=None if longest_s is None else timedelta(seconds=longest_s),
    )


def house_limit(source: LimitSource, limit_w: float, now: datetime) -> Limit:
    """Return a limit that people in the house set; only theirs may have no end."""
    return Limit(
        source=source, limit_w=limit_w, start=now, end=None, reason=f"set by {source}"
    )


def _engine_data(stored: Mapping[str, Any]) -> Any:
    """Return what the engine stored; before it, parts of it stood on their own."""
    if "engine" in stored:
        return stored["engine"]
    return {key: stored[key] for key in ("stops", "writes") if key in stored}
