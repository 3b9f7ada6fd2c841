"""Counters, power models, word order, and link settings."""

from typing import Any

from hypothesis import given, strategies as st
from modbus_connection import ModbusSerialParams, ModbusTcpParams
import pytest

from custom_components.dalen.heat_pump import (
    ConnectionSettingsError,
    ImplausibleReadingError,
    WrongWordOrderError,
    link_params,
    load_profile,
)
from custom_components.dalen.heat_pump.decoding import WordOrder, encode
from custom_components.dalen.heat_pump.energy_counter import EnergyCounter
from custom_components.dalen.heat_pump.power_model import (
    PowerModel,
    PowerSwitch,
    PowerTerm,
)
from custom_components.dalen.heat_pump.register import Register
from custom_components.dalen.heat_pump.word_order import check_word_order

TCP = load_profile("nibe_s").transport
BUS = load_profile("remeha_gtw08").transport


def test_a_counter_only_rises() -> None:
    """A drop or a leap is true the third time; a reading without it changes nothing."""
    counter = EnergyCounter()
    assert counter.take(None) is None
    assert [counter.take(value) for value in (100.0, 100.5, 0.0, 0.0)] == [
        100.0,
        100.5,
        100.5,
        100.5,
    ]
    assert counter.take(None) is None
    assert counter.take(0.1) == 0.1
    assert counter.take(0.2) == 0.2
    assert [counter.take(v) for v in (6553.6, 0.3, 6553.6, 6553.7)] == [
        0.2,
        0.3,
        0.3,
        0.3,
    ]
    assert counter.take(6553.8) == 6553.8


def test_three_different_strange_values_confirm_nothing() -> None:
    """Each starts the count anew."""
    counter = EnergyCounter(known=5000.0)
    assert [counter.take(v) for v in (0.0, 9000.0, 300.0, 0.0)] == [5000.0] * 4


@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_a_counter_falls_only_after_three_doubts(values: list[float]) -> None:
    """Whatever the device says."""
    counter = EnergyCounter()
    told = [counter.take(value) for value in values]
    for index in range(1, len(told)):
        if told[index] != told[index - 1]:
            assert told[index] == values[index]
        if (told[index] or 0) < (told[index - 1] or 0):
            assert told[index - 1] == told[index - 2]


def test_a_power_follows_from_voltage_and_current() -> None:
    """With what is switched on besides; never below 0 W."""
    model = PowerModel(
        constant_w=5,
        terms=(
            PowerTerm(registers=("voltage_v", "current_a"), factor=1.1),
            PowerTerm(registers=("fan_rpm",), factor=-0.05),
        ),
        switches=(PowerSwitch(register="bits", mask=4, watts=150),),
    )
    values = {"voltage_v": 230, "current_a": 4.2, "fan_rpm": 600, "bits": 4}
    assert model.watts(values, values) == pytest.approx(5 + 1062.6 - 30 + 150)
    assert model.watts(values, values | {"bits": 3}) == pytest.approx(1037.6)
    assert model.watts(values | {"current_a": 0}, values | {"bits": 0}) == 0
    assert model.watts({"voltage_v": 230}, values) is None


def words_of(
    profile_id: str, order: WordOrder, values: dict[str, float]
) -> dict[Register, tuple[int, ...]]:
    """Return registers as a device with this word order answers them."""
    profile = load_profile(profile_id)
    return {
        register: tuple(
            encode(
                values[register.key] / register.scale,
                register.type,
                order if register.type.words > 1 else WordOrder.BIG,
            )
        )
        for register in profile.registers
        if register.key in values
    }


