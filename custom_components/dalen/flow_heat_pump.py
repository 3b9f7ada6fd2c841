"""The steps that add a heat pump, and that change how it is reached."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, UnitOfPower
from homeassistant.data_entry_flow import FlowContext, FlowResult, section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import probatio

from .const import (
    CONF_CONNECTION,
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_KIND,
    CONF_LIMITS,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    CONF_PROFILE,
    CONF_SERIAL,
    CONF_UNIT_ID,
    DEFAULT_FLOOR_W,
    MAX_NAMEPLATE_W,
    SUBENTRY_HEAT_PUMP,
    Connection,
)
from .flow_base import Errors, check_powers
from .flow_entities import EntitySteps
from .flow_entity_limit import entity_unique_id
from .heat_pump.profile import HeatPumpProfile, MeterNeed, TransportType
from .heat_pump.profile_loader import load_profile, profile_ids
from .probe import Probe, ProbeFailure, async_probe


def load_profiles() -> dict[str, HeatPumpProfile]:
    """Return the profiles that can be set up, by id. Reads files."""
    profiles = map(load_profile, profile_ids())
    return {profile.id: profile for profile in profiles if _can_be_set_up(profile)}


def _can_be_set_up(profile: HeatPumpProfile) -> bool:
    """Tell if these screens ask all that the profile needs.

    They do not ask for a meter entity or a write test yet. What they do not offer
    can often be set up through the entities of another integration.
    """
    return (
        TransportType.TCP in profile.transport.types
        and profile.meter is not MeterNeed.NEEDED
        and not profile.needs_write_test
    )


def profile_label(profile: HeatPumpProfile) -> str:
    """Return the name of a profile: brand and models, the same in any language."""
    return f"{profile.brand} ({', '.join(profile.models)})"


def _whole(low: int, high: int) -> probatio.All[int]:
    """Return a box for a whole number."""
    return probatio.All(
        NumberSelector(
            NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
        ),
        probatio.Coerce(int),
    )


def _watts(high: float) -> NumberSelector:
    """Return a box for a power."""
    return NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=high,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfPower.WATT,
        )
    )


def _profile_schema(profiles: Mapping[str, HeatPumpProfile]) -> probatio.Schema:
    """Ask for the kind of heat pump."""
    options = [
        SelectOptionDict(value=profile_id, label=profile_label(profile))
        for profile_id, profile in profiles.items()
    ]
    return probatio.Schema(
        {
            probatio.Required(CONF_PROFILE): SelectSelector(
                SelectSelectorConfig(options=options)
            )
        }
    )


def _connection_schema(profile: HeatPumpProfile) -> probatio.Schema:
    """Ask where the heat pump is."""
    transport = profile.transport
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST): TextSelector(),
            probatio.Required(CONF_PORT, default=transport.port): _whole(1, 65535),
            probatio.Required(CONF_UNIT_ID, default=transport.unit_id): _whole(0, 255),
        }
    )


def _powers_schema(name: str, profile: HeatPumpProfile) -> probatio.Schema:
    """Ask for the powers that the device does not tell, and the house's limits."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_NAME, default=name): TextSelector()
    }
    if profile.nameplate.ask:
        fields[probatio.Required(CONF_NAMEPLATE_W, default=profile.nameplate.watts)] = (
            _watts(MAX_NAMEPLATE_W)
        )
    limits = probatio.Schema(
        {
            probatio.Required(CONF_FLOOR_W, default=DEFAULT_FLOOR_W): _watts(
                MAX_NAMEPLATE_W
            ),
            probatio.Optional(CONF_INSTALLER_MAXIMUM_W): _watts(MAX_NAMEPLATE_W),
        }
    )
    fields[probatio.Required(CONF_LIMITS)] = section(limits, {"collapsed": True})
    return probatio.Schema(fields)


def unique_id_of(data: Mapping[str, Any]) -> str:
    """Return how a heat pump is known: its serial number, else its address."""
    if data.get(CONF_CONNECTION, Connection.MODBUS) != Connection.MODBUS:
        return entity_unique_id(data)
    if serial := data.get(CONF_SERIAL):
        return f"{data[CONF_PROFILE]}:{serial}"
    return f"{data[CONF_HOST].lower()}:{data[CONF_PORT]}:{data[CONF_UNIT_ID]}"


class HeatPumpSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](EntitySteps[ContextT, ResultT, HandlerT]):
    """Choose a profile, test the connection, and ask for the powers."""

    _profile: HeatPumpProfile
    _connection: dict[str, Any]
    _probe: Probe

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask how the heat pump is connected."""
        return self.async_show_menu(
            step_id="user", menu_options=[connection.value for connection in Connection]
        )

    async def async_step_modbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the kind of heat pump."""
        profiles = await self.hass.async_add_executor_job(load_profiles)
        if user_input is not None:
            self._profile = profiles[user_input[CONF_PROFILE]]
            return await self.async_step_connection()
        return self.async_show_form(
            step_id="modbus", data_schema=_profile_schema(profiles), last_step=False
        )

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask where the heat pump is, and read it once."""
        errors: Errors = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            probe = await async_probe(self.hass, self._profile, user_input)
            if isinstance(probe, Probe):
                self._connection = user_input | _identified(self._profile, probe)
                if unique_id_of(self._connection) not in self._known_heat_pumps():
                    self._probe = probe
                    return await self.async_step_powers()
                probe = ProbeFailure(key="already_configured")
            errors = {"base": probe.key}
            placeholders = {"host": user_input[CONF_HOST], **probe.placeholders}
        return self.async_show_form(
            step_id="connection",
            data_schema=self.add_suggested_values_to_schema(
                _connection_schema(self._profile), user_input
            ),
            errors=errors,
            description_placeholders={
                "profile": profile_label(self._profile),
                **placeholders,
            },
            last_step=False,
        )

    async def async_step_powers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the powers that the heat pump does not tell."""
        errors: Errors = {}
        capability = self._probe.capability
        nameplate_w = capability.maximum_w
        if user_input is not None:
            nameplate_w = user_input.get(CONF_NAMEPLATE_W, nameplate_w)
            powers = {
                CONF_NAMEPLATE_W: nameplate_w,
                CONF_MINIMUM_W: capability.minimum_w,
                **user_input[CONF_LIMITS],
            }
            if not (errors := check_powers(powers)):
                data = self._connection | powers | {CONF_KIND: capability.kind.value}
                return await self._async_heat_pump_ready(
                    ConfigSubentryData(
                        data=data,
                        subentry_type=SUBENTRY_HEAT_PUMP,
                        title=user_input[CONF_NAME],
                        unique_id=unique_id_of(data),
                    )
                )
        name = await self._async_default_name()
        return self.async_show_form(
            step_id="powers",
            data_schema=self.add_suggested_values_to_schema(
                _powers_schema(name, self._profile), user_input
            ),
            errors=errors,
            description_placeholders={
                "electric_power": f"{self._probe.state.electric_w:.0f} W",
                "minimum_w": f"{capability.minimum_w:.0f}",
                "nameplate_w": f"{nameplate_w:.0f}",
            },
            last_step=False,
        )


def _identified(profile: HeatPumpProfile, probe: Probe) -> dict[str, Any]:
    """Return which device was found."""
    return {CONF_PROFILE: profile.id, CONF_SERIAL: probe.identity.serial}


class HeatPumpSubentryFlow(
    HeatPumpSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """Add another heat pump to the house, or change how one is reached."""

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

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where the heat pump is now; it must be the same one."""
        subentry = self._get_reconfigure_subentry()
        if subentry.data.get(CONF_CONNECTION, Connection.MODBUS) != Connection.MODBUS:
            return await self._async_change(subentry.data)
        profile = await self.hass.async_add_executor_job(
            load_profile, subentry.data[CONF_PROFILE]
        )
        errors: Errors = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            probe = await async_probe(self.hass, profile, user_input)
            if isinstance(probe, Probe):
                data = {**subentry.data, **user_input, **_identified(profile, probe)}
                if not (key := self._refusal(subentry.data, data)):
                    return self.async_update_and_abort(
                        self._get_entry(),
                        subentry,
                        data=data,
                        unique_id=unique_id_of(data),
                    )
                probe = ProbeFailure(key=key)
            errors = {"base": probe.key}
            placeholders = {"host": user_input[CONF_HOST], **probe.placeholders}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                _connection_schema(profile), user_input or subentry.data
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
        """Return the error when the device that answers is not this heat pump."""
        serial = old.get(CONF_SERIAL)
        if serial is not None and new[CONF_SERIAL] != serial:
            return "another_device"
        is_known = unique_id_of(new) in self._known_heat_pumps()
        return "already_configured" if is_known else None
