"""A small HTTP load generator: each connection sends, waits, and sends again.

Written on a bare asyncio protocol, so that on two cores it costs less than the
server that it measures.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
import time
from typing import Any, override
from urllib.parse import urlsplit

type MakeRequest = Callable[[int], bytes]
"""Returns the request with a serial number, as bytes for the wire."""


@dataclass(slots=True, kw_only=True)
class Answers:
    """What came back: how often each status, how long each took, in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    seconds: float = 0.0
    first: bytes = b""

    @property
    def per_second(self) -> float:
        """Return how many answers came per second."""
        return len(self.latencies_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the latency, in ms, that a share of the answers stayed below."""
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    """One connection in a closed loop."""

    def __init__(self, load: _Load) -> None:
        """Belong to a load."""
        self._load = load
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.done = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._next()

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._buffer[:head_end])
        status = int(head[9:12])
        size = 0 if status in {204, 304} else _content_length(head)
        if len(self._buffer) < head_end + 4 + size:
            return
        body = bytes(self._buffer[head_end + 4 : head_end + 4 + size])
        self._buffer.clear()
        self._load.note(status, time.perf_counter() - self._sent_at, body)
        self._next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        """Send the next request, if there is one."""
        assert self._transport is not None
        request = self._load.next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Load:
    """What the connections of one measurement share."""

    def __init__(self, make: MakeRequest, seconds: float, requests: int | None) -> None:
        """Send for some seconds, or a number of requests."""
        self.answers = Answers()
        self._make = make
        self._sent = 0
        self._requests = requests
        self._begun = time.perf_counter()
        self._until = self._begun + seconds

    def next_request(self) -> bytes | None:
        """Return the next request; None when it was enough."""
        if self._requests is None:
            enough = time.perf_counter() >= self._until
        else:
            enough = self._sent >= self._requests
        if enough:
            self.answers.seconds = time.perf_counter() - self._begun
            return None
        self._sent += 1
        return self._make(self._sent - 1)

    def note(self, status: int, latency_s: float, body: bytes) -> None:
        """Count an answer."""
        answers = self.answers
        answers.statuses[status] = answers.statuses.get(status, 0) + 1
        answers.latencies_s.append(latency_s)
        answers.first = answers.first or body


async def load(
    url: str,
    make: MakeRequest,
    *,
    connections: int,
    seconds: float = 0.0,
    requests: int | None = None,
) -> Answers:
    """Send requests over some connections; return what came back."""
    parts = urlsplit(url)
    shared = _Load(make, seconds, requests)
    loop = asyncio.get_running_loop()
    opened = [
        (
            await loop.create_connection(
                lambda: _Connection(shared), parts.hostname, parts.port
            )
        )[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    return shared.answers


def request_bytes(
    method: str, path: str, headers: Mapping[str, str], body: Any = None
) -> bytes:
    """Return a request for the wire; a body is sent as JSON."""
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: hub", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "", ""]).encode() + data


def _content_length(head: bytes) -> int:
    """Return the length that the head of an answer announces."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError(f"no Content-Length in {head!r}")
