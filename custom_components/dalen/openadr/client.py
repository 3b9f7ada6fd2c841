"""A VEN's view of a VTN: events, programs, its ven, and reports to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

from aiohttp import ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from .access_token import TokenSource
from .address import is_no_weaker, is_secure_url, parse_url
from .answer import clock_offset, read_json
from .errors import AuthenticationFailedError, UnexpectedAnswerError
from .lists import Lists
from .model import Event, Program, Skipped, Ven
from .reader import read_event, read_program, read_ven
from .transport import TIMEOUT, Clock, json_body, requested


class OpenAdrClient:
    """An OpenADR 3.1 client with the role of a VEN.

    Every method raises VtnUnreachableError, AuthenticationFailedError or
    ProblemError. ``skipped`` tells what the last list had that made no sense.
    ``clock_offset`` tells how far the clock of the VTN is ahead of ours, None
    when it does not say.
    """

    def __init__(
        self,
        session: ClientSession,
        vtn_url: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
    ) -> None:
        """Keep the session and the credentials; nothing is sent yet.

        ``vtn_url`` is the base with the version, such as
        ``https://hub.example/openadr3/3.1.0``. Raises ValueError when credentials
        may not be sent to it.
        """
        url = parse_url(vtn_url.rstrip("/"))
        if url is None or not is_secure_url(url):
            raise ValueError(f"{vtn_url!r} is not a usable https address")
        self._session = session
        self._url = url
        self._clock = clock
        self._tokens = TokenSource(session, url, client_id, client_secret, clock)
        self._lists = Lists(self.stream, clock)
        self.clock_offset: timedelta | None = None

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Return what the last list had that made no sense."""
        return self._lists.skipped

    async def events(self, program_id: str | None = None) -> list[Event]:
        """Return the events that this VEN may see, of one program or of all."""
        params = {} if program_id is None else {"programID": program_id}
        url = (self._url / "events").with_query(params)
        return await self._lists.read(url, read_event)

    async def programs(self) -> list[Program]:
        """Return the programs that this VEN may see."""
        return await self._lists.read(self._url / "programs", read_program)

    async def ven(self) -> Ven | None:
        """Return this VEN as the VTN knows it, None when it has none."""
        vens = await self._lists.read(self._url / "vens", read_ven)
        return vens[0] if vens else None

    async def create_report(self, report: Mapping[str, object]) -> None:
        """Send one report; a ProblemError tells why it was refused."""
        await self.call("POST", self._url / "reports", json=report)

    async def call(
        self,
        method: str,
        url: URL | str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> object:
        """Send an authorised request and return the JSON of the answer, or None."""
        async with self.stream(method, url, params=params, json=json) as response:
            return await read_json(response, self._clock())

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: URL | str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: ClientTimeout = TIMEOUT,
    ) -> AsyncIterator[ClientResponse]:
        """Send an authorised request and give its response, still to be read.

        A token that is refused is renewed once.
        """
        target = self._checked(url)
        data, extra = (None, {}) if json is None else json_body(json)
        for last_try in (False, True):
            token = await self._tokens.token()
            async with requested(
                self._session,
                method,
                target,
                headers={
                    **(headers or {}),
                    **extra,
                    "Authorization": f"Bearer {token}",
                },
                params=params,
                data=data,
                timeout=timeout,
            ) as response:
                if response.status != HTTPStatus.UNAUTHORIZED:
                    self._compare_clocks(response)
                    yield response
                    return
            self._tokens.forget(token)
            if last_try:
                raise AuthenticationFailedError(
                    "the hub does not accept this home any more; "
                    "join the neighbourhood again"
                )

    def _compare_clocks(self, response: ClientResponse) -> None:
        """Note how far our clock is off, as far as a good answer of the VTN tells."""
        if response.status < HTTPStatus.BAD_REQUEST:
            self.clock_offset = clock_offset(response, self._clock())

    def _checked(self, url: URL | str) -> URL:
        """Return the address of a request, when the token may be sent to it."""
        target = parse_url(str(url))
        if target is None or not is_no_weaker(target, self._url):
            raise UnexpectedAnswerError(f"{url} is not a usable https address")
        return target
