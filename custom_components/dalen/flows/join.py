"""The steps that join a hub: pairing string, text, choice, and the join itself."""

from abc import abstractmethod
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import BooleanSelector, TextSelector
from homeassistant.util import dt as dt_util
import probatio

from ..const import (
    CONF_AGREE,
    CONF_COLLECTIVE,
    CONF_CONSENT,
    CONF_HUB_NAME,
    CONF_PAIRING_STRING,
    CONF_PUBLIC_KEY,
    CONF_TIER,
    CONF_TRAFO_NAME,
    CONF_VALID_UNTIL,
    SUBENTRY_NEIGHBOURHOOD,
)
from ..membership import async_leave, home_facts
from ..openadr.reports import Tier
from ..pairing import (
    ConsentGiven,
    Membership,
    PairingError,
    PairingFailure,
    PairingString,
    Preview,
    join,
    preview,
)
from .share import END_DATE_SCHEMA, end_of_research, tier_field

type Errors = dict[str, str]

# These have to do with the code: the resident needs another pairing string.
_CODE_FAILURES: Final = frozenset(
    {
        PairingFailure.UNKNOWN_CODE,
        PairingFailure.USED_CODE,
        PairingFailure.EXPIRED,
        PairingFailure.TOO_MANY_TRIES,
    }
)

PAIRING_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_PAIRING_STRING): TextSelector()}
)


class JoinSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """Paste a pairing string, read the text, choose what to share, and join."""

    _pairing: PairingString
    _preview: Preview
    _tier: Tier
    _attempt: str | None = None

    @abstractmethod
    def _heat_pump_data(self) -> list[Mapping[str, Any]]:
        """Return the data of the heat pumps of the house."""

    @abstractmethod
    def _obstacle(self) -> str | None:
        """Return the reason why the house cannot join; asked before and after."""

    @abstractmethod
    async def _async_joined(self, neighbourhood: ConfigSubentryData) -> ResultT:
        """Finish with the neighbourhood that the house has joined."""

    async def async_step_join(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the pairing string, and ask the hub who it is."""
        failure: PairingError | None = None
        if user_input is not None:
            try:
                self._attempt = self._attempt or token_urlsafe()
                self._pairing = PairingString.parse(user_input[CONF_PAIRING_STRING])
                await self._async_preview()
            except PairingError as err:
                failure = err
            else:
                return await self.async_step_consent()
        return self._show_join(user_input, failure)

    async def async_step_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show the text of the collective, and ask what to share."""
        if user_input is None:
            return self._show_consent({})
        self._tier = Tier[user_input[CONF_TIER].upper()]
        if not user_input[CONF_AGREE]:
            return self._show_consent({CONF_AGREE: "consent_required"})
        if self._tier is Tier.T3:
            return await self.async_step_end_date()
        return await self._async_join(None)

    async def async_step_end_date(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask until when to share for research."""
        errors: Errors = {}
        if user_input is not None:
            text = user_input[CONF_VALID_UNTIL]
            if (end := end_of_research(text, dt_util.utcnow())) is not None:
                return await self._async_join(end)
            errors = {CONF_VALID_UNTIL: "end_date_range"}
        return self.async_show_form(
            step_id="end_date", data_schema=END_DATE_SCHEMA, errors=errors
        )

    async def _async_preview(self) -> None:
        """Ask the hub for its text; the pairing string stays usable."""
        self._preview = await preview(
            async_get_clientsession(self.hass),
            self._pairing,
            attempt=self._attempt,
            clock=dt_util.utcnow,
        )

    async def _async_join(self, end: datetime | None) -> ResultT:
        """Join; leave again when the house can no longer keep the membership."""
        if obstacle := self._obstacle():
            return self.async_abort(reason=obstacle)
        try:
            membership = await join(
                async_get_clientsession(self.hass),
                self._pairing,
                consent=ConsentGiven(
                    consent=self._preview.consent,
                    tier=self._tier,
                    language=self._language,
                    valid_until=end,
                ),
                home=home_facts(self._heat_pump_data()),
                attempt=self._attempt,
                clock=dt_util.utcnow,
            )
        except PairingError as err:
            return await self._async_recover(err)
        if obstacle := self._obstacle():
            await async_leave(self.hass, membership)
            return self.async_abort(reason=obstacle)
        return await self._async_joined(self._neighbourhood(membership, end))

    async def _async_recover(self, failure: PairingError) -> ResultT:
        """Show the step in which the resident can do something about a failure."""
        if failure.key in _CODE_FAILURES:
            return self._show_join(None, failure)
        if failure.key is PairingFailure.CONSENT_CHANGED:
            try:
                await self._async_preview()
            except PairingError as err:
                return self._show_join(None, err)
        return self._show_consent(
            {"base": f"pairing_{failure.key}"}, {"detail": failure.detail}
        )

    def _show_join(
        self, user_input: dict[str, Any] | None, failure: PairingError | None
    ) -> ResultT:
        """Show the form for the pairing string."""
        return self.async_show_form(
            step_id="join",
            data_schema=self.add_suggested_values_to_schema(PAIRING_SCHEMA, user_input),
            errors={} if failure is None else {"base": f"pairing_{failure.key}"},
            description_placeholders={}
            if failure is None
            else {"detail": str(failure)},
            last_step=False,
        )

    def _show_consent(
        self, errors: Errors, placeholders: Mapping[str, str] | None = None
    ) -> ResultT:
        """Show the text of the collective in the language of the house."""
        consent = self._preview.consent
        schema = probatio.Schema(
            {
                **tier_field(
                    {text.tier for text in consent.tiers}, consent.default_tier
                ),
                probatio.Required(CONF_AGREE, default=False): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="consent",
            data_schema=schema,
            errors=errors,
            description_placeholders={
                "hub": self._preview.hub_name,
                "collective": self._preview.collective,
                "trafo": self._preview.trafo_name,
                "consent_title": consent.title.text(self._language),
                "consent_body": consent.body.text(self._language),
                **(placeholders or {}),
            },
        )

    @property
    def _language(self) -> str:
        """Return the language of the house, as far as hubs have texts in it."""
        return "nl" if self.hass.config.language.startswith("nl") else "en"

    def _neighbourhood(
        self, membership: Membership, end: datetime | None
    ) -> ConfigSubentryData:
        """Return the subentry for a membership."""
        consent = self._preview.consent
        return ConfigSubentryData(
            data={
                **membership.as_json(),
                CONF_VALID_UNTIL: None if end is None else end.isoformat(),
                CONF_HUB_NAME: self._preview.hub_name,
                CONF_COLLECTIVE: self._preview.collective,
                CONF_TRAFO_NAME: self._preview.trafo_name,
                CONF_PUBLIC_KEY: b64encode(self._preview.public_key).decode(),
                CONF_CONSENT: {
                    "text_id": consent.text_id,
                    "sha256": consent.sha256,
                    "language": self._language,
                },
            },
            subentry_type=SUBENTRY_NEIGHBOURHOOD,
            title=self._preview.collective,
            unique_id=membership.ven_id,
        )
