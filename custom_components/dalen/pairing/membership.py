"""Being a member of a neighbourhood: what is kept, changed, and left."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Self

from custom_components.dalen.openadr import fields
from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import (
    ModelError,
    ProblemError,
    UnexpectedAnswerError,
)
from custom_components.dalen.openadr.instants import format_instant
from custom_components.dalen.openadr.reports import Tier

from .consent import Consent, read_tier


class HeatPumpKind(StrEnum):
    """How finely the heat pump of this home follows a limit."""

    WATTS = "watts"
    PERCENT = "percent"
    CONTACT = "contact"
    SETPOINT = "setpoint"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What the hub must know to share fairly; no name and no address."""

    heat_pump_kind: HeatPumpKind
    nameplate_w: float
    minimum_w: float
    floor_w: float
    nickname: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """What the resident agreed with; T3 must have an end date."""

    consent: Consent
    tier: Tier
    language: str
    valid_until: datetime | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the form in which the hub takes it."""
        return {
            "text_id": self.consent.text_id,
            "sha256": self.consent.sha256,
            "tier": self.tier.name,
            "language": self.language,
            "valid_until": _instant_text(self.valid_until),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a home keeps after joining. The secret is shown once, so store it."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    ven_id: str
    ven_name: str
    vtn_url: str
    program_id: str
    nudge_url: str
    tier: Tier

    @classmethod
    def read(cls, value: object) -> Self:
        """Return a membership from JSON; raise ModelError."""
        source = fields.as_mapping(value, "the membership")
        return cls(
            base_url=fields.required_text(source, "base_url"),
            client_id=fields.required_text(source, "client_id"),
            client_secret=fields.required_text(source, "client_secret"),
            ven_id=fields.required_text(source, "ven_id"),
            ven_name=fields.required_text(source, "ven_name"),
            vtn_url=fields.required_text(source, "vtn_url"),
            program_id=fields.required_text(source, "program_id"),
            nudge_url=fields.required_text(source, "nudge_url"),
            tier=read_tier(source, "tier"),
        )

    def as_json(self) -> dict[str, str]:
        """Return the form that ``read`` takes, for a store."""
        return {**asdict(self), "tier": self.tier.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipState:
    """What the hub holds about this home's consent."""

    ven_id: str
    tier: Tier
    valid_until: datetime | None
    consent: Mapping[str, object]

    @classmethod
    def read(cls, value: object) -> Self:
        """Return the state from JSON; raise ModelError."""
        source = fields.as_mapping(value, "the membership")
        return cls(
            ven_id=fields.required_text(source, "ven_id"),
            tier=read_tier(source, "tier"),
            valid_until=fields.instant(source, "valid_until"),
            consent=fields.as_mapping(source.get("consent") or {}, "consent"),
        )


async def read_membership(client: OpenAdrClient, base_url: str) -> MembershipState:
    """Return what the hub holds; raises the errors of the client."""
    answer = await client.call("GET", _url(base_url))
    try:
        return MembershipState.read(answer)
    except ModelError as err:
        raise UnexpectedAnswerError(f"the hub's answer makes no sense: {err}") from err


async def change_membership(
    client: OpenAdrClient,
    base_url: str,
    tier: Tier,
    valid_until: datetime | None = None,
    *,
    home: HomeFacts | None = None,
) -> None:
    """Change what is shared, at once, and what the hub knows of the heat pumps.

    Raises the errors of the client.
    """
    change: dict[str, object] = {"tier": tier.name}
    if valid_until is not None:
        change["valid_until"] = format_instant(valid_until)
    if home is not None:
        change["home"] = asdict(home)
    await client.call("PUT", _url(base_url), json=change)


async def leave(client: OpenAdrClient, base_url: str) -> None:
    """Leave the neighbourhood; having left before is fine too.

    Raises the errors of the client. AuthenticationFailedError then means that
    the hub already forgot this home.
    """
    try:
        await client.call("DELETE", _url(base_url))
    except ProblemError as err:
        if err.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise


def _url(base_url: str) -> str:
    """Return the address of the membership."""
    return f"{base_url}/dalen/v1/membership"


def _instant_text(instant: datetime | None) -> str | None:
    """Return an instant for the wire, None when there is none."""
    return None if instant is None else format_instant(instant)
