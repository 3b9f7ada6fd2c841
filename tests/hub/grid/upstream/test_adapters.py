"""Tests of the adapters: good documents, and each kind of bad one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.document import DocumentError, document_of
from dalen_hub.grid.upstream.gac import GacAdapter
from dalen_hub.grid.upstream.nlflex import NlflexAdapter
from dalen_hub.grid.upstream.orders import Remark
from dalen_hub.grid.upstream.trafo_forecast import ForecastAdapter

from . import documents as d

FACTS = Facts(rating_kva=400.0, target=d.EAN, now=d.NOW)
NEW = GacAdapter(typed_targets=False)
OLD = GacAdapter(typed_targets=True)
FORECASTS = ForecastAdapter()
FLEX = NlflexAdapter()


def test_limits_by_quarter_hour() -> None:
    """Check the limits of a document of GAC 2.2."""
    document = document_of(d.served(d.gac([300.0, 250.5])))
    assert NEW.wants(document)
    assert NEW.check(document, FACTS) == ()
    assert NEW.orders([document], FACTS).limits_kw == {
        d.quarter(0): 300.0,
        d.quarter(1): 250.5,
    }


def test_steps_of_five_minutes() -> None:
    """Check that the strictest of three steps counts, as GAC 2.0 has them."""
    document = document_of(d.served(d.gac_20([300, 280, 290, 200, 210, 220])))
    assert OLD.check(document, FACTS) == ()
    assert OLD.orders([document], FACTS).limits_kw == {
        d.quarter(0): 280.0,
        d.quarter(1): 200.0,
    }


def test_the_strictest_document_counts() -> None:
    """Check two documents about the same quarter hours."""
    both = [
        document_of(d.served(d.gac([300.0, 200.0]), 1)),
        document_of(d.served(d.gac([250.0, 350.0]), 2)),
    ]
    assert list(NEW.orders(both, FACTS).limits_kw.values()) == [250.0, 200.0]


@pytest.mark.parametrize("duration", ["P9999Y", None])
def test_safe_mode(duration: str | None) -> None:
    """Check that a document without end counts where nothing else does."""
    period = {"start": "2026-01-01T00:00:00Z"}
    if duration is not None:
        period["duration"] = duration
    both = [
        document_of(d.served(d.gac([120.0], intervalPeriod=period), 1)),
        document_of(d.served(d.gac([300.0]), 2)),
    ]
    for document in both:
        assert NEW.check(document, FACTS) == ()
    orders = NEW.orders(both, FACTS)
    assert orders.limit_kw(d.quarter(0)) == 300.0
    assert orders.limit_kw(d.quarter(1)) == 120.0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (d.gac([801.0]), "outside 0 to 800 kW"),
        (d.gac([300_000.0]), "looks like W"),
        (d.gac([-1.0]), "outside 0 to 800 kW"),
        (d.gac([float("nan")]), "not a finite number"),
        (d.gac([True]), "not a number"),
        (d.gac([]), "no intervals"),
        (d.gac([300.0], priority=1), "priority"),
        (d.gac([300.0], targets=["ABC"]), "no EAN"),
        (d.gac([300.0], payloadDescriptors=d.described(d.LIMIT, "W")), "'W', not 'KW'"),
        (d.gac([300.0], payloadDescriptors=[]), "exactly one payload"),
        (d.gac([300.0], start=d.START + timedelta(minutes=5)), "do not fill"),
        (d.gac([300.0], intervalPeriod=None), "either on the event or"),
        (
            d.gac(
                [],
                intervals=[d.interval(1, d.LIMIT, 3.0), d.interval(0, d.LIMIT, 3.0)],
            ),
            "do not rise",
        ),
        (
            d.gac([], intervals=[d.interval(0, "SIMPLE", 1.0)]),
            "exactly one payload",
        ),
        (
            d.gac(
                [],
                intervalPeriod=None,
                intervals=[
                    d.interval(0, d.LIMIT, 3.0, d.START, "PT30M"),
                    d.interval(1, d.LIMIT, 3.0, d.START),
                ],
            ),
            "overlap",
        ),
        (
            d.gac(
                [300.0],
                intervalPeriod={"start": "2026-11-23T17:00:00Z", "duration": "P40D"},
            ),
            "31 days",
        ),
    ],
)
def test_bad_limits(body: dict[str, Any], said: str) -> None:
    """Check that each bad document is refused, with what is wrong."""
    with pytest.raises(DocumentError, match=said):
        NEW.check(document_of(d.served(body)), FACTS)


def test_a_bad_interval_before_a_good_one() -> None:
    """Check every interval, not only the last one as the profile's validator does."""
    body = d.gac([300.0, 300.0])
    body["intervals"][0]["payloads"][0]["values"] = [300.0, 200.0]
    with pytest.raises(DocumentError, match="exactly one value"):
        NEW.check(document_of(d.served(body)), FACTS)


