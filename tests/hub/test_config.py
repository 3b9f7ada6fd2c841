"""hub.yaml, right and wrong: every fault is a line that says what to do."""

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest
import yaml

from dalen_hub.config import ConfigError, load_config, parse_config
from dalen_hub.grid.parts import OverloadStop, Phases
from dalen_hub.grid.sharing import Policy

EXAMPLE = Path(__file__).parents[2] / "hub" / "hub.example.yaml"
SMALL = {
    "name": "Hub",
    "public_url": "https://hub.example.nl/",
    "trafos": [{"id": "dalen", "rating_kva": 400}],
}


def faults(raw: object) -> list[str]:
    """Return the lines that a configuration is refused with."""
    with pytest.raises(ConfigError) as error:
        parse_config(raw)
    lines = str(error.value).splitlines()
    assert all(line.startswith("hub.yaml: ") for line in lines)
    return [line.removeprefix("hub.yaml: ") for line in lines]


def small(**changes: object) -> dict[str, object]:
    """Return a small configuration with changes; ... takes a key out."""
    return {key: value for key, value in {**SMALL, **changes}.items() if value != ...}


def one_trafo(**changes: object) -> dict[str, object]:
    """Return a small configuration with a changed transformer."""
    trafo = {"id": "dalen", "rating_kva": 400, **changes}
    return small(trafos=[{k: v for k, v in trafo.items() if v != ...}])


def test_the_example_is_right() -> None:
    """What is shipped works."""
    config = load_config(EXAMPLE)
    assert config.trafos[0].connections == 255
    assert config.trafos[0].limit_kw == pytest.approx(380)
    assert config.language == "nl"


def test_defaults_of_the_smallest_file() -> None:
    """The limit is rating x power factor; the name is the collective's too."""
    config = parse_config(SMALL)
    assert config.public_url == "https://hub.example.nl"
    assert config.collective == "Hub"
    assert config.language == "en"
    assert config.time_zone == ZoneInfo("Europe/Amsterdam")
    (trafo,) = config.trafos
    assert trafo.name == "dalen"
    assert trafo.limit_kw == pytest.approx(380)
    assert trafo.expected_connections == 255
    assert trafo.time_zone == config.time_zone
    assert config.trafo("dalen") is trafo
    assert config.trafo("elsewhere") is None


def test_power_factor_and_limit_are_taken() -> None:
    """A given limit needs no power factor."""
    assert parse_config(one_trafo(power_factor=0.9)).trafos[0].limit_kw == 360
    assert parse_config(one_trafo(limit_kw=300)).trafos[0].limit_kw == 300


CABLE = {"id": "a", "limit_kw": 90, "share": 0.6}
FRAME = {"from": "17:00", "until": 1260, "cap_w": 500}


