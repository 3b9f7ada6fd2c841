"""The servers that the house has joined: how they are stored, reached and left."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .const import (
    CONF_FLOOR_W,
    CONF_KIND,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    CONF_TIER,
    CONF_VALID_UNTIL,
    LOGGER,
)
from .heat_pump.model import LimitKind
from .openadr.account import VtnAccount
from .openadr.client import OpenAdrClient
from .openadr.errors import AuthenticationFailedError, OpenAdrError
from .openadr.reports import Tier, tier_in_force
from .pairing import HeatPumpKind, HomeFacts, Membership, leave


def account_of(data: Mapping[str, Any]) -> VtnAccount:
    """Return the account in the data of a neighbourhood subentry."""
    return VtnAccount.read(dict(data))


def membership_of(data: Mapping[str, Any]) -> Membership | None:
    """Return the membership of a hub; None for another OpenADR server."""
    return Membership.read(dict(data)) if account_of(data).is_hub else None


def client_of(hass: HomeAssistant, account: VtnAccount | Membership) -> OpenAdrClient:
    """Return a client that speaks for this home, on the shared session."""
    return OpenAdrClient(
        async_get_clientsession(hass),
        account.vtn_url,
        account.client_id,
        account.client_secret,
        dt_util.utcnow,
    )


def agreed_tier(data: Mapping[str, Any], now: datetime) -> Tier | None:
    """Return what the resident shares now: nothing beyond T0 after the end date.

    None is nothing at all, not even that the home takes part.
    """
    if (name := data.get(CONF_TIER)) is None:
        return None
    return tier_in_force(Tier[name], valid_until(data), now)


def valid_until(data: Mapping[str, Any]) -> datetime | None:
    """Return when the consent ends, None when it has no end date."""
    text = data.get(CONF_VALID_UNTIL)
    return None if text is None else datetime.fromisoformat(text)


def home_facts(heat_pumps: Iterable[Mapping[str, Any]]) -> HomeFacts:
    """Return what the hub must know of the heat pumps of the house together.

    The home runs as soon as its smallest heat pump runs. It follows a cap no more
    finely than its coarsest heat pump. One that is only monitored says nothing about
    the others: for the hub it is part of the load that nobody steers.
    """
    known = list(heat_pumps)
    steered = [pump for pump in known if pump[CONF_KIND] != LimitKind.MONITOR]
    pumps = steered or known
    kinds = list(LimitKind)
    kind = max((LimitKind(pump[CONF_KIND]) for pump in pumps), key=kinds.index)
    return HomeFacts(
        heat_pump_kind=HeatPumpKind(kind.value),
        nameplate_w=sum(pump[CONF_NAMEPLATE_W] for pump in pumps),
        minimum_w=min(pump[CONF_MINIMUM_W] for pump in pumps),
        floor_w=sum(pump[CONF_FLOOR_W] for pump in pumps),
    )


async def async_leave(hass: HomeAssistant, membership: Membership | None) -> None:
    """Leave the hub as well as it goes: the house itself is free in any case.

    Other OpenADR servers know no joining and no leaving.
    """
    if membership is None:
        return
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
