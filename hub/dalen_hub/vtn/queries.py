"""Query parameters of lists, and the answers of single objects."""

from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web

from dalen_hub.store.identifiers import is_identifier
from dalen_hub.store.times import from_epoch, rfc3339
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError

MAX_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list is asked for."""

    skip: int
    limit: int


def page_of(request: web.Request) -> Page:
    """Return the page that a request asks for; 50 objects unless it says less."""
    return Page(
        skip=_whole_number(request, "skip", 0, 2**31 - 1),
        limit=_whole_number(request, "limit", MAX_LIMIT, MAX_LIMIT),
    )


def targets_of(request: web.Request) -> frozenset[str] | None:
    """Return the targets that a request filters on; None: no filter."""
    targets = request.query.getall("targets", [])
    return frozenset(targets) if targets else None


def id_filter(request: web.Request, name: str) -> str | None:
    """Return the id that a request filters on. Raises a 400 problem if malformed."""
    text = request.query.get(name)
    if text is not None and not is_identifier(text):
        raise ProblemError(400, f"{name} is not an id.")
    return text


def flag_of(request: web.Request, name: str) -> bool:
    """Return whether a query parameter is true. Raises a 400 problem if neither."""
    text = request.query.get(name, "false")
    if text not in {"true", "false"}:
        raise ProblemError(400, f"{name} must be true or false.")
    return text == "true"


def path_id(request: web.Request) -> str:
    """Return the id in the path of a request. Raises a 400 problem if malformed."""
    text = request.match_info["id"]
    if not is_identifier(text):
        raise ProblemError(400, "The id in the path is not an id.")
    return text


def stored_object(
    kind: str, object_id: str, created_at: int, modified_at: int, body: JsonObject
) -> JsonObject:
    """Return an object as the hub sends it: its own fields before the client's."""
    return {
        "id": object_id,
        "createdDateTime": _rfc3339(created_at),
        "modificationDateTime": _rfc3339(modified_at),
        "objectType": kind,
        **body,
    }


def object_text(
    kind: str, object_id: str, created_at: int, modified_at: int, body: str
) -> str:
    """Return the same as JSON, from the JSON of the client's own fields."""
    head = (
        f'{{"id":"{object_id}","createdDateTime":"{_rfc3339(created_at)}",'
        f'"modificationDateTime":"{_rfc3339(modified_at)}","objectType":"{kind}"'
    )
    return f"{head}}}" if body == "{}" else f"{head},{body[1:]}"


@lru_cache(maxsize=4096)
def _rfc3339(epoch: int) -> str:
    """Return an epoch as OpenADR writes it."""
    return rfc3339(from_epoch(epoch))


def hide_targets(item: JsonObject, targets: frozenset[str]) -> JsonObject:
    """Return an object in which a VEN sees only its own of the targets."""
    if "targets" not in item:
        return item
    return {**item, "targets": [name for name in item["targets"] if name in targets]}


def later(now_epoch: int, modified_at: int) -> int:
    """Return a time stamp for a change, which never goes back."""
    return max(now_epoch, modified_at)


def _whole_number(request: web.Request, name: str, default: int, most: int) -> int:
    """Return a query parameter from 0 to a maximum."""
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ProblemError(400, f"{name} must be a whole number, zero or more.")
    if int(text) > most:
        raise ProblemError(400, f"{name} may be {most} at most.")
    return int(text)