def test_how_room_is_shared() -> None:
    """Policy, frames, phases, cables and stops become objects."""
    (trafo,) = parse_config(
        one_trafo(
            policy="cost",
            fairness_floor=0.6,
            frames=[{**FRAME, "days": ["mon", "fri"]}, FRAME],
            phases={"limit_kw": 126},
            cables=[CABLE, {**CABLE, "id": "b", "name": "Brink", "share": 0.4}],
            stop_on_overload={},
        )
    ).trafos
    assert (trafo.policy, trafo.fairness_floor) == (Policy.COST, 0.6)
    assert trafo.frames[0].weekdays == {0, 4}
    # YAML reads an unquoted 21:00 as 1260.
    assert (trafo.frames[1].start, trafo.frames[1].end) == (time(17), time(21))
    assert trafo.phases == Phases(limits_kw=(126.0, 126.0, 126.0))
    assert [cable.name for cable in trafo.cables] == ["a", "Brink"]
    assert trafo.overload_stop == OverloadStop(above=1.0, readings=3, minutes=30.0)
    (plain,) = parse_config(SMALL).trafos
    assert plain.policy is Policy.EQUAL
    assert (plain.frames, plain.phases, plain.cables) == ((), None, ())
    assert plain.overload_stop is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"policy": "fair"}, "policy: must be one of equal, need, credit, cost"),
        ({"policy": ["equal"]}, "policy: must be one of"),
        ({"fairness_floor": 0}, "fairness_floor: must be a number from 0.1 to 1"),
        ({"frames": {}}, "frames: must be a list with at least one frame"),
        ({"frames": [{**FRAME, "from": "25:00"}]}, "frames[0].from: must be a time"),
        ({"frames": [{**FRAME, "from": True}]}, "frames[0].from: must be a time"),
        ({"frames": [{**FRAME, "until": "17:05"}]}, "[0].until: must be a time of"),
        ({"frames": [{**FRAME, "cap_w": -1}]}, "frames[0].cap_w: must be a number"),
        ({"frames": [{**FRAME, "days": ["mo"]}]}, "frames[0].days: must be a list of"),
        ({"frames": [{**FRAME, "cap": 1}]}, "frames[0].cap: unknown key. Did you mean"),
        ({"frames": [{"from": "1:00", "cap_w": 1}]}, "frames[0].until: is missing."),
        ({"phases": {}}, "phases.limit_kw: is missing. Write limit_kw: 90."),
        ({"phases": {"limit_kw": [1, 2]}}, "phases.limit_kw: must be one number, or"),
        (
            {"phases": {"limit_kw": 9, "shares": [0.5, 0.5, 0.5]}},
            "phases.shares: must add up to 1, got 1.5",
        ),
        ({"phases": {"limit_kw": 9, "shares": [1, 0]}}, "shares: must be three parts"),
        ({"cables": [CABLE, {**CABLE, "share": 0}]}, "cables[1].id: 'a' is there"),
        (
            {"cables": [CABLE, {**CABLE, "id": "b"}]},
            "cables: their shares add up to 1.2",
        ),
        ({"cables": [{**CABLE, "id": "A b"}]}, "cables[0].id: must be 1 to 32 of"),
        ({"stop_on_overload": {"readings": 1}}, "readings: must be a whole number"),
        ({"stop_on_overload": {"minutes": 121}}, "minutes: must be a number from 1"),
        ({"stop_on_overload": True}, "stop_on_overload: must be keys and values"),
    ],
)
def test_faults_of_sharing(changes: dict[str, object], says: str) -> None:
    """One line each, that names the place."""
    (line,) = faults(one_trafo(**changes))
    assert says in line


def test_negative_rating() -> None:
    """The message is the one of the manual, to the letter."""
    assert faults(one_trafo(rating_kva=-400)) == [
        "trafos[0].rating_kva: must be above 0, got -400. Write the transformer's"
        " nameplate, for example 400."
    ]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (None, "the file: must be keys and values"),
        ([], "the file: must be keys and values"),
        (small(nmae="x"), "nmae: unknown key. Did you mean name?"),
        (small(zzz="x"), "zzz: unknown key. Known here are name, collective,"),
        (one_trafo(ratng_kva=4), "trafos[0].ratng_kva: unknown key. Did you mean"),
        (small(name=...), "name: is missing. Write name: Hub Dalen."),
        (one_trafo(rating_kva=...), "trafos[0].rating_kva: is missing."),
        (one_trafo(rating_kva=0), "must be above 0, got 0"),
        (one_trafo(rating_kva="400"), "must be a number, got '400'"),
        (one_trafo(rating_kva=True), "must be a number, got True"),
        (one_trafo(rating_kva=float("nan")), "must be above 0, got nan"),
        (one_trafo(limit_kw=-1), "trafos[0].limit_kw: must be above 0, got -1"),
        (one_trafo(limit_kw=401), "trafos[0].limit_kw: must be at most the rating"),
        (one_trafo(power_factor=1.1), "must be at most 1, got 1.1"),
        (one_trafo(connections=2.5), "must be a whole number of at least 1, got 2.5"),
        (one_trafo(id="Dalen dorp"), "must be 1 to 32 of a-z"),
        (one_trafo(id=7), "must be 1 to 32 of a-z"),
        (small(language="de"), "language: must be one of en, nl, got 'de'"),
        (small(time_zone="Europe/Dalen"), "unknown time zone 'Europe/Dalen'"),
        (small(time_zone="../etc/passwd"), "unknown time zone"),
        (small(time_zone=1), "unknown time zone 1"),
        (small(trafos=[]), "trafos: must be a list with at least one"),
        (small(trafos={}), "trafos: must be a list with at least one"),
        (small(trafos=["dalen"]), "trafos[0]: must be keys and values"),
        (small(public_url="hub.example.nl"), "public_url: must be the hub's address"),
        (small(public_url="ftp://hub.nl"), "public_url: must be the hub's address"),
        (small(public_url="https://"), "public_url: must be the hub's address"),
        (small(public_url="https://h:99999"), "public_url: must be the hub's address"),
        (small(public_url="https://a@h.nl"), "without user, ? and #"),
        (small(public_url="https://h.nl/?a"), "without user, ? and #"),
        (small(public_url="http://hub.example.nl"), "public_url: must be https"),
    ],
)
def test_one_fault_gives_one_line(raw: object, says: str) -> None:
    """The line names the place."""
    (line,) = faults(raw)
    assert says in line


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://192.168.1.20",
        "http://hub.local",
        "http://[::1]:8080",
        "https://hub.example.nl:8443/dalen",
    ],
)
def test_good_addresses(url: str) -> None:
    """Plain http is for private networks."""
    assert parse_config(small(public_url=url)).public_url == url


