"""Charts of a simulation as inline SVG: no script, no font, nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from .arrays import FloatArray

_WIDTH: Final = 960
_HEIGHT: Final = 260
_LEFT: Final = 52
_RIGHT: Final = 12
_TOP: Final = 12
_BOTTOM: Final = 40
_STEPS: Final = (1, 2, 5)
_LINES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a chart; what is not finite leaves a gap."""

    name: str
    css: str
    values: FloatArray


def line_chart(
    title: str, unit: str, x_name: str, curves: Sequence[Curve], *, hours: float
) -> str:
    """Return curves over ``hours`` of a day as SVG."""
    finite = [curve.values[np.isfinite(curve.values)] for curve in curves]
    highest = max((float(each.max()) for each in finite if each.size), default=1.0)
    top, grid = _grid(max(highest, 1.0), unit)
    paths = "".join(
        f'<path class="{curve.css}" d="{_path(curve.values, top)}"/>'
        for curve in curves
    )
    ticks = "".join(
        f'<text x="{_x(hour / hours):.0f}" y="{_HEIGHT - 22}" class="x">{hour}</text>'
        for hour in range(0, int(hours) + 1, 3)
    )
    return _svg(title, grid + ticks + _x_name(x_name) + paths) + _legend(curves)


def bar_chart(title: str, unit: str, x_name: str, values: Sequence[float]) -> str:
    """Return one bar for each value as SVG."""
    top, grid = _grid(max(0.1, *values), unit)
    bars = []
    for index, value in enumerate(values):
        middle = _x((index + 0.5) / len(values))
        wide = 0.6 * (_WIDTH - _LEFT) / len(values)
        y = _y(max(value, 0.0), top)
        bars.append(
            f'<rect class="bar" x="{middle - wide / 2:.1f}" y="{y:.1f}"'
            f' width="{wide:.1f}" height="{_HEIGHT - _BOTTOM - y:.1f}"/>'
            f'<text class="x" x="{middle:.0f}" y="{y - 4:.0f}">{value:.1f}</text>'
            f'<text class="x" x="{middle:.0f}" y="{_HEIGHT - 22}">{index + 1}</text>'
        )
    return _svg(title, grid + "".join(bars) + _x_name(x_name))


def _grid(highest: float, unit: str) -> tuple[float, str]:
    """Return the top of the scale and horizontal lines at round numbers."""
    rough = highest / _LINES
    power = 10.0 ** np.floor(np.log10(rough))
    step = next((k * power for k in _STEPS if k * power >= rough), 10.0 * power)
    top = float(step * np.ceil(highest / step))
    lines = []
    for value in np.arange(0.0, top + step / 2, step):
        y = _y(float(value), top)
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}"'
            f' y2="{y:.1f}"/><text class="y" x="{_LEFT - 6}" y="{y + 4:.1f}">'
            f"{value:g}</text>"
        )
    name = f'<text class="unit" x="{_LEFT + 4}" y="{_TOP + 12}">{escape(unit)}</text>'
    return top, "".join(lines) + name


def _path(values: FloatArray, top: float) -> str:
    """Return the points of a line, with a new start after each gap."""
    parts, pen = [], "M"
    for index, value in enumerate(values.tolist()):
        if not np.isfinite(value):
            pen = "M"
            continue
        x = _x((index + 0.5) / len(values))
        parts.append(f"{pen}{x:.1f} {_y(value, top):.1f}")
        pen = "L"
    return "".join(parts)


def _x(share: float) -> float:
    """Return the place of a share of the width."""
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    """Return the place of a value."""
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)


def _x_name(name: str) -> str:
    """Return the name of the horizontal axis."""
    return f'<text class="x" x="{_x(0.5):.0f}" y="{_HEIGHT - 4}">{escape(name)}</text>'


def _svg(title: str, content: str) -> str:
    """Return a drawing with its name for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(title)}">{content}</svg>'
    )


def _legend(curves: Sequence[Curve]) -> str:
    """Return the names of the lines."""
    items = "".join(
        f'<li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="{curve.css}"'
        f' d="M0 4L24 4"/></svg>{escape(curve.name)}</li>'
        for curve in curves
    )
    return f'<ul class="legend">{items}</ul>'
