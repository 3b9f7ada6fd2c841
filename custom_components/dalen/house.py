"""The house: its heat pumps and its link with a neighbourhood."""

from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .coordinator import HeatPumpCoordinator
from .neighbourhood import NeighbourhoodLink
from .storage import HouseStore

type DalenConfigEntry = ConfigEntry[House]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs for the config entry, by the ids of its subentries."""

    heat_pumps: dict[str, HeatPumpCoordinator]
    link: NeighbourhoodLink | None
    store: HouseStore
    plan: dict[str, dict[str, Any]]
    """What the house was built from, to see if it must be built anew."""
