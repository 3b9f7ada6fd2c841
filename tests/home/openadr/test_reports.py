"""Reports hold what the tier allows, and no more."""

from datetime import timedelta
import json
from math import nan
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.openadr.reports import (
    OperatingState,
    QuarterHour,
    Tier,
    operating_state,
    quarter_hour_report,
    tier_in_force,
)

from .builders import NOW, at

MEASURED = QuarterHour(
    start=at("16:00"),
    state=OperatingState.RUNNING_CURTAILED,
    mean_w=481.0,
    five_minutes_w=(400.0, 500.0, 543.0),
    readings={"room_c": 20.4, "gas_m3": 0.21},
)


def report(tier: Tier, quarter: QuarterHour = MEASURED) -> dict[str, Any]:
    """Return the report of a quarter hour."""
    return quarter_hour_report(quarter, tier=tier, event_id="e1", ven_name="home-1")


def types_of(made: dict[str, Any]) -> set[str]:
    """Return the payload types in a report."""
    return {
        payload["type"]
        for resource in made["resources"]
        for interval in resource["intervals"]
        for payload in interval["payloads"]
    }


def test_default_tier_is_one_value_per_quarter_hour() -> None:
    """The form that the hub and the home agreed on."""
    assert report(Tier.T1) == {
        "eventID": "e1",
        "clientName": "home-1",
        "reportName": "quarter-hour",
        "resources": [
            {
                "resourceName": "heat-pump",
                "intervalPeriod": {
                    "start": "2026-11-23T16:00:00Z",
                    "duration": "PT15M",
                },
                "intervals": [
                    {
                        "id": 0,
                        "payloads": [
                            {"type": "DEMAND", "values": [0.48]},
                            {
                                "type": "OPERATING_STATE",
                                "values": ["RUNNING_CURTAILED"],
                            },
                        ],
                    }
                ],
            }
        ],
    }


def test_lowest_tier_has_no_power() -> None:
    """Taking part needs no measurement."""
    assert types_of(report(Tier.T0)) == {"OPERATING_STATE"}


def test_verification_tier_has_five_minutes() -> None:
    """Three values in the quarter hour."""
    (resource,) = report(Tier.T2)["resources"]
    assert resource["intervalPeriod"]["duration"] == "PT5M"
    demands = [step["payloads"][0]["values"][0] for step in resource["intervals"]]
    assert demands == [0.4, 0.5, 0.54]


def test_verification_tier_without_five_minutes_gives_fifteen() -> None:
    """Coarser than agreed is allowed."""
    coarse = QuarterHour(start=at("16:00"), state=MEASURED.state, mean_w=481.0)
    assert report(Tier.T2, coarse) == report(Tier.T1)


def test_research_tier_has_readings() -> None:
    """Each reading is a resource of its own, named with its unit."""
    heat_pump, gas, room = report(Tier.T3)["resources"]
    assert heat_pump["resourceName"] == "heat-pump"
    assert (gas["resourceName"], room["resourceName"]) == ("gas_m3", "room_c")
    assert room["intervals"][0]["payloads"] == [{"type": "READING", "values": [20.4]}]


@given(
    tier=st.sampled_from(Tier),
    mean_w=st.none() | st.floats(),
    five=st.lists(st.none() | st.floats(), max_size=4),
    readings=st.dictionaries(st.sampled_from(["room_c", "gas_m3"]), st.floats()),
)
def test_nothing_beyond_the_tier(
    tier: Tier, mean_w: float | None, five: list[float | None], readings: Any
) -> None:
    """Whatever was measured: allowed types, allowed steps, and valid JSON."""
    made = report(
        tier,
        QuarterHour(
            start=at("16:00"),
            state=OperatingState.IDLE_NORMAL,
            mean_w=mean_w,
            five_minutes_w=tuple(five),
            readings=readings,
        ),
    )
    allowed = {"OPERATING_STATE", *(["DEMAND"] if tier >= Tier.T1 else [])}
    assert types_of(made) <= allowed | ({"READING"} if tier == Tier.T3 else set())
    steps = {item["intervalPeriod"]["duration"] for item in made["resources"]}
    assert steps <= ({"PT15M", "PT5M"} if tier >= Tier.T2 else {"PT15M"})
    assert json.dumps(made, allow_nan=False)


def test_missing_power_leaves_the_state() -> None:
    """A value that is not known is not invented."""
    unknown = QuarterHour(start=at("16:00"), state=MEASURED.state, mean_w=nan)
    assert types_of(report(Tier.T1, unknown)) == {"OPERATING_STATE"}


def test_start_must_be_a_quarter_hour() -> None:
    """A report at another time would not match the cap."""
    for start in (NOW, at("16:00").replace(tzinfo=None)):
        with pytest.raises(ValueError, match="quarter hour"):
            report(Tier.T1, QuarterHour(start=start, state=MEASURED.state))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((True, False, False), "RUNNING_NORMAL"),
        ((True, True, False), "RUNNING_CURTAILED"),
        ((False, True, False), "IDLE_CURTAILED"),
        ((False, False, False), "IDLE_NORMAL"),
        ((True, True, True), "RUNNING_OPTED_OUT"),
        ((False, False, True), "IDLE_OPTED_OUT"),
    ],
)
def test_operating_state(facts: tuple[bool, bool, bool], state: str) -> None:
    """The resident's pause goes before a cap."""
    running, curtailed, opted_out = facts
    assert (
        operating_state(running=running, curtailed=curtailed, opted_out=opted_out)
        == state
    )


def test_only_taking_part_is_left_after_an_end_date() -> None:
    """As the consent text of the hub says."""
    assert tier_in_force(Tier.T3, NOW + timedelta(seconds=1), NOW) is Tier.T3
    assert tier_in_force(Tier.T3, NOW, NOW) is Tier.T0
    assert tier_in_force(Tier.T0, NOW, NOW) is Tier.T0
    assert tier_in_force(Tier.T2, None, NOW) is Tier.T2
