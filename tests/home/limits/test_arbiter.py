"""The lowest limit in force holds, unless released."""

from custom_components.dalen.limits.arbiter import decide, next_change
from custom_components.dalen.limits.model import EffectiveLimit, LimitSource

from .builders import ENVELOPE, NOW, a_limit, after


def test_without_limits_the_heat_pump_is_free() -> None:
    """Nothing asked, nothing limited."""
    assert decide([], ENVELOPE, None, NOW) == EffectiveLimit(
        limit_w=None,
        source=None,
        reason="no limit in force",
        until=None,
        released_by=None,
    )


def test_the_lowest_limit_in_force_holds() -> None:
    """Its source, reason, end and order come with it."""
    limits = [
        a_limit(LimitSource.RESIDENT, 900, end=None),
        a_limit(LimitSource.HUB, 520, reason="cold evening", order_id="caps-1"),
        a_limit(LimitSource.SCHEDULE, 400, start=after(1), end=after(2)),
        a_limit(LimitSource.PRICE, 300, start=after(-2), end=NOW),
    ]
    assert decide(limits, ENVELOPE, None, NOW) == EffectiveLimit(
        limit_w=520,
        source=LimitSource.HUB,
        reason="cold evening",
        until=after(1),
        released_by=None,
        order_id="caps-1",
    )


def test_a_release_wins_over_every_order() -> None:
    """Even over an emergency stop."""
    limits = [a_limit(LimitSource.EMERGENCY, 0), a_limit(LimitSource.RESIDENT, 900)]
    effective = decide(limits, ENVELOPE, "resident", NOW)
    assert effective.limit_w is None
    assert effective.source is None
    assert effective.released_by == "resident"
    assert effective.reason == "released by resident"


def test_the_maximum_of_the_installer_holds_under_a_release() -> None:
    """It protects the fuse; a blown fuse warms nobody."""
    limits = [a_limit(), a_limit(LimitSource.INSTALLER, 900, end=None)]
    effective = decide(limits, ENVELOPE, "resident", NOW)
    assert effective.limit_w == 900
    assert effective.source is LimitSource.INSTALLER
    assert effective.released_by == "resident"


def test_of_equal_limits_the_one_that_says_most_is_named() -> None:
    """A resident wants to know that it is an emergency."""
    limits = [
        a_limit(LimitSource.RESIDENT),
        a_limit(LimitSource.HUB),
        a_limit(LimitSource.EMERGENCY),
    ]
    assert decide(limits, ENVELOPE, None, NOW).source is LimitSource.EMERGENCY


def test_a_limit_as_high_as_the_nameplate_limits_nothing() -> None:
    """So a hub says "not limited"."""
    assert decide([a_limit(limit_w=2000)], ENVELOPE, None, NOW).limit_w is None


def test_what_was_never_admitted_does_not_hold_either() -> None:
    """The arbiter is the last gate."""
    limits = [a_limit(limit_w=float("nan")), a_limit(end=None)]
    assert decide(limits, ENVELOPE, None, NOW).limit_w is None


def test_the_next_change_is_the_first_start_or_end_ahead() -> None:
    """A timer set on it misses no quarter hour."""
    limits = [
        a_limit(start=after(-1), end=after(3)),
        a_limit(start=after(2), end=after(4)),
        a_limit(LimitSource.RESIDENT, end=None),
    ]
    assert next_change(limits, NOW) == after(2)
    assert next_change(limits, after(2)) == after(3)
    assert next_change(limits, after(4)) is None
