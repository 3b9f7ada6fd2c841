"""What a limit write test found, as it is kept with the heat pump."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .coordinator import HeatPumpCoordinator
from .heat_pump.write_test_result import WriteTestOutcome, WriteTestResult
from .heat_pump_data import CONF_ARMED, CONF_WRITE_TEST

REFUSED: Final = frozenset(
    {
        WriteTestOutcome.NO_EFFECT,
        WriteTestOutcome.NOT_HELD,
        WriteTestOutcome.NOT_ACCEPTED,
        WriteTestOutcome.NOT_RESTORED,
    }
)
"""Outcomes after which Dalen no longer writes: the limit does not do its work."""


def with_result(data: Mapping[str, Any], result: WriteTestResult) -> dict[str, Any]:
    """Return the data of a heat pump with what its last test found.

    It is armed by a test that passed, and only monitored after one that showed that
    the limit does not work. A test that proves nothing changes neither.
    """
    figures = {
        "before_w": result.before_w,
        "limit_w": result.limit_w,
        "readback_w": result.readback_w,
        "limited_w": result.limited_w,
        "response_s": result.response_s,
        "after_w": result.after_w,
    }
    found = {
        "outcome": result.outcome.value,
        "time": result.started.isoformat(),
        "duration_s": round(result.duration_s),
        **{k: None if v is None else round(v, 1) for k, v in figures.items()},
    }
    armed = {}
    if result.has_passed or result.outcome in REFUSED:
        armed = {CONF_ARMED: result.has_passed}
    return {**data, **armed, CONF_WRITE_TEST: found}


def last_write_test(pump: HeatPumpCoordinator) -> dict[str, Any] | None:
    """Return what the last test found, with the drop in watts; None without one."""
    subentry = pump.config_entry.subentries[pump.subentry.subentry_id]
    if (found := subentry.data.get(CONF_WRITE_TEST)) is None:
        return None
    before_w, limited_w = found["before_w"], found["limited_w"]
    has_both = before_w is not None and limited_w is not None
    return {**found, "drop_w": round(before_w - limited_w, 1) if has_both else None}


def write_test_details(pump: HeatPumpCoordinator) -> dict[str, Any] | None:
    """Return the figures of the last test, for those who look closer."""
    if (found := last_write_test(pump)) is None:
        return None
    shown = {key: found[key] for key in ("before_w", "limit_w", "limited_w", "drop_w")}
    time = dt_util.parse_datetime(found["time"])
    return {**shown, "response_s": found["response_s"], "time": time}
