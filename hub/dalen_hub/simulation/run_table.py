"""The figures of a simulation as rows for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .experiment import Result
from .figures import Spread, spread, summary
from .pilot import Comparison, comparisons
from .run_options import Strategy
from .run_texts import TEXTS

_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: what, what the pilot published, what the run shows."""

    label: str
    pilot: str
    own: str


def table(result: Result, language: str) -> str:
    """Return the figures as lines of text."""
    texts = TEXTS[language]
    header = Line(label=texts["figure"], pilot=texts["pilot"], own=texts["own"])
    lines = [header, *pilot_lines(result, language), *own_lines(result, language)]
    label, pilot = (
        max(len(getattr(line, name)) for line in lines) for name in ("label", "pilot")
    )
    rows = [f"  {x.label:<{label}}  {x.pilot:>{pilot}}  {x.own}" for x in lines]
    speed = texts["speed"].format(
        home_days=result.home_days, cpu_s=f"{result.cpu_s:.1f}"
    )
    return "\n".join([intro(result, texts), *rows, texts["calibrated"], speed])


def intro(result: Result, texts: Mapping[str, str]) -> str:
    """Return what was simulated."""
    options = result.options
    return texts["intro"].format(
        homes=options.homes,
        pumps=options.pumps,
        villages=_counted(options.seeds, texts["village"], texts["villages"]),
        days=_counted(options.days, texts["cold_day"], texts["cold_days"]),
        strategy=texts[options.strategy.value],
    )


def _counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def pilot_lines(result: Result, language: str) -> list[Line]:
    """Return what the pilot published, beside the run."""
    texts = TEXTS[language]
    return [
        Line(
            label=texts[each.key],
            pilot=_local(_published(each), language),
            own=_local(
                _written(each.own(result), each.digits, each.unit, each.scale), language
            ),
        )
        for each in comparisons(result.options.strategy)
    ]


def own_lines(result: Result, language: str) -> list[Line]:
    """Return the figures of control, which the pilot did not publish."""
    texts, all_figures = TEXTS[language], summary(result.figures)
    said = {texts[each.key] for each in comparisons(result.options.strategy)}
    lines = [
        ("peak", _written(all_figures["peak_kw"], 1, "kW")),
        ("free_peak", _written(all_figures["uncontrolled_peak_kw"], 1, "kW")),
        ("overshoot", _written(all_figures["overshoot_pct"], 2, "%")),
        ("of_asked", _written(_of_asked(result), 0, "%", 100.0)),
        ("gas", _written(all_figures["extra_gas_m3"], 3, "m3")),
        ("optimum", _written(all_figures["optimum_gas_m3"], 3, "m3")),
        ("ratio", _ratio(all_figures)),
    ]
    return [
        Line(label=texts[key], pilot="", own=_local(value, language))
        for key, value in lines
        if value != _NOTHING and texts[key] not in said
    ]


def _published(line: Comparison) -> str:
    """Return what the pilot published, nothing where it did not."""
    return f"{line.published} {line.unit}" if line.published else ""


def _of_asked(result: Result) -> Spread:
    """Return which part of the peak cut that the limit asks for was reached."""
    if result.limits_kw is None or result.options.strategy is not Strategy.DYNAMIC:
        return spread([])
    parts: list[float | None] = []
    for figures, limit_kw in zip(result.figures, result.limits_kw, strict=True):
        asked_kw = figures.uncontrolled_peak_kw - float(limit_kw)
        if asked_kw > 0.0:
            parts.append((figures.uncontrolled_peak_kw - figures.peak_kw) / asked_kw)
    return spread(parts)


def _ratio(all_figures: Mapping[str, Spread]) -> str:
    """Return the extra gas over the least, both as means over the seeds."""
    extra = all_figures["extra_gas_m3"].mean
    least = all_figures["optimum_gas_m3"].mean
    if extra is None or least is None or extra <= 0.0 or least <= 0.0:
        return _NOTHING
    return f"{extra / least:.2f}"


def _written(value: Spread, digits: int, unit: str, scale: float = 1.0) -> str:
    """Return a mean and its spread as text."""
    if value.mean is None or value.std is None:
        return _NOTHING
    mean, std = scale * value.mean, scale * value.std
    return f"{mean:.{digits}f} ± {std:.{digits}f} {unit}".strip()


def _local(text: str, language: str) -> str:
    """Return a number as the language writes it."""
    return text.replace(".", ",") if language == "nl" else text
