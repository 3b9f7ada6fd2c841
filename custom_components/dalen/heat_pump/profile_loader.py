"""Read device profiles from their files and check every field."""

from collections.abc import Mapping
from functools import cache
import json
from pathlib import Path
import re
from typing import Any

from .decoding import WordOrder
from .errors import ProfileError
from .mechanism_loader import read_mechanism
from .plausibility import BOUNDS
from .profile import HeatPumpProfile, MeterNeed
from .profile_fields import Fields
from .profile_parts import (
    read_compressor_times,
    read_flag,
    read_power_model,
    read_power_source,
    read_register,
    read_transport,
)
from .profile_variants import changed, read_variants
from .register import Confidence

PROFILES = Path(__file__).parent / "profiles"

_ID = re.compile(r"[a-z0-9][a-z0-9_]*")


def profile_ids() -> tuple[str, ...]:
    """Return the ids of all shipped profiles. Reads a folder: not in an event loop."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.json")))


@cache
def load_profile(profile_id: str, variant: str | None = None) -> HeatPumpProfile:
    """Return a shipped profile. Reads a file: not in an event loop.

    Raises ProfileError when it is not there or not right.
    """
    if profile_id not in profile_ids():
        known = ", ".join(profile_ids())
        raise ProfileError(f"There is no profile {profile_id!r}: use one of {known}")
    path = PROFILES / f"{profile_id}.json"
    return parse_profile(path.read_text(encoding="utf-8"), path.name, variant)


def parse_profile(
    text: str, file: str, variant: str | None = None, *, is_own: bool = False
) -> HeatPumpProfile:
    """Return the profile in a JSON text, or one variant of it.

    `file` is its name in errors. Every variant is checked, whichever is asked
    for. Raises ProfileError that names the file, the field and what to do.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise ProfileError(f"{file}: is no JSON ({err}): correct it there") from err
    profile = _read(Fields(data, file), None, is_own=is_own)
    chosen: dict[str | None, HeatPumpProfile] = {None: profile}
    for index, known in enumerate(profile.variants):
        fields = Fields(
            changed(data, _change(data, index)), f"{file}, variant {known.id}"
        )
        chosen[known.id] = _read(fields, known.id, is_own=is_own)
    if variant not in chosen:
        listed = ", ".join(known.id for known in profile.variants) or "none"
        raise ProfileError(f"{file}: there is no variant {variant!r}: use {listed}")
    return chosen[variant]


def _change(data: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return what one variant changes."""
    change: dict[str, Any] = data["variants"][index]["change"]
    return change


def _read(fields: Fields, variant: str | None, *, is_own: bool) -> HeatPumpProfile:
    """Read a whole profile."""
    word_order = fields.choice("word_order", WordOrder)
    confidence = fields.choice("confidence", Confidence)
    profile = HeatPumpProfile(
        id=_id(fields),
        brand=fields.text("brand"),
        models=fields.texts("models"),
        confidence=confidence,
        transport=read_transport(fields.one("transport")),
        registers=tuple(
            read_register(inner, word_order, confidence)
            for inner in fields.objects("registers")
        ),
        flags=tuple(
            read_flag(key, inner)
            for key, inner in fields.named_objects("flags").items()
        ),
        serial=fields.texts("serial") if fields.has("serial") else (),
        firmware=fields.texts("firmware") if fields.has("firmware") else (),
        limit=read_mechanism(fields.one("limit"), word_order, confidence),
        minimum_power=read_power_source(fields.one("minimum_power")),
        nameplate=read_power_source(fields.one("nameplate")),
        meter=(
            fields.choice("meter", MeterNeed)
            if fields.has("meter")
            else MeterNeed.OPTIONAL
        ),
        power_model=(
            read_power_model(fields.one("power_model"))
            if fields.has("power_model")
            else None
        ),
        word_order_test=(
            fields.texts("word_order_test") if fields.has("word_order_test") else ()
        ),
        compressor=(
            read_compressor_times(fields.one("compressor"))
            if fields.has("compressor")
            else None
        ),
        plausible=fields.named_ranges("plausible") if fields.has("plausible") else {},
        variants=read_variants(fields),
        variant=variant,
        is_own=is_own,
        firmware_note=fields.text("firmware_note"),
        installer_note=fields.text("installer_note"),
        sources=fields.texts("sources"),
    )
    fields.finish()
    _check_whole(profile, fields)
    return profile


def _id(fields: Fields) -> str:
    """Read the id, which is the name of the file too."""
    profile_id = fields.text("id")
    if not _ID.fullmatch(profile_id):
        raise fields.error("id", f"is {profile_id!r}", "use lower case, digits and _")
    if not fields.file.startswith(f"{profile_id}.json"):
        raise fields.error("id", f"is {profile_id!r}", "name the file after it")
    return profile_id


def _check_whole(profile: HeatPumpProfile, fields: Fields) -> None:
    """Check what concerns several fields at once."""
    keys = [register.key for register in profile.registers]
    if double := next((key for key in keys if keys.count(key) > 1), None):
        raise fields.error("registers", f"has {double!r} twice", "remove one")
    _check_power(profile, fields, keys)
    for name, key in _references(profile):
        if key not in keys:
            raise fields.error(name, f"names the register {key!r}", "add it or correct")
    if unknown := sorted(profile.plausible.keys() - BOUNDS.keys()):
        raise fields.error(
            f"plausible.{unknown[0]}", "is unknown", f"use one of {', '.join(BOUNDS)}"
        )
    words = {register.key: register.type.words for register in profile.registers}
    if short := next((k for k in profile.word_order_test if words[k] < 2), None):
        raise fields.error(
            "word_order_test", f"names {short!r}", "only two words can be swapped"
        )


def _check_power(profile: HeatPumpProfile, fields: Fields, keys: list[str]) -> None:
    """Check that the electric power comes from one place."""
    ways = [
        "electric_w" in keys,
        profile.power_model is not None,
        profile.meter is MeterNeed.NEEDED,
    ]
    if sum(ways) == 0:
        raise fields.error(
            "registers",
            "lacks electric_w",
            "add it, or a power_model, or write that a meter is needed",
        )
    if sum(ways) > 1:
        raise fields.error(
            "meter",
            "contradicts the rest",
            "give one of a register electric_w, a power_model, meter needed",
        )


def _references(profile: HeatPumpProfile) -> list[tuple[str, str]]:
    """Return every mention of a register, with the field that mentions it."""
    powers = (
        ("minimum_power.register", profile.minimum_power.register),
        ("nameplate.register", profile.nameplate.register),
    )
    model = profile.power_model
    return [
        *((f"flags.{flag.key}", flag.register) for flag in profile.flags),
        *(("serial", key) for key in profile.serial),
        *(("firmware", key) for key in profile.firmware),
        *(("word_order_test", key) for key in profile.word_order_test),
        *((name, key) for name, key in powers if key is not None),
        *(("power_model", key) for key in sorted(model.registers if model else ())),
        *(
            (f"variants.{variant.id}.detect", variant.detect.register)
            for variant in profile.variants
            if variant.detect is not None
        ),
    ]
