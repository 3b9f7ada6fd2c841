"""Lay pieces of time over each other: at each instant the first in rank shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece[T]:
    """Something that holds from ``start`` until ``end``; None is no end.

    Of the pieces that hold at an instant, the one with the lowest ``rank`` shows;
    of equal ranks the one that was given later.
    """

    start: datetime
    end: datetime | None
    rank: tuple[float, ...]
    item: T


def overlay[T](pieces: Iterable[Piece[T]]) -> list[Piece[T]]:
    """Return what shows: sorted by start, never overlapping, in O(n log n).

    A piece can show in parts, and two pieces are never joined into one.
    """
    given = [piece for piece in pieces if piece.end is None or piece.start < piece.end]
    waiting = sorted(range(len(given)), key=lambda index: given[index].start)
    waiting.reverse()
    holding: list[tuple[tuple[float, ...], int]] = []
    shown: list[Piece[T]] = []
    last = None
    for bound, next_bound in spans(given):
        while waiting and given[waiting[-1]].start <= bound:
            index = waiting.pop()
            heappush(holding, (given[index].rank, -index))
        while holding and has_ended(given[-holding[0][1]], bound):
            heappop(holding)
        top = -holding[0][1] if holding else None
        if top is not None and top == last:
            shown[-1] = replace(shown[-1], end=next_bound)
        elif top is not None:
            shown.append(replace(given[top], start=bound, end=next_bound))
        last = top
    return shown


def spans[T](
    pieces: Sequence[Piece[T]],
) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield the spans in which no piece starts or ends; the last has no end."""
    ends = {piece.end for piece in pieces if piece.end is not None}
    bounds = sorted(ends | {piece.start for piece in pieces})
    yield from pairwise(bounds)
    if bounds:
        yield bounds[-1], None


def has_ended[T](piece: Piece[T], at: datetime) -> bool:
    """Tell if a piece no longer holds at an instant."""
    return piece.end is not None and piece.end <= at
