"""Errors as the standard says: problem+json for every 4xx and 5xx."""

from collections.abc import Mapping
from http import HTTPStatus
import logging
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

_LOGGER = logging.getLogger(__name__)

API_PREFIXES = ("/openadr3/", "/dalen/", "/api/")
"""Paths of programs. The pages for people give errors that people can read."""

_TYPE_BASE = "/dalen/v1/problems/"


class ProblemError(Exception):
    """Ends a request with a problem; the detail says what to do.

    ``kind`` names a problem that a client may want to recognise: it becomes the
    last part of the type.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer will say."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind or ""
        self.type = "about:blank" if kind is None else f"{_TYPE_BASE}{kind}"
        self.headers = headers or {}

    @override
    def __str__(self) -> str:
        """Return the status and the detail."""
        return f"{self.status}: {self.detail}"


def problem_response(problem: ProblemError, path: str) -> web.Response:
    """Return the answer of a problem, as RFC 9457 describes it."""
    return web.json_response(
        {
            "type": problem.type,
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": problem.detail,
            "instance": path,
        },
        status=problem.status,
        headers=problem.headers,
        content_type="application/problem+json",
    )


@web.middleware
async def problem_middleware(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Turn every error on the paths of programs into a problem."""
    try:
        return await handler(request)
    except ProblemError as problem:
        return problem_response(problem, request.path)
    except web.HTTPException as error:
        if error.status < 400 or not request.path.startswith(API_PREFIXES):
            raise
        return problem_response(_from_http(error, request), request.path)
    except Exception:  # The edge: a bug must not reach a client as HTML.
        if not request.path.startswith(API_PREFIXES):
            raise
        _LOGGER.exception("Request %s %s failed", request.method, request.path)
        failure = ProblemError(500, "The hub failed. Its log tells why.")
        return problem_response(failure, request.path)


def _from_http(error: web.HTTPException, request: web.Request) -> ProblemError:
    """Return the problem of an error that aiohttp itself found."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return ProblemError(
            405,
            f"{request.method} is not possible here; use {allowed}.",
            headers={"Allow": allowed},
        )
    if isinstance(error, web.HTTPNotFound):
        return ProblemError(404, f"There is nothing at {request.path}.")
    return ProblemError(error.status, error.text or error.reason)
