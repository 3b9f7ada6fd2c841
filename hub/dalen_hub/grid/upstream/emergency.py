"""The DSO's emergency, in any program: all heat pumps off. Pure.

An event with ALERT_GRID_EMERGENCY and a text for people. It counts while it is
there; the DSO ends it by deleting it or by its time.
"""

from collections.abc import Sequence
from datetime import datetime

from dalen_hub.grid.upstream.document import EMERGENCY, Document, DocumentError, Step
from dalen_hub.grid.upstream.orders import StopAsked

_LIMIT = "IMPORT_CAPACITY_LIMIT"


def is_emergency(document: Document) -> bool:
    """Return whether a document is an emergency."""
    return EMERGENCY in document.kinds


def check_emergency(document: Document) -> None:
    """Refuse an emergency without times, and one that leaves power."""
    for step in document.steps():
        for kind, values in step.payloads:
            if kind == _LIMIT and any(value != 0 for value in values):
                raise DocumentError("an emergency must limit to 0 kW")


def stop_asked(documents: Sequence[Document], now: datetime) -> StopAsked | None:
    """Return the emergency in force, the one that lasts longest; None without."""
    asked = [
        StopAsked(
            document_id=document.id,
            start=step.start,
            end=step.end,
            reason=_reason(step),
        )
        for document in documents
        for step in document.steps()
        if step.start <= now and (step.end is None or now < step.end)
    ]
    return max(
        asked,
        key=lambda each: (each.end is None, each.end or now, each.document_id),
        default=None,
    )


def _reason(step: Step) -> str:
    """Return the text for people."""
    texts = [str(values[0]) for kind, values in step.payloads if kind == EMERGENCY]
    return (texts[0].strip() if texts else "")[:200] or "Emergency on the grid"
