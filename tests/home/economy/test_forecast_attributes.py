"""Prices ahead are found in whatever list an entity has."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.economy import PriceSlot, slots_in

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO = [
    PriceSlot(start=NOW, end=NOW + HOUR, eur_kwh=0.25),
    PriceSlot(start=NOW + HOUR, end=NOW + 2 * HOUR, eur_kwh=0.3),
]
LOCAL = ("2026-11-23T18:00:00+01:00", "2026-11-23T19:00:00+01:00")
LAST = "2026-11-23T20:00:00+01:00"


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {
                "today": [0.25, 0.3],
                "raw_today": [
                    {"start": LOCAL[0], "end": LOCAL[1], "value": 0.25},
                    {"start": LOCAL[1], "end": LAST, "value": 0.3},
                ],
                "raw_tomorrow": [{"start": LAST, "end": LAST, "value": None}],
            },
            id="Nordpool",
        ),
        pytest.param(
            {
                "prices_today": [{"time": "2026-11-23 18:00:00+01:00", "price": 0.25}],
                "prices_tomorrow": [{"time": LOCAL[1], "price": 0.3}],
            },
            id="ENTSO-e",
        ),
        pytest.param(
            {
                "prices": [
                    {"from": NOW, "till": NOW + HOUR, "price": 0.25},
                    {"from": NOW + HOUR, "till": NOW + 2 * HOUR, "price": 0.3},
                ]
            },
            id="Frank Energie",
        ),
        pytest.param(
            {
                "data": [
                    {
                        "start_time": LOCAL[0],
                        "end_time": LOCAL[1],
                        "price_per_kwh": "0.25",
                    },
                    {"start_time": LOCAL[1], "end_time": LAST, "price_per_kwh": 0.3},
                ]
            },
            id="EPEX Spot",
        ),
        pytest.param(
            {
                "today": [{"startsAt": LOCAL[0], "total": 0.25}],
                "tomorrow": [{"startsAt": LOCAL[1], "total": 0.3}],
            },
            id="Tibber",
        ),
    ],
)
def test_the_lists_of_known_integrations(attributes: dict[str, Any]) -> None:
    """Names differ, prices do not."""
    assert slots_in(attributes, 1.0) == TWO


def test_the_unit_of_the_entity_holds_for_its_list() -> None:
    """Cents stay cents."""
    (slot,) = slots_in({"prices": [{"start": LOCAL[0], "value": 25}]}, 0.01)
    assert slot.eur_kwh == 0.25


def test_quarter_hours_without_an_end_end_at_the_next() -> None:
    """And the last one after an hour at most."""
    items = [
        {"time": (NOW + n * timedelta(minutes=15)).isoformat(), "price": n / 10}
        for n in range(3)
    ]
    ends = [slot.end - slot.start for slot in slots_in({"prices": items}, 1.0)]
    assert ends == [timedelta(minutes=15), timedelta(minutes=15), HOUR]


@pytest.mark.parametrize(
    "item",
    [
        "rubbish",
        {"start": "soon", "value": 1},
        {"start": "2026-11-23T18:00:00", "value": 1},
        {"start": LOCAL[0]},
        {"start": LOCAL[0], "value": "dear"},
        {"start": LOCAL[0], "value": True},
        {"start": LOCAL[0], "value": "nan"},
        {"start": LOCAL[0], "value": 2_718_394},
        {"start": 5, "value": 1},
    ],
)
def test_what_is_no_price_is_left_out(item: Any) -> None:
    """A price in an unknown unit would switch the house for nothing."""
    assert slots_in({"prices": [item]}, 1.0) == []


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["start", "end", "value", "price", "x"]), inner, max_size=4
        ),
    ),
    max_leaves=20,
)


@given(attributes=st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_no_attributes_break_it(attributes: dict[str, Any]) -> None:
    """Whatever an integration writes there."""
    for slot in slots_in(attributes, 1.0):
        assert abs(slot.eur_kwh) <= 10
