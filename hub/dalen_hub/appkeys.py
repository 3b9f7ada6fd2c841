"""Keys under which the parts of the hub find each other in the application."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    # The modules below read these keys themselves.
    from dalen_hub.config import HubConfig
    from dalen_hub.homes.attempts import AttemptGuard
    from dalen_hub.homes.hub_key import HubKey
    from dalen_hub.vtn.mqtt_broker import Broker
    from dalen_hub.vtn.nudge import Nudger
    from dalen_hub.vtn.principal import Principal
    from dalen_hub.vtn.principals import Principals
    from dalen_hub.vtn.rate_limits import RateLimits
    from dalen_hub.vtn.tokens import Tokens
    from dalen_hub.vtn.webhooks import Webhooks

type Clock = Callable[[], datetime]
"""Gives the present instant, timezone-aware and in UTC."""

type MembershipCallback = Callable[[str], None]
"""Is told the id of a trafo whose homes changed."""

ENGINE: web.AppKey[AsyncEngine] = web.AppKey("engine")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
CONFIG: web.AppKey[HubConfig] = web.AppKey("config")
NUDGER: web.AppKey[Nudger] = web.AppKey("nudger")
HUB_KEY: web.AppKey[HubKey] = web.AppKey("hub_key")
TOKENS: web.AppKey[Tokens] = web.AppKey("tokens")
ON_MEMBERSHIP_CHANGED: web.AppKey[MembershipCallback] = web.AppKey(
    "on_membership_changed"
)
"""Optional. Called after a home joined, left or changed what it can do."""

PRINCIPALS: web.AppKey[Principals] = web.AppKey("principals")
"""Made by the routes themselves when absent."""
PAIRING_ATTEMPTS: web.AppKey[AttemptGuard] = web.AppKey("pairing_attempts")
"""Made by the routes themselves when absent."""

RATE_LIMITS: web.AppKey[RateLimits] = web.AppKey("rate_limits")
"""Made by the routes themselves when absent."""
MQTT: web.AppKey[Broker] = web.AppKey("mqtt")
"""Only where a broker is configured."""
WEBHOOKS: web.AppKey[Webhooks] = web.AppKey("webhooks")
"""Made by the routes themselves when absent; strict then."""

SUSPECT: web.RequestKey[str] = web.RequestKey("suspect")
"""The client that somebody says to be whom the hub does not let in."""

PRINCIPAL: web.RequestKey[Principal | None] = web.RequestKey("principal")
"""Who sent a request. None: nobody presented a token."""
