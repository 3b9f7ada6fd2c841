"""What can go wrong with the entities of another integration."""

from ..heat_pump.errors import (
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    ImplausibleValue,
    LimitNotAcceptedError,
)


class EntityUnavailableError(HeatPumpUnreachableError):
    """An entity that is needed is not there or has no connection."""

    def __init__(self, entity_id: str):
        """Say which entity."""
        self.entity_id = entity_id
        super().__init__(
            f"{entity_id} is not available. Check the integration that it belongs to"
        )


class ActionFailedError(HeatPumpUnreachableError):
    """The other integration did not reach its device."""

    def __init__(self, action: str, reason: str):
        """Say which action failed and why."""
        super().__init__(f"the action {action} failed: {reason}")


class ImplausibleEntityError(ImplausibleReadingError):
    """An entity has a value that a heat pump cannot have."""

    def __init__(self, values: tuple[ImplausibleValue, ...]):
        """Keep the values and say what to check."""
        super().__init__("entities", values)
        listed = "; ".join(str(value) for value in values)
        self.args = (
            f"{listed}. Check that the entity and its unit belong to this heat pump."
            " Nothing is limited on the strength of such a reading.",
        )


class ActionRefusedError(LimitNotAcceptedError):
    """The other integration does not take the value or does not know the action."""

    def __init__(self, action: str, reason: str):
        """Say which action was refused and why."""
        super().__init__(action, 0, None)
        self.args = (
            f"the action {action} was refused: {reason}. Check the settings of the"
            " integration that controls the heat pump",
        )
