"""Variants of a profile: the same device with another firmware or setting."""

from collections.abc import Mapping
from typing import Any

from .profile import HeatPumpProfile, Variant
from .profile_fields import Fields
from .profile_parts import read_detection

_REPLACED = (
    "confidence",
    "firmware_note",
    "installer_note",
    "limit",
    "meter",
    "minimum_power",
    "nameplate",
    "plausible",
    "power_model",
    "transport",
    "word_order",
    "word_order_test",
)
"""The fields that a variant can replace as a whole."""


def read_variants(fields: Fields) -> tuple[Variant, ...]:
    """Read by what the variants are known; what they change comes later."""
    if not fields.has("variants"):
        return ()
    variants = tuple(_variant(inner) for inner in fields.objects("variants"))
    ids = [variant.id for variant in variants]
    if double := next((one for one in ids if ids.count(one) > 1), None):
        raise fields.error("variants", f"has {double!r} twice", "remove one")
    return variants


def _variant(fields: Fields) -> Variant:
    """Read one variant."""
    variant = Variant(
        id=fields.text("id"),
        name=fields.text("name"),
        detect=read_detection(fields.one("detect")) if fields.has("detect") else None,
    )
    _check_change(fields.one("change"))
    fields.finish()
    return variant


def _check_change(change: Fields) -> None:
    """Refuse a change that cannot be merged; its values are checked after that."""
    for key in ("registers", "flags"):
        if change.has(key):
            change.named_objects(key)
    for key in _REPLACED:
        change.has(key)
    change.finish()


def changed(data: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of a profile with the changes of a variant.

    Registers and flags are changed field by field and found by their key; every
    other field of the profile is replaced as a whole.
    """
    new = {**data, **change}
    if isinstance(by_key := change.get("registers"), Mapping):
        new["registers"] = _changed_registers(data["registers"], by_key)
    if isinstance(flags := change.get("flags"), Mapping):
        new["flags"] = {**data["flags"], **flags}
    return new


def _changed_registers(
    registers: list[Mapping[str, Any]], by_key: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Change the fields of some registers; a new key adds a register."""
    known = {register["key"] for register in registers}
    return [
        *({**register, **by_key.get(register["key"], {})} for register in registers),
        *({"key": key, **new} for key, new in by_key.items() if key not in known),
    ]


def detect(profile: HeatPumpProfile, raw: Mapping[str, int | float]) -> Variant | None:
    """Return the variant that the registers show, None for the profile as it is.

    `raw` are the numbers in the registers, by key.
    """
    for variant in profile.variants:
        if (known_by := variant.detect) is None or known_by.register not in raw:
            continue
        if known_by.lowest <= raw[known_by.register] <= known_by.highest:
            return variant
    return None
