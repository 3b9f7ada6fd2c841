"""What entities say, and what that means for a heat pump."""

from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.entity_heat_pump.bindings import Bindings, read_bindings
from custom_components.dalen.entity_heat_pump.errors import ImplausibleEntityError
from custom_components.dalen.entity_heat_pump.number_range import (
    NumberRange,
    number_range,
)
from custom_components.dalen.entity_heat_pump.reading import (
    EntityReading,
    boiler_power_w,
    finite,
    is_defrosting,
    is_on,
    power_w,
    temperature_c,
)
from custom_components.dalen.entity_heat_pump.setting import Setting, set_value
from custom_components.dalen.entity_heat_pump.state import to_state
from custom_components.dalen.entity_heat_pump.tier import (
    ControlType,
    Unusable,
    control_type,
)
from custom_components.dalen.entity_heat_pump.units import from_celsius, to_celsius

from .fake_house import START


def says(
    state: object, unit: str | None = None, entity_id: str = "sensor.x", **attrs: Any
) -> EntityReading:
    """Return an entity that says this."""
    return EntityReading(
        entity_id=entity_id,
        state=str(state),
        reported=START,
        changed=START,
        unit=unit,
        attributes=attrs,
    )


@pytest.mark.parametrize(
    ("state", "unit", "watts"),
    [
        ("1450", "W", 1450),
        ("1.45", "kW", 1450),
        ("0.00145", "MW", 1450),
        ("1450000", "mW", 1450),
        ("100", "BTU/h", pytest.approx(29.3, abs=0.1)),
        ("1450", "kWh", None),
        ("1450", None, None),
        ("unknown", "W", None),
        ("unavailable", "W", None),
        ("nan", "W", None),
        ("inf", "W", None),
    ],
)
def test_power(state: str, unit: str | None, watts: float | None) -> None:
    """Only a number in a unit of power is a power."""
    assert power_w(says(state, unit)) == watts


def test_nothing_says_nothing() -> None:
    """An entity that is not there tells nothing."""
    assert power_w(None) is None
    assert temperature_c(None) is None
    assert is_on(None) is None
    assert is_defrosting(None) is None
    assert boiler_power_w(None) is None
    assert set_value(None) is None
    assert finite(True) is None


@pytest.mark.parametrize(
    ("state", "unit", "celsius"),
    [("20", "°C", 20), ("68", "°F", 20), ("293.15", "K", 20), ("20", "W", None)],
)
def test_temperature(state: str, unit: str, celsius: float | None) -> None:
    """In the three units that Home Assistant has."""
    found = temperature_c(says(state, unit))
    assert found == (None if celsius is None else pytest.approx(celsius))


def test_a_thermostat_tells_the_room() -> None:
    """Its state is a mode; the temperature is an attribute."""
    thermostat = says("heat", "°C", "climate.living_room", current_temperature=19.5)
    assert temperature_c(thermostat) == 19.5
    assert temperature_c(says("heat", "°C", "climate.living_room")) is None


@given(st.floats(-60, 100), st.sampled_from(["°C", "°F", "K"]))
def test_a_temperature_survives_two_conversions(value_c: float, unit: str) -> None:
    """There and back again."""
    assert to_celsius(from_celsius(value_c, unit), unit) == pytest.approx(value_c)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("on", True),
        ("off", False),
        ("Heating", True),
        ("idle", False),
        ("37", True),
        ("0", False),
        ("weather", None),
        ("unknown", None),
    ],
)
def test_a_boiler_that_burns(state: str, answer: bool | None) -> None:
    """A yes or no, a mode, or a number above 0."""
    assert is_on(says(state)) is answer


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("on", True),
        ("off", False),
        ("defrosting", True),
        ("Ontdooien", True),
        ("Abtauen", True),
        ("heating", False),
        ("1", True),
        ("0", False),
        ("unknown", None),
        ("unavailable", None),
    ],
)
def test_defrost(state: str, answer: bool | None) -> None:
    """A yes or no, or a mode with a word for defrost; heating is another mode."""
    assert is_defrosting(says(state)) is answer


def test_the_power_of_a_boiler_is_no_percentage() -> None:
    """A modulation only tells that it burns."""
    assert boiler_power_w(says("12", "kW")) == 12_000
    assert boiler_power_w(says("40", "%")) is None


def test_stale_after_five_minutes() -> None:
    """The same value again counts as news."""
    assert not says("1").is_stale(START + timedelta(minutes=5))
    assert says("1").is_stale(START + timedelta(minutes=5, seconds=1))


ALL = Bindings(
    power_entity="sensor.power",
    thermal_entity="sensor.heat",
    boiler_entity="sensor.boiler",
    defrost_entity="sensor.mode",
    outdoor_entity="sensor.out",
    flow_entity="sensor.flow",
    return_entity="sensor.return",
    room_entity="climate.room",
)


