"""The operator on the page: signs in, stops, sees who obeys, and ends the stop."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
import re

from aiohttp import ClientResponse
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.caps.stop_store import open_stop
from dalen_hub.config import HubConfig
from dalen_hub.listeners.kinds import Kind
from dalen_hub.store.database import reading
from dalen_hub.vtn.auth import create_client, revoke_client
from dalen_hub.web.operators import COOKIE, SESSION_FOR

from ..conftest import FrozenClock
from ..helpers import VTN, Caller, Hub
from ..whole_hub import LOAD, whole_hub

PAGE = "/trafos/kerkstraat"
STOP = f"{PAGE}/stop"
ORDER = {"name": "kerkstraat", "reason": "Cable fault", "minutes": "30"}


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def post(hub: Hub, path: str, **form: str) -> ClientResponse:
    """Send a form, as a browser does, without going where it is sent."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    return await hub.client.post(
        f"{path}?lang=en", data=form, headers=headers, allow_redirects=False
    )


async def page(hub: Hub, language: str = "en", path: str = PAGE) -> str:
    """Return the page."""
    response = await hub.client.get(f"{path}?lang={language}")
    assert response.status == 200
    return await response.text()


async def sign_in(hub: Hub) -> str:
    """Sign an operator in; return what has to come back with forms."""
    async with hub.engine.begin() as conn:
        made = await create_client(conn, "bl", "operator", hub.clock())
    response = await post(hub, f"{PAGE}/sign-in", credentials=":".join(made))
    assert response.status == 303
    assert response.headers["Location"] == f"{PAGE}?lang=en"
    found = re.search(r'name="csrf" value="([^"]+)"', await page(hub))
    assert found is not None
    return found[1]


async def stop_in_force(hub: Hub) -> bool:
    """Return whether there is a stop."""
    async with reading(hub.engine) as conn:
        found = await open_stop(conn, "kerkstraat")
    return found is not None and found[1].in_force(hub.clock())


async def test_a_stop_from_the_page_reaches_the_homes_and_is_counted(
    whole: Hub, clock: FrozenClock
) -> None:
    """With a countdown, acknowledgements per home, and an end."""
    first, _ = [await whole.home() for _ in range(2)]
    csrf = await sign_in(whole)
    assert "Stop all heat pumps" in await page(whole)
    clock.forward(timedelta(minutes=2))
    response = await post(whole, STOP, csrf=csrf, **ORDER)
    assert response.status == 303
    await whole.app[PLANNER].run_due()
    events = await first.ok("GET", f"{VTN}/events")
    assert [event["priority"] for event in events].count(0) == 1
    clock.forward(timedelta(seconds=20))
    await whole.app[PLANNER].run_due()
    text = await page(whole)
    assert "Emergency stop until 17:37: all heat pumps are off" in text
    assert "Cable fault" in text
    assert ">29:40</strong>" in text
    assert "1 of 2 homes received it." in text
    assert "Homes that did not receive the stop yet: 1." in text
    assert text.count("stop received") == 1
    assert "Stop all heat pumps" not in text
    dutch = await page(whole, "nl", f"{PAGE}/status")
    assert "Noodstop tot 17:37" in dutch
    assert "Opdracht van de beheerder van deze hub." in dutch
    assert "1 van 2 huizen ontvingen hem." in dutch
    assert (await post(whole, STOP, csrf=csrf, **ORDER)).status == 409
    assert (await post(whole, f"{STOP}/end", csrf=csrf)).status == 303
    assert not await stop_in_force(whole)
    assert "Emergency stop until" not in await page(whole)


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"name": "brink"}, 422, "type the name of the transformer, Kerkstraat"),
        ({"reason": " "}, 422, "give a reason of 1 to 200 characters"),
        ({"reason": "x" * 201}, 422, "give a reason of 1 to 200 characters"),
        ({"minutes": "121"}, 422, "Give a number of minutes from 1 to 120"),
        ({"minutes": "nan"}, 422, "Give a number of minutes from 1 to 120"),
        ({"minutes": ""}, 422, "Give a number of minutes from 1 to 120"),
        ({"csrf": "guessed"}, 403, "Nothing was done"),
    ],
)
async def test_a_wrong_order_stops_nobody(
    whole: Hub, changes: dict[str, str], status: int, says: str
) -> None:
    """The page says what to do."""
    csrf = await sign_in(whole)
    response = await post(whole, STOP, **{"csrf": csrf, **ORDER, **changes})
    assert response.status == status
    assert says in await response.text()
    assert not await stop_in_force(whole)


