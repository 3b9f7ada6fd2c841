"""Orders that the hub signed count; replayed, forged and foreign ones change nothing."""

from base64 import b64decode
from copy import deepcopy
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.openadr import order_book
from custom_components.dalen.openadr.canonical import canonical_order
from custom_components.dalen.openadr.caps import read_caps
from custom_components.dalen.openadr.order_book import HubKey, OrderBook, Review
from custom_components.dalen.openadr.reader import read_all, read_event
from custom_components.dalen.openadr.signed_order import (
    OrderRefusedError,
    Refusal,
    verify,
)

from .builders import NOW, caps_json, interval, stop_json
from .signing import TARGET, Signer, with_signature

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "signed_order.json").read_text()
)
SIGNER = Signer()
KEY = HubKey(public_key=SIGNER.public_key, target=TARGET)
FORGER = Signer(seed=bytes(32))
LIMIT = "IMPORT_CAPACITY_LIMIT"


def book() -> OrderBook:
    """Return an empty book with the key of the hub."""
    return OrderBook(KEY)


def review(orders: OrderBook, *events: dict[str, Any], now: datetime = NOW) -> Review:
    """Let a book review events as JSON; unreadable ones never reach it."""
    return orders.review(read_all(events, read_event)[0], now)


def caps_w(found: Review) -> list[float]:
    """Return the caps of the signed orders, in watts."""
    return [cap.limit_w for cap in read_caps(found.signed, now=NOW).caps]


def by_name(found: Review) -> dict[str, Any]:
    """Return the signed orders by their names."""
    assert len({event.name for event in found.signed}) == len(found.signed)
    return {event.name: event for event in found.signed}


def refusal(event: dict[str, Any]) -> Refusal:
    """Return why an event does not count."""
    with pytest.raises(OrderRefusedError) as caught:
        verify(read_event(event), KEY.public_key, TARGET)
    return caught.value.reason


@pytest.mark.parametrize("vector", VECTORS["orders"], ids=lambda each: each["name"])
def test_the_form_that_hub_and_home_share(vector: dict[str, Any]) -> None:
    """The vectors are the hub's own; neither side has the other's code."""
    event, claims = vector["event"], vector["claims"]
    assert canonical_order(event, vector["ven"]) == vector["canonical"]
    order = verify(read_event(event), b64decode(VECTORS["public_key"]), vector["ven"])
    assert order.revision == claims["rev"]
    assert order.digest == claims["sha256"]
    assert order.expires == datetime.fromtimestamp(claims["exp"], UTC)
    assert read_caps([order.event], now=NOW).caps


def test_a_signed_order_counts_in_full() -> None:
    """With its own unit, whatever else the event says."""
    found = review(book(), SIGNER.sign(caps_json(0.52, 0.7)))
    assert caps_w(found) == [520, 700]
    assert found.unsigned == found.refused == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"payloadDescriptors": [{"payloadType": LIMIT, "units": "W"}]},
        {"duration": "P9999Y"},
        {"createdDateTime": "2026-11-23T16:07:00Z", "targets": ["home-x"]},
    ],
)
def test_what_is_not_signed_is_not_looked_at(fields: dict[str, Any]) -> None:
    """Neither another unit nor endless rounds get in beside a good signature."""
    honest = review(book(), SIGNER.sign(caps_json(0.52)))
    assert review(book(), SIGNER.sign(caps_json(0.52)) | fields).signed == honest.signed


def test_a_stop_that_starts_now_started_when_it_was_signed() -> None:
    """Also when the dates beside it were changed."""
    issued = int((NOW - timedelta(minutes=5)).timestamp())
    stop = SIGNER.sign(stop_json(programID="dalen-caps"), iat=issued)
    stop["modificationDateTime"] = "2026-11-23T16:07:00Z"
    (cap,) = read_caps(review(book(), stop).signed, now=NOW).caps
    assert cap.start == datetime.fromtimestamp(issued, UTC)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"ven": "home-other"}, Refusal.OTHER_HOME),
        ({"program": "p"}, Refusal.WRONG_CONTENT),
        ({"event": "caps-2026-11-24"}, Refusal.WRONG_CONTENT),
        ({"sha256": "00"}, Refusal.WRONG_CONTENT),
        ({"sha256": "\ud800"}, Refusal.WRONG_CONTENT),
        ({"sha256": None}, Refusal.BAD_SIGNATURE),
        ({"rev": -1}, Refusal.BAD_SIGNATURE),
        ({"rev": "7"}, Refusal.BAD_SIGNATURE),
        ({"exp": None}, Refusal.BAD_SIGNATURE),
        ({"exp": 10**30}, Refusal.BAD_SIGNATURE),
    ],
)
def test_claims_that_do_not_fit(claims: dict[str, Any], reason: Refusal) -> None:
    """A good signature under the wrong words is no order."""
    assert refusal(SIGNER.sign(caps_json(0.5), **claims)) is reason


