"""The hub that the house has joined: how it is stored, reached and left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .const import CONF_TIER, CONF_VALID_UNTIL, LOGGER
from .openadr.client import OpenAdrClient
from .openadr.errors import AuthenticationFailedError, OpenAdrError
from .openadr.reports import Tier, tier_in_force
from .pairing import Membership, leave


def membership_of(data: Mapping[str, Any]) -> Membership:
    """Return the membership in the data of a neighbourhood subentry."""
    return Membership.read(dict(data))


def client_of(hass: HomeAssistant, membership: Membership) -> OpenAdrClient:
    """Return a client that speaks for this home, on the shared session."""
    return OpenAdrClient(
        async_get_clientsession(hass),
        membership.vtn_url,
        membership.client_id,
        membership.client_secret,
        dt_util.utcnow,
    )


def agreed_tier(data: Mapping[str, Any], now: datetime) -> Tier:
    """Return what the resident shares now: nothing beyond T0 after the end date."""
    return tier_in_force(Tier[data[CONF_TIER]], valid_until(data), now)


def valid_until(data: Mapping[str, Any]) -> datetime | None:
    """Return when the consent ends, None when it has no end date."""
    text = data.get(CONF_VALID_UNTIL)
    return None if text is None else datetime.fromisoformat(text)


async def async_leave(hass: HomeAssistant, membership: Membership) -> None:
    """Leave the hub as well as it goes: the house itself is free in any case."""
    try:
        await leave(client_of(hass, membership), membership.base_url)
    except AuthenticationFailedError:
        LOGGER.debug("The hub already forgot this home")
    except OpenAdrError as err:
        LOGGER.warning(
            "The hub was not told that this home leaves (%s)."
            " Ask your collective to remove it",
            err,
        )
