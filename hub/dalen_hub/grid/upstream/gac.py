"""Grid Aware Charging (GAC) 2.0, 2.1 and 2.2: a capacity limit of a connection.

The rules are those of the profile, checked in every interval. Of each quarter hour
the strictest value counts, within a document and between documents. A document
without end is the profile's safe mode: it counts where there is nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import re
from typing import Any, Final

from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.document import Document, DocumentError, Step
from dalen_hub.grid.upstream.orders import Finding, GridOrders, Remark, lowest
from dalen_hub.grid.upstream.quarters import by_quarter, check_power, missing

LIMIT: Final = "IMPORT_CAPACITY_LIMIT"
_EAN18: Final = re.compile(r"[0-9]{18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GacAdapter:
    """Capacity limits; ``typed_targets``: of version 2.0, on OpenADR 3.0.1."""

    typed_targets: bool

    def wants(self, document: Document) -> bool:
        """Return whether a document carries intervals."""
        return bool(document.body.get("intervals"))

    def check(self, document: Document, facts: Facts) -> tuple[Finding, ...]:
        """Check a document against the profile and the nameplate."""
        _check_head(document)
        _check_targets(document, typed=self.typed_targets)
        _check_periods(document)
        steps = document.steps()
        for step in steps:
            check_power(step.number(LIMIT), facts.rating_kva, f"interval {step.id}")
        if _safe_mode_kw(steps) is not None:
            return ()
        quarters = list(by_quarter(steps, LIMIT))
        if quarters[-1] + QUARTER <= facts.now:
            return (_remark(Remark.LATE, document, "it was over when it came"),)
        remarks = []
        if quarters[0] + QUARTER <= document.modified:
            remarks.append(_remark(Remark.LATE, document, "it came after its start"))
        if left_out := missing(quarters):
            said = f"{left_out} quarter hours are left out"
            remarks.append(_remark(Remark.PARTIAL, document, said))
        return tuple(remarks)

    def orders(self, documents: Sequence[Document], facts: Facts) -> GridOrders:
        """Return the strictest limits of all documents."""
        safe_modes, days = [], []
        for document in documents:
            steps = document.steps()
            if (safe_kw := _safe_mode_kw(steps)) is not None:
                safe_modes.append(safe_kw)
            else:
                days.append(by_quarter(steps, LIMIT))
        return GridOrders(
            limits_kw=lowest(days), safe_mode_kw=min(safe_modes, default=None)
        )


def _safe_mode_kw(steps: Sequence[Step]) -> float | None:
    """Return the limit of a document without end, None for one with an end."""
    if len(steps) == 1 and steps[0].end is None:
        return steps[0].number(LIMIT)
    return None


def _remark(remark: Remark, document: Document, detail: str) -> Finding:
    """Return a remark on a document."""
    return Finding(remark=remark, document=document.name, detail=detail)


def _check_head(document: Document) -> None:
    """Refuse a priority, and all but one descriptor of kW."""
    if document.body.get("priority") is not None:
        raise DocumentError("it has a priority, which this profile does not know")
    described = list(document.body.get("payloadDescriptors") or ())
    if len(described) != 1 or described[0].get("payloadType") != LIMIT:
        raise DocumentError(f"it must describe exactly one payload, {LIMIT}")
    if document.units(LIMIT) != "KW":
        raise DocumentError(f"its unit is {document.units(LIMIT)!r}, not 'KW'")


def _check_periods(document: Document) -> None:
    """Refuse times on both the event and its intervals, or on neither."""
    own = [
        interval.get("intervalPeriod") is not None
        for interval in document.body.get("intervals") or ()
    ]
    whole = document.body.get("intervalPeriod") is not None
    if (whole and any(own)) or (not whole and not all(own)):
        raise DocumentError(
            "intervalPeriod must stand either on the event or on every interval"
        )


def _check_targets(document: Document, *, typed: bool) -> None:
    """Refuse targets that are not those of the version."""
    targets = document.body.get("targets") or ()
    eans = _typed_eans(targets) if typed else [str(target) for target in targets]
    wrong = [ean for ean in eans if not _EAN18.fullmatch(ean)]
    if wrong:
        raise DocumentError(f"its target {wrong[0]!r} is no EAN of 18 digits")


def _typed_eans(targets: Sequence[Any]) -> list[str]:
    """Return the connections of GAC 2.0, which must name the VEN too."""
    kinds = [target.get("type") for target in targets if isinstance(target, dict)]
    for kind in ("POWER_SERVICE_LOCATION", "VEN_NAME"):
        if kinds.count(kind) != 1:
            raise DocumentError(f"it must have exactly one target {kind}")
    return [
        str(value)
        for target in targets
        if target.get("type") == "POWER_SERVICE_LOCATION"
        for value in target.get("values") or ()
    ]
