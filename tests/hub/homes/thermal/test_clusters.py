"""Kinds of houses are found, and help a home with few days."""

import numpy as np
import pytest

from dalen_hub.homes.thermal.clusters import (
    CLUSTERED,
    Kind,
    identify_with_kinds,
    kinds_of,
)
from dalen_hub.homes.thermal.house_series import HouseSeries
from dalen_hub.homes.thermal.identification import identify
from dalen_hub.homes.thermal.priors import house_prior
from dalen_hub.homes.thermal.rc_model import CAPACITY, LOSS, RcModel

from .test_identification import made_house


def model(loss: float, capacity: float, aperture: float) -> RcModel:
    """Return an identified home."""
    vector = house_prior().mean
    vector[list(CLUSTERED)] = np.log([loss, capacity, aperture])
    return RcModel.of(vector)


def village(rng: np.random.Generator) -> list[RcModel]:
    """Return 20 small and 12 large houses."""
    small = [model(*(np.array([90.0, 7.0, 2.0]) * f)) for f in _factors(20, rng)]
    large = [model(*(np.array([260.0, 18.0, 6.0]) * f)) for f in _factors(12, rng)]
    return [*small, *large]


def _factors(homes: int, rng: np.random.Generator) -> np.ndarray:
    """Return what single houses differ from their kind."""
    return rng.lognormal(0.0, 0.08, size=(homes, 3))


def test_two_kinds_are_told_apart() -> None:
    """Each kind of the village is that of small or of large houses."""
    rng = np.random.default_rng(1)
    kinds = kinds_of(village(rng), rng)
    assert sum(kind.homes for kind in kinds) == 32
    assert sum(kind.share for kind in kinds) == pytest.approx(1.0)
    small = sum(kind.homes for kind in kinds if np.exp(kind.mean[0]) < 150.0)
    assert small == 20
    for kind in kinds:
        assert np.all(kind.sd >= 0.15)
        assert np.exp(kind.mean[0]) == pytest.approx(90.0, rel=0.3) or np.exp(
            kind.mean[0]
        ) == pytest.approx(260.0, rel=0.3)


def test_the_same_homes_give_the_same_kinds() -> None:
    """The order of homes does not matter but for chance; the seed decides that."""
    homes = village(np.random.default_rng(2))
    first = kinds_of(homes, np.random.default_rng(3))
    second = kinds_of(homes, np.random.default_rng(3))
    assert [kind.homes for kind in first] == [kind.homes for kind in second]
    assert kinds_of(homes[:7], np.random.default_rng(3)) == ()
    alike = kinds_of([homes[0]] * 16, np.random.default_rng(3))
    assert sum(kind.homes for kind in alike) == 16


def few_days(series: HouseSeries, days: int) -> HouseSeries:
    """Return the first days of a house, with a sensor of tenths of a degree."""
    end = days * 48
    return HouseSeries(
        start_s=series.start_s,
        step_s=series.step_s,
        indoor_c=np.round(series.indoor_c[:end], 1),
        outdoor_c=series.outdoor_c[:end],
        heat_w=series.heat_w[:end],
        irradiance_w_m2=series.irradiance_w_m2[:end],
        has_sun=series.has_sun,
    )


def test_kinds_help_a_home_with_few_days() -> None:
    """Over ten large houses the loss is nearer the truth than without kinds."""
    rng = np.random.default_rng(4)
    kinds = kinds_of(village(rng), rng)
    with_kinds, without = [], []
    for seed in range(10):
        vector = house_prior().mean
        factors = np.log([260.0, 18.0, 6.0]) + 0.08 * rng.normal(size=3)
        vector[list(CLUSTERED)] = factors
        series = few_days(made_house(vector, 5, seed), 5)
        for found, errors in (
            (identify_with_kinds(series, kinds), with_kinds),
            (identify(series), without),
        ):
            errors.append(np.abs((found.optimum.vector - vector)[[LOSS, CAPACITY]]))
    assert np.mean(with_kinds) < np.mean(without)
    assert np.mean(with_kinds) < 0.15


def test_a_home_with_ten_days_is_judged_by_itself() -> None:
    """Kinds that do not fit it change nothing."""
    series = made_house(house_prior().mean, 14)
    wrong = Kind(
        homes=9, share=1.0, mean=np.log([900.0, 2.0, 30.0]), sd=np.full(3, 0.15)
    )
    found = identify_with_kinds(series, [wrong])
    assert np.array_equal(found.optimum.vector, identify(series).optimum.vector)
