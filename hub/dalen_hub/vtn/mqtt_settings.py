"""What `hub.yaml` may say about an MQTT broker, and its validators."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import voluptuous as vol

from dalen_hub.config_values import is_private_host, text

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_HINT: Final = "Write for example mqtts://broker.example.nl:8883."


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """Where the broker is: ``public_uri`` for clients, the rest for the hub.

    The hub's user must be an administrator of Mosquitto's dynamic security.
    """

    public_uri: str
    host: str
    port: int
    tls: bool
    username: str
    password_file: Path

    @classmethod
    def of(cls, data: dict[str, Any], folder: Path) -> MqttSettings:
        """Return what checked data says; paths in it start from a folder."""
        url = urlsplit(data.get("uri", data["public_uri"]))
        return cls(
            public_uri=data["public_uri"],
            host=url.hostname or "",
            port=url.port or _PORTS[url.scheme],
            tls=url.scheme == "mqtts",
            username=data["username"],
            password_file=folder / data["password_file"],
        )


def broker_uri(value: Any) -> str:
    """Validate the address of a broker: TLS, unless it is on a private network."""
    try:
        url = urlsplit(value) if isinstance(value, str) else urlsplit("")
        host, _ = url.hostname, url.port
    except ValueError:
        host, url = None, SplitResult("", "", "", "", "")
    if not host or url.scheme not in _PORTS or url.username or url.path.strip("/"):
        raise vol.Invalid(f"must be the broker's address, got {value!r}. {_HINT}")
    if url.scheme == "mqtt" and not is_private_host(host):
        raise vol.Invalid(
            f"must be mqtts, since {host} is no private address: plain mqtt lets"
            f" everybody on the way read along. {_HINT}"
        )
    return str(value).rstrip("/")


MQTT: Final[dict[Any, Any]] = {
    vol.Required("public_uri"): broker_uri,
    vol.Optional("uri"): broker_uri,
    vol.Optional("username", default="dalen-hub"): text("dalen-hub"),
    vol.Required("password_file"): text("mqtt-password.txt"),
}
