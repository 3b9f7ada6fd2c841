"""One HTTP request with the rules that hold for all of them."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from .errors import VtnUnreachableError

type Clock = Callable[[], datetime]

TIMEOUT: Final = ClientTimeout(total=20, sock_connect=10)


def utc_now() -> datetime:
    """Return the time of the machine: the clock outside tests."""
    return datetime.now(UTC)


@asynccontextmanager
async def requested(
    session: ClientSession,
    method: str,
    url: URL,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    data: bytes | None = None,
    timeout: ClientTimeout = TIMEOUT,
) -> AsyncIterator[ClientResponse]:
    """Send a request and give its response; redirects are not followed.

    Raises VtnUnreachableError when the network fails, also while the body of the
    caller reads the response.
    """
    try:
        async with session.request(
            method,
            url,
            headers={"Accept": "application/json", **(headers or {})},
            params=params,
            data=data,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            yield response
    except (ClientError, TimeoutError, OSError) as err:
        reason = str(err) or type(err).__name__
        raise VtnUnreachableError(f"{url.host} cannot be reached: {reason}") from err


def json_body(value: object) -> tuple[bytes, dict[str, str]]:
    """Return a JSON body and its header; raise ValueError for NaN and infinity."""
    body = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return body.encode(), {"Content-Type": "application/json"}
