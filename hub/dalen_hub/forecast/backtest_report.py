"""The page of a backtest: its figures and charts, in one file without scripts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
import math
from typing import Final

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, Booleans, Floats
from dalen_hub.forecast.backtest import Backtest
from dalen_hub.forecast.backtest_figures import labelled
from dalen_hub.forecast.conformal import LEVELS

_WIDTH: Final = 1_000
_HEIGHT: Final = 280
_LEFT: Final = 60
_TOP: Final = 10
_BOTTOM: Final = _HEIGHT - 24
_P10, _P50, _P90 = (LEVELS.index(level) for level in (0.10, 0.50, 0.90))
_WEEK_S: Final = 7 * DAY_S

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backtest of {name}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #8886; padding: .3rem 1rem .3rem 0;
  text-align: left; }}
td {{ text-align: right; font-variant-numeric: tabular-nums; }}
svg {{ width: 100%; height: auto; }}
.band {{ fill: #2a78d6; opacity: .25; }}
.median {{ fill: none; stroke: #2a78d6; stroke-width: 1.5; }}
.load {{ fill: none; stroke: currentColor; stroke-width: 1.2; }}
.grid {{ stroke: #8886; stroke-width: 1; }}
text {{ fill: currentColor; font-size: 12px; }}
</style>
<h1>Backtest of {name}</h1>
<p>{days} days, each forecast as of 06:00 UTC of the day before. Weather: {weather}.
Errors are a share of the load's range (P99 - P1).</p>
<table>
{rows}
</table>
{charts}
</html>
"""
_CHART: Final = """<h2>{title}</h2>
<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}: load in kW">
{grid}
<path class="band" d="{band}"/>
<path class="median" d="{median}"/>
<path class="load" d="{load}"/>
</svg>
<p>Line: measured load in kW. Blue: median, and the band between P10 and P90.</p>"""


def report_html(name: str, weather: Sequence[str], result: Backtest) -> str:
    """Return the page as HTML."""
    rows = "\n".join(
        f"<tr><th>{escape(label)}</th><td>{value}</td></tr>"
        for label, value in labelled(result)
    )
    weeks = (
        ("The last week", int(result.times_s[-1]) + result.step_s - _WEEK_S),
        ("The week with the highest load", _week_of_peak(result)),
    )
    return _PAGE.format(
        name=escape(name),
        days=result.test_days,
        weather=escape(", ".join(weather) or "none"),
        rows=rows,
        charts="\n".join(_chart(title, begin_s, result) for title, begin_s in weeks),
    )


def _week_of_peak(result: Backtest) -> int:
    """Return the start of the week around the day of the highest load."""
    peak_s = int(result.times_s[np.nanargmax(result.load_kw)])
    earliest = int(result.times_s[0])
    latest = int(result.times_s[-1]) + result.step_s - _WEEK_S
    return max(earliest, min(latest, peak_s - peak_s % DAY_S - 3 * DAY_S))


def _chart(title: str, begin_s: int, result: Backtest) -> str:
    """Return the chart of a week from ``begin_s`` on."""
    rows = (result.times_s >= begin_s) & (result.times_s < begin_s + _WEEK_S)
    times_s = result.times_s[rows]
    x = _LEFT + (times_s - times_s[0]) / _WEEK_S * (_WIDTH - _LEFT)
    low, high = _limits(result, rows)
    scale = (_BOTTOM - _TOP) / (high - low)
    quantiles = _BOTTOM - (result.quantiles_kw[rows] - low) * scale
    load = _BOTTOM - (result.load_kw[rows] - low) * scale
    upper, lower = quantiles[:, _P90], quantiles[:, _P10]
    return _CHART.format(
        title=title,
        width=_WIDTH,
        height=_HEIGHT,
        grid=_grid(int(times_s[0]), low, high, scale),
        band=_path(np.append(x, x[::-1]), np.append(upper, lower[::-1])) + "Z",
        median=_path(x, quantiles[:, _P50]),
        load=_path(x, load),
    )


def _limits(result: Backtest, rows: Booleans) -> tuple[float, float]:
    """Return the lowest and highest value to draw, from 0 where that is near."""
    values = np.append(result.quantiles_kw[rows].ravel(), result.load_kw[rows])
    low, high = min(0.0, float(np.nanmin(values))), float(np.nanmax(values))
    return low, max(high, low + 1e-6)


def _grid(begin_s: int, low: float, high: float, scale: float) -> str:
    """Return the lines and labels of the days and of the load."""
    parts = []
    for day in range(7):
        x = _LEFT + day * (_WIDTH - _LEFT) / 7
        date = datetime.fromtimestamp(begin_s + day * DAY_S, UTC)
        parts.append(f'<path class="grid" d="M{x:.0f} {_TOP}V{_BOTTOM}"/>')
        label = date.strftime("%a %d %b")
        parts.append(f'<text x="{x + 4:.0f}" y="{_HEIGHT - 6}">{label}</text>')
    for value in _ticks(low, high):
        y = _BOTTOM - (value - low) * scale
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.0f}H{_WIDTH}"/>')
        parts.append(f'<text x="0" y="{y + 4:.0f}">{value:,g}</text>')
    return "\n".join(parts)


def _ticks(low: float, high: float) -> list[float]:
    """Return three to eight round values between two."""
    power = 10.0 ** math.floor(math.log10(high - low))
    step = next(s * power for s in (0.2, 0.5, 1.0, 2.0) if (high - low) / s / power < 7)
    return [
        round(index * step, 9)
        for index in range(math.ceil(low / step), math.floor(high / step) + 1)
    ]


def _path(x: Floats, y: Floats) -> str:
    """Return a line as SVG, with a break where a value is not known."""
    parts: list[str] = []
    drawing = False
    for right, down in zip(x, y, strict=True):
        if np.isnan(down):
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{right:.1f} {down:.1f}")
        drawing = True
    return "".join(parts)
