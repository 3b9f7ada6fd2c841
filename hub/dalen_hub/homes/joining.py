"""Read what a home sends when it joins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dalen_hub.consent.errors import TierError
from dalen_hub.consent.texts import LANGUAGES, ConsentText
from dalen_hub.consent.tiers import Tier, check_validity, parse_tier
from dalen_hub.homes.facts import FactsError, HomeFacts, parse_facts
from dalen_hub.homes.registry import ConsentGiven
from dalen_hub.store.times import parse_instant
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError

_SHORTEST: Final = 22
"""Characters of 128 random bits in base64."""
_LONGEST: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A join that is complete and plausible."""

    facts: HomeFacts
    consent: ConsentGiven


def parse_code(body: JsonObject) -> str:
    """Return the code in a request. Raises a 422 problem when there is none."""
    code = body.get("code")
    if not isinstance(code, str) or len(code) > 64:
        raise ProblemError(422, "code must be the code of an invite.")
    return code


def parse_attempt(body: JsonObject) -> str | None:
    """Return by what a home is known if it has to try again; None: it cannot.

    Raises a 422 problem for one that could be guessed.
    """
    attempt = body.get("attempt")
    if attempt is None:
        return None
    if not isinstance(attempt, str) or not _SHORTEST <= len(attempt) <= _LONGEST:
        raise ProblemError(
            422, f"attempt must be {_SHORTEST} to {_LONGEST} random characters."
        )
    return attempt


def parse_join(body: JsonObject, text: ConsentText, now: datetime) -> JoinRequest:
    """Check a join against the text that is in force.

    Raises a 422 problem for what is wrong in it, and a 409 problem when the
    resident agreed to other words than these.
    """
    given = _object(body, "consent")
    if (given.get("text_id"), given.get("sha256")) != (text.text_id, text.sha256):
        raise ProblemError(
            409,
            "The consent text changed. Show the present one and ask again.",
            kind="consent-changed",
        )
    if (language := given.get("language")) not in LANGUAGES:
        raise ProblemError(
            422, f"consent.language must be one of {', '.join(LANGUAGES)}."
        )
    tier, valid_until = parse_choice(given, now)
    return JoinRequest(
        facts=parse_home(body),
        consent=ConsentGiven(
            text=text, tier=tier, language=language, valid_until=valid_until
        ),
    )


def parse_choice(data: JsonObject, now: datetime) -> tuple[Tier, datetime | None]:
    """Return the tier and the end date in an object. Raises a 422 problem."""
    try:
        tier = parse_tier(data.get("tier"))
        valid_until = _valid_until(data.get("valid_until"))
        check_validity(tier, valid_until, now)
    except TierError as error:
        raise ProblemError(422, str(error)) from error
    return tier, valid_until


def parse_home(body: JsonObject) -> HomeFacts:
    """Return what a home tells about its heat pumps. Raises a 422 problem."""
    try:
        return parse_facts(_object(body, "home"))
    except FactsError as error:
        raise ProblemError(422, f"home.{error}") from error


def _valid_until(value: Any) -> datetime | None:
    """Return an end date."""
    if value is None:
        return None
    try:
        return parse_instant(str(value))
    except ValueError as error:
        raise TierError(
            "valid_until must be an instant such as 2027-03-31T22:00:00Z."
        ) from error


def _object(body: JsonObject, name: str) -> JsonObject:
    """Return an object in a body. Raises a 422 problem when there is none."""
    value = body.get(name)
    if isinstance(value, dict):
        return value
    raise ProblemError(422, f"{name} must be an object.")
