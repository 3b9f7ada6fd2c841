"""The steps that connect to an OpenADR 3 server that is no hub of Dalen."""

from abc import abstractmethod
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util import dt as dt_util
import probatio
from yarl import URL

from ..const import (
    CONF_COLLECTIVE,
    CONF_HUB_NAME,
    CONF_PROGRAM_ID,
    CONF_TIER,
    CONF_VALID_UNTIL,
    CONF_VEN_NAME,
    CONF_VTN_URL,
    SUBENTRY_NEIGHBOURHOOD,
)
from ..openadr.client import OpenAdrClient
from ..openadr.errors import AuthenticationFailedError, OpenAdrError, ProblemError
from ..openadr.model import Program
from .share import chosen_tier, vtn_tier_field

type Errors = dict[str, str]

SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))

CREDENTIALS: Final = {
    probatio.Required(CONF_CLIENT_ID): TextSelector(),
    probatio.Required(CONF_CLIENT_SECRET): SECRET,
}
VTN_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_VTN_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.URL)
        ),
        **CREDENTIALS,
    }
)


class VtnSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """Give an address and credentials, test them, and choose a program."""

    _vtn: dict[str, str]
    _ven_name: str
    _programs: list[Program]

    @abstractmethod
    async def _async_joined(self, neighbourhood: ConfigSubentryData) -> ResultT:
        """Finish with the server that the house listens to."""

    async def async_step_vtn(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Ask where the server is and who this home is there, and test it."""
        errors: Errors = {}
        detail = ""
        if user_input is not None:
            self._vtn = {
                key: text.strip().rstrip("/" if key == CONF_VTN_URL else None)
                for key, text in user_input.items()
            }
            try:
                await self._async_look_around()
            except ValueError:
                errors = {CONF_VTN_URL: "vtn_insecure"}
            except OpenAdrError as err:
                errors, detail = {"base": vtn_error(err)}, str(err)
            else:
                return self._show_program()
        return self.async_show_form(
            step_id="vtn",
            data_schema=self.add_suggested_values_to_schema(VTN_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
            last_step=False,
        )

    async def async_step_vtn_program(self, user_input: dict[str, Any]) -> ResultT:
        """Finish with the program and with what is shared."""
        tier = chosen_tier(user_input)
        program_id = user_input.get(CONF_PROGRAM_ID)
        host = URL(self._vtn[CONF_VTN_URL]).host or self._vtn[CONF_VTN_URL]
        names = {program.id: program.name for program in self._programs}
        neighbourhood = ConfigSubentryData(
            data={
                **self._vtn,
                CONF_VEN_NAME: self._ven_name,
                CONF_PROGRAM_ID: program_id,
                CONF_TIER: None if tier is None else tier.name,
                CONF_VALID_UNTIL: None,
                CONF_HUB_NAME: "OpenADR 3",
                CONF_COLLECTIVE: host,
            },
            subentry_type=SUBENTRY_NEIGHBOURHOOD,
            title=names.get(program_id or "", host),
            unique_id=f"{self._vtn[CONF_VTN_URL]}#{self._vtn[CONF_CLIENT_ID]}",
        )
        return await self._async_joined(neighbourhood)

    async def _async_look_around(self) -> None:
        """Find the programs and the name of this home. Raises OpenAdrError.

        Raises ValueError for an address that credentials may not be sent to.
        """
        client = OpenAdrClient(
            async_get_clientsession(self.hass),
            self._vtn[CONF_VTN_URL],
            self._vtn[CONF_CLIENT_ID],
            self._vtn[CONF_CLIENT_SECRET],
            dt_util.utcnow,
        )
        self._programs = await client.programs()
        try:
            ven = await client.ven()
        except ProblemError:
            # Not every server lets its homes see themselves.
            ven = None
        self._ven_name = self._vtn[CONF_CLIENT_ID] if ven is None else ven.name

    def _show_program(self) -> ResultT:
        """Show the form for the program and for what is shared."""
        options = [
            SelectOptionDict(value=program.id, label=program.name)
            for program in self._programs
        ]
        selector = SelectSelector(SelectSelectorConfig(options=options))
        return self.async_show_form(
            step_id="vtn_program",
            data_schema=probatio.Schema(
                {probatio.Optional(CONF_PROGRAM_ID): selector, **vtn_tier_field()}
            ),
        )


def vtn_error(err: OpenAdrError) -> str:
    """Return the error key for a server that cannot be used."""
    match err:
        case AuthenticationFailedError():
            return "vtn_credentials"
        case ProblemError():
            return "vtn_refused"
        case _:
            return "vtn_unreachable"
