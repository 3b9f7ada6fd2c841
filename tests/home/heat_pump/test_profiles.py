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
from custom_components.dalen.heat_pump.mechanism import (
    ContactLimit,
    ContactTimes,
    PercentLimit,
    RegisterWrite,
    Watchdog,
    WattsLimit,
)
from custom_components.dalen.heat_pump.model import CompressorTimes
from custom_components.dalen.heat_pump.profile_loader import PROFILES
from custom_components.dalen.heat_pump.profile_variants import detect
from custom_components.dalen.heat_pump.register import Confidence


def raw_profile(profile_id: str = "dalen_simulated") -> dict[str, Any]:
    """Return a profile as JSON."""
    path = PROFILES / f"{profile_id}.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


TIERS = {
    "daikin_homehub": "A",
    "dalen_simulated": "A",
    "dimplex_wpm": "C",
    "ecodan_procon": "E",
    "hitachi_yutaki": "E",
    "idm_navigator": "A",
    "kermi_xcenter": "E",
    "lambda_eu": "E",
    "lg_therma_v": "C",
    "luxtronik_shi": "A",
    "nibe_s": "A",
    "quatt_outdoor_unit": "B",
    "qube": "C",
    "remeha_gtw08": "B",
    "samsung_mim_b19n": "E",
    "stiebel_wpm": "C",
    "weishaupt_wwp": "E",
}


def test_every_profile_is_sound() -> None:
    """As shipped, with the tier that the documentation tells."""
    assert {p: load_profile(p).tier for p in profile_ids()} == TIERS
    for profile_id in profile_ids():
        assert load_profile(profile_id).id == profile_id