@pytest.mark.parametrize(
    ("profile_id", "right", "values"),
    [
        ("nibe_s", WordOrder.LITTLE, {"electric_w": 1450}),
        ("nibe_s", WordOrder.LITTLE, {"electric_w": 0, "electric_energy_kwh": 812}),
        ("idm_navigator", WordOrder.LITTLE, {"outdoor_c": -3.5}),
        ("idm_navigator", WordOrder.LITTLE, {"outdoor_c": 8, "flow_c": 34.25}),
        ("qube", WordOrder.BIG, {"outdoor_c": 7.5, "flow_c": 35.0}),
        ("lambda_eu", WordOrder.BIG, {"electric_energy_kwh": 3456.789}),
        ("remeha_gtw08", WordOrder.BIG, {"electric_energy_kwh": 1234}),
    ],
)
def test_swapped_words_are_noticed(
    profile_id: str, right: WordOrder, values: dict[str, float]
) -> None:
    """And the right order raises nothing."""
    profile = load_profile(profile_id)
    check_word_order(profile, words_of(profile_id, right, values))
    wrong = WordOrder.BIG if right is WordOrder.LITTLE else WordOrder.LITTLE
    with pytest.raises(WrongWordOrderError, match="come in the other order") as caught:
        check_word_order(profile, words_of(profile_id, wrong, values))
    assert caught.value.right_order == wrong
    assert isinstance(caught.value, ImplausibleReadingError)
    assert caught.value.values[0].key in values


def test_nonsense_in_both_orders_is_no_matter_of_the_order() -> None:
    """Nor is a value that the device says it does not have."""
    profile = load_profile("remeha_gtw08")
    registers = {register.key: register for register in profile.registers}
    energy = registers["electric_energy_kwh"]
    check_word_order(profile, {energy: (0xFFFE, 0xFFFE), registers["flow_c"]: (1,)})
    check_word_order(profile, {energy: (0xFFFF, 0xFFFF)})


@pytest.mark.parametrize(
    ("transport", "settings", "params"),
    [
        (TCP, {"host": "nibe.local"}, ModbusTcpParams(host="nibe.local", port=502)),
        (
            TCP,
            {"transport": "modbus_tcp", "host": " 10.0.0.7 ", "port": 1502.0},
            ModbusTcpParams(host="10.0.0.7", port=1502),
        ),
        (
            BUS,
            {"device": "/dev/ttyUSB0"},
            ModbusSerialParams(
                device="/dev/ttyUSB0", baudrate=115200, parity="N", stopbits=2
            ),
        ),
        (
            BUS,
            {
                "transport": "modbus_serial",
                "device": "/dev/ttyUSB0",
                "baudrate": "19200",
                "parity": "E",
                "stopbits": 1,
            },
            ModbusSerialParams(
                device="/dev/ttyUSB0", baudrate=19200, parity="E", stopbits=1
            ),
        ),
        (
            BUS,
            {"transport": "modbus_rtu_over_tcp", "host": "EW11", "port": 8899},
            ModbusSerialParams(device="socket://ew11:8899", baudrate=115200),
        ),
        (
            BUS,
            {"transport": "modbus_rtu_over_tcp", "host": "fe80::1"},
            ModbusSerialParams(device="socket://[fe80::1]:502", baudrate=115200),
        ),
    ],
)
def test_answers_become_link_settings(
    transport: Any, settings: dict[str, Any], params: object
) -> None:
    """With what the profile says where nothing is answered."""
    assert link_params(transport, settings) == params


@pytest.mark.parametrize(
    ("transport", "settings", "message"),
    [
        (TCP, {}, "host is missing: give the address of the heat pump"),
        (TCP, {"host": "x", "port": 0}, "port is 0: give a number from 1 to 65535"),
        (TCP, {"host": "x", "port": "a"}, "port is 'a': give a whole number"),
        (TCP, {"transport": "modbus_serial"}, "this heat pump takes modbus_tcp"),
        (BUS, {"device": " "}, "device is missing: give the serial port, such as"),
        (BUS, {"device": "/dev/x", "parity": "M"}, "parity is 'M': give N, E or O"),
        (BUS, {"device": "/dev/x", "stopbits": 3}, "stopbits is 3: give 1 or 2"),
    ],
)
def test_wrong_answers_say_what_to_give(
    transport: Any, settings: dict[str, Any], message: str
) -> None:
    """Before anything is connected."""
    with pytest.raises(ConnectionSettingsError, match=message):
        link_params(transport, settings)
