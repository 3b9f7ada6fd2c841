"""NLFlex 1.0 (the OpenADR DER profile of the Dutch DSOs): flexibility of a group.

The DSO publishes a baseline of the group, and dispatches flexibility from it. While
a dispatch holds, all heat pumps together draw at most ACTIVE_BASELINE - FLEX. An
hour beside a dispatch has FLEX 0: it bounds the group to its baseline. An override
tells that the DSO counts on less flexibility than was offered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from dalen_hub.grid.upstream.adapter import Facts
from dalen_hub.grid.upstream.document import Document, DocumentError, one_number
from dalen_hub.grid.upstream.orders import Finding, GridOrders, Remark, lowest
from dalen_hub.grid.upstream.quarters import by_quarter, check_power

FLEX: Final = "FLEX"
BASELINE: Final = "ACTIVE_BASELINE"
_RESERVED: Final = "RESERVED_BASELINE"
_OVERRIDE: Final = "ACTIVE_FLEX_DELTA_OVERRIDE"
_RESERVED_OVERRIDE: Final = "RESERVED_FLEX_DELTA_OVERRIDE"
_ANCHOR: Final = frozenset(
    ("REGISTRATION_REQUEST", "DE_REGISTRATION_REQUEST", "OPERATIONAL_STATUS")
)
_WINDOW: Final = timedelta(days=1)
_BESIDE: Final = timedelta(hours=1)
_DISPATCHES: Final = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=6))


class Kind(StrEnum):
    """What an event of the profile is."""

    ANCHOR = "anchor"
    BASELINE = "baseline"
    OVERRIDE = "override"
    DISPATCH = "dispatch"


def kind_of(document: Document) -> Kind | None:
    """Return what an event is, None where the profile does not know it."""
    kinds = document.kinds
    if FLEX in kinds:
        return Kind.DISPATCH
    if BASELINE in kinds:
        return Kind.BASELINE
    if kinds & {_OVERRIDE, _RESERVED_OVERRIDE}:
        return Kind.OVERRIDE
    return Kind.ANCHOR if not kinds and reports_of(document) >= _ANCHOR else None


def reports_of(document: Document) -> frozenset[str]:
    """Return the reports that a document asks for."""
    return frozenset(
        str(each.get("payloadType"))
        for each in document.body.get("reportDescriptors") or ()
    )


class NlflexAdapter:
    """Dispatches of flexibility."""

    def wants(self, document: Document) -> bool:
        """Return whether a document is one of the profile."""
        return kind_of(document) is not None

    def check(self, document: Document, facts: Facts) -> tuple[Finding, ...]:
        """Check a document; an override is remarked, since it changes an offer."""
        kind = kind_of(document)
        if kind is Kind.DISPATCH:
            return _check_dispatch(document, facts)
        if kind is Kind.BASELINE:
            check_power(baseline_kw(document), facts.rating_kva, BASELINE)
        if kind is Kind.OVERRIDE:
            return (_override(document),)
        return ()

    def orders(self, documents: Sequence[Document], facts: Facts) -> GridOrders:
        """Return what all heat pumps may draw while a dispatch holds."""
        dispatches = [each for each in documents if kind_of(each) is Kind.DISPATCH]
        base_kw = group_baseline_kw(documents)
        if base_kw is None:
            return GridOrders(findings=tuple(_unknown(each) for each in dispatches))
        return GridOrders(
            pumps_kw=lowest(
                {
                    start: max(0.0, round(base_kw - flex_kw, 2))
                    for start, flex_kw in by_quarter(each.steps(), FLEX).items()
                }
                for each in dispatches
            )
        )


def group_baseline_kw(documents: Sequence[Document]) -> float | None:
    """Return the newest baseline of the group, None before there is one."""
    baselines = [each for each in documents if kind_of(each) is Kind.BASELINE]
    newest = max(baselines, key=lambda each: (each.modified, each.id), default=None)
    return None if newest is None else baseline_kw(newest)


def baseline_kw(document: Document) -> float:
    """Return the active baseline of a document; raises DocumentError."""
    intervals = list(document.body.get("intervals") or ())
    if len(intervals) != 1:
        raise DocumentError("a baseline must have exactly one interval")
    values = {each.get("type"): each for each in intervals[0].get("payloads") or ()}
    if set(values) != {BASELINE, _RESERVED}:
        raise DocumentError(f"a baseline must carry {BASELINE} and {_RESERVED}")
    if document.units(BASELINE) not in ("KW", None):
        raise DocumentError(f"its unit is {document.units(BASELINE)!r}, not 'KW'")
    return one_number(tuple(values[BASELINE].get("values") or ()), BASELINE)


def _check_dispatch(document: Document, facts: Facts) -> tuple[Finding, ...]:
    """Check a dispatch: its window, its lengths, its powers."""
    if document.units(FLEX) != "KW":
        raise DocumentError(f"its unit is {document.units(FLEX)!r}, not 'KW'")
    steps = document.steps()
    begins, ends = _window(document)
    for step in steps:
        length = None if step.end is None else step.end - step.start
        if length not in (_BESIDE, *_DISPATCHES):
            raise DocumentError(f"interval {step.id} lasts not 1, 2, 4 or 6 hours")
        flex_kw = step.number(FLEX)
        if length == _BESIDE and flex_kw != 0:
            raise DocumentError(f"interval {step.id} of one hour must be FLEX 0")
        check_power(flex_kw, facts.rating_kva, f"interval {step.id}")
        if step.start < begins or (step.end is not None and step.end > ends):
            raise DocumentError(f"interval {step.id} lies outside the day of the event")
    quarters = list(by_quarter(steps, FLEX))
    if quarters[0] < document.created:
        return (Finding(remark=Remark.LATE, document=document.name),)
    return ()


def _window(document: Document) -> tuple[datetime, datetime]:
    """Return the day that a dispatch is about; raises DocumentError."""
    whole = document.period()
    if whole is None or whole[1] - whole[0] != _WINDOW:
        raise DocumentError("its intervalPeriod must be one day")
    return whole


def _override(document: Document) -> Finding:
    """Return what an override says."""
    said = [
        f"{each.get('type')} {_first(each)}"
        for interval in document.body.get("intervals") or ()
        for each in interval.get("payloads") or ()
        if each.get("type") != "REPORT_ID"
    ]
    return Finding(
        remark=Remark.OVERRIDDEN, document=document.name, detail=", ".join(said)
    )


def _first(payload: Mapping[str, Any]) -> object:
    """Return the first value of a payload."""
    values = payload.get("values")
    return values[0] if values else ""


def _unknown(document: Document) -> Finding:
    """Return that a dispatch cannot be followed without a baseline."""
    return Finding(
        remark=Remark.PARTIAL,
        document=document.name,
        detail="the DSO published no baseline of the group",
    )
