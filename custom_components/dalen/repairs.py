"""Repairs that Dalen can do itself, once somebody agrees."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .heat_pump_data import CONF_VARIANT


class WordOrderRepair(RepairsFlow):
    """Read long numbers in the other order from now on."""

    def __init__(self, data: dict[str, str | int | float | None]) -> None:
        """Take the heat pump and the variant that fits."""
        self._heat_pump = data

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, and choose the variant."""
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
            return self.async_show_form(
                step_id="confirm",
                description_placeholders=getattr(
                    issue, "translation_placeholders", None
                ),
            )
        entries = self.hass.config_entries
        entry = entries.async_get_entry(str(self._heat_pump["entry_id"]))
        subentries = {} if entry is None else entry.subentries
        subentry = subentries.get(str(self._heat_pump["subentry_id"]))
        if entry is None or subentry is None:
            return self.async_abort(reason="heat_pump_gone")
        variant = self._heat_pump[CONF_VARIANT]
        entries.async_update_subentry(
            entry, subentry, data={**subentry.data, CONF_VARIANT: variant}
        )
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the repair of an issue; there is one kind that can be repaired."""
    return WordOrderRepair(data or {})
