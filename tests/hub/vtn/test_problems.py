"""Tests of bad requests: each gets a problem that says what to do."""

from contextlib import suppress
from functools import partial
import json
import logging
from typing import Any

from aiohttp import web
from hypothesis import given, strategies as st
import pytest

from dalen_hub.appkeys import CONFIG
from dalen_hub.config import HubConfig
from dalen_hub.vtn import schemas
from dalen_hub.vtn.auth import add_middlewares
from dalen_hub.vtn.principal import Role
from dalen_hub.vtn.problems import ProblemError
from tests.hub.helpers import JOIN, VTN, Hub, assert_problem

PROGRAMS = f"{VTN}/programs"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "path", ["/openadr3/x", f"{VTN}/x", "/dalen/v1/x", "/api/v1/x"]
)
async def test_an_unknown_path_is_a_problem(hub: Hub, path: str) -> None:
    """Check the paths of programs."""
    assert path in await assert_problem(await hub.client.get(path), 404)


async def test_an_unknown_page_is_not_a_problem(hub: Hub) -> None:
    """Check that people get what the pages decide."""
    response = await hub.client.get("/x")
    assert response.status == 404
    assert response.content_type == "text/plain"


async def test_a_method_that_is_not_there_names_those_that_are(hub: Hub) -> None:
    """Check 405 and its header."""
    response = await hub.client.patch(PROGRAMS)
    assert "use GET, HEAD, POST" in await assert_problem(response, 405)
    assert response.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"programName": NaN}',
        b'{"programName": 1e999}',
        b'{"programName": "\\ud800"}',
        b'{"programName": "a\\u0000"}',
        b'{"programName": ' + b"9" * 5000 + b"}",
        b'{"a": ' * 20 + b"1" + b"}" * 20,
        b"[" * 200_000,
    ],
)
async def test_a_body_that_is_not_json_is_refused(hub: Hub, raw: bytes) -> None:
    """Check broken, deep and unstorable JSON."""
    operator = await hub.operator()
    headers = {**JSON, "Authorization": f"Bearer {operator.token}"}
    response = await hub.client.post(PROGRAMS, data=raw, headers=headers)
    await assert_problem(response, 400)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused(hub: Hub, *, chunked: bool) -> None:
    """Check bodies that tell their size and bodies that do not."""
    raw = json.dumps({"code": "x" * 260_000}).encode()

    async def parts() -> Any:
        for start in range(0, len(raw), 50_000):
            yield raw[start : start + 50_000]

    data = parts() if chunked else raw
    response = await hub.client.post(JOIN, data=data, headers=JSON)
    await assert_problem(response, 413)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "code",
                    "consent",
                    "home",
                    "programName",
                    "targets",
                    "attributes",
                    "type",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(value=json_values)
def test_no_object_makes_a_check_fail(value: Any) -> None:
    """Check that any JSON is either right or a problem, never a crash."""

    for check in (
        schemas.program,
        schemas.event,
        schemas.report,
        schemas.subscription,
        partial(schemas.ven, role=Role.BL),
        partial(schemas.ven, role=Role.VEN),
        partial(schemas.resource, role=Role.BL),
    ):
        with suppress(ProblemError):
            json.dumps(check(value))


@pytest.mark.parametrize("object_id", ["a b", "a.b", "x" * 129, "%00", "é"])
@pytest.mark.parametrize("collection", ["programs", "events", "reports", "vens"])
async def test_an_id_that_cannot_be_is_refused(
    hub: Hub, collection: str, object_id: str
) -> None:
    """Check the form of ids in the path."""
    operator = await hub.operator()
    response = await operator.call("GET", f"{VTN}/{collection}/{object_id}")
    await assert_problem(response, 400)


async def test_a_bug_is_a_problem_too(
    aiohttp_client: Any, config: HubConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """Check that a client learns nothing of it, and the log all."""

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    app = web.Application()
    app[CONFIG] = config
    add_middlewares(app)
    add_middlewares(app)
    assert len(app.middlewares) == len(set(app.middlewares)) > 0
    app.router.add_get("/api/v1/broken", broken)
    client = await aiohttp_client(app)
    with caplog.at_level(logging.ERROR):
        detail = await assert_problem(await client.get("/api/v1/broken"), 500)
    assert "secret" not in detail
    assert "secret detail" in caplog.text
