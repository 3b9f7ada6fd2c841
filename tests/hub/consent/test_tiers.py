"""Tests of tiers, end dates and the ledger."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.consent.errors import TierError
from dalen_hub.consent.ledger import (
    Action,
    Consent,
    history,
    latest,
    record,
    tier_in_force,
)
from dalen_hub.consent.tiers import Tier, check_validity, parse_tier

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)


def consent(action: Action, tier: Tier, until: datetime | None = None) -> Consent:
    """Return a row of the ledger."""
    return Consent(
        ven_id="ven",
        trafo_id="kerkstraat",
        action=action,
        tier=tier,
        text_sha256="0" * 64,
        language="nl",
        given_at=NOW,
        valid_until=until,
    )


@pytest.mark.parametrize("value", ["T4", "t1", "", None, 1, ["T1"]])
def test_only_the_four_tiers_exist(value: Any) -> None:
    """Check what is not a tier."""
    with pytest.raises(TierError, match="T0, T1, T2, T3"):
        parse_tier(value)


def test_research_needs_an_end_within_a_year() -> None:
    """Check the end dates of T3."""
    check_validity(Tier.T3, NOW + timedelta(days=365), NOW)
    with pytest.raises(TierError, match="needs valid_until"):
        check_validity(Tier.T3, None, NOW)
    with pytest.raises(TierError, match="within a year"):
        check_validity(Tier.T3, NOW + timedelta(days=367), NOW)


def test_an_end_lies_ahead() -> None:
    """Check the end date of any tier."""
    check_validity(Tier.T1, None, NOW)
    with pytest.raises(TierError, match="has passed"):
        check_validity(Tier.T1, NOW, NOW)


def test_a_consent_ends_by_itself_in_taking_part_only() -> None:
    """Check which tier holds before and after the end date."""
    given = consent(Action.GIVEN, Tier.T3, NOW + timedelta(days=1))
    assert tier_in_force(given, NOW) is Tier.T3
    assert tier_in_force(given, NOW + timedelta(days=1)) is Tier.T0


def test_without_consent_there_is_no_tier() -> None:
    """Check that the gate stays closed."""
    assert tier_in_force(None, NOW) is None
    assert tier_in_force(consent(Action.WITHDRAWN, Tier.T1), NOW) is None


async def test_the_ledger_keeps_every_row(engine: AsyncEngine) -> None:
    """Check that a change adds a row, and the newest one counts."""
    rows = [
        consent(Action.GIVEN, Tier.T1),
        consent(Action.CHANGED, Tier.T3, NOW + timedelta(days=9)),
        consent(Action.WITHDRAWN, Tier.T3),
    ]
    async with engine.begin() as conn:
        for row in rows:
            await record(conn, row)
        assert await history(conn, "ven") == rows
        assert await latest(conn, "ven") == rows[-1]
        assert await latest(conn, "other") is None
