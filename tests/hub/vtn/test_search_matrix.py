"""Every list by every query parameter of the standard: no search opens anything.

Made from the official document, so that a parameter that it gains is tried too.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import yaml

from tests.hub.helpers import VTN

from .test_access_matrix import Village, hook, village  # noqa: F401
from .test_specification import OFFICIAL

_FOREIGN = ("neighbour", "other_ven")
# The home's subscription is to all programs and has no targets, nor has its pump.
_UNRELATED = {
    ("/subscriptions", "programID"),
    ("/subscriptions", "targets"),
    ("/resources", "targets"),
}


def lists() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the lists of objects, with the names of their query parameters."""
    document = yaml.safe_load(OFFICIAL.read_text("utf-8"))
    for path, verbs in document["paths"].items():
        if path.count("/") != 1 or path == "/notifiers":
            continue
        parameters = verbs["get"].get("parameters", ())
        names = [item["name"] for item in parameters if item.get("in") == "query"]
        yield path, tuple(names)


def values(village: Village, name: str) -> list[str]:  # noqa: F811
    """Return what somebody could search for who knows all about the home."""
    ids, target = village.ids, village.secrets[0]
    facts = village.callers["home"].facts
    known = {
        "programID": [ids["/programs"]],
        "eventID": [ids["/events"]],
        "venID": [ids["/vens"]],
        "targets": [target],
        "venName": [facts["ven_name"]],
        "resourceName": ["pump"],
        "clientName": ["home", "hook"],
        "objects": ["EVENT"],
        "active": ["true", "false"],
        "skip": ["0"],
        "limit": ["50"],
    }
    return known[name]


def everything_about(village: Village) -> set[str]:  # noqa: F811
    """Return what only the home and the operator may learn."""
    facts = village.callers["home"].facts
    return {*village.secrets, facts["client_id"], facts["ven_id"], facts["ven_name"]}


def test_the_lists_are_all_there() -> None:
    """Check what was read from the document."""
    found = dict(lists())
    assert set(found) == {
        "/programs", "/events", "/reports", "/subscriptions", "/vens", "/resources",
    }  # fmt: skip
    assert {"programID", "targets", "active", "skip", "limit"} <= set(found["/events"])


@pytest.mark.parametrize("who", _FOREIGN)
async def test_no_search_opens_what_is_anothers(
    village: Village,  # noqa: F811
    who: str,
) -> None:
    """Search with one parameter, and with each pair of them."""
    caller, hidden = village.callers[who], everything_about(village)
    for path, names in lists():
        pairs = {frozenset(pair) for pair in product(names, repeat=2)}
        for pair in sorted(pairs, key=sorted):
            for chosen in product(*(values(village, name) for name in sorted(pair))):
                query = dict(zip(sorted(pair), chosen, strict=True))
                answer = await village.hub.client.get(
                    f"{VTN}{path}",
                    params=query,
                    headers={"Authorization": f"Bearer {caller.token}"},
                )
                told = await answer.text()
                assert answer.status == 200, (path, query, told)
                assert not [item for item in hidden if item in told], (path, query)


async def test_every_search_finds_what_is_ones_own(
    village: Village,  # noqa: F811
) -> None:
    """Check that the same searches find the object for the home and the operator."""
    for who in ("home", "bl"):
        for path, names in lists():
            for name in names:
                found: list[Any] = []
                for value in values(village, name):
                    url = f"{VTN}{path}?{name}={value}"
                    found += await village.callers[who].ok("GET", url)
                ids = {item["id"] for item in found}
                expected = (path, name) not in _UNRELATED
                assert (village.ids[path] in ids) is expected, (who, path, name)


@pytest.mark.parametrize("text", ["nobody", "x" * 128])
async def test_a_search_for_nothing_finds_nothing(
    village: Village,  # noqa: F811
    text: str,
) -> None:
    """Check that filters narrow: each must match."""
    operator = village.callers["bl"]
    for path, names in lists():
        for name in set(names) - {"active", "skip", "limit", "objects"}:
            assert await operator.ok("GET", f"{VTN}{path}?{name}={text}") == []


async def test_a_hidden_target_cannot_be_searched_for(
    village: Village,  # noqa: F811
) -> None:
    """Check that what two homes share does not tell one of the target of the other."""
    operator, neighbour = village.callers["bl"], village.callers["neighbour"]
    (ven,) = await neighbour.ok("GET", f"{VTN}/vens")
    hidden, own = village.secrets[0], ven["targets"][0]
    both = {"targets": [hidden, own]}
    program = {"programName": "shared", **both}
    made = await operator.ok("POST", f"{VTN}/programs", program)
    await operator.ok("POST", f"{VTN}/events", {"programID": made["id"], **both})
    for path in ("/programs", "/events"):
        assert len(await neighbour.ok("GET", f"{VTN}{path}?targets={own}")) == 1
        assert await neighbour.ok("GET", f"{VTN}{path}?targets={hidden}") == []
