"""The orders of all servers that the house listens to, put together."""

from collections.abc import Collection, Iterable
from datetime import datetime

from homeassistant.core import callback

from ..coordinator import HeatPumpCoordinator
from ..hub_limits import limits_for_heat_pump, plan_end
from ..limits import Limit
from ..openadr.caps import Cap


class PumpOrders:
    """Give every heat pump its share of all caps; the lowest limit holds.

    A server is known by the id of its subentry. ``hubs`` are those whose silence
    means that the link is lost: the hubs that the house joined, or all servers
    when it joined none.
    """

    def __init__(
        self, heat_pumps: Collection[HeatPumpCoordinator], hubs: Collection[str]
    ) -> None:
        """Start without orders."""
        self._heat_pumps = heat_pumps
        self._hubs = frozenset(hubs)
        self._caps: dict[str, tuple[Cap, ...]] = {}
        self._home_nameplate_w = sum(pump.nameplate_w for pump in heat_pumps)

    @callback
    def async_recall(self, server: str, caps: Iterable[Cap]) -> None:
        """Put the stored plan of a server into force."""
        self._caps[server] = tuple(caps)
        for pump in self._heat_pumps:
            pump.async_recall_hub_limits(self._limits_for(pump))

    async def async_hear(
        self, server: str, caps: Iterable[Cap], hub_time: datetime | None
    ) -> None:
        """Put what a server just answered in the place of what it said before."""
        self._caps[server] = tuple(caps)
        for pump in self._heat_pumps:
            limits = self._limits_for(pump)
            if self.is_hub(server):
                covers_until = plan_end(self._caps_of_hubs())
                await pump.async_set_hub_limits(limits, covers_until, hub_time=hub_time)
            else:
                await pump.async_add_hub_limits(limits)

    def is_hub(self, server: str) -> bool:
        """Tell if the silence of this server means that the link is lost."""
        return server in self._hubs

    def _caps_of_hubs(self) -> Iterable[Cap]:
        """Yield the caps of the hubs."""
        return (cap for key in self._hubs for cap in self._caps.get(key, ()))

    def _limits_for(self, pump: HeatPumpCoordinator) -> list[Limit]:
        """Return the share of one heat pump in the caps of every server."""
        floor_w = pump.engine.settings.envelope.floor_w
        return [
            limit
            for caps in self._caps.values()
            for limit in limits_for_heat_pump(
                caps,
                nameplate_w=pump.nameplate_w,
                home_nameplate_w=self._home_nameplate_w,
                floor_w=floor_w,
            )
        ]
