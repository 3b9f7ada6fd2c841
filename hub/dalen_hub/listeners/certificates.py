"""Certificates of clients: a stolen secret alone opens nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from aiohttp import web

from dalen_hub.appkeys import CONFIG
from dalen_hub.listeners.kinds import Kind, kind_of
from dalen_hub.vtn.principal import Principal, Role
from dalen_hub.vtn.problems import ProblemError

_INSIDE: Final = frozenset((Kind.OPERATOR, Kind.INGRESS))


def check_certificate(request: web.Request, principal: Principal) -> None:
    """Raise a 403 problem unless the connection has the certificate of the client.

    Only where `hub.yaml` names an authority for the clients of homes. The subject's
    common name must be the id of the client or of its VEN.
    """
    tls = request.app[CONFIG].tls
    if tls is None or tls.client_ca is None:
        return
    if principal.role is Role.BL and kind_of(request) in _INSIDE:
        return
    found = set(_common_names(_certificate(request)))
    if not found & {principal.client_id, principal.ven_id}:
        raise ProblemError(
            403,
            "Present the client certificate that the collective issued for this home.",
            kind="client-certificate",
        )


def _certificate(request: web.Request) -> Mapping[str, Any]:
    """Return what the verified certificate of a connection says."""
    if request.transport is None:
        return {}
    return request.transport.get_extra_info("peercert") or {}


def _common_names(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Yield the common names in the subject of a verified certificate."""
    for names in certificate.get("subject", ()):
        for name, value in names:
            if name == "commonName":
                yield value
