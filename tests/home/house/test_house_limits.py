"""What the profile, the installer and the resident say becomes settings."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.heat_pump import load_profile
from custom_components.dalen.heat_pump.capability import capability_of
from custom_components.dalen.heat_pump.model import CompressorTimes
from custom_components.dalen.house_limits import limit_settings
from custom_components.dalen.limits import HoldTimes, LimitSettings, SafeMode
from custom_components.dalen.own_settings import OwnSettings

from .houses import PUMP_ID, heat_pump_subentry, neighbourhood_subentry
from .hub_server import HubServer


def settings_of(
    hass: HomeAssistant,
    profile_id: str = "dalen_simulated",
    times: CompressorTimes | None = None,
    *subentries: Any,
    own: OwnSettings | None = None,
) -> LimitSettings:
    """Return the settings of a house with one heat pump of this profile."""
    entry = MockConfigEntry(
        domain=DOMAIN, subentries_data=[heat_pump_subentry(502), *subentries]
    )
    entry.add_to_hass(hass)
    capability = capability_of(
        load_profile(profile_id).limit,
        minimum_w=410,
        nameplate_w=1500,
        block_below_w=410,
        times=times,
    )
    return limit_settings(
        entry,
        entry.subentries[PUMP_ID],
        SimpleNamespace(capability=capability),  # type: ignore[arg-type]
        frozenset(),
        own or OwnSettings(),
    )


def test_a_profile_says_how_long_the_compressor_rests(hass: HomeAssistant) -> None:
    """Its maker knows best."""
    times = CompressorTimes(min_off_s=300, min_run_s=900)
    assert settings_of(hass, times=times).hold_times == HoldTimes(
        min_off=timedelta(minutes=5), min_run=timedelta(minutes=15)
    )


def test_a_contact_brings_its_own_times(hass: HomeAssistant) -> None:
    """A block has an end, whatever the limit says."""
    assert settings_of(hass, "dimplex_wpm").hold_times == HoldTimes(
        min_off=timedelta(minutes=10),
        min_run=timedelta(minutes=10),
        max_off=timedelta(hours=2),
    )


def test_other_profiles_get_the_times_of_any_compressor(hass: HomeAssistant) -> None:
    """20 minutes off, 30 minutes on."""
    assert settings_of(hass).hold_times == HoldTimes()


@pytest.mark.parametrize("own", [OwnSettings(), OwnSettings(safe_mode=None)])
def test_a_safe_mode_is_for_houses_with_a_hub(
    hass: HomeAssistant, hub: HubServer, own: OwnSettings
) -> None:
    """Who joined no hub cannot lose it; who wants none has none."""
    assert settings_of(hass, own=own).safe_mode is None
    joined = settings_of(
        hass, "dalen_simulated", None, neighbourhood_subentry(hub), own=own
    )
    assert joined.safe_mode == own.safe_mode
    assert OwnSettings().safe_mode == SafeMode()
