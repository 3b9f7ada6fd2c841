"""The names of MQTT topics, and who may read them. Pure.

Below ``openadr3/`` the operator reads all. A VEN reads its own branch only,
``openadr3/vens/<its id>/``; what it may see of events and programs is published
there once more, as it would read it over HTTP.
"""

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "openadr3"
EVERYTHING: Final = f"{PREFIX}/#"
_COLLECTIONS: Final[Mapping[str, str]] = {
    "PROGRAM": "programs",
    "EVENT": "events",
    "REPORT": "reports",
    "SUBSCRIPTION": "subscriptions",
    "VEN": "vens",
    "RESOURCE": "resources",
}


def branch_of(ven_id: str) -> str:
    """Return the filter of all that a VEN may read."""
    return f"{PREFIX}/vens/{ven_id}/#"


def discovered(path: str, *, one: bool) -> dict[str, str]:
    """Return the topics of the operations on a collection, or on ``one`` object."""
    names = ("UPDATE", "DELETE") if one else ("CREATE", "UPDATE", "DELETE")
    topics = {name: topic(path, name) for name in names}
    return {**topics, "ALL": f"{PREFIX}/{path}/+"}


def topic(path: str, operation: str) -> str:
    """Return the topic of an operation."""
    return f"{PREFIX}/{path}/{operation.lower()}"


def topics_of(item: Mapping[str, Any], operation: str) -> list[str]:
    """Return the topics of a change that need no look at who may see it."""
    kind, object_id = str(item["objectType"]), item["id"]
    paths = [_COLLECTIONS[kind]]
    match kind:
        case "PROGRAM" | "VEN" if operation != "CREATE":
            paths.append(f"{_COLLECTIONS[kind]}/{object_id}")
        case "EVENT":
            paths.append(f"programs/{item['programID']}/events")
        case "RESOURCE":
            paths.append(f"vens/{item['venID']}/resources")
    return [topic(path, operation) for path in paths]


def topic_for_ven(ven_id: str, kind: str, operation: str) -> str:
    """Return the topic where a VEN reads of an event or a program."""
    return topic(f"vens/{ven_id}/{_COLLECTIONS[kind]}", operation)
