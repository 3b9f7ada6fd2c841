"""Defrost, oil return, frost and legionella: never counted, never cut off."""

import pytest

from custom_components.dalen.heat_pump.model import HeatPumpState
from custom_components.dalen.limits import LimitSource, LimitStatus, Reading, Verdict

from .builders import NOW, a_limit, after
from .houses import House


def stop(house: House, hours: float = 1) -> None:
    """Send an emergency stop from now on."""
    order = a_limit(LimitSource.EMERGENCY, 0, start=house.now, end=after(hours))
    house.engine.hear_hub([order], house.now)


@pytest.mark.parametrize("flag", ["defrost", "oil_return"])
def test_a_heat_pump_is_not_switched_off_in_the_middle(flag: str) -> None:
    """Not even by an emergency stop; at its end it stops."""
    house = House()
    house.wait(1, **{flag: True})
    stop(house)
    decision = house.wait(5)
    assert decision.effective.limit_w == 0
    assert not decision.target.is_off
    assert house.device_w == 500
    decision = house.wait(1, **{flag: False})
    assert decision.target.is_off
    assert house.device_w == 0


def test_a_flag_that_is_stuck_is_not_believed_for_ever() -> None:
    """After twenty minutes the stop comes through."""
    house = House()
    house.wait(1, defrost=True)
    stop(house)
    assert not house.wait(18).target.is_off
    assert house.wait(3).target.is_off


def test_a_defrost_and_two_minutes_after_are_not_held_against_a_limit() -> None:
    """The quarter hour is judged by the rest of it."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(2))], house.now)
    house.wait(1, electric_w=490.0)
    house.wait(6, electric_w=1600.0, defrost=True)
    house.wait(2, electric_w=1200.0, defrost=False)
    house.wait(7, electric_w=490.0)
    assert house.follow().status is LimitStatus.ACTIVE
    (quarter,) = house.engine.compliance.quarters
    assert quarter.verdict is Verdict.KEPT
    assert quarter.mean_w == pytest.approx(490.0)
    assert quarter.protected_s == pytest.approx(8 * 60)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"frost": True}, "frost_protection"),
        ({"flow_c": 4.9}, "frost_protection"),
        ({"return_c": 3.0}, "frost_protection"),
        ({"legionella": True}, "legionella_protection"),
        (
            {"hot_water": True, "flow_c": 61.0, "compressor_on": True},
            "legionella_protection",
        ),
    ],
)
def test_frost_and_legionella_protection_free_the_heat_pump(
    values: dict[str, object], reason: str
) -> None:
    """As long as they last."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(9))], house.now)
    assert house.wait(1, **values).effective.released_by == reason
    assert house.engine.releases.protection.is_counted is False
    house.values.clear()
    assert house.wait(1).effective.released_by is None


@pytest.mark.parametrize(
    "values",
    [
        {"flow_c": None},
        {"hot_water": True, "flow_c": 61.0, "compressor_on": False},
        {"hot_water": True, "flow_c": 55.0, "compressor_on": True},
        {
            "hot_water": True,
            "flow_c": 61.0,
            "compressor_on": True,
            "legionella": False,
        },
    ],
)
def test_hot_water_alone_frees_nothing(values: dict[str, object]) -> None:
    """A boiler makes it without the compressor; the device knows best."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(9))], house.now)
    assert house.wait(1, **values).effective.released_by is None


def test_frost_protection_has_hysteresis() -> None:
    """From 5 up to 7 degrees."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(9))], house.now)
    house.wait(1, flow_c=4.9)
    assert house.wait(1, flow_c=6.9).effective.released_by == "frost_protection"
    assert house.wait(1, flow_c=7.0).effective.released_by is None


@pytest.mark.parametrize("flag", ["defrost", "oil_return", "frost", "legionella"])
def test_the_flags_of_a_device_are_heard(flag: str) -> None:
    """What the device says itself reaches the limits."""
    state = HeatPumpState(time=NOW, electric_w=900, **{flag: True})
    assert getattr(Reading.of(state), flag) is True
    house = House()
    house.engine.hear_hub([a_limit(limit_w=600)], house.now)
    house.wait(3, electric_w=550.0)
    house.wait(20, electric_w=1900.0, **{flag: True})
    counts = house.engine.compliance.counts
    house.engine.compliance.close()
    assert counts[Verdict.EXCEEDED] == 0
