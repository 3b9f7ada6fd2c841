"""Settlement from what a hub stored: over HTTP, on the page, and who may see what."""

from collections.abc import AsyncGenerator
import csv
from dataclasses import replace
import html
import io
from pathlib import Path
import re
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.config import HubConfig
from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.settlement.settle import Terms

from ..conftest import FrozenClock
from ..helpers import Hub
from ..web.test_operator import sign_in
from ..whole_hub import whole_hub
from .stored import CAP_W, DAYS, NOW, START, store_days, wanted_w

API = "/api/v1/trafos/kerkstraat"
OWN = "/dalen/v1/statement"
PAGE = "/trafos/kerkstraat/settlement"
ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path
) -> AsyncGenerator[Hub]:
    """Run a whole hub on the first of December, with a pot."""
    terms = Terms(prices=EnergyPrices(), pot_eur=24.0)
    clock = FrozenClock(NOW)
    async with whole_hub(replace(config, terms=terms), engine, data_dir, clock) as hub:
        yield hub


async def test_a_month_is_settled_from_what_was_stored(whole: Hub) -> None:
    """For the operator with all homes, for a home with its own line only."""
    homes = await store_days(whole, 3)
    operator = await whole.operator()
    body = await operator.ok("GET", f"{API}/settlement?month=2026-11")
    assert body["is_final"]
    assert body["temperature_known"]
    assert len(body["homes"]) == 3
    assert 0 < body["baseline"]["fleet_mean_error"] < 0.1
    for line in [*body["homes"], body["together"]]:
        for name in ("delivered", "extra_gas", "cost", "pot", "total"):
            (value,) = (
                v for k, v in line.items() if re.match(f"{name}_(kwh|m3|eur)", k)
            )
            (error,) = (v for k, v in line.items() if k.startswith(f"{name}_error"))
            assert value > 0 or name == "cost"
            assert 0 <= error <= 0.3 * value
        assert line["baseline_kwh"] > line["delivered_kwh"]
    assert sum(each["pot_eur"] for each in body["homes"]) == pytest.approx(24.0)
    assert [row["price_eur_per_mwh"] for row in body["market"]] == [581, 406]
    own = await homes[1].ok("GET", f"{OWN}?month=2026-11")
    (mine,) = (e for e in body["homes"] if e["name"] == homes[1].facts["ven_name"])
    assert own["total_eur"] == mine["total_eur"]
    assert "homes" not in own
    assert "together" not in own
    assert homes[0].facts["ven_name"] not in str(own)
    for path in (f"{API}/settlement", f"{API}/settlement.csv", f"{API}/offers"):
        assert (await homes[1].call("GET", path)).status == 403
        assert (await whole.client.get(path)).status == 401
    assert (await whole.client.get(OWN)).status == 401
    assert (await operator.call("GET", OWN)).status == 403


async def test_delivered_is_close_to_the_truth(whole: Hub) -> None:
    """And what the hub did not order is not paid for."""
    await store_days(whole, 3)
    operator = await whole.operator()
    body = await operator.ok("GET", f"{API}/settlement?month=2026-11")
    wanted = wanted_w(3)
    first = next(
        q
        for q in range(96 * DAYS)
        if (START.timestamp() + 900 * q) >= NOW.timestamp() - 30.4 * 86400
    )
    from .stored import _is_capped, _levels  # noqa: PLC0415

    limited = [level["level_w"] is not None for level in _levels()]
    missed_w = sum(
        (wanted[q] - wanted[q].clip(max=CAP_W)).sum()
        for q in range(first, 96 * DAYS)
        if _is_capped(q) and limited[q]
    )
    assert body["together"]["delivered_kwh"] == pytest.approx(missed_w / 4000, rel=0.06)


