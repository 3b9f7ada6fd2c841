"""Reports wait, are kept, and go only when they can never arrive."""

import asyncio
import json

import pytest

from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import (
    AuthenticationFailedError,
    OpenAdrError,
    ProblemError,
    VtnUnreachableError,
)
from custom_components.dalen.openadr.model import JsonObject
from custom_components.dalen.openadr.outbox import Outbox

from .vtn_server import VtnServer, problem


def filled(count: int, size: int = 10) -> Outbox:
    """Return an outbox with numbered reports."""
    outbox = Outbox(size)
    for number in range(count):
        outbox.add({"eventID": f"e{number}"})
    return outbox


def waiting(outbox: Outbox) -> list[object]:
    """Return the event ids of the waiting reports."""
    return [item["eventID"] for item in outbox.to_json() if isinstance(item, dict)]


class Sender:
    """Takes reports, and fails as told for one event id."""

    def __init__(self, **failures: OpenAdrError) -> None:
        """Keep what to raise per event id."""
        self.failures = failures
        self.sent: list[object] = []

    async def __call__(self, report: JsonObject) -> None:
        """Take one report."""
        if failure := self.failures.get(str(report["eventID"])):
            raise failure
        self.sent.append(report["eventID"])


async def test_reports_go_in_order() -> None:
    """The oldest first."""
    outbox, send = filled(3), Sender()
    result = await outbox.flush(send)
    assert send.sent == ["e0", "e1", "e2"]
    assert (result.sent, result.waiting, len(outbox)) == (3, 0, 0)


@pytest.mark.parametrize("status", [404, 409])
async def test_report_about_an_event_that_is_gone_goes(status: int) -> None:
    """And the events must be read again."""
    outbox, send = filled(3), Sender(e1=ProblemError(status, title="Gone"))
    result = await outbox.flush(send)
    assert send.sent == ["e0", "e2"]
    assert result.event_gone
    assert len(result.dropped) == 1
    assert len(outbox) == 0


@pytest.mark.parametrize("status", [400, 403, 413, 422])
async def test_refused_report_goes_with_its_reason(status: int) -> None:
    """It would block the others for ever."""
    outbox, send = filled(2), Sender(e0=ProblemError(status, title="Not agreed"))
    result = await outbox.flush(send)
    assert send.sent == ["e1"]
    assert result.dropped == (f"The VTN answered {status} Not agreed",)
    assert not result.event_gone


@pytest.mark.parametrize(
    "failure",
    [
        VtnUnreachableError("no network"),
        ProblemError(429, retry_after_s=30),
        ProblemError(503, retry_after_s=30),
        ProblemError(500, retry_after_s=30),
    ],
)
async def test_report_stays_while_the_vtn_cannot_take_it(failure: OpenAdrError) -> None:
    """The wait that the VTN asks for is told."""
    outbox = filled(3)
    result = await outbox.flush(Sender(e1=failure))
    assert waiting(outbox) == ["e1", "e2"]
    assert (result.sent, result.waiting, result.dropped) == (1, 2, ())
    expected = 30 if isinstance(failure, ProblemError) else None
    assert result.retry_after_s == expected


async def test_authentication_failure_is_raised_and_loses_nothing() -> None:
    """The resident must join again; the reports wait."""
    outbox = filled(2)
    with pytest.raises(AuthenticationFailedError):
        await outbox.flush(Sender(e0=AuthenticationFailedError()))
    assert waiting(outbox) == ["e0", "e1"]


def test_full_outbox_loses_the_oldest() -> None:
    """The loss is counted."""
    outbox = filled(5, size=3)
    assert waiting(outbox) == ["e2", "e3", "e4"]
    assert outbox.overflowed == 2


def test_outbox_survives_a_restart() -> None:
    """Stored reports come before those that were added meanwhile."""
    stored = json.loads(json.dumps(filled(2).to_json()))
    outbox = Outbox(3)
    outbox.add({"eventID": "new"})
    outbox.restore(stored)
    assert waiting(outbox) == ["e0", "e1", "new"]


@pytest.mark.parametrize("stored", [None, {}, "x", [None, 7, {"eventID": 7}, {}]])
def test_damaged_store_is_ignored(stored: object) -> None:
    """A home starts, whatever is in its store."""
    outbox = filled(1)
    outbox.restore(stored)
    assert waiting(outbox) == ["e0"]


def test_clear_on_withdrawal() -> None:
    """Nothing that was measured before is sent after a withdrawal."""
    outbox = filled(3)
    assert outbox.clear() == 3
    assert len(outbox) == 0


async def test_change_during_a_flush_loses_nothing_and_repeats_nothing() -> None:
    """A report that is added while another is sent goes with the same flush."""
    outbox = filled(1)
    sent: list[object] = []

    async def send(report: JsonObject) -> None:
        sent.append(report["eventID"])
        if len(sent) == 1:
            outbox.add({"eventID": "late"})
        await asyncio.sleep(0)

    await asyncio.gather(outbox.flush(send), outbox.flush(send))
    assert sent == ["e0", "late"]


async def test_cleared_during_a_flush() -> None:
    """A report that was already on its way does not take another with it."""
    outbox = filled(2)

    async def send(report: JsonObject) -> None:
        outbox.clear()
        outbox.add({"eventID": "kept"})
        raise VtnUnreachableError

    await outbox.flush(send)
    assert waiting(outbox) == ["kept"]


async def test_with_a_real_vtn(client: OpenAdrClient, vtn: VtnServer) -> None:
    """The outbox and the client fit together."""
    outbox = filled(2)
    await client.events()
    vtn.next_answers.append(lambda: problem(409, "Unknown event"))
    result = await outbox.flush(client.create_report)
    assert (result.sent, result.event_gone) == (1, True)
    assert vtn.reports == [{"eventID": "e1"}]
