"""The entities and actions of Home Assistant, as the adapter needs them."""

import asyncio
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceNotFound,
    ServiceValidationError,
)
import probatio

from .access import EntityAccess
from .errors import ActionFailedError, ActionRefusedError
from .reading import EntityReading
from .setting import CLIMATE, Action

ACTION_TIMEOUT_S: Final = 20.0
"""A gateway that takes longer than this does not answer."""


class HomeAssistantEntities(EntityAccess):
    """The entities and actions of this Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Bind it to Home Assistant."""
        self._hass = hass

    @override
    def reading(self, entity_id: str) -> EntityReading | None:
        """Return the state of an entity; None when there is no such entity."""
        if (state := self._hass.states.get(entity_id)) is None:
            return None
        unit = state.attributes.get("unit_of_measurement")
        if state.domain == CLIMATE:
            # The attributes of a climate are in the unit of the house.
            unit = self._hass.config.units.temperature_unit
        return EntityReading(
            entity_id=entity_id,
            state=state.state,
            reported=state.last_reported,
            changed=state.last_changed,
            unit=unit,
            attributes=state.attributes,
        )

    @override
    async def act(self, action: Action) -> None:
        """Do an action and wait until it is done."""
        try:
            async with asyncio.timeout(ACTION_TIMEOUT_S):
                await self._hass.services.async_call(
                    action.domain, action.service, dict(action.data), blocking=True
                )
        except (ServiceNotFound, ServiceValidationError, probatio.Invalid) as err:
            raise ActionRefusedError(action.name, str(err)) from err
        except HomeAssistantError as err:
            raise ActionFailedError(action.name, str(err)) from err
        except TimeoutError as err:
            reason = f"no answer within {ACTION_TIMEOUT_S:.0f} seconds"
            raise ActionFailedError(action.name, reason) from err
