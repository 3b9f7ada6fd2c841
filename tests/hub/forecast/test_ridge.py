"""Ridge against the textbook, and robust where the textbook is not."""

import numpy as np
import pytest

from dalen_hub.forecast.ridge import Sample, fit_ridge


def sample(outliers: int = 0) -> tuple[Sample, np.ndarray]:
    """Return a sample of three known coefficients, and its design."""
    rng = np.random.default_rng(3)
    design = np.column_stack([np.ones(5_000), rng.normal(size=(5_000, 2))])
    target = design @ np.array([1.0, 2.0, -3.0]) + rng.normal(0.0, 0.1, 5_000)
    target[:outliers] += 100.0
    return (
        Sample(
            design=lambda rows: design[rows],
            target=target,
            weights=np.linspace(0.5, 1.0, 5_000),
            block=np.where(np.arange(5_000) < 4_000, -1, np.arange(5_000) // 500),
        ),
        design,
    )


def test_without_reweighting_it_is_the_closed_form() -> None:
    """The constant is not shrunk, the others are."""
    given, design = sample()
    penalty = 0.2 * given.weights.sum()
    weighted = design * given.weights[:, None]
    gram = weighted.T @ design + np.diag([1e-9 * penalty, penalty, penalty])
    expected = np.linalg.solve(gram, weighted.T @ given.target)
    assert fit_ridge(given, 0.2, rounds=0).coefficients == pytest.approx(expected)


def test_held_out_predictions_are_those_of_a_fit_without_the_block() -> None:
    """As if the rows had never been there."""
    given, design = sample()
    rest = given.block != 8
    penalty = 0.1
    without = Sample(
        design=lambda rows: design[rest][rows],
        target=given.target[rest],
        weights=given.weights[rest],
        block=given.block[rest],
    )
    expected = design[~rest] @ fit_ridge(without, penalty, rounds=0).coefficients
    held_out = fit_ridge(given, penalty, rounds=0).held_out
    assert held_out[~rest] == pytest.approx(expected)
    assert np.isnan(held_out[given.block == -1]).all()


def test_a_few_wild_rows_do_not_drag_it() -> None:
    """Huber's weights."""
    given, _ = sample(outliers=250)
    robust = fit_ridge(given, 1e-6).coefficients
    plain = fit_ridge(given, 1e-6, rounds=0).coefficients
    assert robust == pytest.approx([1.0, 2.0, -3.0], abs=0.2)
    assert np.abs(plain - [1.0, 2.0, -3.0]).max() > 2.0


def test_a_constant_load_is_no_problem() -> None:
    """Nothing to explain."""
    given, design = sample()
    flat = Sample(
        design=lambda rows: design[rows],
        target=np.zeros(5_000),
        weights=given.weights,
        block=given.block,
    )
    assert np.abs(fit_ridge(flat, 0.01).coefficients).max() < 1e-6
