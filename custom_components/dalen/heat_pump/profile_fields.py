"""Read the fields of a profile strictly, with errors that name them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from .errors import ProfileError


class Fields:
    """The fields of one JSON object. Each must be read exactly as it is named."""

    def __init__(self, data: object, file: str, path: str = ""):
        """Start on an object; path says where in the file it is."""
        self.file = file
        self.path = path
        if not isinstance(data, Mapping):
            raise self.error("", "is not an object", "write { … }")
        self._data = dict(data)
        self._known: set[str] = set()

    def error(self, key: str, problem: str, advice: str) -> ProfileError:
        """Return the error for one field."""
        where = ".".join(part for part in (self.path, key) if part) or "the file"
        return ProfileError(f"{self.file}: {where} {problem}: {advice}")

    def has(self, key: str) -> bool:
        """Tell if an optional field is there and not null."""
        self._known.add(key)
        return self._data.get(key) is not None

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"is {value!r}", "give a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._list(key)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.error(key, f"is {values!r}", "give a list of texts")
        return tuple(values)

    def whole(self, key: str, low: int, high: int) -> int:
        """Return a whole number between two bounds."""
        return self._bounded(key, self._get(key), low, high)

    def wholes(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """Return a list of whole numbers between two bounds."""
        return tuple(self._bounded(key, v, low, high) for v in self._list(key))

    def number(self, key: str, low: float, high: float) -> float:
        """Return a number between two bounds."""
        value = self._get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise self.error(
                key, f"is {value!r}", f"give a number from {low:g} to {high:g}"
            )
        return float(value)

    def yes(self, key: str) -> bool:
        """Return true or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}", "give true or false")
        return value

    def choice[ChoiceT: StrEnum](self, key: str, choices: type[ChoiceT]) -> ChoiceT:
        """Return one of the values of an enumeration."""
        value = self._get(key)
        if value not in list(choices):
            allowed = ", ".join(choices)
            raise self.error(key, f"is {value!r}", f"give one of {allowed}")
        return choices(value)

    def choices[ChoiceT: StrEnum](
        self, key: str, choices: type[ChoiceT]
    ) -> tuple[ChoiceT, ...]:
        """Return some of the values of an enumeration, each once."""
        values = self._list(key)
        if any(value not in list(choices) for value in values) or len(
            set(values)
        ) != len(values):
            allowed = ", ".join(choices)
            raise self.error(key, f"is {values!r}", f"give some of {allowed}, once")
        return tuple(choices(value) for value in values)

    def one(self, key: str) -> Self:
        """Return the fields of an object inside this one."""
        return type(self)(self._get(key), self.file, self._below(key))

    def objects(self, key: str) -> list[Self]:
        """Return the fields of each object in a list."""
        return [
            type(self)(item, self.file, f"{self._below(key)}[{index}]")
            for index, item in enumerate(self._list(key))
        ]

    def named_objects(self, key: str) -> dict[str, Self]:
        """Return the objects inside an object, by their names."""
        inner = self.one(key)
        return {name: inner.one(name) for name in inner._data}  # noqa: SLF001

    def named_ranges(self, key: str) -> dict[str, tuple[float, float]]:
        """Return pairs of numbers by name: the lowest and the highest value."""
        ranges: dict[str, tuple[float, float]] = {}
        inner = self.one(key)
        for name in inner._data:  # noqa: SLF001
            match inner._list(name):  # noqa: SLF001
                case [int() | float() as low, int() | float() as high] if low < high:
                    ranges[name] = (float(low), float(high))
                case other:
                    raise inner.error(name, f"is {other!r}", "give [lowest, highest]")
        return ranges

    def finish(self) -> None:
        """Refuse fields that nobody read: they are misspelt."""
        if unknown := sorted(self._data.keys() - self._known):
            known = ", ".join(sorted(self._known))
            raise self.error(unknown[0], "is unknown", f"use one of {known}")

    def _get(self, key: str) -> Any:
        """Return a field that must be there."""
        self._known.add(key)
        if key not in self._data:
            raise self.error(key, "is missing", "add it")
        return self._data[key]

    def _list(self, key: str) -> list[Any]:
        """Return a field that must be a list."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self.error(key, f"is {value!r}", "give a list")
        return value

    def _bounded(self, key: str, value: object, low: int, high: int) -> int:
        """Check one whole number."""
        if isinstance(value, int) and not isinstance(value, bool):
            if low <= value <= high:
                return value
        raise self.error(
            key, f"is {value!r}", f"give a whole number from {low} to {high}"
        )

    def _below(self, key: str) -> str:
        """Return the path of a field of this object."""
        return f"{self.path}.{key}" if self.path else key
