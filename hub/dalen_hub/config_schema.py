"""What may stand in `hub.yaml`, as a voluptuous schema.

Each validator raises the full message: what is allowed, what was written, and what
to write instead.
"""

from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import voluptuous as vol

from dalen_hub.config_settlement import SETTLEMENT
from dalen_hub.config_steering import STEERING
from dalen_hub.config_values import above_zero, each, identifier, is_private_host, text
from dalen_hub.grid.upstream.settings import DSO
from dalen_hub.listeners.settings import listen_at, networks
from dalen_hub.vtn.mqtt_settings import MQTT

LANGUAGES: Final = ("en", "nl")


def power_factor(value: Any) -> float:
    """Validate a power factor."""
    number = above_zero("Write for example 0.95, or leave it out.")(value)
    if number > 1:
        raise vol.Invalid(f"must be at most 1, got {number:g}. Write for example 0.95.")
    return number


def days(value: Any) -> int:
    """Validate a number of days."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 3660:
        raise vol.Invalid(
            f"must be a whole number of days from 1 to 3660, got {value!r}. Write for"
            " example 31."
        )
    return value


def count(value: Any) -> int:
    """Validate a number of connections."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise vol.Invalid(
            f"must be a whole number of at least 1, got {value!r}. Write the number"
            " of homes on the transformer, or leave it out."
        )
    return value


def language(value: Any) -> str:
    """Validate the language of the hub's pages."""
    if value not in LANGUAGES:
        raise vol.Invalid(
            f"must be one of {', '.join(LANGUAGES)}, got {value!r}. Write nl for Dutch."
        )
    return str(value)


def time_zone(value: Any) -> str:
    """Validate the name of a time zone."""
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as err:
        raise vol.Invalid(
            f"unknown time zone {value!r}. Write an IANA name, for example"
            " Europe/Amsterdam."
        ) from err


def base_url(value: Any) -> str:
    """Validate the address of the hub, and return it without a final slash."""
    hint = "Write for example https://hub.example.nl."
    try:
        url = urlsplit(value) if isinstance(value, str) else urlsplit("")
        host, _ = url.hostname, url.port
    except ValueError:
        host, url = None, urlsplit("")
    if not host or url.scheme not in ("http", "https") or " " in value:
        raise vol.Invalid(f"must be the hub's address, got {value!r}. {hint}")
    if url.query or url.fragment or url.username is not None:
        raise vol.Invalid(
            f"must be an address without user, ? and #, got {value!r}. {hint}"
        )
    if url.scheme == "http" and not is_private_host(host):
        raise vol.Invalid(
            f"must be https, since {host} is no private address. Homes refuse plain"
            f" http over the internet. {hint}"
        )
    return str(value).rstrip("/")


TRAFO: Final[dict[Any, Any]] = {
    vol.Required("id"): identifier("dalen"),
    vol.Optional("name"): text("Dalen dorp"),
    vol.Required("rating_kva"): above_zero(
        "Write the transformer's nameplate, for example 400."
    ),
    vol.Optional("power_factor"): power_factor,
    vol.Optional("limit_kw"): above_zero("Write for example 380, or leave it out."),
    vol.Optional("connections"): count,
    vol.Optional("forecast_file"): text("forecast.csv"),
    vol.Optional("weather_file"): text("weather.csv"),
    vol.Optional("dso", default=list): each(DSO, "program", "vtn_url", empty=True),
    **STEERING,
}

ROOT: Final[dict[Any, Any]] = {
    vol.Required("name"): text("Hub Dalen"),
    vol.Optional("collective"): text("Energie Collectief Dalen"),
    vol.Optional("language", default="en"): language,
    vol.Optional("time_zone", default="Europe/Amsterdam"): time_zone,
    vol.Required("public_url"): base_url,
    vol.Optional("keep_reports_days", default=31): days,
    vol.Optional("operator_listener"): listen_at,
    vol.Optional("tls_certificate"): text("/ssl/fullchain.pem"),
    vol.Optional("tls_key"): text("/ssl/privkey.pem"),
    vol.Optional("tls_client_ca"): text("/ssl/homes-ca.pem"),
    vol.Optional("trusted_proxies", default=[]): networks,
    vol.Optional("mqtt"): MQTT,
    vol.Optional("settlement"): SETTLEMENT,
    vol.Required("trafos"): each(TRAFO, "transformer", "id"),
}

SCHEMA: Final = vol.Schema(ROOT)
