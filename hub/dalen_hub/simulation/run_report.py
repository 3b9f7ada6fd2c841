"""The page of a simulation, for a councillor: one file that asks nobody anything."""

from html import escape
from typing import Final

import numpy as np

from .experiment import Result
from .optimum import gas_m3
from .run_charts import Curve, bar_chart, line_chart
from .run_conclusion import conclusion
from .run_table import Line, intro, own_lines, pilot_lines
from .run_texts import TEXTS
from .traces import DAY_QUARTERS

_DECIMAL: Final = {"en": ".", "nl": ","}
_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #8886; padding: .3rem 1rem .3rem 0;
  text-align: left; font-weight: normal; }}
thead th {{ font-weight: bold; }}
td {{ text-align: right; font-variant-numeric: tabular-nums; }}
svg {{ width: 100%; height: auto; }}
path {{ fill: none; stroke-width: 2; }}
.free {{ stroke: #888; }}
.own {{ stroke: #2a78d6; stroke-width: 2.5; }}
.limit {{ stroke: #c8372d; stroke-dasharray: 8 5; }}
.base {{ stroke: #8a6d3b; stroke-dasharray: 2 4; }}
.bar {{ fill: #2a78d6; }}
.grid {{ stroke: #8885; stroke-width: 1; }}
text {{ fill: currentColor; font-size: 13px; }}
text.y {{ text-anchor: end; }}
text.x {{ text-anchor: middle; }}
ul.legend {{ list-style: none; display: flex; flex-wrap: wrap; gap: 0 1.5rem;
  padding: 0; margin: 0; }}
ul.legend svg {{ width: 1.5rem; margin-right: .4rem; vertical-align: middle; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{intro}</p>
{conclusion}
{sections}
<table>
<thead><tr>{header}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p>{calibrated}</p>
</body>
</html>
"""


def report_html(result: Result, language: str) -> str:
    """Return the page as HTML."""
    texts = TEXTS[language]
    lines = [*pilot_lines(result, language), *own_lines(result, language)]
    in_short = conclusion(result, texts, _DECIMAL[language])
    header = (texts["figure"], texts["pilot"], texts["own"])
    return _PAGE.format(
        language=language,
        title=escape(texts["title"]),
        intro=escape(intro(result, texts)),
        conclusion=f"<p><strong>{escape(in_short)}</strong></p>" if in_short else "",
        sections="\n".join(_sections(result, language)),
        header="".join(f'<th scope="col">{escape(name)}</th>' for name in header),
        rows="\n".join(_row(line) for line in lines),
        calibrated=escape(texts["calibrated"]),
    )


def _sections(result: Result, language: str) -> list[str]:
    """Return the charts with a text each."""
    texts = TEXTS[language]
    day = int(result.free.trafo_kw[:, 0].argmax()) // DAY_QUARTERS
    rows = slice(day * DAY_QUARTERS, (day + 1) * DAY_QUARTERS)
    charts = {
        "load": _load_chart(result, rows, language),
        "pumps": _pumps_chart(result, rows, language),
        "cap": _cap_chart(result, rows, language),
        "gas": bar_chart(texts["gas_title"], "m3", texts["day"], _daily_gas(result)),
        "comfort": "",
    }
    sections = [f"<h2>{escape(texts['day_of'])}</h2>"]
    for name, chart in charts.items():
        text = texts[f"{name}_text"].replace("{colder}", _colder(result, language))
        sections.append(
            f"<h3>{escape(texts[f'{name}_title'])}</h3>\n<p>{escape(text)}</p>\n{chart}"
        )
    return sections


def _load_chart(result: Result, rows: slice, language: str) -> str:
    """Return the load of the transformer with its limit."""
    texts = TEXTS[language]
    free, own = result.free, result.steered
    curves = [
        Curve(name=texts["legend_base"], css="base", values=own.base_kw[rows, 0]),
        Curve(name=texts["legend_free"], css="free", values=free.trafo_kw[rows, 0]),
        Curve(name=texts["legend_own"], css="own", values=own.trafo_kw[rows, 0]),
    ]
    if result.limits_kw is not None:
        limit_kw = np.full(DAY_QUARTERS, result.limits_kw[0])
        curves.append(Curve(name=texts["legend_limit"], css="limit", values=limit_kw))
    return line_chart(texts["load_title"], "kW", texts["hour"], curves, hours=24.0)


def _pumps_chart(result: Result, rows: slice, language: str) -> str:
    """Return the power of all heat pumps."""
    texts = TEXTS[language]
    curves = [
        Curve(
            name=texts["legend_free"],
            css="free",
            values=result.free.fleet_kw[rows, 0],
        ),
        Curve(
            name=texts["legend_own"],
            css="own",
            values=result.steered.fleet_kw[rows, 0],
        ),
    ]
    return line_chart(texts["pumps_title"], "kW", texts["hour"], curves, hours=24.0)


def _cap_chart(result: Result, rows: slice, language: str) -> str:
    """Return the common level."""
    texts = TEXTS[language]
    level_w = result.steered.level_w[rows, 0]
    highest_w = float(result.scenario.stock.homes.hybrids.nameplate_w.max())
    shown_w = np.where(level_w < highest_w, level_w, np.inf)
    curve = Curve(name=texts["cap_title"], css="own", values=shown_w)
    return line_chart(texts["cap_title"], "W", texts["hour"], [curve], hours=24.0)


def _daily_gas(result: Result) -> list[float]:
    """Return the extra gas of all homes of village 1, day by day."""
    extra_w = result.steered.boiler_w[:, 0] - result.free.boiler_w[:, 0]
    by_day = gas_m3(extra_w.sum(axis=1)).reshape(-1, DAY_QUARTERS).sum(axis=1)
    return [float(value) for value in by_day]


def _colder(result: Result, language: str) -> str:
    """Return the most that any home was too cold because of the steering."""
    colder_k = float((result.steered.too_cold_k - result.free.too_cold_k).max())
    text = f"{max(colder_k, 0.0):.2f}"
    return text.replace(".", ",") if language == "nl" else text


def _row(line: Line) -> str:
    """Return a row of the table."""
    return (
        f'<tr><th scope="row">{escape(line.label)}</th><td>{escape(line.pilot)}</td>'
        f"<td>{escape(line.own)}</td></tr>"
    )
