"""The figures of a backtest: by their stable names, and as lines for people."""

from dataclasses import asdict
import math

from dalen_hub.forecast.backtest import Backtest


def figures(result: Backtest) -> dict[str, float | int | None]:
    """Return the figures under their stable names; None where there is none."""
    values = {
        **asdict(result.scores),
        "mean6_rmae": result.mean6_rmae,
        "persistence_rmae": result.persistence_rmae,
        "test_days": result.test_days,
        "fit_s": result.fit_s,
    }
    return {
        name: None if math.isnan(value) else round(value, 4)
        for name, value in values.items()
    }


def labelled(result: Backtest) -> tuple[tuple[str, str], ...]:
    """Return the figures with what they are called."""
    scores = result.scores
    return (
        ("Error of the median (rMAE)", f"{scores.rmae:.2%}"),
        ("  the same of the mean of days 2 to 7 before", f"{result.mean6_rmae:.2%}"),
        ("  the same of a week before", f"{result.persistence_rmae:.2%}"),
        ("Error of the quantiles (rCRPS)", f"{scores.rcrps:.2%}"),
        ("Error of the daily peak", f"{scores.peak_error:.2%}"),
        ("Load between P10 and P90 (right: 80 %)", f"{scores.cover80:.1%}"),
        ("Load below P95 (right: 95 %)", f"{scores.below_p95:.1%}"),
        ("Mean time of a weekly fit", f"{result.fit_s:.2f} s"),
    )


def table(result: Backtest) -> str:
    """Return the figures as lines."""
    rows = labelled(result)
    width = max(len(label) for label, _ in rows)
    return "\n".join(
        (
            f"Day-ahead forecasts of {result.test_days} days; errors as a share of the"
            " load's range (P99 - P1)",
            *(f"  {label:<{width}}  {value:>8}" for label, value in rows),
        )
    )
