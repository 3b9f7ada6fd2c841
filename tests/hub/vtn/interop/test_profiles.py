"""Tests of the Dutch profiles: what their validators accept comes back unchanged."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from openadr3_client.oadr310.models.event.event import NewEvent
from openadr3_client.oadr310.models.program.program import NewProgram
from openadr3_client.oadr310.models.resource.resource import NewResourceBlRequest
from openadr3_client.oadr310.models.ven.ven import NewVenBlRequest
from openadr3_client.plugin import ValidatorPlugin
from openadr3_client_gac_compliance.gac21.plugin import Gac21ValidatorPlugin  # type: ignore[import-untyped]
from openadr3_client_gac_compliance.gac22.plugin import Gac22ValidatorPlugin  # type: ignore[import-untyped]
from openadr3_client_nlflex_compliance.nlflex10.plugin import Nlflex10ValidatorPlugin  # type: ignore[import-untyped]
from pydantic import ValidationError
import pytest

from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import Hub

from .conftest import Clients

type Profile = Callable[[ValidatorPlugin], object]

_EAN18 = "871685900012636543"
_ENEXIS = "8712423014022"
_START = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def program_of(kind: str, retailer: str) -> NewProgram:
    """Return the program of a profile."""
    return NewProgram.model_validate(
        {
            "program_name": f"profile-{kind}",
            "attributes": (
                {"type": "PROGRAM_TYPE", "values": (kind,)},
                {"type": "RETAILER_NAME", "values": (retailer,)},
                {"type": "BINDING_EVENTS", "values": (True,)},
            ),
        }
    )


def limits_of(program_id: str, **more: Any) -> dict[str, Any]:
    """Return capacity limits for a day in steps of five minutes, as GAC has them."""
    step = timedelta(minutes=5)
    return {
        "programID": program_id,
        "event_name": "limits",
        "targets": (_EAN18,),
        "payload_descriptors": (
            {"payload_type": "IMPORT_CAPACITY_LIMIT", "units": "KW"},
        ),
        "intervals": tuple(
            {
                "id": n,
                "interval_period": {"start": _START + n * step, "duration": step},
                "payloads": (
                    {"type": "IMPORT_CAPACITY_LIMIT", "values": (100.0 + n / 2,)},
                ),
            }
            for n in range(288)
        ),
        **more,
    }


@pytest.mark.parametrize(
    ("plugin", "kind"),
    [
        (Gac21ValidatorPlugin, "DSO_CPO_INTERFACE-2.1.1"),
        (Gac22ValidatorPlugin, "DSO_CPO_INTERFACE-2.2.0"),
    ],
)
async def test_grid_aware_charging(
    clients: Clients, profile: Profile, plugin: type[ValidatorPlugin], kind: str
) -> None:
    """Check a day of limits, and that the validator is really there."""
    profile(plugin.setup())

    def cycle(both: Clients) -> None:
        with pytest.raises(ValidationError):
            NewEvent.model_validate(limits_of("x", priority=1))
        program = both.bl.programs.create_program(program_of(kind, "Enexis"))
        assert both.bl.programs.get_program_by_id(program.id) == program
        sent = NewEvent.model_validate(limits_of(program.id))
        made = both.bl.events.create_event(sent)
        (seen,) = both.bl.events.get_events(None, None, program.id)
        assert seen == made
        assert seen.intervals == sent.intervals
        assert both.ven.events.get_events(None, None, program.id) == ()

    await clients.run(cycle)


async def test_nlflex(hub: Hub, clients: Clients, profile: Profile) -> None:
    """Check a dispatch for a group of heat pumps, its VEN and one pump."""
    profile(Nlflex10ValidatorPlugin.setup())
    async with hub.engine.begin() as conn:
        client_id, _ = await create_client(conn, "ven", "provider", hub.clock())

    def cycle(both: Clients) -> None:
        bl = both.bl
        program = bl.programs.create_program(
            program_of("DSO_SP_INTERFACE-1.0.0", _ENEXIS)
        )
        ven = bl.vens.create_ven(
            NewVenBlRequest.model_validate(  # type: ignore[arg-type]
                {"ven_name": _ENEXIS, "clientID": client_id, "targets": ()}
            )
        )
        pump = bl.resources.create_resource(pump_of(ven.id, client_id))
        assert bl.resources.get_resource_by_id(pump.id) == pump
        sent = NewEvent.model_validate(dispatch_of(program.id, str(uuid4())))
        made = bl.events.create_event(sent)
        assert bl.events.get_event_by_id(made.id) == made
        assert made.intervals == sent.intervals
        assert made.report_descriptors == sent.report_descriptors

    await clients.run(cycle)


def pump_of(ven_id: str, client_id: str) -> NewResourceBlRequest:
    """Return a hybrid heat pump of a service provider."""
    return NewResourceBlRequest.model_validate(
        {
            "resource_name": "pump-1",
            "venID": ven_id,
            "clientID": client_id,
            "targets": ("pump-1",),
            "attributes": (
                {"type": "DSO_ID", "values": (_ENEXIS,)},
                {"type": "EAN", "values": (_EAN18,)},
                {"type": "FLEX_TYPE", "values": ("HPH",)},
            ),
        }
    )


def dispatch_of(program_id: str, group: str) -> dict[str, Any]:
    """Return a dispatch of two hours, and the hour after it."""
    begun = _START + timedelta(hours=5)
    hours = ((begun, 2, 42.5), (begun + timedelta(hours=2), 1, 0.0))
    return {
        "programID": program_id,
        "targets": (group,),
        "interval_period": {"start": _START, "duration": timedelta(days=1)},
        "payload_descriptors": ({"payload_type": "FLEX", "units": "KW"},),
        "report_descriptors": (
            {"payload_type": "ACK", "frequency": 0},
            {
                "payload_type": "DELIVERED_FLEX",
                "units": "KW",
                "report_intervals": "INTERVALS",
                "frequency": -1,
                "repeat": 1,
            },
        ),
        "intervals": tuple(
            {
                "id": n,
                "interval_period": {
                    "start": start,
                    "duration": timedelta(hours=length),
                },
                "payloads": ({"type": "FLEX", "values": (flex,)},),
            }
            for n, (start, length, flex) in enumerate(hours)
        ),
    }
