"""The hub's configuration: `hub.yaml`, read into frozen objects.

All faults of a file are reported at once, a line each, and each line says what to
write instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import voluptuous as vol

from dalen_hub.config_faults import cross_faults, schema_faults
from dalen_hub.config_schema import SCHEMA
from dalen_hub.config_settlement import terms_of
from dalen_hub.config_steering import steering
from dalen_hub.config_yaml import YamlError, read_yaml
from dalen_hub.forecast.file import read_forecast_file
from dalen_hub.forecast.weather import read_weather_file
from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.trafo import DEFAULT_POWER_FACTOR, Trafo, default_limit_kw
from dalen_hub.grid.upstream.settings import DsoSettings
from dalen_hub.listeners.settings import ListenAt, Network, Tls
from dalen_hub.settlement.settle import Terms
from dalen_hub.vtn.mqtt_settings import MqttSettings


class ConfigError(Exception):
    """The configuration cannot be used; one problem a line."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, each a full sentence that names the file."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """What `hub.yaml` says.

    ``name`` is how the hub presents itself, ``collective`` who runs it.
    ``public_url`` is the address at which homes reach it, without a final slash.
    With an ``operator_listener`` the pages and the operator's API are there only.
    """

    name: str
    collective: str
    language: str
    time_zone: ZoneInfo
    public_url: str
    trafos: tuple[Trafo, ...]
    keep_reports_days: int = 31
    operator_listener: ListenAt | None = None
    tls: Tls | None = None
    trusted_proxies: tuple[Network, ...] = ()
    mqtt: MqttSettings | None = None
    terms: Terms = field(default_factory=Terms)

    def trafo(self, trafo_id: str) -> Trafo | None:
        """Return a transformer by its id, None when there is none."""
        return next((trafo for trafo in self.trafos if trafo.id == trafo_id), None)


def load_config(path: Path) -> HubConfig:
    """Read and check a configuration file; raise ``ConfigError`` with all faults."""
    try:
        raw = read_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            [
                f"{path}: no such file. Copy hub.example.yaml to it, or start with"
                " --demo."
            ]
        ) from None
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError([f"{path}: cannot be read: {err}."]) from err
    except YamlError as err:
        raise ConfigError([f"{path.name}: {err}"]) from err
    config = parse_config(raw, name=path.name, folder=path.parent)
    _check_files(config, path.name)
    return config


def parse_config(
    raw: object, *, name: str = "hub.yaml", folder: Path | None = None
) -> HubConfig:
    """Return the configuration of a parsed file; raise ``ConfigError``.

    ``folder`` is what relative paths in it start from.
    """
    try:
        data = SCHEMA(raw)
    except vol.MultipleInvalid as err:
        faults = [*schema_faults(err), *cross_faults(raw)]
        raise ConfigError([f"{name}: {fault}" for fault in faults]) from err
    if faults := cross_faults(data):
        raise ConfigError([f"{name}: {fault}" for fault in faults])
    return _config(data, folder or Path())


def _config(data: dict[str, Any], folder: Path) -> HubConfig:
    """Return checked data as an object."""
    zone = ZoneInfo(data["time_zone"])
    return HubConfig(
        name=data["name"],
        collective=data.get("collective", data["name"]),
        language=data["language"],
        time_zone=zone,
        public_url=data["public_url"],
        trafos=tuple(_trafo(item, zone, folder) for item in data["trafos"]),
        keep_reports_days=data["keep_reports_days"],
        operator_listener=data.get("operator_listener"),
        tls=_tls(data, folder),
        trusted_proxies=data["trusted_proxies"],
        mqtt=MqttSettings.of(data["mqtt"], folder) if "mqtt" in data else None,
        terms=terms_of(data.get("settlement")),
    )


def _tls(data: dict[str, Any], folder: Path) -> Tls | None:
    """Return the files of TLS, None when the hub serves plain HTTP."""
    if "tls_certificate" not in data:
        return None
    client_ca = data.get("tls_client_ca")
    return Tls(
        certificate=folder / data["tls_certificate"],
        key=folder / data["tls_key"],
        client_ca=None if client_ca is None else folder / client_ca,
    )


def _trafo(item: dict[str, Any], zone: ZoneInfo, folder: Path) -> Trafo:
    """Return one transformer."""
    rating_kva = float(item["rating_kva"])
    power_factor = item.get("power_factor", DEFAULT_POWER_FACTOR)
    file, weather_file = item.get("forecast_file"), item.get("weather_file")
    return Trafo(
        id=item["id"],
        name=item.get("name", item["id"]),
        rating_kva=rating_kva,
        limit_kw=float(
            item.get("limit_kw", default_limit_kw(rating_kva, power_factor))
        ),
        forecast_file=None if file is None else folder / file,
        weather_file=None if weather_file is None else folder / weather_file,
        connections=item.get("connections"),
        time_zone=zone,
        dso=tuple(DsoSettings.of(link, folder) for link in item["dso"]),
        **steering(item),
    )


def _check_files(config: HubConfig, name: str) -> None:
    """Refuse files beside the configuration that cannot be read now."""
    problems = []
    for index, trafo in enumerate(config.trafos):
        for key, file, read in (
            ("forecast_file", trafo.forecast_file, _forecast_reader(trafo)),
            ("weather_file", trafo.weather_file, read_weather_file),
        ):
            try:
                if file is not None:
                    read(file)
            except (OSError, SeriesError) as err:
                problems.append(f"{name}: trafos[{index}].{key}: {err}")
    if problems:
        raise ConfigError(problems)


def _forecast_reader(trafo: Trafo) -> Callable[[Path], object]:
    """Return how the forecast file of a transformer is read."""
    return lambda path: read_forecast_file(path, trafo.rating_kva)
