"""The steps that connect to a heat pump on Modbus, in the way that its profile has."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import CONF_PROFILE, CONF_SERIAL
from ..heat_pump import HeatPumpProfile, TransportType
from ..heat_pump.right_order import variants_with_order
from ..heat_pump_data import (
    CONF_BAUDRATE,
    CONF_PARITY,
    CONF_STOPBITS,
    CONF_TRANSPORT,
    CONF_VARIANT,
    async_profile,
    own_folder,
)
from ..heat_pump_id import unique_id_of
from ..probe import ProbeFailure, async_probe, connection_name
from .base import Errors
from .modbus_powers import ModbusPowersSteps
from .modbus_schemas import (
    CONF_LINE,
    STANDARD,
    link_schema,
    profile_label,
    variant_schema,
)
from .probe_table import probe_table

_LINE_KEYS: Final = (CONF_BAUDRATE, CONF_PARITY, CONF_STOPBITS)
_LINK_STEPS: Final = {
    TransportType.TCP: "connection",
    TransportType.RTU_OVER_TCP: "connection_rtu",
    TransportType.SERIAL: "connection_serial",
}


class ModbusLinkSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](ModbusPowersSteps[ContextT, ResultT, HandlerT]):
    """Choose a way to connect and a variant, and read the heat pump."""

    _base: HeatPumpProfile
    """The profile as it stands, before a variant is chosen."""

    _link_failure: ProbeFailure | None = None

    @abstractmethod
    async def _async_linked(self) -> ResultT:
        """Go on with a heat pump that answers as its profile says."""

    async def async_step_transport(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask how the frames travel, where there is a choice."""
        types = self._base.transport.types
        if len(types) > 1:
            return self.async_show_menu(
                step_id="transport",
                description_placeholders={"profile": profile_label(self._base)},
                menu_options=[_LINK_STEPS[kind] for kind in types],
            )
        return await self._async_connect(types[0], None)

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask where the heat pump is, and read it once."""
        return await self._async_connect(TransportType.TCP, user_input)

    async def async_step_connection_rtu(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask where the gateway is that passes serial frames on."""
        return await self._async_connect(TransportType.RTU_OVER_TCP, user_input)

    async def async_step_connection_serial(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the serial port."""
        return await self._async_connect(TransportType.SERIAL, user_input)

    async def async_step_variant(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask which firmware or setting the device has, and read it so."""
        proposed = await self._async_proposed()
        if user_input is not None:
            proposed = user_input[CONF_VARIANT]
            variant = None if proposed == STANDARD else proposed
            link = {**self._link, CONF_VARIANT: variant}
            self._link_failure = await self._async_try_link(link)
            if self._link_failure is None:
                return await self._async_linked()
        words = await self._async_words(CONF_VARIANT)
        return await self._async_show_link(
            "variant", variant_schema(self._base, proposed, words)
        )

    async def _async_connect(
        self, kind: TransportType, user_input: dict[str, Any] | None
    ) -> ResultT:
        """Ask where the heat pump is, and read it once."""
        self._link_failure = None
        if user_input is not None:
            link = _flat(user_input) | {
                CONF_PROFILE: self._base.id,
                CONF_TRANSPORT: kind.value,
            }
            self._link_failure = await self._async_try_link(link)
            if self._may_be_variant():
                return await self.async_step_variant()
            if self._link_failure is None:
                return await self._async_linked()
        schema = self.add_suggested_values_to_schema(
            link_schema(self._base, kind), user_input or self._kept_link()
        )
        return await self._async_show_link(_LINK_STEPS[kind], schema, user_input)

    async def _async_try_link(self, link: dict[str, Any]) -> ProbeFailure | None:
        """Read the heat pump and keep the link, or return why that does not do."""
        self._link = link
        self._profile = await async_profile(self.hass, link)
        probe = await async_probe(self.hass, self._profile, link)
        if isinstance(probe, ProbeFailure):
            self._rows = probe.rows
            return probe
        self._link = link | {CONF_SERIAL: probe.identity.serial}
        self._rows, self._probe = probe.rows, probe
        if (key := self._refusal(self._link)) is not None:
            return ProbeFailure(key=key)
        return None

    def _may_be_variant(self) -> bool:
        """Tell if the variant has to be asked: it answers, right or wrong."""
        failure = self._link_failure
        return bool(self._base.variants) and (failure is None or failure.is_answered)

    async def _async_proposed(self) -> str:
        """Return the variant that the device seems to be."""
        if (failure := self._link_failure) is not None and failure.right_order:
            fitting = await self.hass.async_add_executor_job(
                variants_with_order,
                self._base.id,
                failure.right_order,
                own_folder(self.hass),
            )
            return next(iter(fitting), None) or STANDARD
        kept = (self._changed_heat_pump() or {}).get(CONF_VARIANT)
        found = None if failure else self._probe.variant
        return found or kept or STANDARD

    def _refusal(self, link: Mapping[str, Any]) -> str | None:
        """Return the error of a heat pump that cannot be this one."""
        is_known = unique_id_of(link) in self._known_heat_pumps()
        return "already_configured" if is_known else None

    def _kept_link(self) -> dict[str, Any]:
        """Return what the screen of the link starts with, when it is changed."""
        kept = dict(self._changed_heat_pump() or {})
        line = {key: str(kept[key]).lower() for key in _LINE_KEYS if key in kept}
        return kept | {CONF_LINE: line}

    async def _async_note(self) -> str:
        """Return what an installer has to know; of an own profile as it stands."""
        words = await self._async_words("installer_note")
        return words.get(self._base.id, self._base.installer_note)

    async def _async_table(self) -> str:
        """Return the registers as a table."""
        return probe_table(self._rows, await self._async_words("probe_table"))

    async def _async_show_link(
        self, step_id: str, schema: Any, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show a screen about the link, with what is wrong and what was read."""
        failure = self._link_failure
        errors: Errors = {}
        placeholders: Mapping[str, str] = {}
        if failure is not None:
            errors = {"base": failure.key}
            placeholders = failure.placeholders
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema,
            errors=errors,
            description_placeholders={
                "profile": profile_label(self._base),
                "installer_note": await self._async_note(),
                "host": connection_name(self._link if failure else {}),
                "table": await self._async_table() if failure else "",
                **placeholders,
            },
            last_step=False,
        )


def _flat(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a screen without its section."""
    line = dict(answers.get(CONF_LINE, {}))
    if CONF_PARITY in line:
        line[CONF_PARITY] = line[CONF_PARITY].upper()
    return {k: v for k, v in answers.items() if k != CONF_LINE} | line
