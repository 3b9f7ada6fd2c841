"""Who may read what at the broker: commands of Mosquitto's dynamic security. Pure.

A client connects with its client id as the user name and its access token as the
password, as ``OAUTH2_BEARER_TOKEN`` of OpenADR 3.1 has it. The broker knows the
token until it ends, or its client is revoked.
Source: mosquitto.org/documentation/dynamic-security.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from dalen_hub.vtn.mqtt_topics import EVERYTHING, branch_of

CONTROL: Final = "$CONTROL/dynamic-security/v1"
RESPONSE: Final = f"{CONTROL}/response"
_PUBLISHER: Final = "dalen-hub"
_OPERATOR: Final = "dalen-bl"
_MARK: Final = "Dalen"
_DENIED: Final = ("publishClientSend", "publishClientReceive", "subscribe")

type Command = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A client that the broker lets in. ``ven_id`` None is the operator."""

    client_id: str
    ven_id: str | None
    secret_tag: str
    expires_at: int
    token: str = ""
    """Empty when the broker knows it from before the hub started."""

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self | None:
        """Return a client as the broker lists it; None when it is not the hub's."""
        mark, _, rest = str(found.get("textdescription", "")).partition(" ")
        expires, _, tag = rest.partition(" ")
        if mark != _MARK or not expires.isdigit():
            return None
        return cls(
            client_id=found["username"],
            ven_id=found.get("textname") or None,
            secret_tag=tag,
            expires_at=int(expires),
        )


def set_up() -> list[Command]:
    """Return the commands that close the broker and make the two fixed roles.

    Each may fail because what it makes is there from before.
    """
    return [
        {
            "command": "setDefaultACLAccess",
            "acls": [{"acltype": name, "allow": False} for name in _DENIED],
        },
        {
            "command": "createRole",
            "rolename": _PUBLISHER,
            "acls": [_allow("publishClientSend", EVERYTHING)],
        },
        {"command": "createRole", "rolename": _OPERATOR, "acls": _reads(EVERYTHING)},
    ]


def look_at(username: str) -> Command:
    """Return the command that tells which roles a client has."""
    return {"command": "getClient", "username": username}


def publishes(response: Command) -> bool:
    """Tell whether a client may publish, from what the broker tells of it."""
    roles = response.get("data", {}).get("client", {}).get("roles", ())
    return any(role.get("rolename") == _PUBLISHER for role in roles)


def let_publish(username: str) -> Command:
    """Return the command that lets a client publish; it ends its connections."""
    return {"command": "addClientRole", "username": username, "rolename": _PUBLISHER}


def let_in(client: Admitted) -> list[Command]:
    """Return the commands that let a client in; the first ones may fail."""
    facts = {
        "username": client.client_id,
        "password": client.token,
        "textname": client.ven_id or "",
        "textdescription": f"{_MARK} {client.expires_at} {client.secret_tag}",
        "roles": [{"rolename": _role(client.ven_id), "priority": 0}],
    }
    commands: list[Command] = [{"command": "createClient", **facts}]
    if client.ven_id is not None:
        role = _role(client.ven_id)
        acls = _reads(branch_of(client.ven_id))
        commands.insert(0, {"command": "createRole", "rolename": role, "acls": acls})
    return [
        {"command": "deleteClient", "username": client.client_id},
        *commands,
    ]


def send_away(clients: Iterable[Admitted]) -> list[Command]:
    """Return the commands that end the connections of clients, and keep them out."""
    return [
        {"command": "deleteClient", "username": client.client_id} for client in clients
    ]


def list_all() -> Command:
    """Return the command that lists all clients."""
    return {"command": "listClients", "verbose": True, "count": -1, "offset": 0}


def _role(ven_id: str | None) -> str:
    """Return the role of a VEN, or that of the operator."""
    return _OPERATOR if ven_id is None else f"dalen-ven-{ven_id}"


def _reads(topics: str) -> list[Command]:
    """Return the rights to subscribe to topics and to receive them."""
    return [
        _allow("subscribePattern", topics),
        _allow("publishClientReceive", topics),
    ]


def _allow(kind: str, topics: str) -> Command:
    """Return one right."""
    return {"acltype": kind, "topic": topics, "priority": 0, "allow": True}