def test_a_whole_state() -> None:
    """Every entity fills its field."""
    readings = {
        "power_entity": says("1.2", "kW"),
        "thermal_entity": says("4200", "W"),
        "boiler_entity": says("0", "W"),
        "defrost_entity": says("heating"),
        "outdoor_entity": says("-4", "°C"),
        "flow_entity": says("45", "°C"),
        "return_entity": says("38", "°C"),
        "room_entity": says("heat", "°C", "climate.room", current_temperature=19),
    }
    state = to_state(ALL, readings, START, limit_readback_w=600)
    assert (state.electric_w, state.thermal_w) == (1200, 4200)
    assert state.cop == pytest.approx(3.5)
    assert (state.boiler_on, state.boiler_w, state.defrost) == (False, 0, False)
    assert (state.outdoor_c, state.flow_c, state.return_c) == (-4, 45, 38)
    assert (state.room_c, state.limit_readback_w) == (19, 600)
    assert ALL.told >= {"electric_w", "boiler_on", "room_c"}


def test_a_meter_may_show_a_little_less_than_nothing() -> None:
    """That is noise, not generation."""
    state = to_state(
        ALL, {"power_entity": says("-3", "W")}, START, limit_readback_w=None
    )
    assert state.electric_w == 0


def test_heat_is_negative_only_while_defrosting() -> None:
    """It then comes from the house."""
    readings = {
        "power_entity": says("1000", "W"),
        "thermal_entity": says("-3000", "W"),
        "defrost_entity": says("defrosting"),
    }
    state = to_state(ALL, readings, START, limit_readback_w=None)
    assert (state.thermal_w, state.cop) == (-3000, None)
    readings["defrost_entity"] = says("heating")
    state = to_state(ALL, readings, START, limit_readback_w=None)
    assert state.thermal_w is None
    assert [value.register for value in state.implausible] == ["sensor.heat"]


def test_a_power_that_cannot_be_is_no_reading() -> None:
    """A wrong unit is the most common mistake: nothing is limited on it."""
    with pytest.raises(ImplausibleEntityError, match=r"sensor\.power"):
        to_state(ALL, {"power_entity": says("1450", "kW")}, START, limit_readback_w=0)


def test_bindings_are_read_without_empty_ones() -> None:
    """None means that the house has no such entity."""
    bindings = read_bindings({"power_entity": "sensor.a", "flow_entity": None, "x": 1})
    assert bindings.named() == (("power_entity", "sensor.a"),)
    assert bindings.told == {"electric_w"}


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        (says(1, "W", "number.a", min=0, max=3000, step=1), ControlType.WATTS),
        (says(1, "kW", "number.a", min=0, max=3, step=0.1), ControlType.WATTS),
        (says(1, "%", "number.a", min=0, max=100, step=1), ControlType.PERCENT),
        (says(1, "°C", "number.a", min=20, max=70), ControlType.TEMPERATURE),
        (says("heat", "°C", "climate.a"), ControlType.TEMPERATURE),
        (says("off", None, "switch.a"), ControlType.SWITCH),
        (says("off", None, "input_boolean.a"), ControlType.SWITCH),
        (says("a", None, "select.a", options=["a", "b"]), ControlType.SELECT),
        (says("a", None, "select.a", options=["a"]), Unusable(key="limit_range")),
        (says(1, "W", "number.a", min=3, max=3), Unusable(key="limit_range")),
        (says(1, "W", "number.a"), Unusable(key="limit_range")),
        (says(1, "A", "number.a", min=0, max=9), Unusable(key="limit_unsupported")),
        (says(1, "W", "sensor.a"), Unusable(key="limit_unsupported")),
    ],
)
def test_an_entity_tells_what_it_can_do(
    reading: EntityReading, kind: ControlType | Unusable
) -> None:
    """Its domain, unit and range decide."""
    assert control_type(reading) == kind


def test_a_step_of_nothing_is_one() -> None:
    """Some entities have no step."""
    found = number_range(says(1, "W", "number.a", min=0, max=9, step=0))
    assert found is not None
    assert found.step == 1


@given(
    st.floats(-100, 2000),
    st.floats(0.001, 500),
    st.floats(0, 1),
    st.floats(-1000, 5000),
)
def test_rounding_never_exceeds_what_was_asked(
    low: float, step: float, share: float, value: float
) -> None:
    """Except below the lowest value: there is nothing lower."""
    found = NumberRange(unit="W", low=low, high=low + step + share * 3000, step=step)
    rounded = found.rounded_down(value)
    assert found.low - 1e-6 <= rounded <= found.high + 1e-6
    assert rounded <= max(value, found.low) + 1e-3


def test_a_setting_that_cannot_be() -> None:
    """A sensor cannot be set."""
    with pytest.raises(ValueError, match=r"sensor\.a cannot be set"):
        Setting(entity_id="sensor.a", value="on").action()


def test_what_is_held() -> None:
    """Unknown is neither yes nor no."""
    number = Setting(entity_id="number.a", value=20.0)
    assert number.is_held(says("20.0", None, "number.a")) is True
    assert number.is_held(says("21", None, "number.a")) is False
    assert number.is_held(says("unknown", None, "number.a")) is None
    assert number.is_held(says("abc", None, "number.a")) is None
    assert number.is_held(None) is None
    room = Setting(entity_id="climate.a", value=20.0)
    assert room.is_held(says("heat", None, "climate.a", temperature=20)) is True
    assert room.action().name == "climate.set_temperature"
