"""A walk through the screens of a heat pump: of a new house, or of one that is there."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentryFlowManager,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.loader import async_get_integration
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import HOST
from .houses import PUMP_ID

TRANSLATIONS = (
    Path(__file__).parents[3] / "custom_components" / "dalen" / "translations"
)


class HeatPumpFlow:
    """One walk."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start nowhere."""
        self._hass = hass
        self._manager: Any = hass.config_entries.flow
        self.result: dict[str, Any] = {}

    async def new_house(self, profile: str) -> None:
        """Choose a profile for the first heat pump of a house."""
        self.result = await self._manager.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        await self.fill(next_step_id="modbus")
        await self.fill(profile=profile)

    async def change(self, house: MockConfigEntry, what: str | None = None) -> None:
        """Open the screens to change the heat pump of a house."""
        await async_get_integration(self._hass, DOMAIN)
        self._manager = self._hass.config_entries.subentries
        self.result = await self._manager.async_init(
            (house.entry_id, "heat_pump"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": PUMP_ID},
        )
        if what is not None:
            await self.fill(next_step_id=what)

    async def fill(self, **fields: Any) -> None:
        """Fill in a screen."""
        self.result = await self._manager.async_configure(
            self.result["flow_id"], fields
        )
        self._check_words()

    async def connect(self, port: int, unit_id: int = 1) -> None:
        """Fill in an address on the network."""
        await self.fill(host=HOST, port=port, unit_id=unit_id)

    async def until_tested(self) -> None:
        """Wait for the end of the write test, which can be over at once."""
        if self.result["type"] is not FlowResultType.SHOW_PROGRESS:
            return
        await self._hass.async_block_till_done()
        self.result = await self._manager.async_configure(self.result["flow_id"])

    def asks(self, step_id: str, error: str | None = None) -> bool:
        """Tell if the screen is this one, with this error or none."""
        found = next(iter((self.result.get("errors") or {}).values()), None)
        return bool(self.result.get("step_id") == step_id) and found == error

    def ended(self, reason: str) -> bool:
        """Tell if the walk ended for this reason."""
        is_abort = self.result["type"] is FlowResultType.ABORT
        return is_abort and bool(self.result["reason"] == reason)

    @property
    def words(self) -> dict[str, str]:
        """Return the words in the text of the screen."""
        found: dict[str, str] = self.result["description_placeholders"]
        return found

    def fields(self) -> dict[str, Any]:
        """Return what the screen is filled in with; sections are dicts."""
        return _filled_in(self.result["data_schema"].schema)

    def _check_words(self) -> None:
        """Check that all words in the texts of the screen are given, in each language."""
        for language in ("en", "nl"):
            texts = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
            is_change = isinstance(self._manager, ConfigSubentryFlowManager)
            subentries = texts["config_subentries"]
            scope = subentries["heat_pump"] if is_change else texts["config"]
            step = scope["step"].get(self.result.get("step_id"), {})
            shown = [step.get("title", ""), step.get("description", "")]
            shown += [
                scope["error"][e] for e in (self.result.get("errors") or {}).values()
            ]
            wanted = set(re.findall(r"{(\w+)}", " ".join(shown)))
            assert wanted <= set(self.result.get("description_placeholders") or {})

    def heat_pump(self) -> dict[str, Any]:
        """Return what is kept of the heat pump."""
        (entry,) = self._hass.config_entries.async_entries(DOMAIN)
        (subentry,) = entry.subentries.values()
        return {"unique_id": subentry.unique_id, **subentry.data}


def _filled_in(schema: dict[Any, Any]) -> dict[str, Any]:
    """Return the suggested values and defaults of a screen."""
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if hasattr(value, "schema") and hasattr(value, "options"):
            found[str(key)] = _filled_in(value.schema.schema)
        elif key.description and "suggested_value" in key.description:
            found[str(key)] = key.description["suggested_value"]
        else:
            found[str(key)] = key.default() if callable(key.default) else None
    return found
