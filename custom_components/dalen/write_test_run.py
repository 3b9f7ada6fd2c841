"""The limit write test of one heat pump, while its house goes on."""

import asyncio
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .coordinator import HeatPumpCoordinator
from .heat_pump.write_test import Wait, run_write_test
from .heat_pump.write_test_result import WriteTestResult
from .limits import Keep
from .write_test_data import with_result

WAIT: Final[Wait] = asyncio.sleep


class WriteTestRun:
    """Lower the limit, measure and restore; a limit that begins wins at once."""

    def __init__(self, hass: HomeAssistant, pump: HeatPumpCoordinator) -> None:
        """Start without a test."""
        self._hass = hass
        self._pump = pump
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_start(self) -> None:
        """Start the test; it takes some minutes.

        Raises HomeAssistantError when one runs, or when the heat pump is limited.
        """
        pump = self._pump
        if self._task is not None and not self._task.done():
            raise self._refusal("write_test_running")
        is_free = isinstance(pump.decision.write, Keep)
        if not is_free or pump.effective.limit_w is not None:
            raise self._refusal("write_test_limited")
        self._task = pump.config_entry.async_create_background_task(
            self._hass, self._async_run(), f"limit write test of {pump.name}"
        )

    async def _async_run(self) -> None:
        """Test on a loan of the device, and keep what was found."""
        async with self._pump.async_lend(self._stop) as lent:
            result = await run_write_test(lent, dt_util.utcnow, WAIT)
        self._keep(result)

    @callback
    def _stop(self) -> None:
        """End the test: the limit is taken away as the test does at its end."""
        # Once: a second time would disturb the restoring.
        if self._task is not None and not self._task.cancelling():
            LOGGER.info("%s: a limit ended the limit write test", self._pump.name)
            self._task.cancel()

    @callback
    def _keep(self, result: WriteTestResult) -> None:
        """Keep the result with the heat pump, for the sensor and the report."""
        LOGGER.debug("%s: %s", self._pump.name, result)
        entry = self._pump.config_entry
        subentry = entry.subentries[self._pump.subentry.subentry_id]
        self._hass.config_entries.async_update_subentry(
            entry, subentry, data=with_result(subentry.data, result)
        )
        self._pump.async_update_listeners()

    def _refusal(self, key: str) -> HomeAssistantError:
        """Return the error that tells why there is no test now."""
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"heat_pump": self._pump.name},
        )
