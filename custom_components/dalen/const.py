"""Names and defaults of the Dalen integration."""

from datetime import timedelta
from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "dalen"
LOGGER = logging.getLogger(__package__)

SUBENTRY_HEAT_PUMP: Final = "heat_pump"
SUBENTRY_NEIGHBOURHOOD: Final = "neighbourhood"


class Connection(StrEnum):
    """How a heat pump is connected."""

    MODBUS = "modbus"
    ENTITIES = "entities"
    CONTACT = "contact"
    MONITOR = "monitor"


# A heat pump subentry.
CONF_CONNECTION: Final = "connection"
CONF_BRAND: Final = "brand"
CONF_MODEL: Final = "model"
CONF_RECIPE: Final = "recipe"
CONF_LIMIT: Final = "limit"
CONF_PROFILE: Final = "profile"
CONF_UNIT_ID: Final = "unit_id"
CONF_NAMEPLATE_W: Final = "nameplate_w"
CONF_MINIMUM_W: Final = "minimum_w"
CONF_KIND: Final = "kind"
CONF_SERIAL: Final = "serial"
CONF_LIMITS: Final = "limits"
CONF_FLOOR_W: Final = "floor_w"
CONF_INSTALLER_MAXIMUM_W: Final = "installer_maximum_w"

DEFAULT_FLOOR_W: Final = 200
DEFAULT_NAMEPLATE_W: Final = 2500
MAX_NAMEPLATE_W: Final = 20_000

# A neighbourhood subentry.
CONF_PAIRING_STRING: Final = "pairing_string"
CONF_TIER: Final = "tier"
CONF_AGREE: Final = "agree"
CONF_VALID_UNTIL: Final = "valid_until"
CONF_HUB_NAME: Final = "hub_name"
CONF_COLLECTIVE: Final = "collective"
CONF_TRAFO_NAME: Final = "trafo_name"
CONF_CONSENT: Final = "consent"
CONF_PUBLIC_KEY: Final = "public_key"
CONF_SUBENTRY_ID: Final = "subentry_id"
CONF_VTN_URL: Final = "vtn_url"
CONF_PROGRAM_ID: Final = "program_id"
CONF_VEN_NAME: Final = "ven_name"

DEFAULT_TIER: Final = "t1"

# The options of the house.
CONF_SCHEDULE: Final = "schedule"
CONF_PRICES: Final = "prices"
CONF_COMFORT: Final = "comfort"
CONF_SAFE_MODE: Final = "safe_mode"

# How long the house waits for a device or a hub that it takes leave of.
GOODBYE_TIMEOUT_S: Final = 10

# A device is cheap to read, and a compressor moves fast.
SCAN_INTERVAL: Final = timedelta(seconds=10)

POLL_INTERVAL: Final = timedelta(seconds=60)
POLL_JITTER_S: Final = 10.0
