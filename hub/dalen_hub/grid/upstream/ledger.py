"""The documents that count: taken over, kept, replaced or withdrawn. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from dalen_hub.grid.upstream.adapter import Adapter, Facts
from dalen_hub.grid.upstream.document import Document, DocumentError
from dalen_hub.grid.upstream.emergency import check_emergency, is_emergency, stop_asked
from dalen_hub.grid.upstream.orders import Finding, GridOrders, Remark

_KEPT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A remark, and since when."""

    at: datetime
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The last good content of each document, by its id, and what was remarked.

    ``refused`` holds the contents that the server shows but that cannot be used,
    by id: they are remarked once, not at every poll.
    """

    good: Mapping[str, Document] = field(default_factory=dict)
    refused: Mapping[str, Document] = field(default_factory=dict)
    told: tuple[Told, ...] = ()

    def orders(self, adapter: Adapter, facts: Facts) -> GridOrders:
        """Return what the documents order now."""
        alarms = [each for each in self.good.values() if is_emergency(each)]
        others = [each for each in self.good.values() if not is_emergency(each)]
        orders = adapter.orders(others, facts)
        return replace(orders, stop=stop_asked(alarms, facts.now))

    def remarked(self, findings: Iterable[Finding], now: datetime) -> Ledger:
        """Return the ledger with further remarks; old ones are forgotten."""
        new = tuple(Told(at=now, finding=finding) for finding in findings)
        return replace(self, told=(*self.told, *new)[-_KEPT:])


def take(
    ledger: Ledger,
    documents: Sequence[Document],
    adapter: Adapter,
    facts: Facts,
) -> Ledger:
    """Return the ledger after the server showed all its documents.

    A bad document
    never takes the place of a good one: its last good content stays, and where a
    bad one came instead of others that vanished, those stay as well.
    """
    good, refused = dict(ledger.good), {}
    findings: list[Finding] = []
    shown = [each for each in documents if each.is_for(facts.target)]
    for document in shown:
        if document == ledger.good.get(document.id) or not _counts(document, adapter):
            continue
        try:
            remarks = _checked(document, adapter, facts)
        except DocumentError as err:
            refused[document.id] = document
            if document != ledger.refused.get(document.id):
                findings.append(_finding(Remark.REFUSED, document, str(err)))
            continue
        if document.id in good:
            findings.append(_finding(Remark.REPLACED, document))
        good[document.id] = document
        findings.extend(remarks)
    is_replaced_badly = any(each not in ledger.good for each in refused)
    for gone in set(ledger.good) - {each.id for each in shown}:
        is_over = _is_over(ledger.good[gone], facts.now)
        if is_replaced_badly and not is_over and not is_emergency(good[gone]):
            continue
        if not is_over:
            findings.append(_finding(Remark.WITHDRAWN, good[gone]))
        del good[gone]
    after = Ledger(good=good, refused=refused, told=ledger.told)
    return after.remarked(findings, facts.now)


def still_good(document: Document, adapter: Adapter, facts: Facts) -> bool:
    """Return whether a stored document is still one to follow.

    Another profile or nameplate may have been configured since.
    """
    try:
        _checked(document, adapter, facts)
    except DocumentError:
        return False
    return _counts(document, adapter) and document.is_for(facts.target)


def _counts(document: Document, adapter: Adapter) -> bool:
    """Return whether a document is one that the hub follows."""
    return (
        document.complaint is not None
        or is_emergency(document)
        or adapter.wants(document)
    )


def _checked(document: Document, adapter: Adapter, facts: Facts) -> tuple[Finding, ...]:
    """Return the remarks on a good document; raises DocumentError for a bad one."""
    if document.complaint is not None:
        raise DocumentError(document.complaint)
    if is_emergency(document):
        check_emergency(document)
        return ()
    return adapter.check(document, facts)


def _finding(remark: Remark, document: Document, detail: str = "") -> Finding:
    """Return a remark on a document."""
    return Finding(remark=remark, document=document.name, detail=detail)


def _is_over(document: Document, now: datetime) -> bool:
    """Return whether a document has no time left; one without end never is over."""
    try:
        steps = document.steps()
    except DocumentError:
        return False
    return all(step.end is not None and step.end <= now for step in steps)
