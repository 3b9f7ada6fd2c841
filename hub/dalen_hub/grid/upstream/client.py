"""Read documents from the DSO's server, and send reports, with openadr3-client.

Everything here blocks: call it in a thread. The library is imported with the first
call, so that a hub without a link does not carry it. What it lacks is added: a limit
of time on every request, paging, and one bad event that does not hide the others.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, override
from urllib.parse import urlsplit

from dalen_hub.config_values import is_private_host
from dalen_hub.grid.upstream.document import Document
from dalen_hub.grid.upstream.settings import DsoSettings, Version

if TYPE_CHECKING:
    # It takes 40 MB and a second.
    from requests import Response, Session

PAGE: Final = 50
_MOST_PAGES: Final = 40
_TIMEOUT_S: Final = (5.0, 20.0)
_SCOPES: Final[Mapping[Version, list[str]]] = {
    Version.V3_1: ["read_targets", "read_ven_objects", "write_reports"],
    Version.V3_0_1: ["read_all", "write_reports"],
}


class DsoUnreachableError(Exception):
    """The server cannot be read now; the message says why, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the server shows: ``complaint`` None, or what is wrong with the program."""

    documents: tuple[Document, ...] = ()
    complaint: str | None = None


class _Interface(Protocol):
    """What each part of the library's client has."""

    base_url: str
    session: Session


class DsoClient:
    """One connection to the server of one link."""

    def __init__(self, settings: DsoSettings) -> None:
        """Remember how to connect; nothing happens before the first call."""
        self._settings = settings
        self._events: _Interface | None = None
        self._reports: _Interface | None = None

    def fetch(self, now: datetime) -> Fetched:
        """Return all documents of the program; raises DsoUnreachableError.

        Raises SecretError where the secret is missing.
        """
        with self._telling():
            return self._fetch(now)

    def send(self, report: Mapping[str, Any]) -> bool:
        """Send a report; return False where the server does not want it any more.

        Raises DsoUnreachableError and SecretError.
        """
        with self._telling():
            interface = self._connected()[1]
            url = f"{interface.base_url}/reports"
            answer = interface.session.post(url, json=report)
            if answer.status_code in (404, 409):
                return False
            answer.raise_for_status()
            return True

    def resource_names(self) -> tuple[str, ...]:
        """Return the names of the hub's own resources (assets) at the server.

        Raises DsoUnreachableError and SecretError.
        """
        with self._telling():
            found = self._pages("resources", {})
            return tuple(str(each.get("resourceName")) for each in found)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell what goes wrong, and connect anew next time: a secret may be new."""
        try:
            with _told():
                yield
        except DsoUnreachableError:
            self._events = self._reports = None
            raise

    def _fetch(self, now: datetime) -> Fetched:
        """Return the program's documents."""
        from dalen_hub.grid.upstream import checks  # noqa: PLC0415

        settings = self._settings
        program = next(
            (
                each
                for each in self._pages("programs", {})
                if each.get("programName") == settings.program
            ),
            None,
        )
        if program is None:
            return Fetched(complaint=f"the server has no program {settings.program!r}")
        complaint = checks.program_complaint(settings, program)
        if complaint is not None:
            return Fetched(complaint=complaint)
        wanted = {"programID": str(program["id"])}
        events = self._pages("events", wanted)
        return Fetched(
            documents=tuple(checks.checked(settings, each, now) for each in events)
        )

    def _pages(self, what: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield all objects of a kind, page by page."""
        interface = self._connected()[0]
        for page in range(_MOST_PAGES):
            asked = {**query, "skip": str(page * PAGE), "limit": str(PAGE)}
            found = _objects(
                interface.session.get(f"{interface.base_url}/{what}", params=asked)
            )
            yield from found
            if len(found) < PAGE:
                return
        raise DsoUnreachableError(
            f"The server shows more than {_MOST_PAGES * PAGE} {what}."
        )

    def _connected(self) -> tuple[_Interface, _Interface]:
        """Return how to read events and how to write reports."""
        if self._events is None or self._reports is None:
            self._events, self._reports = _connect(self._settings)
        return self._events, self._reports


def _connect(settings: DsoSettings) -> tuple[_Interface, _Interface]:
    """Make the library's client; raises SecretError and DsoUnreachableError."""
    from openadr3_client.ven.http_factory import VirtualEndNodeHttpClientFactory  # noqa: PLC0415
    from openadr3_client.version import OADRVersion  # noqa: PLC0415

    # At level DEBUG it writes tokens.
    logging.getLogger("requests_oauthlib").setLevel(logging.WARNING)
    # With each request on a private network it warns of plain HTTP.
    logging.getLogger("openadr3_client").setLevel(logging.ERROR)
    client: Any = VirtualEndNodeHttpClientFactory.create_http_ven_client(
        settings.vtn_url,
        settings.client_id,
        settings.secret(),
        settings.token_url or _token_url(settings.vtn_url),
        _SCOPES[settings.version],
        allow_insecure_http=settings.vtn_url.startswith("http:"),
        version=OADRVersion.OADR_310
        if settings.version is Version.V3_1
        else OADRVersion.OADR_301,
    )
    both = cast("_Interface", client.events), cast("_Interface", client.reports)
    for each in both:
        _limit_time(each.session)
    return both


def _limit_time(session: Any) -> None:
    """Bound the time of every request of a session, those for its tokens too."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    class Timed(HTTPAdapter):
        """Sends with a limit of time."""

        @override
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            """Send a request; one that takes too long fails."""
            kwargs["timeout"] = kwargs.get("timeout") or _TIMEOUT_S
            return super().send(request, *args, **kwargs)

    # The library gives no other way to its sessions for tokens.
    for each in (session, session.auth._token_manager.oauth):  # noqa: SLF001
        each.mount("https://", Timed())
        each.mount("http://", Timed())


def _token_url(vtn_url: str) -> str:
    """Ask the server where tokens come from; raises DsoUnreachableError."""
    import requests  # noqa: PLC0415

    answer = requests.get(f"{vtn_url}/auth/server", timeout=_TIMEOUT_S)
    answer.raise_for_status()
    found = answer.json()
    url = str(found.get("tokenURL", "")) if isinstance(found, dict) else ""
    parts = urlsplit(url)
    is_private = is_private_host(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_private):
        raise DsoUnreachableError("The server names no safe address for tokens.")
    return url


def _objects(answer: Response) -> list[dict[str, Any]]:
    """Return the objects of a page; raises DsoUnreachableError."""
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise DsoUnreachableError(
            "The server answered with something else than a list."
        )
    return found


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the library raises into DsoUnreachableError."""
    try:
        from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]  # noqa: PLC0415
        from requests import HTTPError, RequestException  # noqa: PLC0415
    except ImportError as err:
        raise DsoUnreachableError(
            "The library for it is missing. Install dalen-hub[dso]."
        ) from err

    try:
        yield
    except HTTPError as err:
        raise DsoUnreachableError(f"The server answered: {err}") from err
    except RequestException as err:
        kind = type(err).__name__
        raise DsoUnreachableError(f"The server does not answer ({kind}).") from err
    except OAuth2Error as err:
        raise DsoUnreachableError(
            f"The server gives no token ({err.error}). Check client_id and the secret."
        ) from err
