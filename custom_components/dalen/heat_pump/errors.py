"""What can go wrong with a heat pump. Every message says what to do."""

from dataclasses import dataclass
from typing import override


class HeatPumpError(Exception):
    """Base class of all errors of this package."""


class ProfileError(HeatPumpError):
    """A device profile is not usable: wrong file, field or value."""


class ConnectionSettingsError(HeatPumpError):
    """The answers about the connection cannot be used."""


class HeatPumpUnreachableError(HeatPumpError):
    """The heat pump does not answer, or answers that it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplausibleValue:
    """A value that a heat pump in a house cannot have."""

    key: str
    """The field of the state, for example electric_w."""

    register: str
    """Where it was read, for example "input register 2"."""

    raw: int | float
    """What the register held, before scaling."""

    value: float
    """The value after scaling."""

    lowest: float
    highest: float

    @override
    def __str__(self) -> str:
        """Describe the value with its register and what was expected."""
        return (
            f"{self.key} is {self.value:g} ({self.register}, raw value {self.raw:g}),"
            f" expected {self.lowest:g} to {self.highest:g}"
        )


class ImplausibleReadingError(HeatPumpError):
    """The heat pump answers, but with values that make no sense."""

    def __init__(self, profile_id: str, values: tuple[ImplausibleValue, ...]):
        """Keep the values and say what to check."""
        self.values = values
        listed = "; ".join(str(value) for value in values)
        super().__init__(
            f"Nonsense from the heat pump: {listed}. Check that the device"
            f" profile ({profile_id}) and the unit id belong to this heat pump and"
            " to its firmware. Nothing is limited on the strength of such a reading."
        )


class WrongWordOrderError(ImplausibleReadingError):
    """Long numbers come with their words swapped."""

    def __init__(self, profile_id: str, value: ImplausibleValue, right_order: str):
        """Say which order the device has."""
        super().__init__(profile_id, (value,))
        self.right_order = right_order
        self.args = (
            f"The two words of {value.key} ({value.register}) come in the other order"
            f" ({right_order} word first). Choose the variant of the device profile"
            f" ({profile_id}) with that order, or set the order in the menu of the"
            " heat pump. Nothing is limited on the strength of such a reading.",
        )


class LimitNotAcceptedError(HeatPumpError):
    """The heat pump did not take the limit, or something else changed it."""

    def __init__(self, register: str, wanted: int, found: int | None):
        """Say which register differs; found is None when the write was refused."""
        self.register = register
        self.wanted = wanted
        self.found = found
        what = (
            f"refused {wanted}"
            if found is None
            else f"holds {found} instead of the {wanted} just written"
        )
        super().__init__(
            f"The heat pump did not accept the limit: {register} {what}. Check that"
            " power limits are allowed in its menu and that no other system (solar"
            " manager, app, second integration) controls the same heat pump."
        )
