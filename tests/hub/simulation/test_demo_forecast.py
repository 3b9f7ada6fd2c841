"""The demo's forecasts fit its transformer and the operator's interface."""

from datetime import UTC, datetime, timedelta

import pytest

from dalen_hub.demo_config import demo_config
from dalen_hub.grid.quarter_hours import floor_quarter
from dalen_hub.grid.series import check_forecast
from dalen_hub.grid.series_json import forecast_rows_from_json
from dalen_hub.simulation.demo_forecast import Kind, demo_forecast, main
from dalen_hub.simulation.demo_village import (
    SIMULATED_HOMES,
    demo_load,
    demo_neighbourhood,
    demo_time_zone,
)
from dalen_hub.simulation.weather import hour_of_day

NOWS = [
    datetime(2026, 11, 23, hour, minute, 20, tzinfo=UTC)
    for hour, minute in ((0, 0), (4, 59), (5, 0), (9, 17), (16, 15), (23, 44))
]
TRAFO = demo_config("http://127.0.0.1:8080", NOWS[0]).trafos[0]


def room_w(kind: Kind, now: datetime) -> list[float]:
    """Return the room per heat pump, the real one included."""
    body = demo_forecast(kind, now, demo_time_zone(now))
    return [1000.0 * TRAFO.room_kw(p90) / (SIMULATED_HOMES + 1) for p90 in body["p90"]]


@pytest.mark.parametrize("now", NOWS)
def test_it_is_just_after_five_in_the_village(now: datetime) -> None:
    """Whatever the time of day of whoever runs the demo."""
    local = now.astimezone(demo_time_zone(now))
    assert local.hour == 17
    assert local.minute == now.minute


@pytest.mark.parametrize("minute", range(0, 60, 5))
def test_the_evening_begins_after_the_demo_at_whatever_minute(minute: int) -> None:
    """For the first twenty minutes the load leaves every heat pump free."""
    now = datetime(2026, 11, 23, 4, minute, 50, tzinfo=UTC)
    zone = demo_time_zone(now)
    load = demo_load(zone, now)
    for later in range(0, 20, 5):
        hour = hour_of_day((now + timedelta(minutes=later)).astimezone(zone))
        assert TRAFO.limit_kw - float(load.mean_kw(hour)) > 1.5 * SIMULATED_HOMES


@pytest.mark.parametrize("now", NOWS)
def test_the_cold_evening_leaves_half_a_kilowatt_from_now_on(now: datetime) -> None:
    """From the running quarter hour until after the peak; at night there is room."""
    room = room_w(Kind.COLD, now)
    assert all(470.0 <= watts <= 540.0 for watts in room[:12])
    assert max(room) > 2000.0


@pytest.mark.parametrize("now", NOWS)
def test_the_mild_evening_has_room_for_every_nameplate(now: datetime) -> None:
    """Nobody is limited."""
    nameplate_w = demo_neighbourhood(demo_time_zone(now), now).homes.hybrids.nameplate_w
    assert min(room_w(Kind.MILD, now)) > float(nameplate_w.max())


@pytest.mark.parametrize("kind", list(Kind))
def test_the_operator_interface_takes_it(
    kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed is the body of the upload, from the running quarter hour on."""
    main(["--kind", kind, "--now", NOWS[0].isoformat()])
    rows = forecast_rows_from_json(capsys.readouterr().out)
    check_forecast(rows, TRAFO.rating_kva)
    assert rows[0].time == floor_quarter(NOWS[0])
    assert rows[-1].time - rows[0].time > timedelta(hours=30)
