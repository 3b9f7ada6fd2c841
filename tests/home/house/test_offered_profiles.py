"""Which heat pumps the set-up screens offer."""

from homeassistant.core import HomeAssistant

from custom_components.dalen.heat_pump import profile_ids
from custom_components.dalen.own_profiles import async_read_library


async def test_all_profiles_are_offered(hass: HomeAssistant) -> None:
    """Also those that need a meter, a serial line or a write test."""
    library = await async_read_library(hass)
    assert list(library.profiles) == list(profile_ids())
    assert len(library.profiles) >= 17
