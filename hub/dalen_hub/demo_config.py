"""The configuration of the built-in demo: the pilot's neighbourhood."""

from typing import Final
from zoneinfo import ZoneInfo

from dalen_hub.config import HubConfig
from dalen_hub.grid.trafo import DEFAULT_POWER_FACTOR, Trafo, default_limit_kw

DEMO_TRAFO: Final = "dalen"
_RATING_KVA: Final = 400.0
_CONNECTIONS: Final = 255


def demo_config(public_url: str) -> HubConfig:
    """Return a hub with one transformer of 400 kVA and 255 homes."""
    zone = ZoneInfo("Europe/Amsterdam")
    trafo = Trafo(
        id=DEMO_TRAFO,
        name="Dalen",
        rating_kva=_RATING_KVA,
        limit_kw=default_limit_kw(_RATING_KVA, DEFAULT_POWER_FACTOR),
        connections=_CONNECTIONS,
        time_zone=zone,
    )
    return HubConfig(
        name="Hub Dalen (demo)",
        collective="Energie Collectief Dalen",
        language="en",
        time_zone=zone,
        public_url=public_url,
        trafos=(trafo,),
    )
