"""Tests of what a server may show that is no document: nothing of it gets far."""

import copy
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.checks import checked
from dalen_hub.grid.upstream.document import document_of
from dalen_hub.grid.upstream.ledger import Ledger, still_good, take
from dalen_hub.grid.upstream.profiles import ADAPTERS
from dalen_hub.grid.upstream.settings import DsoSettings, ProfileName, Version

from . import documents as d

FACTS = Facts(rating_kva=400.0, target=None, now=d.NOW)
GOOD = {
    ProfileName.GAC_2_0: d.gac_20([300.0] * 3),
    ProfileName.GAC_2_1: d.gac([300.0, 200.0]),
    ProfileName.GAC_2_2: d.gac([300.0, 200.0]),
    ProfileName.NLFLEX_1_0: d.dispatch(40.0),
    ProfileName.TRAFO_FORECAST: d.forecast([200.0, 210.0]),
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        [
            "",
            "PT15M",
            "P9999Y",
            "-PT15M",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-11-23T17:00:00Z",
            "2026-11-23T17:00:00",
            "ALERT_GRID_EMERGENCY",
            "FLEX",
        ]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["x", "y", "type"]), st.integers(), max_size=2),
)


def settings_of(profile: ProfileName) -> DsoSettings:
    """Return a link."""
    is_old = profile is ProfileName.GAC_2_0
    return DsoSettings(
        vtn_url="https://vtn.example",
        client_id="dalen",
        program="program",
        profile=profile,
        version=Version.V3_0_1 if is_old else Version.V3_1,
        poll=timedelta(minutes=1),
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values of a document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        way
        for key, each in inner
        for way in ((*path, key), *places(each, (*path, key)))
    ]


@pytest.mark.parametrize("profile", list(ProfileName))
@given(data=st.data())
def test_any_change_is_taken_over_or_refused(
    profile: ProfileName, data: st.DataObject
) -> None:
    """Check that odd values anywhere raise nothing, and never spoil what is there."""
    good = d.served(GOOD[profile], 1)
    odd = copy.deepcopy(d.served(GOOD[profile], 2))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(places(odd)))
        inside: Any = odd
        for key in way:
            inside = inside[key]
        inside[last] = data.draw(ODD)
    settings, adapter = settings_of(profile), ADAPTERS[profile]
    shown = [checked(settings, each, d.NOW) for each in (good, odd)]
    ledger = take(Ledger(), shown, adapter, FACTS)
    assert "event-1" in ledger.good or odd.get("id") == "event-1"
    orders = ledger.orders(adapter, FACTS)
    for value in (*orders.limits_kw.values(), *orders.pumps_kw.values()):
        assert 0.0 <= value <= 800.0


@pytest.mark.parametrize("stored", list(ProfileName))
@pytest.mark.parametrize("configured", list(ProfileName))
def test_stored_documents_of_another_profile(
    stored: ProfileName, configured: ProfileName
) -> None:
    """Check that a change of the configuration leaves a hub that starts."""
    document = document_of(d.served(GOOD[stored]))
    adapter = ADAPTERS[configured]
    if still_good(document, adapter, FACTS):
        Ledger(good={document.id: document}).orders(adapter, FACTS)
    else:
        assert stored is not configured
