"""The configuration of the built-in demo: the pilot's neighbourhood."""

from datetime import datetime
from typing import Final

from dalen_hub.config import HubConfig
from dalen_hub.grid.trafo import DEFAULT_POWER_FACTOR, Trafo, default_limit_kw
from dalen_hub.simulation.demo_village import CONNECTIONS, RATING_KVA, demo_time_zone

DEMO_TRAFO: Final = "dalen"


def demo_config(public_url: str, now: datetime) -> HubConfig:
    """Return a hub with one transformer of 400 kVA and 255 homes.

    Its time zone makes ``now`` an early evening in the village.
    """
    zone = demo_time_zone(now)
    trafo = Trafo(
        id=DEMO_TRAFO,
        name="Dalen",
        rating_kva=RATING_KVA,
        limit_kw=default_limit_kw(RATING_KVA, DEFAULT_POWER_FACTOR),
        connections=CONNECTIONS,
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
