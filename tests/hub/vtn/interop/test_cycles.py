"""Tests of whole cycles, with requests as that client makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from openadr3_client.oadr310._vtn.interfaces.filters import (
    PaginationFilter,
    TargetFilter,
)
from openadr3_client.oadr310._vtn.interfaces.subscriptions import (
    ReadWriteSubscriptionsInterface,
)
from openadr3_client.oadr310.models.event.event import EventUpdate, NewEvent
from openadr3_client.oadr310.models.program.program import NewProgram, ProgramUpdate
from openadr3_client.oadr310.models.report.report import NewReport, ReportUpdate
from openadr3_client.oadr310.models.resource.resource import NewResourceBlRequest
from openadr3_client.oadr310.models.subscriptions.subscription import NewSubscription
from openadr3_client.oadr310.models.ven.ven import NewVenBlRequest
import pytest
from requests import HTTPError

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import Hub
from tests.hub.vtn.test_webhooks import Hook, hook  # noqa: F401

from .conftest import Clients

_START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def event_of(program_id: str, *targets: str, **more: Any) -> NewEvent:
    """Return an event of four quarter hours."""
    return NewEvent.model_validate(
        {
            "programID": program_id,
            "event_name": "caps",
            "targets": targets,
            "interval_period": {"start": _START, "duration": timedelta(minutes=15)},
            "payload_descriptors": (
                {"payload_type": "IMPORT_CAPACITY_LIMIT", "units": "KW"},
            ),
            "intervals": tuple(
                {
                    "id": n,
                    "payloads": (
                        {"type": "IMPORT_CAPACITY_LIMIT", "values": (0.5 + n,)},
                    ),
                }
                for n in range(4)
            ),
            **more,
        }
    )


def report_of(event_id: str, demand_kw: float) -> dict[str, Any]:
    """Return a report on one quarter hour."""
    return {
        "eventID": event_id,
        "client_name": "home",
        "report_name": "quarter-hour",
        "resources": (
            {
                "resource_name": "heat-pump",
                "interval_period": {
                    "start": _START,
                    "duration": timedelta(minutes=15),
                },
                "intervals": (
                    {
                        "id": 0,
                        "payloads": ({"type": "DEMAND", "values": (demand_kw,)},),
                    },
                ),
            },
        ),
    }


async def test_events(clients: Clients) -> None:
    """Check an event from its making by one end to its end at the other."""

    def cycle(both: Clients) -> None:
        bl, ven = both.bl, both.ven
        program = bl.programs.create_program(
            NewProgram.model_validate({"program_name": "elaad"})
        )
        made = bl.events.create_event(event_of(program.id, both.target))
        bl.events.create_event(event_of(program.id, "somebody-else"))
        everything = ven.events.get_events(None, None, program.id)
        assert [event.id for event in everything] == [made.id]
        seen = everything[0]
        assert seen.targets == (both.target,)
        assert seen.intervals is not None
        assert [i.payloads[0].values for i in seen.intervals] == [
            (0.5,),
            (1.5,),
            (2.5,),
            (3.5,),
        ]
        assert seen.interval_period is not None
        assert seen.interval_period.start == _START
        page = PaginationFilter(skip=0, limit=1)
        wanted = TargetFilter(targets=["somebody-else"])
        assert ven.events.get_events(wanted, page, None) == ()
        assert len(bl.events.get_events(wanted, page, None)) == 1
        update = EventUpdate.model_validate(
            {**made.model_dump(), "programID": program.id, "priority": 1}
        )
        changed = bl.events.update_event_by_id(made.id, update)
        assert changed.priority == 1
        assert ven.events.get_event_by_id(made.id).priority == 1
        bl.events.delete_event_by_id(made.id)
        with pytest.raises(HTTPError, match="404"):
            ven.events.get_event_by_id(made.id)

    await clients.run(cycle)


async def test_an_event_without_end_that_loops(clients: Clients) -> None:
    """Check the forms of time that this client writes."""

    def cycle(both: Clients) -> None:
        program_id = both.home.facts["program_id"]
        made = both.bl.events.create_event(
            event_of(
                program_id,
                both.target,
                duration=timedelta(days=3_649_635),
                interval_period={
                    "start": _START,
                    "duration": timedelta(minutes=15),
                    "randomize_start": timedelta(minutes=5),
                },
            )
        )
        seen = both.ven.events.get_event_by_id(made.id)
        assert seen.duration == timedelta(days=3_649_635)
        assert seen.interval_period is not None
        assert seen.interval_period.randomize_start == timedelta(minutes=5)

    await clients.run(cycle)


async def test_reports(clients: Clients) -> None:
    """Check a report from its making to its end, and who may write one."""

    def cycle(both: Clients) -> None:
        bl, ven = both.bl, both.ven
        program_id = both.home.facts["program_id"]
        event = bl.events.create_event(event_of(program_id, both.target))
        made = ven.reports.create_report(
            NewReport.model_validate(report_of(event.id, 0.4))
        )
        assert made.client_id == both.home.facts["client_id"]
        (seen,) = bl.reports.get_reports(None, program_id, event.id, "home")
        assert seen == made
        update = ReportUpdate.model_validate(report_of(event.id, 0.3))
        changed = ven.reports.update_report_by_id(made.id, update)
        assert changed.resources[0].intervals[0].payloads[0].values == (0.3,)
        ven.reports.delete_report_by_id(made.id)
        assert bl.reports.get_reports(None, None, event.id, None) == ()
        with pytest.raises(HTTPError, match="409"):
            ven.reports.create_report(NewReport.model_validate(report_of("none", 0.4)))

    await clients.run(cycle)


async def test_programs(clients: Clients) -> None:
    """Check a program, its name that is taken, and an event of none."""

    def cycle(both: Clients) -> None:
        programs = both.bl.programs
        body = {"program_name": "elaad", "targets": (both.target,)}
        made = programs.create_program(NewProgram.model_validate(body))
        with pytest.raises(HTTPError, match="409"):
            programs.create_program(NewProgram.model_validate(body))
        with pytest.raises(HTTPError, match="409"):
            both.bl.events.create_event(event_of("none"))
        assert both.ven.programs.get_program_by_id(made.id) == made
        update = ProgramUpdate.model_validate({**body, "program_name": "renamed"})
        renamed = programs.update_program_by_id(made.id, update)
        assert renamed.program_name == "renamed"
        programs.delete_program_by_id(made.id)

    await clients.run(cycle)


async def test_vens_and_resources(hub: Hub, clients: Clients) -> None:
    """Check a VEN and its resource that the operator makes for a client."""
    async with hub.engine.begin() as conn:
        client_id, _ = await create_client(conn, "ven", "another", hub.clock())

    def cycle(both: Clients) -> None:
        wanted = NewVenBlRequest.model_validate(
            {"ven_name": "another", "clientID": client_id, "targets": ("a",)}
        )
        # Its types know only what a VEN itself may send.
        made = both.bl.vens.create_ven(wanted)  # type: ignore[arg-type]
        assert made.targets is not None
        assert "a" in made.targets
        assert both.bl.vens.get_vens("another", None, None) == (made,)
        resource = both.bl.resources.create_resource(
            NewResourceBlRequest.model_validate(
                {
                    "resource_name": "pump",
                    "venID": made.id,
                    "clientID": client_id,
                    "targets": ("b",),
                }
            )
        )
        assert both.bl.resources.get_resource_by_id(resource.id) == resource
        assert [ven.id for ven in both.ven.vens.get_vens(None, None, None)] != [made.id]
        with pytest.raises(HTTPError, match="404"):
            both.ven.vens.get_ven_by_id(made.id)

    await clients.run(cycle)


async def test_subscriptions(
    hub: Hub,
    clients: Clients,
    hook: Hook,  # noqa: F811
) -> None:
    """Check a webhook.

    This client names operations as OpenADR 3.0 does; DELETE is the one that both
    versions know.
    """
    hub.app[WEBHOOKS]._insecure = True

    def cycle(both: Clients) -> None:
        subscriptions = both.ven.subscriptions
        assert isinstance(subscriptions, ReadWriteSubscriptionsInterface)
        made = subscriptions.create_subscription(
            NewSubscription.model_validate(
                {
                    "client_name": "home",
                    "object_operations": (
                        {
                            "objects": ("EVENT",),
                            "operations": ("DELETE",),
                            "callback_url": hook.url,
                            "bearer_token": "s3cret",
                        },
                    ),
                }
            )
        )
        assert subscriptions.get_subscription_by_id(made.id) == made
        program_id = both.home.facts["program_id"]
        event = both.bl.events.create_event(event_of(program_id, both.target))
        both.bl.events.delete_event_by_id(event.id)

    await clients.run(cycle)
    await hub.app[WEBHOOKS].send_due(hub.engine, hub.clock())
    assert [body["operation"] for _, body in hook.heard] == ["DELETE"]


async def test_where_tokens_come_from(clients: Clients) -> None:
    """Check the discovery of the token URL."""

    def cycle(both: Clients) -> None:
        found = both.ven.auth.get_auth_server()
        assert str(found.token_url).endswith("/openadr3/3.1.0/auth/token")

    await clients.run(cycle)