@pytest.mark.parametrize(
    "signatures",
    [
        ["not a JWS"],
        [""],
        [7],
        [],
        ["a.b.c", "d.e.f"],
        [SIGNER.jws([])],
        [SIGNER.jws({}, typ="JWT")],
        # "none" as the algorithm, the classic.
        ["eyJhbGciOiJub25lIn0.e30."],
    ],
)
def test_what_is_no_signature(signatures: list[Any]) -> None:
    """It is refused; it does not count as unsigned."""
    event = with_signature(caps_json(0.5), *signatures)
    assert refusal(event) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    "value", [float("nan"), 10**400, "\ud800"], ids=["nan", "huge", "surrogate"]
)
def test_values_that_no_hub_signs(value: Any) -> None:
    """They have no digest, so they are not what was signed."""
    event = SIGNER.sign(caps_json(0.5))
    event["intervals"].append(interval(1, (LIMIT, value)))
    assert refusal(event) is Refusal.WRONG_CONTENT


def test_an_older_revision_leaves_the_newer_one() -> None:
    """Replayed after it, or together with it in any order."""
    old, new = SIGNER.sign(caps_json(0.9), rev=1), SIGNER.sign(caps_json(0.5), rev=2)
    orders = book()
    assert caps_w(review(orders, old)) == [900]
    assert caps_w(review(orders, new)) == [500]
    found = review(orders, old)
    assert caps_w(found) == [500]
    assert found.refused == (("event-1", Refusal.OLD_REVISION),)
    assert found.is_suspicious
    for both in ((old, new), (new, old)):
        assert caps_w(review(book(), *both)) == [500]


def test_the_same_revision_with_other_words_is_refused() -> None:
    """One revision is one content."""
    orders = book()
    review(orders, SIGNER.sign(caps_json(0.5)))
    found = review(orders, SIGNER.sign(caps_json(0.9)))
    assert caps_w(found) == [500]
    assert found.refused == (("event-1", Refusal.OLD_REVISION),)


def test_an_order_that_loses_its_signature_does_not_lose_its_strength() -> None:
    """Otherwise taking the signature off would lift a cap."""
    orders = book()
    review(orders, SIGNER.sign(caps_json(0.5)))
    found = review(orders, caps_json(2.0))
    assert caps_w(found) == [500]
    assert found.unsigned == ()
    assert found.refused == (("event-1", Refusal.SIGNATURE_REMOVED),)


def test_a_copy_without_a_signature_beside_the_order_does_not_count() -> None:
    """Whichever comes first."""
    signed, copy = SIGNER.sign(caps_json(0.5)), caps_json(0.5, id="copy")
    for both in ((signed, copy), (copy, signed)):
        assert review(book(), *both).unsigned == ()


def test_other_events_without_a_signature_are_unsigned() -> None:
    """An operator can write events by hand; they count within the narrow envelope."""
    orders = book()
    signed = SIGNER.sign(caps_json(0.5))
    found = review(orders, signed, caps_json(0.1, id="hand", eventName="by hand"))
    assert caps_w(found) == [500]
    assert [event.id for event in found.unsigned] == ["hand"]
    assert not found.is_suspicious


def test_without_a_key_everything_is_unsigned() -> None:
    """A foreign VTN, or a home that joined before there were signatures."""
    found = review(OrderBook(None), SIGNER.sign(caps_json(0.5)), stop_json())
    assert len(found.unsigned) == 2
    assert found.signed == found.refused == ()


def test_a_withdrawn_order_is_gone_but_its_revision_is_known() -> None:
    """It can come back as it was or newer, never older."""
    orders = book()
    review(orders, SIGNER.sign(caps_json(0.5), rev=2))
    assert review(orders).signed == ()
    assert review(orders, SIGNER.sign(caps_json(0.9), rev=1)).signed == ()
    assert caps_w(review(orders, SIGNER.sign(caps_json(0.5), rev=2))) == [500]


def test_an_expired_order_is_nothing_and_no_reason_for_alarm() -> None:
    """The days before are over; the hub shows them for late reports."""
    exp = int(NOW.timestamp())
    orders = book()
    found = review(orders, SIGNER.sign(caps_json(0.5), exp=exp))
    assert found.signed == ()
    assert found.refused == (("event-1", Refusal.EXPIRED),)
    assert not found.is_suspicious


def test_an_order_ends_when_it_expires() -> None:
    """Also when nothing else comes."""
    orders = book()
    order = SIGNER.sign(caps_json(0.5), exp=int(NOW.timestamp()) + 60)
    assert review(orders, order).signed
    later = NOW + timedelta(minutes=1)
    forged = FORGER.sign(caps_json(0.5))
    assert review(orders, forged, now=later).signed == ()


def test_revisions_are_forgotten_a_week_after_the_end() -> None:
    """The store does not grow for ever."""
    orders = book()
    review(orders, SIGNER.sign(caps_json(0.5), exp=int(NOW.timestamp()) + 60))
    assert orders.to_json()
    review(orders, now=NOW + timedelta(days=8))
    assert orders.to_json() == {}


