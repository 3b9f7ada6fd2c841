"""Sign what the hub orders homes: their caps and their emergency stops.

The form is a compact JWS (RFC 7515) with EdDSA (RFC 8037); see docs/architecture.md.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
import json
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.hub_key import HubKey
from dalen_hub.signing.canonical import order_digest, with_signature
from dalen_hub.signing.revisions import next_revision
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.lifespan import ends_at

TYPE: Final = "dalen-order+jws"
GRACE_S: Final = 3600
"""A signature holds this long after the last interval, in s."""
_AT_ONCE: Final = 100


async def sign_orders(
    conn: AsyncConnection,
    bodies: Mapping[str, dict[str, Any]],
    key: HubKey,
    now: datetime,
) -> dict[str, dict[str, Any]]:
    """Return events, by the target of the one home each is for, with signatures.

    All get one revision that is higher than any before, in the transaction of the
    caller.
    """
    if not bodies:
        return {}
    revision = await next_revision(conn, now)
    signed: dict[str, dict[str, Any]] = {}
    for target, body in bodies.items():
        signed[target] = sign_order(body, target, key, revision=revision, now=now)
        if len(signed) % _AT_ONCE == 0:
            await asyncio.sleep(0)  # Homes that ask meanwhile get their turn.
    return signed


def sign_order(
    body: Mapping[str, Any], target: str, key: HubKey, *, revision: int, now: datetime
) -> dict[str, Any]:
    """Return an event for one home with its signature.

    Raises ValueError for an event that has no end: such an order is never given.
    """
    claims = order_claims(body, target, revision=revision, now=now)
    return with_signature(body, key.sign_jws(json.dumps(claims).encode(), TYPE))


def order_claims(
    body: Mapping[str, Any], target: str, *, revision: int, now: datetime
) -> dict[str, Any]:
    """Return what the signature says of an event."""
    over = ends_at(body, now)
    if over is None:
        raise ValueError(f"the order {body.get('eventName')} has no end")
    return {
        "ven": target,
        "program": body["programID"],
        "event": body["eventName"],
        "rev": revision,
        "iat": to_epoch(now),
        "exp": over + GRACE_S,
        "sha256": order_digest(body, target),
    }
