"""The tiers: how much of its data a home shares.

Each tier holds what the one before it holds. The home sends nothing beyond its
tier, and the gate refuses what comes nevertheless.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dalen_hub.consent.errors import TierError

LONGEST_VALIDITY = timedelta(days=366)
"""How far ahead the end date of tier T3 may lie."""


class Tier(StrEnum):
    """How much a home shares."""

    T0 = "T0"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"


DEFAULT_TIER = Tier.T1


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """What may pass in a tier, and how fine its intervals may be."""

    payload_types: frozenset[str]
    resolution_s: int


RULES: Mapping[Tier, TierRule] = {
    Tier.T0: TierRule(payload_types=frozenset({"OPERATING_STATE"}), resolution_s=900),
    Tier.T1: TierRule(
        payload_types=frozenset({"OPERATING_STATE", "DEMAND"}), resolution_s=900
    ),
    Tier.T2: TierRule(
        payload_types=frozenset({"OPERATING_STATE", "DEMAND"}), resolution_s=300
    ),
    Tier.T3: TierRule(
        payload_types=frozenset({"OPERATING_STATE", "DEMAND", "READING"}),
        resolution_s=60,
    ),
}


def parse_tier(value: Any) -> Tier:
    """Return a tier by its name. Raises TierError for any other value."""
    if isinstance(value, str) and value in Tier.__members__:
        return Tier[value]
    raise TierError(f"tier must be one of {', '.join(Tier)}.")


def check_validity(tier: Tier, valid_until: datetime | None, now: datetime) -> None:
    """Check the end date of a consent. Raises TierError with what to do.

    Research needs an end date of a year ahead at most; other tiers may have one.
    """
    if valid_until is None:
        if tier is Tier.T3:
            raise TierError("Tier T3 needs valid_until: a date within a year.")
        return
    if valid_until <= now:
        raise TierError("valid_until has passed; choose a later date.")
    if valid_until > now + LONGEST_VALIDITY:
        raise TierError("valid_until must lie within a year from now.")
