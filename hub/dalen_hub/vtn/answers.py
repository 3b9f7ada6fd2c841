"""Answers from JSON that exists as text already."""

from collections import OrderedDict
from collections.abc import Iterable

from aiohttp import web

_JSON = "application/json; charset=utf-8"


def json_text(text: str, *, status: int = 200) -> web.Response:
    """Return an answer with one JSON value."""
    return web.Response(
        body=text.encode(), status=status, headers={"Content-Type": _JSON}
    )


def json_list(texts: Iterable[str]) -> web.Response:
    """Return an answer with a list of JSON values."""
    return web.Response(body=list_body(texts), headers={"Content-Type": _JSON})


def list_body(texts: Iterable[str]) -> bytes:
    """Return a list of JSON values as it is sent."""
    return f"[{','.join(texts)}]".encode()


def tagged(body: bytes, tag: str) -> web.Response:
    """Return an answer that a client may keep, and ask about each time."""
    headers = {
        "Content-Type": _JSON,
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-cache",
    }
    return web.Response(body=body, headers=headers)


class AnswerCache:
    """Keeps the newest answers by their ETag, up to some megabytes.

    An ETag names one content for one client, so nothing here grows old.
    """

    def __init__(self, most_bytes: int = 4_000_000) -> None:
        """Begin empty."""
        self._most_bytes = most_bytes
        self._bytes = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def get(self, tag: str) -> bytes | None:
        """Return the body of an answer, None when it is not kept."""
        body = self._bodies.get(tag)
        if body is not None:
            self._bodies.move_to_end(tag)
        return body

    def put(self, tag: str, body: bytes) -> None:
        """Keep an answer; those that were not wanted for longest make room."""
        if tag in self._bodies or len(body) * 8 > self._most_bytes:
            return
        self._bodies[tag] = body
        self._bytes += len(body)
        while self._bytes > self._most_bytes:
            _, dropped = self._bodies.popitem(last=False)
            self._bytes -= len(dropped)
