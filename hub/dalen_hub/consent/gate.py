"""The gate at ingest: no report beyond what its home consented to.

Pure, and closed unless every value is known to be allowed.
"""

from collections.abc import Mapping
from typing import Any

from dalen_hub.consent.reported import Reported, reported_values
from dalen_hub.consent.tiers import RULES, Tier, TierRule

OPERATING_STATES = frozenset(
    f"{running}_{mode}"
    for running in ("RUNNING", "IDLE")
    for mode in ("NORMAL", "CURTAILED", "OPTED_OUT")
)


def refuse_reason(report: Mapping[str, Any], tier: Tier) -> str | None:
    """Return why a report goes beyond a tier; None when it does not."""
    passed = passed_values(report, tier)
    return passed if isinstance(passed, str) else None


def passed_values(report: Mapping[str, Any], tier: Tier) -> list[Reported] | str:
    """Return the values of a report; or why it goes beyond a tier.

    The edges of intervals must lie on the grid of the tier: from intervals that
    overlap, finer ones could be computed.
    """
    rule = RULES[tier]
    try:
        values = reported_values(report)
        described = _described_types(report)
    except ValueError as error:
        return f"The report cannot be judged: {error}."
    if unknown := described - rule.payload_types:
        return _not_shared(min(unknown), tier)
    return _first_reason(values, rule, tier) or values


def _first_reason(values: list[Reported], rule: TierRule, tier: Tier) -> str | None:
    """Return why one of the values goes beyond a tier; None when none does."""
    seen: set[tuple[str, str, int]] = set()
    for value in values:
        reason = _value_reason(value, rule, tier)
        key = (value.resource, value.payload_type, value.start)
        if reason is None and key in seen:
            reason = f"{value.payload_type} is there twice for one interval."
        if reason is not None:
            return reason
        seen.add(key)
    return None


def _value_reason(value: Reported, rule: TierRule, tier: Tier) -> str | None:
    """Return why one value goes beyond a tier; None when it does not."""
    if value.payload_type not in rule.payload_types:
        return _not_shared(value.payload_type, tier)
    if value.start % rule.resolution_s or value.duration_s % rule.resolution_s:
        return (
            f"In tier {tier} intervals last {rule.resolution_s // 60} min or a "
            "multiple, and start on a multiple of it in UTC."
        )
    if value.payload_type == "OPERATING_STATE":
        if not isinstance(value.value, str) or value.value not in OPERATING_STATES:
            return "The operating state is not one that the hub knows."
    elif isinstance(value.value, bool) or not isinstance(value.value, int | float):
        return f"{value.payload_type} must hold numbers only."
    return None


def _described_types(report: Mapping[str, Any]) -> set[str]:
    """Return the payload types that a report announces."""
    types = set()
    for item in report.get("payloadDescriptors", ()):
        if not isinstance(item, Mapping) or "payloadType" not in item:
            raise ValueError("a payload descriptor has no payloadType")
        types.add(str(item["payloadType"]))
    return types


def _not_shared(payload_type: str, tier: Tier) -> str:
    """Return what to tell a home that sends too much."""
    return (
        f"This home shares tier {tier}, which does not hold {payload_type}. Leave it "
        "out, or let the resident choose another tier."
    )
