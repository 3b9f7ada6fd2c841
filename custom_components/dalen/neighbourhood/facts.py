"""Keep the hub up to date about the heat pumps of the house."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..coordinator import HeatPumpCoordinator
from ..membership import agreed_tier, home_facts, valid_until
from ..openadr.client import OpenAdrClient
from ..openadr.errors import ProblemError
from ..openadr.reports import Tier
from ..pairing import HomeFacts, change_membership

type Keep = Callable[..., None]


class Facts:
    """Tell a hub when a heat pump came, went or changed; joining told the first."""

    def __init__(
        self,
        subentry: ConfigSubentry,
        base_url: str | None,
        heat_pumps: Collection[HeatPumpCoordinator],
        stored: Mapping[str, Any],
        keep: Keep,
    ) -> None:
        """Compare with what was told before."""
        self._subentry = subentry
        self._base_url = base_url
        self._facts = home_facts(pump.subentry.data for pump in heat_pumps)
        self._told = stored.get("facts")
        self._keep = keep

    async def async_tell(self, client: OpenAdrClient) -> None:
        """Tell what changed. Raises OpenAdrError while the hub cannot hear it."""
        facts = asdict(self._facts)
        if self._base_url is None or self._told == facts:
            return
        if self._told is not None:
            await self._async_change(client, self._base_url, self._facts)
        self._told = facts
        self._keep(facts=facts)

    async def _async_change(
        self, client: OpenAdrClient, base_url: str, facts: HomeFacts
    ) -> None:
        """Change the membership; a hub that refuses it is not asked again."""
        data = self._subentry.data
        tier = agreed_tier(data, dt_util.utcnow()) or Tier.T0
        until = valid_until(data) if tier is Tier.T3 else None
        try:
            await change_membership(client, base_url, tier, until, home=facts)
        except ProblemError as err:
            if err.is_temporary:
                raise
            LOGGER.warning(
                "The hub does not take the new data of the heat pumps (%s)."
                " Tell your collective",
                err,
            )