async def test_nobody_else_can_stop(whole: Hub, clock: FrozenClock) -> None:
    """Not without signing in, from another site, as a home, or too late."""
    home = await whole.home()
    assert (await post(whole, STOP, csrf="", **ORDER)).status == 403
    assert (await post(whole, f"{STOP}/end", csrf="")).status == 403
    assert (await whole.client.get(f"{PAGE}/homes")).status == 403
    wrong = f"{home.facts['client_id']}:{home.facts['client_secret']}"
    for credentials in (wrong, "x:y", "", "x"):
        response = await post(whole, f"{PAGE}/sign-in", credentials=credentials)
        assert response.status == 403
        assert "not the ID and secret of an operator" in await response.text()
    assert "Stop all heat pumps" not in await page(whole)
    csrf = await sign_in(whole)
    response = await whole.client.post(
        STOP, data={"csrf": csrf, **ORDER}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status == 403
    clock.forward(SESSION_FOR)
    assert (await post(whole, STOP, csrf=csrf, **ORDER)).status == 403
    assert not await stop_in_force(whole)


async def test_a_revoked_operator_and_one_who_left_are_out(
    whole: Hub, clock: FrozenClock
) -> None:
    """At once; the cookie is no secret of the client."""
    csrf = await sign_in(whole)
    cookies = {c.key: c for c in whole.client.session.cookie_jar}
    assert cookies[COOKIE]["httponly"]
    assert cookies[COOKIE]["samesite"] == "Strict"
    assert (await post(whole, f"{PAGE}/sign-out", csrf="x")).status == 303
    assert "Sign out" in await page(whole)
    assert (await post(whole, f"{PAGE}/sign-out", csrf=csrf)).status == 303
    assert "Sign out" not in await page(whole)
    async with whole.engine.begin() as conn:
        client_id, secret = await create_client(conn, "bl", "other", clock())
    await post(whole, f"{PAGE}/sign-in", credentials=f"{client_id}:{secret}")
    assert "Sign out" in await page(whole)
    async with whole.engine.begin() as conn:
        await revoke_client(conn, client_id, clock())
    assert "Sign out" not in await page(whole)


async def test_guessing_is_slowed_down(whole: Hub) -> None:
    """As for tokens."""
    statuses = {
        (await post(whole, f"{PAGE}/sign-in", credentials="x:y")).status
        for _ in range(40)
    }
    assert statuses == {403, 429}


async def test_inside_home_assistant_nobody_signs_in(
    whole: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant let an administrator in; forms are still checked."""
    monkeypatch.setattr("dalen_hub.web.operators.kind_of", lambda _: Kind.INGRESS)
    text = await page(whole)
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found is not None
    assert "Sign out" not in text
    assert (await post(whole, STOP, csrf="x", **ORDER)).status == 403
    assert (await post(whole, STOP, csrf=found[1], **ORDER)).status == 303
    async with reading(whole.engine) as conn:
        stop = await open_stop(conn, "kerkstraat")
    assert stop is not None
    assert stop[1].by == "home assistant: administrator"


async def test_the_page_says_why_and_how_good_the_readings_are(
    whole: Hub, clock: FrozenClock
) -> None:
    """For everybody, in both languages."""
    operator: Caller = await whole.operator()
    assert "The readings of the last week are in order." in await page(whole)
    assert "Everybody gets the same." in await page(whole)
    bad = {"unit": "kW", "readings": [{"time": "2026-11-23T16:00Z", "load_kw": 5e6}]}
    assert (await operator.call("POST", LOAD, bad)).status == 422
    said = "Total: a value beyond what the transformer can carry (1×)."
    assert said in await page(whole)
    dutch = await page(whole, "nl", f"{PAGE}/quality")
    assert "Totaal: een waarde boven wat de trafo aankan (1×)." in dutch
