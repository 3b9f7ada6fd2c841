"""Time series as JSON, as the operator API takes them."""

from collections.abc import Mapping
import json
from typing import Any, Final

from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.grid.series import UNIT, Row, SeriesError, parse_time
from dalen_hub.grid.series_csv import PHASES

_INTERVAL: Final = "PT15M"
_KEYS: Final = frozenset({"time", "load_kw"})
_UNIT_SLIPS: Final = {"W": "divide by 1000", "MW": "multiply by 1000"}


def forecast_rows_from_json(text: str) -> list[Row]:
    """Return the rows of a forecast: start, interval, P50 and maybe P90 in kW."""
    body = _body(text, {"unit", "start", "interval", "p50", "p90"})
    if body.get("interval") != _INTERVAL:
        raise SeriesError(
            f"interval: must be {_INTERVAL!r}, got {body.get('interval')!r}. Send one"
            " value per quarter hour."
        )
    start = parse_time(body.get("start"), "start")
    p50 = _numbers(body, "p50")
    p90 = _numbers(body, "p90") if body.get("p90") is not None else None
    if p90 is not None and len(p90) != len(p50):
        raise SeriesError(
            f"p90: has {len(p90)} values and p50 has {len(p50)}. Send one value of"
            " each per quarter hour, or leave p90 out."
        )
    return [
        Row(
            where=f"p50[{index}]",
            time=start + QUARTER * index,
            load_kw=value,
            p90_kw=None if p90 is None else p90[index],
        )
        for index, value in enumerate(p50)
    ]


def reading_rows_from_json(text: str) -> list[Row]:
    """Return the rows of measured load: `readings` of `time` and `load_kw`.

    The loads of the three phases may be beside it.
    """
    body = _body(text, {"unit", "readings"})
    readings = body.get("readings")
    if not isinstance(readings, list):
        raise SeriesError(
            'readings: must be a list of {"time": …, "load_kw": …}, and is missing.'
        )
    return [_reading(item, f"readings[{i}]") for i, item in enumerate(readings)]


def _reading(item: object, where: str) -> Row:
    """Return one reading as a row."""
    if not isinstance(item, Mapping) or set(item) not in (_KEYS, _KEYS | set(PHASES)):
        raise SeriesError(
            f'{where}: must be {{"time": …, "load_kw": …}}, or with'
            f" {', '.join(PHASES)} as well."
        )
    return Row(
        where=where,
        time=parse_time(item["time"], where),
        load_kw=_number(item["load_kw"], f"{where}.load_kw"),
        phases_kw=_phases(item, where) if PHASES[0] in item else None,
    )


def _phases(item: Mapping[str, Any], where: str) -> tuple[float, float, float]:
    """Return the loads of the phases."""
    first, second, third = (_number(item[name], f"{where}.{name}") for name in PHASES)
    return first, second, third


def _body(text: str, known: set[str]) -> Mapping[str, Any]:
    """Return the JSON object, with its unit and its keys checked."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise SeriesError(f"The body is not JSON: {err}.") from err
    if not isinstance(body, dict):
        raise SeriesError("The body must be a JSON object.")
    if unknown := sorted(set(body) - known):
        raise SeriesError(f"{unknown[0]}: unknown key. Use {', '.join(sorted(known))}.")
    _check_unit(body.get("unit"))
    return body


def _check_unit(unit: object) -> None:
    """Refuse every unit but kW: a guess could overload the transformer."""
    if unit == UNIT:
        return
    slip = _UNIT_SLIPS.get(unit) if isinstance(unit, str) else None
    hint = f"{slip[0].upper()}{slip[1:]} and send kW." if slip else "Send kW."
    raise SeriesError(f"unit: must be {UNIT!r}, got {unit!r}. {hint}")


def _numbers(body: Mapping[str, Any], key: str) -> list[float]:
    """Return a list of numbers."""
    values = body.get(key)
    if not isinstance(values, list):
        raise SeriesError(f"{key}: must be a list of numbers in kW.")
    return [_number(value, f"{key}[{index}]") for index, value in enumerate(values)]


def _number(value: object, where: str) -> float:
    """Return a number; text, truth values and null are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SeriesError(
            f"{where}: {value!r} is not a number. Send a number in kW for each"
            " quarter hour."
        )
    try:
        return float(value)
    except OverflowError:
        raise SeriesError(
            f"{where}: the number is too large. Check the unit, kW is expected."
        ) from None
