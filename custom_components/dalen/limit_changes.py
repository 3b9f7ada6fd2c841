"""What changed between two decisions about a heat pump. No I/O."""

from enum import StrEnum

from .limits import EffectiveLimit, LimitSource


class LimitChange(StrEnum):
    """How the limit that holds changed."""

    LOWERED = "lowered"
    RAISED = "raised"
    LIFTED = "lifted"


class Phase(StrEnum):
    """Something that lasts began or ended."""

    STARTED = "started"
    ENDED = "ended"


def limit_change(before: EffectiveLimit, after: EffectiveLimit) -> LimitChange | None:
    """Return how the watts changed; None when they did not."""
    if before.limit_w == after.limit_w:
        return None
    if after.limit_w is None:
        return LimitChange.LIFTED
    if before.limit_w is None or after.limit_w < before.limit_w:
        return LimitChange.LOWERED
    return LimitChange.RAISED


def emergency_change(before: EffectiveLimit, after: EffectiveLimit) -> Phase | None:
    """Tell if an emergency stop began or ended to hold; None when neither."""
    return _phase(
        was=before.source is LimitSource.EMERGENCY,
        is_now=after.source is LimitSource.EMERGENCY,
    )


def release_change(before: EffectiveLimit, after: EffectiveLimit) -> Phase | None:
    """Tell if a release began or ended; None when neither."""
    return _phase(
        was=before.released_by is not None, is_now=after.released_by is not None
    )


def _phase(*, was: bool, is_now: bool) -> Phase | None:
    """Return the edge between two answers; None when they are the same."""
    if was is is_now:
        return None
    return Phase.STARTED if is_now else Phase.ENDED