@pytest.mark.parametrize("profile_id", TIERS)
def test_every_fact_of_a_shipped_profile_has_a_source(profile_id: str) -> None:
    """So that the next reader can check it."""
    text = (PROFILES / f"{profile_id}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    facts = [*data["registers"], *data["flags"].values(), data["nameplate"]]
    assert all(fact["source"] for fact in facts)
    assert data["sources"]


def test_a_profile_can_say_how_long_the_compressor_rests() -> None:
    """And by which flags the device protects itself."""
    data = raw_profile()
    assert load_profile("dalen_simulated").compressor is None
    data["compressor"] = {"min_off_s": 600, "min_run_s": 900}
    data["flags"]["frost"] = data["flags"]["legionella"] = data["flags"]["defrost"]
    profile = parse_profile(json.dumps(data), "dalen_simulated.json")
    assert profile.compressor == CompressorTimes(min_off_s=600, min_run_s=900)
    assert {"frost", "legionella"} <= {flag.key for flag in profile.flags}


@pytest.mark.parametrize("profile_id", TIERS)
def test_a_weak_fact_is_never_written_to_without_a_write_test(profile_id: str) -> None:
    """In no variant either."""
    profile = load_profile(profile_id)
    ids = [None, *(variant.id for variant in profile.variants)]
    for variant in (load_profile(profile_id, one) for one in ids):
        if isinstance(variant.limit, WattsLimit | PercentLimit):
            is_weak = variant.limit.register.confidence is Confidence.LOW
            assert variant.needs_write_test or not is_weak


def test_only_these_wait_for_a_write_test() -> None:
    """Whoever takes over the command of a device proves first that it works."""
    waiting = {p for p in profile_ids() if load_profile(p).needs_write_test}
    assert waiting == {"quatt_outdoor_unit", "remeha_gtw08"}
    assert load_profile("stiebel_wpm", "extended_watts").needs_write_test
    assert load_profile("nibe_s", "aux_only").needs_write_test


def test_eeprom_is_written_five_minutes_apart() -> None:
    """Devices of which nobody knows better, too."""
    for profile_id in ("idm_navigator", "nibe_s", "daikin_homehub", "stiebel_wpm"):
        pace = load_profile(profile_id).limit.pace
        assert pace.min_write_interval_s >= 300
        assert pace.daily_write_budget <= 100


def test_the_simulated_heat_pump_is_limited_by_three_registers() -> None:
    """Limit, switch and watchdog."""
    limit = load_profile("dalen_simulated").limit
    assert isinstance(limit, WattsLimit)
    assert limit.kind is LimitKind.WATTS
    assert (limit.register.address, limit.register.scale) == (0, 1)
    assert limit.activate == (RegisterWrite(address=1, value=1),)
    assert limit.release == (RegisterWrite(address=1, value=0),)
    assert limit.pace.watchdog == Watchdog(timeout_s=900, address=2)


def test_the_luxtronik_is_limited_hard_in_steps_of_100_w() -> None:
    """10041 in 0.1 kW, 10040 = 2 for the hard limit and 0 for none."""
    profile = load_profile("luxtronik_shi")
    limit = profile.limit
    assert isinstance(limit, WattsLimit)
    assert (limit.register.address, limit.register.scale) == (10041, 100)
    assert limit.activate == (RegisterWrite(address=10040, value=2),)
    assert limit.release == (RegisterWrite(address=10040, value=0),)
    assert limit.pace.watchdog is None
    assert profile.nameplate.ask


def test_an_unknown_profile_is_named_with_those_that_exist() -> None:
    """So that a typing error is found."""
    with pytest.raises(ProfileError, match="use one of daikin_homehub, dalen_"):
        load_profile("luxtronic")


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of one field; path has dots and numbers."""

    def change(data: Any) -> None:
        *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
        for parent in parents:
            data = data[parent]
        data[last] = value

    return change


def _line(**change: object) -> dict[str, object]:
    """Return the settings of a serial line."""
    return {"baudrate": 9600, "parity": "N", "stopbits": 1, **change}


def _model(**change: object) -> dict[str, object]:
    """Return a power model."""
    terms = [{"registers": ["flow_c"], "factor": 1}]
    return {"constant_w": 5, "terms": terms, "switches": [], **change}


def _variant(**change: object) -> dict[str, object]:
    """Return a variant."""
    return {"id": "new", "name": "New firmware", "change": {}, **change}


def _detect(register: str, lowest: int = 1, highest: int = 5) -> dict[str, object]:
    """Return by what a variant is known."""
    return {"register": register, "lowest": lowest, "highest": highest}


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
        (_set("registers.0.type", "int8"), "give one of bit, int16, uint16"),
        (_set("registers.0.type", "bit"), "type is bit: input registers hold numbers"),
        (_set("registers.0.table", "coil"), "type is no bit: coil holds bits"),
        (_set("registers.0.offset", 1.5), "offset is 1.5: give a whole number"),
        (_set("registers.0.confidence", "sure"), "give one of high, medium, low"),
        (_set("confidence", None), "confidence is None: give one of high"),
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
        (_set("id", "../x"), "id is '../x': use lower case"),
        (_set("brand", " "), "brand is ' ': give a text"),
        (_set("models", [1]), r"models is \[1\]: give a list of texts"),
        (_set("transport.types", ["rtu"]), "give some of modbus_tcp, modbus_rtu_ov"),
        (_set("transport.types", ["modbus_tcp"] * 2), "give some of .*, once"),
        (_set("transport.types", []), "transport.types is empty: give at least one"),
        (_set("transport.types", ["modbus_serial"]), "transport.serial is missing"),
        (_set("transport.serial", _line(baudrate=9601)), "baudrate is 9601: give one"),
        (_set("transport.serial", _line(parity="X")), "parity is 'X': give one of N"),
        (_set("transport.serial", _line(stopbits=3)), "stopbits is 3: give a whole"),
        (_set("transport.port", 0), "transport.port is 0"),
        (_set("flags.snow", {"register": "status_bits"}), "flags.snow is unknown"),
        (_set("compressor", {"min_off_s": 1}), "compressor.min_run_s is missing"),
        (_set("compressor", {"min_off_s": 9000, "min_run_s": 0}), "min_off_s is 9000"),
        (_set("flags.defrost.values", [1]), "needs a mask or values: give one"),
        (_set("flags.defrost.register", "bits"), "names the register 'bits'"),
        (_set("serial", ["serial"]), "serial names the register 'serial'"),
        (_set("nameplate.register", "plate"), "names the register 'plate'"),
        (_set("nameplate.ask", 1), "nameplate.ask is 1: give true or false"),
        (_set("plausible", {"electric_w": [5, 1]}), r"give \[lowest, highest\]"),
        (_set("plausible", {"watts": [0, 1]}), "plausible.watts is unknown"),
        (_set("limit.kind", "setpoint"), "Modbus profiles take watts, percent"),
        (_set("limit.control", "maybe"), "give one of confirmed, unconfirmed"),
        (_set("limit.lowest_w", 70_000), "lowest_w is not below highest_w: swap"),
        (_set("limit.release", []), "limit.release is empty: say how"),
        (_set("limit.release.0.address", 9), "writes 9, which limiting does not"),
        (_set("limit.register.table", "input"), "only holding takes a number"),
        (_set("limit.activate.0.table", "input"), "only holding and coil take values"),
        (_set("limit.activate.0.wait_s", 90), "wait_s is 90: give a number from 0"),
        (_set("limit.register.scale", -1), "limit.register.scale is negative"),
        (_set("limit.watchdog.timeout_s", 1), "limit.watchdog.timeout_s is 1"),
        (_set("limit.watchdog.unit_s", 7), "is no whole number of units: correct it"),
        (_set("meter", "needed"), "meter contradicts the rest: give one of"),
        (_set("meter", "no"), "give one of optional, recommended, needed"),
        (_set("power_model", _model(terms=[])), "power_model.terms is empty: give"),
        (_set("power_model", _model()), "meter contradicts the rest"),
        (_set("word_order_test", ["fault"]), "names 'fault': only two words"),
        (_set("word_order_test", ["flow"]), "names the register 'flow'"),
        (_set("variants", [_variant(), _variant()]), "variants has 'new' twice"),
        (
            _set("variants", [_variant(id="x", more=1)]),
            r"variants\[0\].more is unknown",
        ),
        (_set("variants", [_variant(change={"id": "y"})]), "change.id is unknown"),
        (_set("variants", [_variant(change={"registers": []})]), "is not an object"),
        (
            _set("variants", [_variant(change={"flags": {"defrost": 1}})]),
            "defrost is n",
        ),
        (_set("variants", [_variant(detect=_detect("x"))]), "names the register 'x'"),
        (_set("variants", [_variant(detect=_detect("fault", 9))]), "is above highest"),
        (
            _set("variants", [_variant(change={"word_order": "middle"})]),
            "dalen_simulated.json, variant new: word_order is 'middle'",
        ),
        (
            _set("variants", [_variant(change={"registers": {"fault": {"scale": 0}}})]),
            r"variant new: registers\[1\].scale is 0",
        ),
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
    assert str(caught.value).startswith("dalen_simulated.json")


@pytest.mark.parametrize(
    ("profile_id", "change", "message"),
    [
        ("remeha_gtw08", _set("limit.scale.min_run_s", 60), "settle_s is not below"),
        ("remeha_gtw08", _set("limit.daily_write_budget", 9), "allows 144 steps a day"),
        ("remeha_gtw08", _set("limit.scale.highest", 9), "highest leaves no room"),
        ("remeha_gtw08", _set("limit.scale.step", 0), "step is 0: give a whole number"),
        ("remeha_gtw08", _set("limit.release", []), "release is empty: say how"),
        (
            "remeha_gtw08",
            _set("limit.register.type", "float32"),
            "has two words: a lev",
        ),
        (
            "quatt_outdoor_unit",
            _set("limit.release", [{"address": 1999, "value": 10}]),
            "release is not empty: what sets the level sets it again",
        ),
        ("quatt_outdoor_unit", _remove("power_model"), "lacks electric_w: add it, or"),
        (
            "quatt_outdoor_unit",
            _set("power_model.terms.0.registers", ["volt"]),
            "power_model names the register 'volt'",
        ),
        ("qube", _set("limit.block", []), "block is empty: say how the device is bl"),
        (
            "qube",
            _set("limit.block.0.value", 2),
            "value is 2: give a whole number from",
        ),
        ("qube", _set("limit.release.0.address", 64), "release does not undo block"),
        ("qube", _set("limit.release.0.value", 1), "release does not undo block"),
        ("qube", _set("limit.times.hold_s", 7200.5), "hold_s is 7200.5: give a number"),
        ("qube", _set("limit.times.longest_s", 300), "hold_s is above longest_s"),
        (
            "qube",
            _set("limit.read_back", {"values": [1]}),
            "read_back.register is miss",
        ),
        ("kermi_xcenter", _set("limit.block", []), "limit.block is unknown"),
    ],
)
def test_a_wrong_mechanism_says_which_field_and_what_to_do(
    profile_id: str, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    """For the kinds that the simulated heat pump does not have."""
    data = raw_profile(profile_id)
    change(data)
    with pytest.raises(ProfileError, match=message):
        parse_profile(json.dumps(data), f"{profile_id}.json")


def test_bits_and_defaults_can_be_left_out() -> None:
    """A coil is a bit, with one count for one."""
    data = raw_profile("lg_therma_v")
    data["registers"][0] |= {"type": "bit"}
    del data["limit"]["times"]
    profile = parse_profile(json.dumps(data), "lg_therma_v.json")
    assert profile.registers[0].type == "bit"
    assert profile.registers[0].where == "discrete input 3"
    assert isinstance(profile.limit, ContactLimit)
    assert profile.limit.times == ContactTimes(hold_s=600, pause_s=600, longest_s=7200)
    assert profile.limit.read_back is None


def test_a_read_back_of_a_block_can_be_somewhere_else() -> None:
    """A register with the values that mean blocked."""
    data = raw_profile("lg_therma_v")
    register = {"key": "energy_state", "table": "input", "address": 11}
    data["limit"]["read_back"] = {
        "register": register | {"type": "uint16"},
        "values": [1, 7],
    }
    limit = parse_profile(json.dumps(data), "lg_therma_v.json").limit
    assert isinstance(limit, ContactLimit)
    assert limit.read_back is not None
    assert limit.read_back.values == (1, 7)


def test_a_variant_changes_only_what_it_names() -> None:
    """A new key adds a register, a known one changes fields of it."""
    data = raw_profile()
    change = {
        "word_order": "little",
        "registers": {
            "electric_w": {"scale": 10},
            "extra_c": {"table": "input", "address": 18, "type": "uint16"},
        },
        "flags": {"defrost": {"register": "fault", "values": [7]}},
    }
    data["variants"] = [_variant(change=change)]
    text = json.dumps(data)
    plain = parse_profile(text, "dalen_simulated.json")
    new = parse_profile(text, "dalen_simulated.json", "new")
    assert (plain.variant, new.variant) == (None, "new")
    by_key = {register.key: register for register in new.registers}
    assert by_key["electric_w"].scale == 10
    assert by_key["electric_w"].address == 2
    assert by_key["electric_energy_kwh"].word_order == "little"
    assert by_key["extra_c"].address == 18
    assert len(plain.registers) == len(new.registers) - 1
    assert {flag.key: flag.register for flag in new.flags}["defrost"] == "fault"
    with pytest.raises(ProfileError, match="no variant 'old': use new"):
        parse_profile(text, "dalen_simulated.json", "old")
    with pytest.raises(ProfileError, match="no variant 'old': use none"):
        load_profile("dalen_simulated", "old")


def test_a_variant_is_known_by_a_register() -> None:
    """Where the profile says which; without the register nobody knows."""
    data = raw_profile()
    data["variants"] = [
        _variant(id="unseen"),
        _variant(id="old", detect=_detect("fault", 0, 9)),
        _variant(id="new", detect=_detect("seconds_counter", 10, 20)),
    ]
    profile = parse_profile(json.dumps(data), "dalen_simulated.json")
    found = detect(profile, {"seconds_counter": 10})
    assert found is not None
    assert found.id == "new"
    assert detect(profile, {"seconds_counter": 21}) is None
    assert detect(profile, {}) is None


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
