"""The steps that join a neighbourhood, and that change what is shared with it."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import probatio

from .const import (
    CONF_AGREE,
    CONF_COLLECTIVE,
    CONF_CONSENT,
    CONF_FLOOR_W,
    CONF_HUB_NAME,
    CONF_KIND,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    CONF_PAIRING_STRING,
    CONF_TIER,
    CONF_TRAFO_NAME,
    CONF_VALID_UNTIL,
    SUBENTRY_HEAT_PUMP,
    SUBENTRY_NEIGHBOURHOOD,
)
from .heat_pump.model import LimitKind
from .membership import async_leave, client_of, membership_of
from .openadr.errors import AuthenticationFailedError, OpenAdrError, ProblemError
from .openadr.reports import Tier
from .pairing import (
    ConsentGiven,
    HeatPumpKind,
    HomeFacts,
    Membership,
    PairingError,
    PairingFailure,
    PairingString,
    Preview,
    change_membership,
    join,
    preview,
)

type Errors = dict[str, str]

MAX_RESEARCH: Final = timedelta(days=365)

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
END_DATE_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_VALID_UNTIL): DateSelector()}
)


def _tier_field(tiers: Iterable[Tier], default: Tier) -> dict[Any, Any]:
    """Ask what to share. A translated option is known in lower case."""
    return {
        probatio.Required(CONF_TIER, default=default.name.lower()): SelectSelector(
            SelectSelectorConfig(
                options=[tier.name.lower() for tier in sorted(tiers)],
                translation_key="tier",
                mode=SelectSelectorMode.LIST,
            )
        )
    }


def _end_of_research(text: str, now: datetime) -> datetime | None:
    """Return the end of the chosen day; None when it is not within a year."""
    day = date.fromisoformat(text)
    today = dt_util.as_local(now).date()
    if not today < day <= today + MAX_RESEARCH - timedelta(days=1):
        return None
    local = datetime.combine(
        day + timedelta(days=1), time.min, dt_util.get_default_time_zone()
    )
    return dt_util.as_utc(local)


def home_facts(heat_pumps: Iterable[Mapping[str, Any]]) -> HomeFacts:
    """Return what the hub must know of the heat pumps of the house together.

    The home runs as soon as its smallest heat pump runs. It follows a cap no more
    finely than its coarsest heat pump.
    """
    pumps = list(heat_pumps)
    kinds = list(LimitKind)
    kind = max((LimitKind(pump[CONF_KIND]) for pump in pumps), key=kinds.index)
    return HomeFacts(
        heat_pump_kind=HeatPumpKind(kind.value),
        nameplate_w=sum(pump[CONF_NAMEPLATE_W] for pump in pumps),
        minimum_w=min(pump[CONF_MINIMUM_W] for pump in pumps),
        floor_w=sum(pump[CONF_FLOOR_W] for pump in pumps),
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
            if (end := _end_of_research(text, dt_util.utcnow())) is not None:
                return await self._async_join(end)
            errors = {CONF_VALID_UNTIL: "end_date_range"}
        return self.async_show_form(
            step_id="end_date", data_schema=END_DATE_SCHEMA, errors=errors
        )

    async def _async_preview(self) -> None:
        """Ask the hub for its text; the pairing string stays usable."""
        self._preview = await preview(
            async_get_clientsession(self.hass), self._pairing, clock=dt_util.utcnow
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
                **_tier_field(
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


class NeighbourhoodSubentryFlow(
    JoinSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """Join a neighbourhood with a house that is set up, or change what is shared."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Start with the pairing string."""
        if obstacle := self._obstacle():
            return self.async_abort(reason=obstacle)
        return await self.async_step_join()

    @override
    def _heat_pump_data(self) -> list[Mapping[str, Any]]:
        """Return the data of the heat pumps of the house."""
        subentries = self._get_entry().get_subentries_of_type(SUBENTRY_HEAT_PUMP)
        return [subentry.data for subentry in subentries]

    @override
    def _obstacle(self) -> str | None:
        """Return the reason why the house cannot join."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or not self._heat_pump_data():
            return "no_heat_pump"
        is_member = bool(entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD))
        return "already_member" if is_member else None

    @override
    async def _async_joined(
        self, neighbourhood: ConfigSubentryData
    ) -> SubentryFlowResult:
        """Add the neighbourhood to the house."""
        return self.async_create_entry(
            title=neighbourhood["title"],
            data=neighbourhood["data"],
            unique_id=neighbourhood["unique_id"],
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to share from now on."""
        if user_input is None:
            return self._show_tier({})
        self._tier = Tier[user_input[CONF_TIER].upper()]
        if self._tier is Tier.T3:
            return await self.async_step_end_date()
        return await self._async_change_tier(None)

    @override
    async def _async_join(self, end: datetime | None) -> SubentryFlowResult:
        """Join, or change the tier when this is a reconfiguration."""
        if self.source == "reconfigure":
            return await self._async_change_tier(end)
        return await super()._async_join(end)

    async def _async_change_tier(self, end: datetime | None) -> SubentryFlowResult:
        """Tell the hub what is shared from now on, and keep it."""
        subentry = self._get_reconfigure_subentry()
        membership = membership_of(subentry.data)
        try:
            await change_membership(
                client_of(self.hass, membership), membership.base_url, self._tier, end
            )
        except OpenAdrError as err:
            return self._show_tier({"base": _change_error(err)}, {"detail": str(err)})
        return self.async_update_and_abort(
            self._get_entry(),
            subentry,
            data_updates={
                CONF_TIER: self._tier.name,
                CONF_VALID_UNTIL: None if end is None else end.isoformat(),
            },
        )

    def _show_tier(
        self, errors: Errors, placeholders: Mapping[str, str] | None = None
    ) -> SubentryFlowResult:
        """Show the form for the tier."""
        data = self._get_reconfigure_subentry().data
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=probatio.Schema(_tier_field(Tier, Tier[data[CONF_TIER]])),
            errors=errors,
            description_placeholders={
                "collective": data[CONF_COLLECTIVE],
                **(placeholders or {}),
            },
        )


def _change_error(err: OpenAdrError) -> str:
    """Return the error key for a change of tier that did not happen."""
    match err:
        case AuthenticationFailedError():
            return "hub_forgot_home"
        case ProblemError():
            return "hub_refused"
        case _:
            return "hub_unreachable"
