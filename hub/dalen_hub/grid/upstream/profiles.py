"""The profiles that the hub knows, by their name in `hub.yaml`."""

from collections.abc import Mapping
from typing import Final

from dalen_hub.grid.upstream.adapter import Adapter
from dalen_hub.grid.upstream.gac import GacAdapter
from dalen_hub.grid.upstream.nlflex import NlflexAdapter
from dalen_hub.grid.upstream.settings import ProfileName
from dalen_hub.grid.upstream.trafo_forecast import ForecastAdapter

ADAPTERS: Final[Mapping[ProfileName, Adapter]] = {
    ProfileName.GAC_2_0: GacAdapter(typed_targets=True),
    ProfileName.GAC_2_1: GacAdapter(typed_targets=False),
    ProfileName.GAC_2_2: GacAdapter(typed_targets=False),
    ProfileName.NLFLEX_1_0: NlflexAdapter(),
    ProfileName.TRAFO_FORECAST: ForecastAdapter(),
}
