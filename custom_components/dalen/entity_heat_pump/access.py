"""What an adapter needs of Home Assistant."""

from typing import Protocol

from .reading import EntityReading
from .setting import Action


class EntityAccess(Protocol):
    """The entities and actions of one Home Assistant."""

    def reading(self, entity_id: str) -> EntityReading | None:
        """Return the state of an entity; None when there is no such entity."""

    async def act(self, action: Action) -> None:
        """Do an action and wait until it is done.

        Raises ActionFailedError when the device is not reached, and
        ActionRefusedError when the action or its data are not accepted.
        """
