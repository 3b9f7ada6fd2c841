"""Add another heat pump to the house, or change one."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback

from ..const import CONF_LIMIT, CONF_PROFILE, CONF_SERIAL, SUBENTRY_HEAT_PUMP
from ..coordinator import HeatPumpCoordinator
from ..heat_pump import ProfileError, WriteTestResult
from ..heat_pump_data import CONF_VARIANT, LINK_KEYS, TEST_KEYS, async_profile
from ..heat_pump_id import unique_id_of
from ..heat_pump_to_test import async_can_be_tested, async_test_pump, is_on_modbus
from .heat_pump import HeatPumpSteps


class HeatPumpSubentryFlow(
    HeatPumpSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """Add another heat pump to the house, or change one: link, settings or test."""

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what has to change."""
        data = self._get_reconfigure_subentry().data
        options = ["change_entities"]
        try:
            if is_on_modbus(data):
                self._base = await async_profile(
                    self.hass, {CONF_PROFILE: data[CONF_PROFILE]}
                )
                self._profile = await async_profile(self.hass, data)
                options = ["change_link", "change_settings"]
            if await async_can_be_tested(self.hass, data):
                options.append("test_again")
        except ProfileError as err:
            return self.async_abort(
                reason="profile_missing", description_placeholders={"detail": str(err)}
            )
        if options == ["change_entities"]:
            return await self.async_step_change_entities()
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def async_step_change_link(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where the heat pump is now; it must be the same one."""
        return await self.async_step_transport()

    async def async_step_change_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the name, the powers and the meter anew."""
        data = self._get_reconfigure_subentry().data
        self._link = {key: data[key] for key in LINK_KEYS if key in data}
        return await self.async_step_powers()

    async def async_step_change_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entities anew."""
        return await self._async_change(self._get_reconfigure_subentry().data)

    async def async_step_test_again(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Test the limit, when nothing is limited now."""
        subentry = self._get_reconfigure_subentry()
        coordinator = self._coordinator()
        if coordinator is not None and coordinator.effective.limit_w is not None:
            return self.async_abort(reason="limited_now")
        self._described = ConfigSubentryData(
            data=subentry.data,
            subentry_type=SUBENTRY_HEAT_PUMP,
            title=subentry.title,
            unique_id=subentry.unique_id,
        )
        return await self.async_step_write_test_run()

    @override
    def _known_heat_pumps(self) -> set[str]:
        """Return the unique ids of the other heat pumps that the house has."""
        changed = self._changed_heat_pump()
        subentries = self._get_entry().get_subentries_of_type(SUBENTRY_HEAT_PUMP)
        known = {unique_id_of(subentry.data) for subentry in subentries}
        return known if changed is None else known - {unique_id_of(changed)}

    @override
    def _changed_heat_pump(self) -> Mapping[str, Any] | None:
        """Return the data of the heat pump that is changed; None for a new one."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        subentry = self._get_reconfigure_subentry()
        return {CONF_NAME: subentry.title, **subentry.data}

    @override
    def _refusal(self, link: Mapping[str, Any]) -> str | None:
        """Return the error when the device that answers is not this heat pump."""
        serial = (self._changed_heat_pump() or {}).get(CONF_SERIAL)
        if serial is not None and link[CONF_SERIAL] != serial:
            return "another_device"
        return super()._refusal(link)

    @override
    async def _async_connected(self) -> SubentryFlowResult:
        """Keep the new link; a new heat pump has more to be asked."""
        if self.source != SOURCE_RECONFIGURE:
            return await super()._async_connected()
        subentry = self._get_reconfigure_subentry()
        kept = {k: v for k, v in subentry.data.items() if k not in LINK_KEYS}
        data = kept | self._link
        return await self._async_described(
            ConfigSubentryData(
                data=data,
                subentry_type=SUBENTRY_HEAT_PUMP,
                title=subentry.title,
                unique_id=unique_id_of(data),
            )
        )

    @override
    async def _async_described(
        self, heat_pump: ConfigSubentryData
    ) -> SubentryFlowResult:
        """Keep what the test found, unless the heat pump is limited otherwise now."""
        changed, data = self._changed_heat_pump(), heat_pump["data"]
        if changed is None or _control(changed) != _control(data):
            untested = {k: v for k, v in data.items() if k not in TEST_KEYS}
            return await super()._async_described({**heat_pump, "data": untested})
        self._described = heat_pump
        tested = {key: changed[key] for key in TEST_KEYS if key in changed}
        return await self._async_finish({**data, **tested})

    @override
    async def async_step_write_test_run(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Do the test, unless a limit began to hold and ended it."""
        if self._test is not None and self._test.cancelled():
            return self.async_show_progress_done(next_step_id="limited_now")
        return await super().async_step_write_test_run(user_input)

    async def async_step_limited_now(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """End: a limit comes before a test."""
        return self.async_abort(reason="limited_now")

    @override
    async def _async_test(self, data: Mapping[str, Any]) -> WriteTestResult:
        """Test the limit, while the house does not set it."""
        coordinator = self._coordinator()
        if coordinator is None or not coordinator.can_be_limited:
            return await super()._async_test(data)
        async with coordinator.async_lend(self._call_off) as pump:
            return await async_test_pump(pump, self.async_update_progress)

    @callback
    def _call_off(self) -> None:
        """End the test: a limit begins to hold."""
        # Once: a second time would disturb the restoring.
        if self._test is not None and not self._test.cancelling():
            self._test.cancel()

    @override
    async def _async_heat_pump_ready(
        self, heat_pump: ConfigSubentryData
    ) -> SubentryFlowResult:
        """Add the heat pump to the house, or change it."""
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                title=heat_pump["title"],
                data=heat_pump["data"],
                unique_id=heat_pump["unique_id"],
            )
        return self.async_create_entry(
            title=heat_pump["title"],
            data=heat_pump["data"],
            unique_id=heat_pump["unique_id"],
        )

    def _coordinator(self) -> HeatPumpCoordinator | None:
        """Return what runs for the heat pump that is changed; None when it does not."""
        entry = self._get_entry()
        is_changed = self.source == SOURCE_RECONFIGURE
        if not is_changed or entry.state is not ConfigEntryState.LOADED:
            return None
        heat_pumps: dict[str, HeatPumpCoordinator] = entry.runtime_data.heat_pumps
        return heat_pumps.get(self._get_reconfigure_subentry().subentry_id)


def _control(data: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what decides by what means a heat pump is limited."""
    return tuple(data.get(key) for key in (CONF_PROFILE, CONF_VARIANT, CONF_LIMIT))
