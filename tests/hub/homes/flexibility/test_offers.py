"""Fleet flexibility and firm offers: never above the P10, never beside the block."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.homes.flexibility.conditions import QUARTERS_PER_HOUR
from dalen_hub.homes.flexibility.cost import EnergyPrices, typical_cop
from dalen_hub.homes.flexibility.fleet import (
    DayNoise,
    FleetScenarios,
    day_noise,
    fleet_scenarios,
)
from dalen_hub.homes.flexibility.heat_pump_map import fit_maps
from dalen_hub.homes.flexibility.offers import block_offers, rounded_down_kw

from .fleets import Fleet, fleet, weather

HOMES = 25
PRICES = EnergyPrices()


@pytest.fixture(scope="module")
def village() -> Fleet:
    """Return a month of a fleet."""
    return fleet(HOMES, 30)


def tomorrow(
    village: Fleet, *, floor_w: float = 300.0, off: int = 0, seed: int = 1
) -> FleetScenarios:
    """Return the scenarios of a cold day."""
    usable = np.ones(village.wanted_w.shape, dtype=np.bool_)
    maps = fit_maps(village.when, village.wanted_w, usable, village.nameplate_w)
    noise = day_noise(village.wanted_w, maps.wanted_w(village.when), usable)
    return fleet_scenarios(
        maps,
        weather(1, 5, mean_c=-1.0),
        floor_w=np.full(HOMES, floor_w),
        steerable=np.arange(HOMES) >= off,
        noise=noise,
        rng=np.random.default_rng(seed),
    )


def test_the_baseline_is_what_the_fleet_wants(village: Fleet) -> None:
    """Of a day that it did not see, within 4 %."""
    scenarios = tomorrow(village)
    truth = fleet(HOMES, 30, noise_w=0.0)
    day = weather(1, 5, mean_c=-1.0)
    cold_k = 17.0 - 0.5 * (day.outdoor_c + day.recent_c)
    evening = 1.0 + 0.15 * np.cos(2 * np.pi * (day.local_hour - 18.0) / 24.0)
    slope = np.random.default_rng(1).uniform(40.0, 70.0, HOMES)
    wanted_kw = ((cold_k * evening)[:, None] * slope).clip(0, 1800).sum(axis=1) / 1000
    assert truth.nameplate_w.size == HOMES
    assert scenarios.baseline_kw.sum() == pytest.approx(wanted_kw.sum(), rel=0.04)
    assert np.all(scenarios.safe_kw <= scenarios.baseline_kw - 0.3 * HOMES + 0.5)


def test_offers_are_firm(village: Fleet) -> None:
    """At most the P10 of the worst quarter hour of the block, in whole 0.01 kW."""
    scenarios = tomorrow(village)
    offers = block_offers(scenarios, typical_cop(np.full(96, -1.0)), prices=PRICES)
    assert {offer.hours for offer in offers} == {2, 4, 6}
    assert len(offers) == 21 + 19 + 17
    for offer in offers:
        block = slice(offer.first_quarter, offer.first_quarter + 4 * offer.hours)
        worst = scenarios.flexible_kw[:, block].min(axis=1)
        assert 0.0 < offer.firm_kw <= np.quantile(worst, 0.1)
        assert np.mean(worst >= offer.firm_kw) >= 0.9
        assert offer.firm_kw == round(offer.firm_kw, 2)


def test_beside_a_block_the_ceiling_is_the_baseline(village: Fleet) -> None:
    """Nothing is moved into the adjacent hours."""
    scenarios = tomorrow(village)
    for offer in block_offers(scenarios, typical_cop(np.zeros(96)), prices=PRICES):
        assert offer.ceiling_kw.size == QUARTERS_PER_HOUR * (offer.hours + 2)
        for side in (slice(0, 4), slice(-4, None)):
            assert np.array_equal(offer.ceiling_kw[side], offer.baseline_kw[side])
        given_up = offer.baseline_kw[4:-4] - offer.ceiling_kw[4:-4]
        assert given_up == pytest.approx(np.full(given_up.size, offer.firm_kw))
        assert offer.first_quarter >= 4
        assert offer.first_quarter + 4 * offer.hours + 4 <= 96


def test_longer_blocks_and_higher_floors_offer_less(village: Fleet) -> None:
    """Monotone: hours, floors and homes that cannot be steered."""
    cop = typical_cop(np.zeros(96))
    by_start: dict[int, list[float]] = {}
    for offer in block_offers(tomorrow(village), cop, prices=PRICES):
        by_start.setdefault(offer.first_quarter, []).append(offer.firm_kw)
    for firm in by_start.values():
        assert firm == sorted(firm, reverse=True)
    low, high, fewer = (
        [offer.firm_kw for offer in block_offers(scenarios, cop, prices=PRICES)]
        for scenarios in (
            tomorrow(village),
            tomorrow(village, floor_w=500.0),
            tomorrow(village, off=5),
        )
    )
    assert all(a >= b for a, b in zip(low, high, strict=True))
    assert all(a > b for a, b in zip(low, fewer, strict=True))


def test_cost_and_gas_of_an_offer_follow_the_formula(village: Fleet) -> None:
    """At COP 4.2 each kWh costs 0.29 EUR."""
    offer = block_offers(tomorrow(village), np.full(96, 4.2), prices=PRICES)[0]
    assert offer.cost_eur_per_kwh == pytest.approx(0.291, abs=0.001)
    assert offer.extra_gas_m3 == pytest.approx(
        offer.energy_kwh * 4.2 / (0.95 * 9.77), rel=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), floor_w=st.floats(0.0, 2500.0))
def test_offers_of_any_fleet_are_within_the_p10(seed: int, floor_w: float) -> None:
    """Also of a fleet that wants nothing at times."""
    rng = np.random.default_rng(seed)
    wanted = rng.gamma(1.0, 20.0, size=(50, 40)) * (rng.random((50, 40)) < 0.8)
    flexible = np.maximum(wanted - floor_w / 1000.0, 0.0)
    scenarios = FleetScenarios(wanted_kw=wanted, flexible_kw=flexible)
    for offer in block_offers(scenarios, np.full(40, 3.0), prices=PRICES):
        block = slice(offer.first_quarter, offer.first_quarter + 4 * offer.hours)
        assert offer.firm_kw <= np.quantile(flexible[:, block].min(axis=1), 0.1)
        assert np.all(offer.ceiling_kw >= 0.0)
        assert np.all(offer.ceiling_kw <= offer.baseline_kw)


@given(power_kw=st.floats(-10.0, 1e5))
def test_rounding_is_downwards_and_to_hundredths(power_kw: float) -> None:
    """0.29 stays 0.29, 0.289 becomes 0.28, and nothing below 0."""
    rounded = rounded_down_kw(power_kw)
    assert 0.0 <= rounded <= max(power_kw, 0.0)
    assert rounded > power_kw - 0.0101
    assert rounded == round(rounded, 2)


@pytest.mark.parametrize("hundredths", range(0, 1000, 7))
def test_whole_hundredths_stay(hundredths: int) -> None:
    """A binary fraction just below does not lose a step."""
    assert rounded_down_kw(hundredths / 100) == hundredths / 100


def test_days_that_differ_make_offers_smaller(village: Fleet) -> None:
    """The noise of days is that of the fleet, capped quarter hours left out."""
    usable = np.ones(village.wanted_w.shape, dtype=np.bool_)
    maps = fit_maps(village.when, village.wanted_w, usable, village.nameplate_w)
    wanted = maps.wanted_w(village.when)
    quiet = day_noise(village.wanted_w, wanted, usable)
    assert quiet.ratios.shape == (30, 96)
    assert float(quiet.ratios.mean()) == pytest.approx(1.0, abs=0.02)
    capped = village.wanted_w.copy()
    capped[70:80] = 0.0
    usable[70:80] = False
    assert day_noise(capped, wanted, usable).ratios[0].min() > 0.5
    few = day_noise(village.wanted_w[:96], wanted[:96], usable[:96])
    assert float(few.ratios.mean()) == pytest.approx(1.0)
    assert float(few.ratios.std()) > float(quiet.ratios.mean(axis=1).std())


def test_only_whole_hours_can_be_offered() -> None:
    """And each quarter hour needs a COP."""
    scenarios = FleetScenarios(wanted_kw=np.ones((5, 30)), flexible_kw=np.ones((5, 30)))
    for quarters in (30, 28):
        with pytest.raises(ValueError, match="whole hours"):
            block_offers(scenarios, np.full(quarters, 3.0), prices=PRICES)


def test_drawn_days_are_days_that_were() -> None:
    """Also over more than one day."""
    noise = DayNoise(ratios=np.arange(3.0)[:, None].repeat(96, axis=1))
    drawn = noise.drawn(10, 150, np.random.default_rng(1))
    assert drawn.shape == (10, 150)
    assert np.all(drawn[:, :96] == drawn[:, :1])
    assert set(np.unique(drawn)) <= {0.0, 1.0, 2.0}
