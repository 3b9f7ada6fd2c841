"""Tests of what stays of documents that are replaced, withdrawn or spoilt."""

from datetime import timedelta
from typing import Any

import pytest

from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.document import broken_document, document_of
from dalen_hub.grid.upstream.gac import GacAdapter
from dalen_hub.grid.upstream.ledger import Ledger, take
from dalen_hub.grid.upstream.orders import Remark

from . import documents as d

ADAPTER = GacAdapter(typed_targets=False)
FACTS = Facts(rating_kva=400.0, target=d.EAN, now=d.NOW)


def seen(ledger: Ledger, *bodies: dict[str, Any], facts: Facts = FACTS) -> Ledger:
    """Return the ledger after a server showed some events."""
    return take(ledger, [document_of(each) for each in bodies], ADAPTER, facts)


def limits(ledger: Ledger) -> list[float]:
    """Return the limits that count."""
    return list(ledger.orders(ADAPTER, FACTS).limits_kw.values())


def remarks(ledger: Ledger) -> list[Remark]:
    """Return what was remarked."""
    return [told.finding.remark for told in ledger.told]


GOOD = d.served(d.gac([300.0, 250.0]))


def test_a_replaced_document() -> None:
    """Check that the new content counts."""
    ledger = seen(seen(Ledger(), GOOD), d.served(d.gac([200.0, 200.0])))
    assert limits(ledger) == [200.0, 200.0]
    assert remarks(ledger) == [Remark.REPLACED]


def test_the_same_again() -> None:
    """Check that a poll without news remarks nothing."""
    ledger = seen(Ledger(), GOOD)
    assert seen(ledger, GOOD) == ledger


def test_a_withdrawn_document() -> None:
    """Check that it does not count any more, and that this is told."""
    ledger = seen(seen(Ledger(), GOOD))
    assert limits(ledger) == []
    assert remarks(ledger) == [Remark.WITHDRAWN]


def test_a_document_that_is_over() -> None:
    """Check that its end is no withdrawal."""
    later = Facts(rating_kva=400.0, target=d.EAN, now=d.NOW + timedelta(days=1))
    assert remarks(seen(seen(Ledger(), GOOD), facts=later)) == []


@pytest.mark.parametrize("number", [1, 2])
def test_the_last_good_one_stays(number: int) -> None:
    """Check bad content in place of good content, by a change and by a new event."""
    bad = d.served(d.gac([5000.0, 250.0]), number)
    ledger = seen(seen(Ledger(), GOOD), bad)
    assert limits(ledger) == [300.0, 250.0]
    assert remarks(ledger) == [Remark.REFUSED]
    ledger = seen(ledger, bad)
    assert remarks(ledger) == [Remark.REFUSED]
    ledger = seen(ledger, d.served(d.gac([100.0, 100.0]), number))
    assert limits(ledger) == [100.0, 100.0]


def test_a_body_that_is_no_event() -> None:
    """Check that garbage hides neither the others nor what it was before."""
    ledger = seen(Ledger(), GOOD, d.served(d.gac([120.0]), 2))
    shown = [
        broken_document({"id": "event-1"}, "intervals: not a list", d.NOW),
        document_of(d.served(d.gac([110.0]), 2)),
    ]
    ledger = take(ledger, shown, ADAPTER, FACTS)
    assert limits(ledger) == [110.0, 250.0]
    assert remarks(ledger) == [Remark.REFUSED, Remark.REPLACED]


def test_documents_about_others() -> None:
    """Check that the limits of another connection are not ours."""
    other = d.served(d.gac([1.0], targets=["871685900012639999"]))
    assert limits(seen(Ledger(), other)) == []


def test_an_emergency() -> None:
    """Check that it counts in any program, from its start to its end."""
    ledger = seen(Ledger(), GOOD, d.served(d.emergency(), 2))
    stop = ledger.orders(ADAPTER, FACTS).stop
    assert stop is not None
    assert stop.reason == "Cable on fire"
    assert stop.end == d.NOW + timedelta(minutes=30)
    assert limits(ledger) == [300.0, 250.0]
    later = Facts(rating_kva=400.0, target=d.EAN, now=d.NOW + timedelta(minutes=30))
    assert ledger.orders(ADAPTER, later).stop is None
    assert seen(ledger, GOOD).orders(ADAPTER, FACTS).stop is None


def test_an_emergency_that_is_none() -> None:
    """Check that an emergency that leaves power stops nobody."""
    body = d.emergency()
    body["intervals"][0]["payloads"][1]["values"] = [5.0]
    ledger = seen(Ledger(), d.served(body))
    assert ledger.orders(ADAPTER, FACTS).stop is None
    assert remarks(ledger) == [Remark.REFUSED]
