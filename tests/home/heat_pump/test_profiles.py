"""Profiles are data, checked field by field."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.dalen.heat_pump import (
    LimitKind,
    ProfileError,
    load_profile,
    parse_profile,
    profile_ids,
)
from custom_components.dalen.heat_pump.profile import RegisterWrite, Watchdog
from custom_components.dalen.heat_pump.profile_loader import PROFILES


def raw_profile() -> dict[str, Any]:
    """Return the simulated heat pump's profile as JSON."""
    path = PROFILES / "dalen_simulated.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def test_every_profile_is_sound() -> None:
    """As shipped."""
    assert profile_ids() == ("dalen_simulated", "luxtronik_shi")
    for profile_id in profile_ids():
        assert load_profile(profile_id).id == profile_id


def test_the_simulated_heat_pump_is_limited_by_three_registers() -> None:
    """Limit, switch and watchdog."""
    limit = load_profile("dalen_simulated").limit
    assert limit.kind is LimitKind.WATTS
    assert (limit.register.address, limit.register.scale) == (0, 1)
    assert limit.activate == (RegisterWrite(address=1, value=1),)
    assert limit.release == (RegisterWrite(address=1, value=0),)
    assert limit.watchdog == Watchdog(timeout_s=900, address=2)


def test_the_luxtronik_is_limited_hard_in_steps_of_100_w() -> None:
    """10041 in 0.1 kW, 10040 = 2 for the hard limit and 0 for none."""
    profile = load_profile("luxtronik_shi")
    limit = profile.limit
    assert (limit.register.address, limit.register.scale) == (10041, 100)
    assert limit.activate == (RegisterWrite(address=10040, value=2),)
    assert limit.release == (RegisterWrite(address=10040, value=0),)
    assert limit.watchdog is None
    assert profile.nameplate.ask


def test_an_unknown_profile_is_named_with_those_that_exist() -> None:
    """So that a typing error is found."""
    with pytest.raises(ProfileError, match="use one of dalen_simulated, luxtronik_shi"):
        load_profile("luxtronic")


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of one field; path has dots and numbers."""

    def change(data: Any) -> None:
        *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
        for parent in parents:
            data = data[parent]
        data[last] = value

    return change


def _remove(key: str) -> Callable[[dict[str, Any]], None]:
    """Return the removal of a field."""
    return lambda data: data.pop(key)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_remove("sources"), "sources is missing: add it"),
        (_set("sourcs", []), "sourcs is unknown: use one of"),
        (_set("registers.0.adress", 1), r"registers\[0\].adress is unknown"),
        (_set("registers.0.address", 70000), "give a whole number from 0 to 65535"),
        (_set("registers.0.address", True), "is True: give a whole number"),
        (_set("registers.0.type", "int8"), "give one of int16, uint16"),
        (_set("registers.0.scale", 0), r"registers\[0\].scale is 0: give"),
        (_set("registers.0.scale", "1"), "give a number from"),
        (_set("registers.0.key", "Status"), "use lower case"),
        (_set("registers.1.key", "status_bits"), "has 'status_bits' twice: remove"),
        (_set("registers.2.key", "watts"), "lacks electric_w"),
        (_set("registers.0.not_available", 1), "is 1: give a list"),
        (_set("registers.0.word_order", "middle"), "give one of big, little"),
        (_set("registers", {}), "registers is {}: give a list"),
        (_set("registers.0", 3), r"registers\[0\] is not an object"),
        (_set("id", "other"), "id is 'other': name the file after it"),
        (_set("brand", " "), "brand is ' ': give a text"),
        (_set("models", [1]), r"models is \[1\]: give a list of texts"),
        (_set("transport.type", "rtu"), "transport.type is 'rtu': give modbus_tcp"),
        (_set("transport.port", 0), "transport.port is 0"),
        (_set("flags.frost", {"register": "status_bits"}), "flags.frost is unknown"),
        (_set("flags.defrost.values", [1]), "needs a mask or values: give one"),
        (_set("flags.defrost.register", "bits"), "names the register 'bits'"),
        (_set("serial", ["serial"]), "serial names the register 'serial'"),
        (_set("nameplate.register", "plate"), "names the register 'plate'"),
        (_set("nameplate.ask", 1), "nameplate.ask is 1: give true or false"),
        (_set("plausible", {"electric_w": [5, 1]}), r"give \[lowest, highest\]"),
        (_set("plausible", {"watts": [0, 1]}), "plausible.watts is unknown"),
        (_set("limit.kind", "percent"), "Modbus profiles take watts"),
        (_set("limit.release", []), "limit.release is empty: say how"),
        (_set("limit.release.0.address", 9), "writes 9, which limiting does not"),
        (_set("limit.register.table", "input"), "only holding can be written"),
        (_set("limit.register.scale", -1), "limit.register.scale is negative"),
        (_set("limit.watchdog.timeout_s", 1), "limit.watchdog.timeout_s is 1"),
    ],
)
def test_a_wrong_profile_says_which_field_and_what_to_do(
    change: Callable[[dict[str, Any]], None], message: str
) -> None:
    """The file is named too."""
    data = raw_profile()
    change(data)
    with pytest.raises(ProfileError, match=message) as caught:
        parse_profile(json.dumps(data), "dalen_simulated.json")
    assert str(caught.value).startswith("dalen_simulated.json: ")


def test_what_is_no_json_is_named_with_its_line() -> None:
    """As the parser tells it."""
    with pytest.raises(ProfileError, match=r"x.json: is no JSON .*line 1"):
        parse_profile("{", "x.json")
    with pytest.raises(ProfileError, match="x.json: the file is not an object"):
        parse_profile("[]", "x.json")


def test_a_register_can_have_its_own_word_order() -> None:
    """Firmware mixes them."""
    data = raw_profile()
    data["registers"][12]["word_order"] = "little"
    profile = parse_profile(json.dumps(data), "dalen_simulated.json")
    assert profile.registers[12].word_order == "little"
    assert profile.registers[13].word_order == "big"
