"""Who sends a request, and what that role may do in OpenADR 3.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from dalen_hub.appkeys import PRINCIPAL
from dalen_hub.vtn.problems import ProblemError


class Role(StrEnum):
    """What a client is for."""

    BL = "bl"
    """Business logic: the operator of the collective and the operator's tools."""
    VEN = "ven"
    """One home."""


SCOPES: Mapping[Role, frozenset[str]] = {
    Role.BL: frozenset(
        (
            "read_all",
            "read_targets",
            "read_ven_objects",
            "write_programs",
            "write_events",
            "write_subscriptions",
            "write_vens",
        )
    ),
    Role.VEN: frozenset(
        (
            "read_targets",
            "read_ven_objects",
            "write_reports",
            "write_subscriptions",
            "write_vens",
        )
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The client behind a request, as its own row in the database says."""

    client_id: str
    role: Role
    ven_id: str | None
    targets: frozenset[str]
    trafo_id: str | None = None
    scopes: frozenset[str] = frozenset()
    secret_tag: str = ""


def principal_of(request: web.Request) -> Principal:
    """Return who sent the request.

    Raises a 401 problem when nobody presented a token.
    """
    principal: Principal | None = request.get(PRINCIPAL)
    if principal is None:
        raise ProblemError(
            401,
            "Present a token: Authorization: Bearer <access token>.",
            headers={"WWW-Authenticate": 'Bearer realm="dalen"'},
        )
    return principal


def require_scope(request: web.Request, scope: str) -> Principal:
    """Return who sent the request, if the token has a scope.

    ``read_all`` of the operator holds what the other scopes to read hold.
    Raises a 401 problem without a token, a 403 problem without the scope.
    """
    principal = principal_of(request)
    reads_all = scope.startswith("read_") and "read_all" in principal.scopes
    if scope not in principal.scopes and not reads_all:
        raise ProblemError(403, f"This needs a token with the scope {scope}.")
    return principal


def require_operator(request: web.Request) -> Principal:
    """Return who sent the request, if that is an operator (role bl).

    Raises a 401 problem without a token, a 403 problem for a home.
    """
    principal = principal_of(request)
    if principal.role is not Role.BL:
        raise ProblemError(403, "Only a client with the role bl may do this.")
    return principal


def require_home(request: web.Request) -> tuple[Principal, str]:
    """Return who sent the request and the id of its VEN.

    Raises a 401 problem without a token, a 403 problem for anybody but a home.
    """
    principal = principal_of(request)
    if principal.ven_id is None:
        raise ProblemError(403, "Only a home that joined may do this.")
    return principal, principal.ven_id
