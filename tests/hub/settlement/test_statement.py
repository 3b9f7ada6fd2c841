"""The statement of a month: every amount with its error."""

import csv
from datetime import UTC, datetime, timedelta
import io
from pathlib import Path
import re
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
import numpy as np
import pytest

from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.homes.flexibility.offers import BlockOffer
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.settlement.market import MarketYear, compared, refusal
from dalen_hub.settlement.period import Period
from dalen_hub.settlement.settle import Terms, settle_month
from dalen_hub.settlement.statement import Statement, signed

ZONE = ZoneInfo("Europe/Amsterdam")
NAMES = ["Home 1", "=HYPERLINK(1)", "<b>Home</b> 3"]


def measured(days: int = 40, capped_from: int = 14) -> Period:
    """Return homes that want 60 W/K below 17 C, capped at 300 W on odd days."""
    start = datetime(2026, 11, 17, 23, tzinfo=UTC)
    rng = np.random.default_rng(3)
    quarters = days * 96
    starts = [start + timedelta(minutes=15 * quarter) for quarter in range(quarters)]
    daily_c = np.interp(
        np.arange(quarters) / 96, np.arange(days + 1), rng.normal(3, 3, days + 1)
    )
    wanted_w = 60.0 * np.clip(17.0 - daily_c, 0, None)[:, None] * [0.8, 1.0, 1.2]
    wanted_w = (wanted_w + 50.0 * rng.normal(size=wanted_w.shape)).clip(0.0, 1800.0)
    hour = np.array([at.astimezone(ZONE).hour for at in starts])
    day = np.arange(quarters) // 96
    capped = (hour >= 16) & (hour < 21) & (day >= capped_from) & (day % 2 == 1)
    limited = np.repeat(capped[:, None], 3, axis=1)
    return Period(
        starts=starts,
        zone=ZONE,
        power_w=np.where(limited, np.minimum(wanted_w, 300.0), wanted_w),
        limited=limited,
        outdoor_c=daily_c,
        nameplate_w=np.full(3, 1800.0),
    )


@pytest.fixture(scope="module")
def december() -> Statement:
    """Return the statement of a month with a pot of 25 EUR."""
    return settle_month(
        measured(),
        month="2026-12",
        trafo_name="Dalen & omstreken",
        names=NAMES,
        terms=Terms(prices=EnergyPrices(), pot_eur=25.0),
    )


def test_every_amount_of_the_csv_has_its_error(december: Statement) -> None:
    """One line a home; sums are those of the statement."""
    rows = list(csv.DictReader(io.StringIO(december.csv())))
    assert len(rows) == 3
    assert all(row["month"] == "2026-12" for row in rows)
    for row in rows:
        for amount in ("delivered", "extra_gas", "cost", "pot", "total"):
            value = next(
                v for k, v in row.items() if re.match(f"{amount}_(kwh|m3|eur)", k)
            )
            error = next(v for k, v in row.items() if k.startswith(f"{amount}_error"))
            assert float(value) > 0.0
            assert 0.0 < float(error) < 0.2 * float(value)
        assert float(row["cost_eur"]) + float(row["pot_eur"]) == pytest.approx(
            float(row["total_eur"])
        )
    assert sum(float(row["pot_eur"]) for row in rows) == pytest.approx(25.0)
    assert sum(float(row["delivered_kwh"]) for row in rows) == pytest.approx(
        december.together.delivered_kwh, abs=0.01
    )
    delivered = [float(row["delivered_kwh"]) for row in rows]
    assert delivered == sorted(delivered)


def test_a_spreadsheet_takes_no_name_for_a_formula(december: Statement) -> None:
    """Names come from residents."""
    assert "\n2026-12,'=HYPERLINK(1)," in december.csv()


