"""Read lists of a VTN, page by page; what did not change is not sent again."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aiohttp import ClientResponse
from yarl import URL

from .answer import read_json
from .errors import UnexpectedAnswerError
from .model import Skipped
from .reader import read_all
from .transport import Clock

PAGE_SIZE: Final = 50
MAX_PAGES: Final = 20

type Stream = Callable[..., AbstractAsyncContextManager[ClientResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page of a list as it was read, with the tag of this version."""

    tag: str
    values: list[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list as it was read, and what was made of it."""

    values: list[object]
    objects: list[Any]
    skipped: tuple[Skipped, ...]

    def is_of(self, values: list[object]) -> bool:
        """Tell if these are the very values that were read then."""
        return len(values) == len(self.values) and all(
            value is read for value, read in zip(values, self.values, strict=True)
        )


class Lists:
    """Lists of one VTN. ``skipped`` tells what the last one had without sense.

    ``stream`` sends an authorised request, as the client does.
    """

    def __init__(self, stream: Stream, clock: Clock) -> None:
        """Know nothing yet."""
        self._stream = stream
        self._clock = clock
        self._pages_read: dict[tuple[URL, int], _Page] = {}
        self._lists_read: dict[URL, _List] = {}
        self.skipped: tuple[Skipped, ...] = ()

    async def read[T](self, url: URL, read: Callable[[object], T]) -> list[T]:
        """Return all objects of a list, and remember what was skipped.

        While the VTN sends no news, they are the very same objects.
        """
        values = await self._pages(url)
        known = self._lists_read.get(url)
        if known is None or not known.is_of(values):
            objects, skipped = read_all(values, read)
            known = _List(values=values, objects=objects, skipped=tuple(skipped))
            self._lists_read[url] = known
        self.skipped = known.skipped
        return list(known.objects)

    async def _pages(self, url: URL) -> list[object]:
        """Return a whole list, page by page; an object that moved counts once."""
        found: dict[object, object] = {}
        for page in range(MAX_PAGES):
            values = await self._page(url, page)
            for value in values:
                found[_identity(value, len(found))] = value
            if len(values) < PAGE_SIZE:
                return list(found.values())
        raise UnexpectedAnswerError(f"{url} has more than {MAX_PAGES * PAGE_SIZE}")

    async def _page(self, url: URL, page: int) -> list[object]:
        """Return one page; one that did not change is not sent again (RFC 9110)."""
        kept = self._pages_read.get((url, page))
        window = {"skip": str(page * PAGE_SIZE), "limit": str(PAGE_SIZE)}
        async with self._stream(
            "GET",
            url,
            params=window,
            headers={} if kept is None else {"If-None-Match": kept.tag},
        ) as response:
            if kept is not None and response.status == HTTPStatus.NOT_MODIFIED:
                return kept.values
            values = await read_json(response, self._clock())
            if not isinstance(values, list):
                raise UnexpectedAnswerError(f"{url} did not answer with a list")
            self._pages_read.pop((url, page), None)
            if tag := response.headers.get("ETag"):
                self._pages_read[url, page] = _Page(tag=tag, values=values)
            return values


def _identity(value: object, number: int) -> object:
    """Return what makes an object of a list the same on the next page."""
    identity = value.get("id") if isinstance(value, dict) else None
    return identity if isinstance(identity, str) else number
