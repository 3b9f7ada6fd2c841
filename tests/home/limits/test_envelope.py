"""The envelope admits what is safe and says why the rest is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math

import pytest

from custom_components.dalen.limits.envelope import (
    Envelope,
    RefusalReason,
    Refused,
    admit,
)
from custom_components.dalen.limits.model import ORDER_SOURCES, Limit, LimitSource

from .builders import ENVELOPE, NOW, a_limit, after


def admitted(limit: Limit) -> Limit:
    """Return the limit as admitted; fail when it is refused."""
    verdict = admit(limit, ENVELOPE, NOW)
    assert isinstance(verdict, Limit)
    return verdict


def refusal(limit: Limit) -> RefusalReason:
    """Return why the limit is refused; fail when it is admitted."""
    verdict = admit(limit, ENVELOPE, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.limit is limit
    return verdict.reason


def test_a_sound_order_is_admitted_unchanged() -> None:
    """Nothing is done to an order within the envelope."""
    assert admitted(a_limit()) == a_limit()


@pytest.mark.parametrize(
    ("source", "asked_w", "admitted_w"),
    [
        (LimitSource.HUB, 100, 300),
        (LimitSource.HUB, -5000, 300),
        (LimitSource.HUB, 1e30, 2000),
        (LimitSource.SAFE_MODE, 100, 300),
        (LimitSource.RESIDENT, 0, 0),
        (LimitSource.RESIDENT, -1, 0),
        (LimitSource.PRICE, 0, 0),
        (LimitSource.SCHEDULE, 100, 100),
        (LimitSource.INSTALLER, 9000, 2000),
        (LimitSource.EMERGENCY, 0, 0),
        (LimitSource.EMERGENCY, -1, 0),
    ],
)
def test_watts_are_moved_into_the_bounds(
    source: LimitSource, asked_w: float, admitted_w: float
) -> None:
    """The floor binds orders from outside; nothing goes outside 0..nameplate."""
    assert admitted(a_limit(source, asked_w)).limit_w == admitted_w


@pytest.mark.parametrize("asked_w", [math.nan, math.inf, -math.inf, 10**400])
@pytest.mark.parametrize("source", list(LimitSource))
def test_watts_that_are_no_number_are_refused(
    source: LimitSource, asked_w: float
) -> None:
    """Not even the resident can ask for a limit that is no number."""
    assert refusal(a_limit(source, asked_w)) is RefusalReason.NOT_FINITE


@pytest.mark.parametrize("source", sorted(ORDER_SOURCES))
def test_an_order_without_an_end_is_refused(source: LimitSource) -> None:
    """A machine cannot limit a house for ever."""
    assert refusal(a_limit(source, end=None)) is RefusalReason.NO_END


@pytest.mark.parametrize("source", [LimitSource.RESIDENT, LimitSource.INSTALLER])
def test_people_in_the_house_may_leave_a_limit_open_ended(source: LimitSource) -> None:
    """The resident's number and the installer's maximum stay."""
    assert admitted(a_limit(source, end=None)).end is None
    assert admitted(a_limit(source, end=after(500))).end == after(500)


def test_an_order_that_ended_is_refused() -> None:
    """The end is the first moment at which an order no longer holds."""
    past = a_limit(start=after(-2), end=NOW)
    assert refusal(past) is RefusalReason.ENDED


def test_an_order_that_ends_before_it_starts_is_refused() -> None:
    """Swapped times are a fault, not a limit."""
    swapped = a_limit(start=after(2), end=after(1))
    assert refusal(swapped) is RefusalReason.ENDS_BEFORE_START


def test_an_order_reaches_48_hours_ahead_at_most() -> None:
    """What starts later is refused, what ends later is cut."""
    assert refusal(a_limit(start=after(48), end=after(49))) is (
        RefusalReason.TOO_FAR_AHEAD
    )
    assert admitted(a_limit(end=after(1000))).end == after(48)
    far = datetime.max.replace(tzinfo=UTC)
    assert admitted(a_limit(end=far)).end == after(48)
    assert refusal(a_limit(start=far - timedelta(1), end=far)) is (
        RefusalReason.TOO_FAR_AHEAD
    )


def test_a_stop_lasts_two_hours_at_most() -> None:
    """A longer stop is cut, counted from its own start."""
    stop = a_limit(LimitSource.EMERGENCY, 0, start=after(-1), end=after(10))
    assert admitted(stop).end == after(1)
    old = replace(stop, start=after(-3))
    assert refusal(old) is RefusalReason.ENDED


def test_a_time_without_a_time_zone_is_refused() -> None:
    """It could mean any hour of the day."""
    naive = NOW.replace(tzinfo=None)
    assert refusal(a_limit(start=naive)) is RefusalReason.NO_TIME_ZONE
    assert refusal(a_limit(end=naive)) is RefusalReason.NO_TIME_ZONE


@pytest.mark.parametrize(
    ("nameplate_w", "floor_w", "message"),
    [
        (0, 0, "nameplate_w is 0"),
        (math.nan, 0, "nameplate_w is nan"),
        (2000, -1, "floor_w is -1"),
        (2000, 2001, "floor_w is 2001"),
        (2000, math.inf, "floor_w is inf"),
    ],
)
def test_an_impossible_envelope_is_refused(
    nameplate_w: float, floor_w: float, message: str
) -> None:
    """The error says which number to correct."""
    with pytest.raises(ValueError, match=message):
        Envelope(nameplate_w=nameplate_w, floor_w=floor_w)
