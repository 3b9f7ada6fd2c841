"""Errors of consent."""


class TierError(ValueError):
    """A tier or its end date is not possible."""
