"""The blueprint that tells a resident about a limit, run in Home Assistant."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml as yaml_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)

FOLDER = Path(__file__).parents[3] / "blueprints" / "automation" / "dalen"
LIMITED = "binary_sensor.heat_pump_limited"


@pytest.fixture(autouse=True)
def own_blueprints() -> Iterator[None]:
    """Serve the blueprints of this repository."""

    def load(_: DomainBlueprints, path: str) -> Blueprint:
        return Blueprint(
            yaml_util.load_yaml_dict(FOLDER / path),
            path=path,
            expected_domain="automation",
            schema=BLUEPRINT_SCHEMA,
        )

    with patch.object(DomainBlueprints, "_load_blueprint", load):
        yield


async def automate(hass: HomeAssistant, **inputs: Any) -> None:
    """Make an automation from the blueprint."""
    hass.states.async_set(LIMITED, "off")
    automation = {
        "use_blueprint": {
            "path": "limited_notification.yaml",
            "input": {
                "limited": LIMITED,
                "on_start": [{"action": "test.started"}],
                "on_end": [{"action": "test.ended"}],
                **inputs,
            },
        }
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: int
) -> None:
    """Let time pass."""
    freezer.tick(timedelta(minutes=minutes, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def test_a_limit_that_lasts_is_told_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The start and the end run their own actions."""
    started = async_mock_service(hass, "test", "started")
    ended = async_mock_service(hass, "test", "ended")
    await automate(hass)

    hass.states.async_set(LIMITED, "on")
    await hass.async_block_till_done()
    await later(hass, freezer, 5)
    assert (len(started), len(ended)) == (1, 0)

    hass.states.async_set(LIMITED, "off")
    await hass.async_block_till_done()
    await later(hass, freezer, 5)
    assert (len(started), len(ended)) == (1, 1)


async def test_a_short_limit_stays_silent(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A limit of two minutes is not worth a message."""
    started = async_mock_service(hass, "test", "started")
    await automate(hass)

    hass.states.async_set(LIMITED, "on")
    await hass.async_block_till_done()
    await later(hass, freezer, 2)
    hass.states.async_set(LIMITED, "off")
    await hass.async_block_till_done()
    await later(hass, freezer, 10)

    assert not started


async def test_a_restart_while_limited_is_no_new_limit(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """From unavailable to on says nothing about the limit."""
    started = async_mock_service(hass, "test", "started")
    await automate(hass)

    hass.states.async_set(LIMITED, "unavailable")
    hass.states.async_set(LIMITED, "on")
    await hass.async_block_till_done()
    await later(hass, freezer, 10)

    assert not started
