"""What a run shows, in the few sentences that a councillor reads first."""

from collections.abc import Mapping
from typing import Final

from .experiment import Result
from .figures import Spread, summary
from .run_options import Strategy

# Less than this is no warmth that anybody misses.
_NOTICED_K_H: Final = 0.005


def conclusion(result: Result, texts: Mapping[str, str], decimal: str) -> str:
    """Return the sentences, nothing for a run without steering.

    ``decimal`` is the sign between whole and part.
    """
    if result.options.strategy is Strategy.NONE:
        return ""
    figures = summary(result.figures)
    sentences = [
        texts["in_short"].format(
            peak=_written(figures["peak_kw"], 0, decimal),
            free=_written(figures["uncontrolled_peak_kw"], 0, decimal),
            gas=_written(figures["extra_gas_m3"], 2, decimal),
        )
    ]
    if figures["optimum_gas_m3"].mean is not None:
        least = _written(figures["optimum_gas_m3"], 2, decimal)
        sentences.append(texts["at_least"].format(optimum=least))
    is_cold = max(each.comfort_k_h for each in result.figures) >= _NOTICED_K_H
    sentences.append(texts["colder" if is_cold else "warm"])
    return " ".join(sentences)


def _written(value: Spread, digits: int, decimal: str) -> str:
    """Return a mean as text."""
    return f"{value.mean or 0.0:.{digits}f}".replace(".", decimal)
