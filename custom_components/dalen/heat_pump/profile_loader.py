"""Read device profiles from their files and check every field."""

from functools import cache
import json
from pathlib import Path
import re

from .decoding import RegisterType, WordOrder
from .errors import ProfileError
from .model import LimitKind
from .plausibility import BOUNDS
from .profile import (
    Flag,
    HeatPumpProfile,
    LimitMechanism,
    PowerSource,
    Register,
    RegisterWrite,
    Table,
    Transport,
    Watchdog,
)
from .profile_fields import Fields

PROFILES = Path(__file__).parent / "profiles"

_FLAG_KEYS = ("compressor_on", "boiler_on", "defrost", "oil_return", "hot_water")
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def profile_ids() -> tuple[str, ...]:
    """Return the ids of all profiles. Reads a folder: not in an event loop."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.json")))


@cache
def load_profile(profile_id: str) -> HeatPumpProfile:
    """Return a profile. Reads a file: not in an event loop.

    Raises ProfileError when it is not there or not right.
    """
    if profile_id not in profile_ids():
        known = ", ".join(profile_ids())
        raise ProfileError(f"There is no profile {profile_id!r}: use one of {known}")
    path = PROFILES / f"{profile_id}.json"
    return parse_profile(path.read_text(encoding="utf-8"), path.name)


def parse_profile(text: str, file: str) -> HeatPumpProfile:
    """Return the profile in a JSON text; file is its name in errors.

    Raises ProfileError that names the file, the field and what to do.
    """
    try:
        data = json.loads(text)
    except ValueError as err:
        raise ProfileError(f"{file}: is no JSON ({err}): correct it there") from err
    fields = Fields(data, file)
    word_order = fields.choice("word_order", WordOrder)
    registers = tuple(_register(f, word_order) for f in fields.objects("registers"))
    profile = HeatPumpProfile(
        id=fields.text("id"),
        brand=fields.text("brand"),
        models=fields.texts("models"),
        transport=_transport(fields.one("transport")),
        registers=registers,
        flags=tuple(_flag(k, f) for k, f in fields.named_objects("flags").items()),
        serial=fields.texts("serial"),
        firmware=fields.texts("firmware"),
        limit=_limit(fields.one("limit"), word_order),
        minimum_power=_power(fields.one("minimum_power")),
        nameplate=_power(fields.one("nameplate")),
        plausible=fields.named_ranges("plausible"),
        firmware_note=fields.text("firmware_note"),
        installer_note=fields.text("installer_note"),
        sources=fields.texts("sources"),
    )
    fields.finish()
    _check_whole(profile, fields)
    return profile


def _register(fields: Fields, word_order: WordOrder) -> Register:
    """Read one register."""
    key = fields.text("key")
    if not _KEY.fullmatch(key):
        raise fields.error("key", f"is {key!r}", "use lower case, digits and _")
    register = Register(
        key=key,
        table=fields.choice("table", Table),
        address=fields.whole("address", 0, 65535),
        type=fields.choice("type", RegisterType),
        word_order=(
            fields.choice("word_order", WordOrder)
            if fields.has("word_order")
            else word_order
        ),
        scale=fields.number("scale", -1e6, 1e6),
        not_available=(
            fields.wholes("not_available", -(2**31), 2**32 - 1)
            if fields.has("not_available")
            else ()
        ),
    )
    fields.text("source")
    fields.finish()
    if register.scale == 0:
        raise fields.error("scale", "is 0", "give what one count means")
    return register


def _transport(fields: Fields) -> Transport:
    """Read how to reach the device."""
    transport = Transport(
        type=fields.text("type"),
        port=fields.whole("port", 1, 65535),
        unit_id=fields.whole("unit_id", 0, 255),
        timeout_s=fields.number("timeout_s", 0.1, 120),
        spacing_s=fields.number("spacing_s", 0, 10),
        settle_after_write_s=fields.number("settle_after_write_s", 0, 30),
    )
    fields.finish()
    if transport.type != "modbus_tcp":
        raise fields.error("type", f"is {transport.type!r}", "give modbus_tcp")
    return transport


def _flag(key: str, fields: Fields) -> Flag:
    """Read one flag: a mask of bits or a list of values."""
    if key not in _FLAG_KEYS:
        raise fields.error("", "is unknown", f"use one of {', '.join(_FLAG_KEYS)}")
    has_mask, has_values = fields.has("mask"), fields.has("values")
    if has_mask == has_values:
        raise fields.error("", "needs a mask or values", "give one of the two")
    flag = Flag(
        key=key,
        register=fields.text("register"),
        mask=fields.whole("mask", 1, 0xFFFF) if has_mask else None,
        values=fields.wholes("values", 0, 0xFFFF) if has_values else (),
    )
    fields.text("source")
    fields.finish()
    return flag


def _limit(fields: Fields, word_order: WordOrder) -> LimitMechanism:
    """Read how to limit the device."""
    limit = LimitMechanism(
        kind=fields.choice("kind", LimitKind),
        register=_register(fields.one("register"), word_order),
        lowest_w=fields.number("lowest_w", 0, 100_000),
        highest_w=fields.number("highest_w", 1, 100_000),
        zero_below_minimum=fields.yes("zero_below_minimum"),
        activate=tuple(_write(f) for f in fields.objects("activate")),
        release=tuple(_write(f) for f in fields.objects("release")),
        write_multiple=fields.yes("write_multiple"),
        min_write_interval_s=fields.number("min_write_interval_s", 0, 86400),
        daily_write_budget=fields.whole("daily_write_budget", 1, 100_000),
        watchdog=_watchdog(fields.one("watchdog")) if fields.has("watchdog") else None,
    )
    fields.text("note")
    fields.finish()
    _check_limit(limit, fields)
    return limit


def _check_limit(limit: LimitMechanism, fields: Fields) -> None:
    """Refuse a mechanism that could not limit or could not let go."""
    if limit.kind is not LimitKind.WATTS:
        raise fields.error("kind", f"is {limit.kind}", "Modbus profiles take watts")
    if limit.register.table is not Table.HOLDING:
        raise fields.error("register.table", "is input", "only holding can be written")
    if limit.register.scale < 0:
        raise fields.error("register.scale", "is negative", "give watts per count")
    if not limit.release:
        raise fields.error("release", "is empty", "say how the device is let go")
    activated = {write.address for write in limit.activate}
    for write in limit.release:
        if write.address not in {*activated, limit.register.address}:
            raise fields.error(
                "release",
                f"writes {write.address}, which limiting does not",
                "undo what activate and the limit register do",
            )


def _write(fields: Fields) -> RegisterWrite:
    """Read one value to write."""
    write = RegisterWrite(
        address=fields.whole("address", 0, 65535),
        value=fields.whole("value", 0, 65535),
    )
    fields.finish()
    return write


def _watchdog(fields: Fields) -> Watchdog:
    """Read after how long the device lets go by itself."""
    watchdog = Watchdog(
        timeout_s=fields.whole("timeout_s", 3, 65535),
        address=fields.whole("address", 0, 65535) if fields.has("address") else None,
    )
    fields.finish()
    return watchdog


def _power(fields: Fields) -> PowerSource:
    """Read where a power is known from."""
    source = PowerSource(
        register=fields.text("register") if fields.has("register") else None,
        watts=fields.number("watts", 0, 100_000),
        ask=fields.yes("ask"),
    )
    fields.text("source")
    fields.finish()
    return source


def _check_whole(profile: HeatPumpProfile, fields: Fields) -> None:
    """Check what concerns several fields at once."""
    if f"{profile.id}.json" != fields.file:
        raise fields.error("id", f"is {profile.id!r}", "name the file after it")
    keys = [register.key for register in profile.registers]
    if double := next((key for key in keys if keys.count(key) > 1), None):
        raise fields.error("registers", f"has {double!r} twice", "remove one")
    if "electric_w" not in keys:
        raise fields.error("registers", "lacks electric_w", "it cannot be done without")
    for name, key in _references(profile):
        if key not in keys:
            raise fields.error(name, f"names the register {key!r}", "add it or correct")
    if unknown := sorted(profile.plausible.keys() - BOUNDS.keys()):
        raise fields.error(
            f"plausible.{unknown[0]}", "is unknown", f"use one of {', '.join(BOUNDS)}"
        )


def _references(profile: HeatPumpProfile) -> list[tuple[str, str]]:
    """Return every mention of a register, with the field that mentions it."""
    powers = (
        ("minimum_power.register", profile.minimum_power.register),
        ("nameplate.register", profile.nameplate.register),
    )
    return [
        *((f"flags.{flag.key}", flag.register) for flag in profile.flags),
        *(("serial", key) for key in profile.serial),
        *(("firmware", key) for key in profile.firmware),
        *((name, key) for name, key in powers if key is not None),
    ]