def test_all_faults_are_told_at_once() -> None:
    """Also those between transformers, and those of the later ones."""
    trafos = [
        {"id": "a", "rating_kva": -1},
        {"id": "a", "rating_kva": 100, "limit_kw": 500},
        {"id": "b", "rating_kva": 0, "nmae": "B"},
    ]
    lines = faults(small(trafos=trafos, time_zone="x"))
    assert sorted(line.split(": ")[0] for line in lines) == [
        "time_zone",
        "trafos[0].rating_kva",
        "trafos[1].id",
        "trafos[1].limit_kw",
        "trafos[2].nmae",
        "trafos[2].rating_kva",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "hub.yaml: line 1, column 8: "),
        ("name: a\n\tb: c", "hub.yaml: line 2, column 1: "),
        ("name: a\nname: b", "hub.yaml: line 2, column 1: name is there twice"),
        ("? [a]\n: b", "hub.yaml: "),
        ("a: !!python/object:os.system x", "hub.yaml: line 1"),
        ("a: \x00", "hub.yaml: "),
        ("a: &x [*x]", "hub.yaml: "),
    ],
)
def test_broken_yaml_names_the_line(tmp_path: Path, text: str, says: str) -> None:
    """One line, whatever is broken."""
    path = tmp_path / "hub.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_config(path)
    assert str(error.value).startswith(says)
    assert "\n" not in str(error.value)


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    """The message says how to begin."""
    with pytest.raises(ConfigError, match=r"Copy hub\.example\.yaml"):
        load_config(tmp_path / "hub.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)
    (tmp_path / "hub.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "hub.yaml")


def test_forecast_file_is_found_beside_and_checked(tmp_path: Path) -> None:
    """A bad forecast file stops the hub at its start, with the line."""
    path, forecast = tmp_path / "hub.yaml", tmp_path / "forecast.csv"
    path.write_text(yaml.safe_dump(one_trafo(forecast_file="forecast.csv")))
    with pytest.raises(ConfigError, match=r"trafos\[0\]\.forecast_file: .*No such"):
        load_config(path)
    forecast.write_text("time,load_kw\n2026-11-23T16:00Z,900000\n")
    with pytest.raises(ConfigError, match="line 2: 900000 kW is above 800"):
        load_config(path)
    forecast.write_text("time,load_kw\n2026-11-23T16:00Z,200\n")
    assert load_config(path).trafos[0].forecast_file == forecast


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*SMALL, "time_zone", "language", "x"]), JSONISH)
    | JSONISH
)
def test_any_data_is_accepted_or_refused_with_a_line(raw: object) -> None:
    """Nothing but a ConfigError comes out."""
    try:
        parse_config(raw)
    except ConfigError as err:
        lines = err.problems
    else:
        lines = ("hub.yaml: fine",)
    assert lines
    assert all(line.startswith("hub.yaml: ") for line in lines)
