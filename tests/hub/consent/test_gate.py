"""Tests of the gate: no report beyond the tier passes."""

from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from dalen_hub.consent.gate import OPERATING_STATES, refuse_reason
from dalen_hub.consent.reported import reported_values
from dalen_hub.consent.tiers import Tier
from tests.hub.helpers import report

# Written here again, so that a slip in the rules of the code shows.
ALLOWED = {
    Tier.T0: ({"OPERATING_STATE"}, 15),
    Tier.T1: ({"OPERATING_STATE", "DEMAND"}, 15),
    Tier.T2: ({"OPERATING_STATE", "DEMAND"}, 5),
    Tier.T3: ({"OPERATING_STATE", "DEMAND", "READING"}, 1),
}
STATE = "RUNNING_CURTAILED"

starts = st.sampled_from(
    [
        f"2026-11-23T15:{minute:02}:{second:02}Z"
        for minute in (0, 1, 5, 7, 15, 30, 45)
        for second in (0, 30)
    ]
    + ["0001-01-01T00:00:00Z", "2026-11-23T15:00:00.5Z", "soon"]
)
durations = st.sampled_from(
    ["PT15M", "PT5M", "PT1M", "PT30S", "PT20M", "PT1H", "P1D", "PT0S", "-PT15M", "x"]
)
types = st.sampled_from(
    ["OPERATING_STATE", "DEMAND", "READING", "USAGE", "x-secret", "demand", ""]
)
values = st.one_of(
    st.floats(0, 5),
    st.sampled_from([STATE, "IDLE_NORMAL", "asleep"]),
    st.booleans(),
    st.none(),
    st.fixed_dictionaries({"x": st.integers(), "y": st.integers()}),
)
periods = st.fixed_dictionaries({"start": starts}, optional={"duration": durations})
payloads = st.fixed_dictionaries(
    {"type": types, "values": st.lists(values, max_size=4)}
)
intervals = st.fixed_dictionaries(
    {"id": st.integers(0, 3), "payloads": st.lists(payloads, max_size=3)},
    optional={"intervalPeriod": periods},
)
resources = st.fixed_dictionaries(
    {
        "resourceName": st.sampled_from(["heat-pump", "room"]),
        "intervals": st.lists(intervals, max_size=3),
    },
    optional={"intervalPeriod": periods},
)
reports = st.fixed_dictionaries(
    {"resources": st.lists(resources, max_size=3)},
    optional={
        "payloadDescriptors": st.lists(
            st.fixed_dictionaries({"payloadType": types}), max_size=2
        )
    },
)
# Mostly right, so that enough reports pass to say something.
plausible_reports = st.builds(
    lambda start, duration, kinds, count: {
        "resources": [
            {
                "resourceName": "heat-pump",
                "intervalPeriod": {"start": start, "duration": duration},
                "intervals": [
                    {
                        "id": 0,
                        "payloads": [
                            {
                                "type": kind,
                                "values": [STATE if "STATE" in kind else 0.5] * count,
                            }
                            for kind in sorted(kinds)
                        ],
                    }
                ],
            }
        ]
    },
    starts,
    durations,
    st.sets(st.sampled_from(["OPERATING_STATE", "DEMAND", "READING"])),
    st.sampled_from([1, 1, 1, 2, 3, 15]),
)


@given(report=st.one_of(reports, plausible_reports), tier=st.sampled_from(Tier))
@example(report={"resources": [{}]}, tier=Tier.T3)
@example(report={"resources": [None]}, tier=Tier.T3)
@example(report={}, tier=Tier.T0)
def test_no_report_beyond_the_tier_passes(report: dict[str, Any], tier: Tier) -> None:
    """Check every value of a report that passes against the tier."""
    if refuse_reason(report, tier) is not None:
        return
    allowed, minutes = ALLOWED[tier]
    for resource in report["resources"]:
        for interval in resource["intervals"]:
            for payload in interval["payloads"]:
                assert payload["values"]
                assert payload["type"] in allowed
                own = interval.get("intervalPeriod", resource.get("intervalPeriod"))
                text = own.get("duration") or resource["intervalPeriod"]["duration"]
                seconds = {"PT15M": 900, "PT5M": 300, "PT1M": 60, "PT20M": 1200}
                seconds |= {"PT1H": 3600, "P1D": 86_400}
                assert seconds[text] / len(payload["values"]) >= minutes * 60
                for value in payload["values"]:
                    if payload["type"] == "OPERATING_STATE":
                        assert value in OPERATING_STATES
                    else:
                        assert isinstance(value, int | float)
                        assert not isinstance(value, bool)


@given(first=plausible_reports, second=plausible_reports, tier=st.sampled_from(Tier))
def test_no_two_reports_tell_more_than_the_tier_together(
    first: dict[str, Any], second: dict[str, Any], tier: Tier
) -> None:
    """Check that the edges of all intervals lie on one grid.

    Else the difference of two intervals would speak of a shorter time.
    """
    edges = [
        edge
        for item in (first, second)
        if refuse_reason(item, tier) is None
        for value in reported_values(item)
        for edge in (value.start, value.start + value.duration_s)
    ]
    assert all(edge % (ALLOWED[tier][1] * 60) == 0 for edge in edges)