def test_an_unknown_error_is_said_not_invented() -> None:
    """By empty cells in the CSV."""
    statement = settle_month(
        measured(days=18, capped_from=1),
        month="2026-11",
        trafo_name="T",
        names=["a", "b", "c"],
        terms=Terms(prices=EnergyPrices()),
    )
    assert statement.error.days >= 5
    short = settle_month(
        measured(days=6, capped_from=0),
        month="2026-11",
        trafo_name="T",
        names=["a", "b", "c"],
        terms=Terms(prices=EnergyPrices()),
    )
    assert next(csv.DictReader(io.StringIO(short.csv())))["total_error_eur"] == ""


def test_only_the_month_is_settled() -> None:
    """November is history of December; a month without data is refused."""
    terms = Terms(prices=EnergyPrices())
    statement = settle_month(
        measured(capped_from=0),
        month="2026-12",
        trafo_name="T",
        names=NAMES,
        terms=terms,
    )
    both = settle_month(
        measured(capped_from=0),
        month="2026-11",
        trafo_name="T",
        names=NAMES,
        terms=terms,
    )
    assert statement.together.delivered_kwh > 0
    assert both.together.delivered_kwh > 0
    with pytest.raises(ValueError, match="2027-01"):
        settle_month(
            measured(), month="2027-01", trafo_name="T", names=NAMES, terms=terms
        )


def test_the_signature_is_the_hubs(december: Statement, tmp_path: Path) -> None:
    """Anybody with the public key can check the CSV."""
    key = HubKey.open(tmp_path)
    body, signature = signed(december.csv(), key.sign)
    Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, body)


def test_worth_on_the_market_is_energy_times_price() -> None:
    """1 MWh at the prices that the pilot found; other figures can be given."""
    first, second = compared(1000.0, 290.0)
    assert (first.value_eur, second.value_eur) == (581.0, 406.0)
    assert first.surplus_eur == pytest.approx(291.0)
    own = MarketYear(label="2026", volume_mwh=1.0, price_eur_per_mwh=100.0)
    assert compared(500.0, 0.0, (own,))[0].value_eur == 50.0


def test_offers_below_100_kw_are_refused_with_the_reason() -> None:
    """The whole fleet of the pilot never reached it."""
    for firm_kw, minimum_kw, accepted in (
        (80.0, 100.0, False),
        (99.99, 100.0, False),
        (100.0, 100.0, True),
        (80.0, 50.0, True),
    ):
        offer = BlockOffer(
            first_quarter=64,
            hours=4,
            firm_kw=firm_kw,
            baseline_kw=np.full(24, 120.0),
            ceiling_kw=np.full(24, 20.0),
            cost_eur_per_kwh=0.1,
            extra_gas_m3=1.0,
        )
        reason = refusal(offer, minimum_kw)
        assert (reason is None) == accepted
        if reason is not None:
            assert f"{firm_kw:.2f} kW over 4 h is below the 100 kW" in reason
            assert "minder dan de 100 kW" in (refusal(offer, minimum_kw, "nl") or "")


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    """Before anything is settled."""
    period = measured(days=2)
    for field, wrong in (
        ("power_w", period.power_w[:-1]),
        ("limited", period.limited[:, :2]),
        ("outdoor_c", period.outdoor_c[:-1]),
    ):
        values = {
            name: getattr(period, name)
            for name in (
                "starts",
                "zone",
                "power_w",
                "limited",
                "outdoor_c",
                "nameplate_w",
            )
        }
        with pytest.raises(ValueError, match="Give one"):
            Period(**{**values, field: wrong})


def test_days_follow_the_clock_of_the_wall() -> None:
    """The day that summer time ends has 100 quarter hours, 0..95 with four twice."""
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    period = Period(
        starts=[start + timedelta(minutes=15 * quarter) for quarter in range(100)],
        zone=ZONE,
        power_w=np.zeros((100, 1)),
        limited=np.zeros((100, 1), dtype=np.bool_),
        outdoor_c=np.zeros(100),
        nameplate_w=np.ones(1),
    )
    assert np.unique(period.days()).size == 1
    assert np.bincount(period.slots()).tolist() == [1] * 8 + [2] * 4 + [1] * 84