def test_orders_and_revisions_survive_a_restart() -> None:
    """As JSON; then an old order is old still, and a forged one changes nothing."""
    orders = book()
    stop = SIGNER.sign(stop_json(programID="dalen-caps", eventName="stop"), rev=5)
    new = SIGNER.sign(caps_json(0.5), rev=5)
    before = review(orders, new, stop)
    restarted = book()
    restarted.restore(json.loads(json.dumps(orders.to_json())))
    old = SIGNER.sign(caps_json(0.9), rev=4)
    found = review(restarted, old, FORGER.sign(stop_json(eventName="stop")))
    assert len(found.refused) == 2
    assert review(restarted, old, stop).signed == before.signed


@pytest.mark.parametrize(
    "stored",
    [None, [], {"a": None}, {"a": {}}, {"a": {"rev": 1}}, {"a": {"event": 3}}],
)
def test_a_store_without_sense_is_forgotten(stored: Any) -> None:
    """The book starts empty then."""
    orders = book()
    orders.restore(stored)
    assert orders.to_json() == {}


def test_refusals_are_counted_once_while_they_stand() -> None:
    """A poll a minute is not an attack a minute."""
    orders = book()
    forged = FORGER.sign(caps_json(0.5))
    for _ in range(3):
        review(orders, forged)
    assert orders.refusals == {Refusal.BAD_SIGNATURE: 1}
    review(orders)
    review(orders, forged)
    assert orders.refusals == {Refusal.BAD_SIGNATURE: 2}


HONEST = [
    SIGNER.sign(caps_json(*(n / 10 for n in range(1, 5))), rev=10),
    SIGNER.sign(stop_json(programID="dalen-caps", eventName="stop"), rev=11),
]
OLD = [
    SIGNER.sign(caps_json(9.0), rev=9),
    SIGNER.sign(
        stop_json(programID="dalen-caps", eventName="stop", duration="PT1S"), rev=3
    ),
]
FOREIGN = [
    SIGNER.sign(caps_json(0.0), ven="home-other", rev=99),
    FORGER.sign(caps_json(0.0), rev=99),
    FORGER.sign(stop_json(programID="dalen-caps", eventName="stop"), rev=99),
    FORGER.sign(stop_json(programID="dalen-caps", eventName="another"), rev=99),
    SIGNER.sign(caps_json(0.0), program="another", rev=99),
    with_signature(caps_json(0.0), "a.b.c"),
    caps_json(5.0),
    stop_json(programID="dalen-caps", eventName="stop", intervals=[]),
]


@st.composite
def tampered(draw: st.DrawFn) -> dict[str, Any]:
    """Return an honest order in which one covered thing was changed."""
    event = deepcopy(draw(st.sampled_from(HONEST)))
    step = event["intervals"][draw(st.integers(0, len(event["intervals"]) - 1))]
    match draw(st.integers(0, 6)):
        case 0:
            event["priority"] = draw(st.sampled_from([None, 1, 5]))
        case 1:
            start = "2026-11-23T15:00:00Z"
            event["intervalPeriod"] = {**event["intervalPeriod"], "start": start}
        case 2:
            event["intervalPeriod"] = {**event["intervalPeriod"], "duration": "PT9H"}
        case 3:
            step["payloads"][0]["values"] = [draw(st.floats(5, 6))]
        case 4:
            step["intervalPeriod"] = {"start": "2026-11-23T16:00:00Z"}
        case 5:
            step["payloads"].append({"type": LIMIT, "values": [0.0]})
        case _:
            step["id"] += 1 + draw(st.integers(0, 3))
    return event


hostile = st.lists(st.one_of(st.sampled_from([*OLD, *FOREIGN]), tampered()), max_size=4)


@given(st.lists(st.tuples(hostile, st.booleans(), st.randoms()), max_size=5))
def test_hostile_orders_change_nothing(
    polls: list[tuple[list[dict[str, Any]], bool, Any]],
) -> None:
    """Whatever stands beside or in the place of honest orders, and in which order."""
    orders = book()
    honest = by_name(review(orders, *HONEST))
    for events, restarts, random in polls:
        shown = [*events, *HONEST]
        random.shuffle(shown)
        assert by_name(review(orders, *shown)) == honest
        if restarts:
            stored = json.loads(json.dumps(orders.to_json()))
            orders = book()
            orders.restore(stored)
        # The honest orders are replaced one by one, never just left out.
        replaced = [*events, caps_json(5.0), OLD[1]]
        found = review(orders, *replaced)
        assert by_name(found) == honest
        assert found.unsigned == ()


def test_an_event_that_did_not_change_is_not_verified_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most polls bring no news, and a small computer has better things to do."""
    orders = book()
    shown = [
        read_event(SIGNER.sign(caps_json(0.5))),
        read_event(caps_json(eventName="x")),
    ]
    first = orders.review(shown, NOW)
    monkeypatch.setattr(order_book, "verify", None)
    assert orders.review(shown, NOW) == first
    assert order_book.verify is None