async def test_the_csv_is_the_statement(whole: Hub) -> None:
    """One line a home, with an error beside each amount."""
    await store_days(whole, 2)
    operator = await whole.operator()
    response = await operator.call("GET", f"{API}/settlement.csv?month=2026-11")
    assert response.content_type == "text/csv"
    assert "kerkstraat-2026-11.csv" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert len(rows) == 2
    assert all(float(row["total_error_eur"]) >= 0 for row in rows)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?month=2027-01", "has not begun"),
        ("?month=13-2026", "Write it as 2026-12"),
        ("?month=2025-11", "No home told"),
    ],
)
async def test_what_cannot_be_settled_says_why(
    whole: Hub, query: str, says: str
) -> None:
    """As a problem."""
    operator = await whole.operator()
    response = await operator.call("GET", f"{API}/settlement{query}")
    assert response.status == 404
    assert says in (await response.json())["detail"]


async def test_a_home_that_shares_no_power_has_no_statement(whole: Hub) -> None:
    """It is told from which tier on."""
    await store_days(whole, 1)
    silent = await whole.home("T0")
    response = await silent.call("GET", f"{OWN}?month=2026-11")
    assert response.status == 404
    assert "tier T1" in (await response.json())["detail"]


async def test_without_temperature_the_hour_alone_counts_and_that_is_said(
    whole: Hub,
) -> None:
    """With a larger error."""
    await store_days(whole, 2, weather=False)
    operator = await whole.operator()
    body = await operator.ok("GET", f"{API}/settlement?month=2026-11")
    assert not body["temperature_known"]
    assert body["baseline"]["fleet_mean_error"] > 0.05
    assert (await operator.call("GET", f"{API}/offers")).status == 409
    await sign_in(whole)
    page = await (await whole.client.get(f"{PAGE}?lang=en&month=2026-11")).text()
    assert "so the estimate knows the hour only" in page
    assert "Nothing can be offered yet" in page


async def test_offers_of_tomorrow_are_firm_and_refused_below_100_kw(whole: Hub) -> None:
    """Of 2, 4 and 6 hours, with the P10 and the reason in two languages."""
    await store_days(whole, 4)
    operator = await whole.operator()
    body = await operator.ok("GET", f"{API}/offers")
    assert body["homes"] == 4
    assert {block["hours"] for block in body["blocks"]} == {2, 4, 6}
    assert len(body["quarter_hours"]) == 96
    assert body["quarter_hours"][0]["start"] == "2026-12-01T23:00:00Z"
    for quarter in body["quarter_hours"]:
        assert 0 <= quarter["flexible_p10_kw"] <= quarter["baseline_kw"]
    for block in body["blocks"]:
        assert 0 < block["firm_kw"] < 4 * 1.8
        assert "100 kW that the market asks" in block["refused"]["en"]
        assert "100 kW die de markt" in block["refused"]["nl"]
    assert body == await operator.ok("GET", f"{API}/offers")


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_the_page_shows_homes_to_the_operator_only(
    whole: Hub, language: str
) -> None:
    """Everybody else sees sums, from ten homes on, of months that are over."""
    homes = await store_days(whole, 10)
    month = f"{PAGE}?lang={language}&month=2026-11"
    page = html.unescape(await (await whole.client.get(month)).text())
    assert f'<html lang="{language}">' in page
    assert {"en": "All homes", "nl": "Alle woningen"}[language] in page
    assert homes[0].facts["ven_name"] not in page
    assert "581" in page
    assert page.count("±") == 1 + 5 + 6
    assert (await whole.client.get(f"{PAGE}.csv?month=2026-11")).status == 403
    running = await (await whole.client.get(f"{PAGE}?month=2026-12")).text()
    assert "±" not in running.split("<form")[1]
    await sign_in(whole)
    page = html.unescape(await (await whole.client.get(month)).text())
    for home in homes:
        assert home.facts["ven_name"] in page
    assert page.count("±") == 1 + 11 * 5 + 6
    assert {"en": "below the 100 kW", "nl": "minder dan de 100 kW"}[language] in page
    assert (await whole.client.get(f"{PAGE}.csv?month=2026-11")).status == 200


async def test_fewer_than_ten_homes_are_shown_to_nobody_else(whole: Hub) -> None:
    """One could be told from the sum."""
    await store_days(whole, 9)
    page = await (await whole.client.get(f"{PAGE}?lang=en&month=2026-11")).text()
    assert "Sums are shown here from ten homes on" in page
    assert "All homes" not in page
