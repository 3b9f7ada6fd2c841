"""Check the fields of a JSON object by hand and keep the known ones.

Fast, and its messages name the field and what to write there. Fields that the
standard does not know are left out, so that nothing unseen is ever stored.
"""

from collections.abc import Callable, Collection
import re
from typing import Any

from dalen_hub.store.identifiers import IDENTIFIER
from dalen_hub.store.times import parse_duration_s, parse_instant
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError

type Read[T] = Callable[[Any, str], T]

NOW = re.compile(r"0001-01-01T00:00:00(?:Z|[+-]00:00)?")
"""The start that means "now" (OpenADR 3.1 User Guide 7.3)."""

_MAX_NAME = 128
_MAX_TEXT = 4096


class Fields:
    """One JSON object while it is checked; ``clean`` collects what is right."""

    def __init__(self, value: Any, path: str = "") -> None:
        """Begin with an object. Raises a 400 problem for any other value."""
        if not isinstance(value, dict):
            raise ProblemError(400, f"{path or 'The body'} must be an object.")
        self._value = value
        self._path = path
        self.clean: JsonObject = {}

    def take(self, name: str, read: Read[Any], *, required: bool = False) -> None:
        """Check one field with a reader; an absent one must not be required."""
        path = f"{self._path}.{name}" if self._path else name
        if name in self._value:
            self.clean[name] = read(self._value[name], path)
        elif required:
            raise ProblemError(400, f"{path} is missing.")


def name_text(value: Any, path: str) -> str:
    """Read a name of 1 to 128 characters."""
    if isinstance(value, str) and 0 < len(value) <= _MAX_NAME:
        return value
    raise ProblemError(400, f"{path} must be a text of 1 to {_MAX_NAME} characters.")


def free_text(value: Any, path: str) -> str:
    """Read a text."""
    if isinstance(value, str) and len(value) <= _MAX_TEXT:
        return value
    raise ProblemError(400, f"{path} must be a text of at most {_MAX_TEXT} characters.")


def identifier(value: Any, path: str) -> str:
    """Read the id of an object."""
    if isinstance(value, str) and IDENTIFIER.fullmatch(value):
        return value
    raise ProblemError(
        400, f"{path} must be an id: 1 to 128 letters, digits, - or _ only."
    )


def boolean(value: Any, path: str) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise ProblemError(400, f"{path} must be true or false.")


def integer(value: Any, path: str) -> int:
    """Read a whole number of 32 bits."""
    if type(value) is int and -(2**31) <= value < 2**31:
        return value
    raise ProblemError(400, f"{path} must be a whole number of 32 bits.")


def natural(value: Any, path: str) -> int:
    """Read a whole number of zero or more."""
    if (number := integer(value, path)) >= 0:
        return number
    raise ProblemError(400, f"{path} must be zero or more.")


def number(value: Any, path: str) -> float:
    """Read a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ProblemError(400, f"{path} must be a number.")


def instant(value: Any, path: str) -> str:
    """Read an instant with an offset, or the start that means "now"."""
    if isinstance(value, str) and NOW.fullmatch(value):
        return value
    try:
        parse_instant(free_text(value, path))
    except ValueError as error:
        raise ProblemError(
            400, f"{path} must be an instant such as 2026-11-23T16:00:00Z."
        ) from error
    return str(value)


def duration(value: Any, path: str) -> str:
    """Read an ISO 8601 duration."""
    try:
        parse_duration_s(free_text(value, path))
    except ValueError as error:
        raise ProblemError(400, f"{path} must be a duration such as PT15M.") from error
    return str(value)


def list_of[T](read: Read[T], *, least: int = 0, most: int = 4096) -> Read[list[T]]:
    """Return a reader of a list whose items another reader checks."""

    def read_list(value: Any, path: str) -> list[T]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise ProblemError(
                400, f"{path} must be a list of {least} to {most} items."
            )
        return [read(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return read_list


def one_of(choices: Collection[str]) -> Read[str]:
    """Return a reader of one of a few words."""

    def read_choice(value: Any, path: str) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ProblemError(400, f"{path} must be one of {', '.join(sorted(choices))}.")

    return read_choice
