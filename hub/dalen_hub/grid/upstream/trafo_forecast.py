"""Dalen's own profile: a forecast of the load of a transformer, from its operator.

OpenADR knows no event payload for a forecast of load. This one is
``TRAFO_LOAD_FORECAST`` in kW, a value a quarter hour: the load without the heat pumps
that the hub steers (P50). It stands in a program of its own, whose PROGRAM_TYPE is
``DALEN_TRAFO_FORECAST-1.x.x``.
"""

from collections.abc import Sequence
from typing import Final

from dalen_hub.grid.series import Row, SeriesError, check_forecast
from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.document import Document, DocumentError
from dalen_hub.grid.upstream.orders import Finding, GridOrders, Remark
from dalen_hub.grid.upstream.quarters import check_order

PAYLOAD: Final = "TRAFO_LOAD_FORECAST"
PROGRAM_TYPE: Final = "DALEN_TRAFO_FORECAST-1."


class ForecastAdapter:
    """Forecasts; the newest document counts where two of them overlap."""

    def wants(self, document: Document) -> bool:
        """Return whether a document carries intervals."""
        return bool(document.body.get("intervals"))

    def check(self, document: Document, facts: Facts) -> tuple[Finding, ...]:
        """Check a document by the rules of an upload."""
        if document.units(PAYLOAD) != "KW":
            raise DocumentError(f"its unit is {document.units(PAYLOAD)!r}, not 'KW'")
        check_order(document.steps())
        rows = rows_of(document)
        try:
            check_forecast(rows, facts.rating_kva)
        except SeriesError as err:
            raise DocumentError(str(err)) from err
        if rows[0].time < document.modified:
            return (Finding(remark=Remark.LATE, document=document.name),)
        return ()

    def orders(self, documents: Sequence[Document], facts: Facts) -> GridOrders:
        """Return the forecasts, the newest document last."""
        in_order = sorted(documents, key=lambda each: (each.modified, each.id))
        return GridOrders(forecasts={each.id: rows_of(each) for each in in_order})


def rows_of(document: Document) -> tuple[Row, ...]:
    """Return the quarter hours of a forecast; raises DocumentError."""
    return tuple(
        Row(
            where=f"interval {step.id}",
            time=step.start,
            load_kw=step.number(PAYLOAD),
        )
        for step in document.steps()
    )