@pytest.mark.parametrize(
    ("tier", "duration", "sent"),
    [
        (Tier.T0, "PT15M", {"OPERATING_STATE": STATE}),
        (Tier.T1, "PT15M", {"OPERATING_STATE": STATE, "DEMAND": 0.48}),
        (Tier.T1, "PT30M", {"DEMAND": 0.48}),
        (Tier.T2, "PT5M", {"OPERATING_STATE": STATE, "DEMAND": 0}),
        (Tier.T3, "PT1M", {"DEMAND": 0.48, "READING": 19.5}),
    ],
)
def test_what_a_tier_holds_passes(tier: Tier, duration: str, sent: Any) -> None:
    """Check that the gate is not closed for what was agreed."""
    item = report("event", start="2026-11-23T15:30:00Z", duration=duration, **sent)
    assert refuse_reason(item, tier) is None


@pytest.mark.parametrize(
    ("tier", "start", "duration", "sent"),
    [
        (Tier.T0, "15:30:00", "PT15M", {"DEMAND": 0.48}),
        (Tier.T0, "15:30:00", "PT15M", {"OPERATING_STATE": STATE, "DEMAND": 0}),
        (Tier.T0, "15:30:00", "PT15M", {"OPERATING_STATE": "0.48 kW"}),
        (Tier.T0, "15:30:00", "PT5M", {"OPERATING_STATE": STATE}),
        (Tier.T1, "15:30:00", "PT5M", {"DEMAND": 0.48}),
        (Tier.T1, "15:30:00", "PT20M", {"DEMAND": 0.48}),
        (Tier.T1, "15:31:00", "PT15M", {"DEMAND": 0.48}),
        (Tier.T1, "15:30:00", "PT15M", {"READING": 19.5}),
        (Tier.T1, "15:30:00", "PT15M", {"DEMAND": "0.48"}),
        (Tier.T2, "15:30:00", "PT1M", {"DEMAND": 0.48}),
        (Tier.T2, "15:30:00", "PT15M", {"READING": 19.5}),
        (Tier.T3, "15:30:00", "PT30S", {"DEMAND": 0.48}),
        (Tier.T3, "15:30:00", "PT15M", {"x-door": 1}),
    ],
)
def test_what_a_tier_does_not_hold_is_refused(
    tier: Tier, start: str, duration: str, sent: Any
) -> None:
    """Check surplus kinds and intervals that are too fine."""
    item = report("event", start=f"2026-11-23T{start}Z", duration=duration, **sent)
    assert refuse_reason(item, tier)


def test_many_values_in_one_interval_are_a_finer_interval() -> None:
    """Check that a quarter of an hour cannot hide fifteen minutes."""
    item = report("event", start="2026-11-23T15:30:00Z", DEMAND=0.4)
    payload = item["resources"][0]["intervals"][0]["payloads"][0]
    payload["values"] = [0.4] * 15
    assert refuse_reason(item, Tier.T1)
    assert refuse_reason(item, Tier.T2)
    assert refuse_reason(item, Tier.T3) is None


def test_one_interval_is_told_once() -> None:
    """Check that repeated intervals cannot hide a finer series."""
    item = report("event", start="2026-11-23T15:30:00Z", DEMAND=0.4)
    item["resources"].append(item["resources"][0])
    assert "twice" in (refuse_reason(item, Tier.T1) or "")


def test_intervals_follow_each_other_from_the_start_of_the_resource() -> None:
    """Check the timing rule of the User Guide."""
    item = report("event", start="2026-11-23T15:00:00Z", DEMAND=0.4)
    resource = item["resources"][0]
    resource["intervals"] = [{**resource["intervals"][0], "id": n} for n in range(3)]
    found = reported_values(item)
    assert [value.start - found[0].start for value in found] == [0, 900, 1800]
    assert refuse_reason(item, Tier.T1) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("resources",), 5),
        (("resources", 0, "intervalPeriod"), 5),
        (("resources", 0, "intervalPeriod", "start"), None),
        (("resources", 0, "intervalPeriod", "start"), "0001-01-01T00:00:00Z"),
        (("resources", 0, "intervalPeriod", "start"), "2026-11-23T15:00:00.5Z"),
        (("resources", 0, "intervalPeriod", "duration"), "PT0S"),
        (("resources", 0, "intervalPeriod", "duration"), "PT900.5S"),
        (("resources", 0, "intervals", 0, "payloads", 0, "values"), [0.1] * 7),
        (("resources", 0, "intervals", 0, "payloads", 0, "values"), []),
        (("payloadDescriptors",), [{}]),
        (("payloadDescriptors",), [{"payloadType": "READING"}]),
    ],
)
def test_a_report_that_cannot_be_judged_is_refused(
    path: tuple[Any, ...], value: Any
) -> None:
    """Check that the gate is closed in doubt."""
    item = report("event", start="2026-11-23T15:00:00Z", DEMAND=0.4)
    place: Any = item
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert refuse_reason(item, Tier.T1)


def test_an_announced_kind_that_is_allowed_passes() -> None:
    """Check payload descriptors."""
    item = report("event", start="2026-11-23T15:00:00Z", DEMAND=0.4)
    item["payloadDescriptors"] = [{"payloadType": "DEMAND"}]
    assert refuse_reason(item, Tier.T1) is None