def test_typed_targets() -> None:
    """Check that GAC 2.0 demands both targets."""
    body = d.gac_20([300.0] * 3)
    del body["targets"][1]
    with pytest.raises(DocumentError, match="VEN_NAME"):
        OLD.check(document_of(d.served(body)), FACTS)


def test_late_and_partial_documents() -> None:
    """Check that both count, with a remark."""
    late = document_of(d.served(d.gac([300.0] * 3, start=d.START - timedelta(hours=2))))
    assert [each.remark for each in NEW.check(late, FACTS)] == [Remark.LATE]
    gap = d.gac(
        [],
        intervalPeriod=None,
        intervals=[
            d.interval(0, d.LIMIT, 300.0, d.quarter(0)),
            d.interval(1, d.LIMIT, 300.0, d.quarter(3)),
        ],
    )
    (remark,) = NEW.check(document_of(d.served(gap)), FACTS)
    assert remark.remark is Remark.PARTIAL
    assert remark.detail == "2 quarter hours are left out"


def test_forecasts() -> None:
    """Check that a forecast is taken over by quarter hour."""
    document = document_of(d.served(d.forecast([210.0, 220.0])))
    assert FORECASTS.check(document, FACTS) == ()
    (rows,) = FORECASTS.orders([document], FACTS).forecasts.values()
    assert [(row.time, row.load_kw) for row in rows] == [
        (d.quarter(0), 210.0),
        (d.quarter(1), 220.0),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda body: body["intervals"][0]["payloads"][0].update(values=[900]),
            "twice",
        ),
        (lambda body: body["payloadDescriptors"][0].update(units="W"), "'KW'"),
        (lambda body: body["intervalPeriod"].update(duration="PT30M"), "gap"),
        (
            lambda body: body["intervalPeriod"].update(start="2026-11-23T17:01:00Z"),
            "starts no quarter hour",
        ),
    ],
)
def test_bad_forecasts(change: Callable[[dict[str, Any]], None], said: str) -> None:
    """Check that a forecast has to keep the rules of an upload."""
    body = d.forecast([210.0, 220.0])
    change(body)
    with pytest.raises(DocumentError, match=said):
        FORECASTS.check(document_of(d.served(body)), FACTS)


def test_a_dispatch_bounds_the_group() -> None:
    """Check that the ceiling is the baseline less the flexibility."""
    both = [
        document_of(d.served(d.baseline(60.0), 1)),
        document_of(d.served(d.dispatch(42.5), 2)),
        document_of(d.served(d.anchor(), 3)),
    ]
    for document in both:
        assert FLEX.wants(document)
        assert FLEX.check(document, FACTS) == ()
    orders = FLEX.orders(both, FACTS)
    assert [orders.group_kw(d.quarter(n)) for n in (0, 7, 8, 11)] == [
        17.5,
        17.5,
        60.0,
        60.0,
    ]
    assert orders.group_kw(d.quarter(12)) == float("inf")
    assert orders.limit_kw(d.quarter(0)) == float("inf")


def test_a_dispatch_without_baseline() -> None:
    """Check that it cannot be followed, and that this is remarked."""
    orders = FLEX.orders([document_of(d.served(d.dispatch(42.5)))], FACTS)
    assert orders.pumps_kw == {}
    assert [each.remark for each in orders.findings] == [Remark.PARTIAL]


def test_an_override_is_remarked() -> None:
    """Check that the operator learns that less counts than was offered."""
    (remark,) = FLEX.check(document_of(d.served(d.override(-10.0))), FACTS)
    assert remark.remark is Remark.OVERRIDDEN
    assert "-10.0" in remark.detail
    assert "SHARE_LIMIT_EXCEEDED" in remark.detail


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body["intervalPeriod"].update(duration="P2D"), "one day"),
        (
            lambda body: body["intervals"][0]["intervalPeriod"].update(duration="PT3H"),
            "1, 2, 4 or 6",
        ),
        (
            lambda body: body["intervals"][1]["payloads"][0].update(values=[5]),
            "FLEX 0",
        ),
        (
            lambda body: body["intervals"][0]["payloads"][0].update(values=[9000]),
            "outside",
        ),
        (
            lambda body: body["intervalPeriod"].update(start="2026-11-23T18:00:00Z"),
            "outside the day",
        ),
    ],
)
def test_bad_dispatches(change: Callable[[dict[str, Any]], None], said: str) -> None:
    """Check that each bad dispatch is refused."""
    body = d.dispatch(42.5)
    change(body)
    with pytest.raises(DocumentError, match=said):
        FLEX.check(document_of(d.served(body)), FACTS)


def test_a_bad_baseline() -> None:
    """Check that a baseline has to be one of this transformer."""
    with pytest.raises(DocumentError, match="twice the rating"):
        FLEX.check(document_of(d.served(d.baseline(60_000.0))), FACTS)
