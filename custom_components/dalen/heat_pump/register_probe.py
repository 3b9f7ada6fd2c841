"""What every register of a heat pump holds, and if a heat pump can have that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .decoding import decode
from .plausibility import BOUNDS, implausible
from .profile import HeatPumpProfile
from .readings import flags_of, raw_values
from .register import Register

type Words = Mapping[Register, tuple[int, ...]]


class Verdict(StrEnum):
    """What is to be thought of a register."""

    PLAUSIBLE = "plausible"
    IMPLAUSIBLE = "implausible"
    """A heat pump in a house cannot have this value."""

    NO_VALUE = "no_value"
    """The device says that it has no value now."""

    MISSING = "missing"
    """The device does not have this register."""

    UNCHECKED = "unchecked"
    """A status or a setting: any number can be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One register, as it was read."""

    key: str
    """What it is, with its unit, such as electric_w."""

    place: str
    """Where it is, for example "input register 2"."""

    raw: int | float | None
    """The number in the register, before scaling."""

    value: float | None
    """The number in the unit of the key."""

    verdict: Verdict
    lowest: float | None
    """The least that is plausible; None where nothing is checked."""

    highest: float | None


def register_rows(
    profile: HeatPumpProfile, registers: Iterable[Register], words: Words
) -> tuple[RegisterRow, ...]:
    """Return a row for each register, in order of the registers.

    `words` are those that the device gave; a register without words is missing.
    """
    is_defrosting = flags_of(profile, raw_values(words)).get("defrost", False)
    return tuple(
        _row(profile, register, words.get(register), is_defrosting=is_defrosting)
        for register in registers
    )


def is_plausible(rows: Iterable[RegisterRow]) -> bool:
    """Tell if nothing in the rows is impossible."""
    return all(row.verdict is not Verdict.IMPLAUSIBLE for row in rows)


def _row(
    profile: HeatPumpProfile,
    register: Register,
    content: tuple[int, ...] | None,
    *,
    is_defrosting: bool,
) -> RegisterRow:
    """Return the row of one register."""
    raw = None
    if content is not None:
        raw = decode(content, register.type, register.word_order)
    has_value = raw is not None and raw not in register.not_available
    bounds = profile.plausible.get(register.key, BOUNDS.get(register.key))
    verdict = Verdict.UNCHECKED if bounds is None else Verdict.PLAUSIBLE
    if content is None:
        verdict = Verdict.MISSING
    elif raw is None or not has_value:
        verdict = Verdict.NO_VALUE
    elif implausible(register, raw, profile.plausible, defrost=is_defrosting):
        verdict = Verdict.IMPLAUSIBLE
    return RegisterRow(
        key=register.key,
        place=register.where,
        raw=raw,
        value=register.value(raw) if has_value and raw is not None else None,
        verdict=verdict,
        lowest=None if bounds is None else bounds[0],
        highest=None if bounds is None else bounds[1],
    )
