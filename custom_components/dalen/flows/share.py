"""The question what a resident shares, wherever it is asked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from homeassistant.helpers.selector import (
    DateSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import probatio

from ..const import CONF_TIER, CONF_VALID_UNTIL
from ..openadr.errors import AuthenticationFailedError, OpenAdrError, ProblemError
from ..openadr.reports import Tier

MAX_RESEARCH: Final = timedelta(days=365)

NOTHING: Final = "nothing"
"""The choice to share nothing, with a server that does not ask for consent."""

END_DATE_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_VALID_UNTIL): DateSelector()}
)


def tier_field(tiers: Iterable[Tier], default: Tier) -> dict[Any, Any]:
    """Ask what to share with a hub."""
    return _choice([_option(tier) for tier in sorted(tiers)], _option(default), "tier")


def vtn_tier_field(default: Tier | None = None) -> dict[Any, Any]:
    """Ask what to share with a server that showed no text: nothing by itself."""
    options = [NOTHING, *(_option(tier) for tier in (Tier.T0, Tier.T1, Tier.T2))]
    chosen = NOTHING if default is None else _option(default)
    return _choice(options, chosen, "vtn_tier")


def chosen_tier(user_input: dict[str, Any]) -> Tier | None:
    """Return what was chosen; None is nothing."""
    choice = user_input[CONF_TIER]
    return None if choice == NOTHING else Tier[choice.upper()]


def end_of_research(text: str, now: datetime) -> datetime | None:
    """Return the end of the chosen day; None when it is not within a year."""
    day = date.fromisoformat(text)
    today = dt_util.as_local(now).date()
    if not today < day <= today + MAX_RESEARCH - timedelta(days=1):
        return None
    local = datetime.combine(
        day + timedelta(days=1), time.min, dt_util.get_default_time_zone()
    )
    return dt_util.as_utc(local)


def change_error(err: OpenAdrError) -> str:
    """Return the error key for a change of tier that did not happen."""
    match err:
        case AuthenticationFailedError():
            return "hub_forgot_home"
        case ProblemError():
            return "hub_refused"
        case _:
            return "hub_unreachable"


def _choice(options: list[str], default: str, translation_key: str) -> dict[Any, Any]:
    """Ask for one of some options."""
    selector = SelectSelector(
        SelectSelectorConfig(
            options=options,
            translation_key=translation_key,
            mode=SelectSelectorMode.LIST,
        )
    )
    return {probatio.Required(CONF_TIER, default=default): selector}


def _option(tier: Tier) -> str:
    """Return a tier as an option: translated options are in lower case."""
    return tier.name.lower()
