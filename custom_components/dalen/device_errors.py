"""What the errors of a heat pump are called in Home Assistant."""

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .heat_pump.errors import (
    HeatPumpError,
    ImplausibleReadingError,
    LimitNotAcceptedError,
)


def translated[ErrorT: HomeAssistantError](
    error_type: type[ErrorT], err: HeatPumpError
) -> ErrorT:
    """Return an error of a heat pump as one that Home Assistant can translate."""
    return error_type(
        translation_domain=DOMAIN,
        translation_key=error_key(err),
        translation_placeholders={"error": str(err)},
    )


def error_key(err: HeatPumpError) -> str:
    """Return the translation key of an error of a heat pump."""
    match err:
        case ImplausibleReadingError():
            return "implausible_reading"
        case LimitNotAcceptedError():
            return "limit_not_accepted"
        case _:
            return "unreachable"
