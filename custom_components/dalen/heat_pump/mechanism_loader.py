"""Read from a profile by what means the device is limited."""

from .decoding import WordOrder
from .mechanism import (
    BlockedWhen,
    ContactLimit,
    ContactTimes,
    Control,
    LevelScale,
    LimitMechanism,
    MonitorOnly,
    Pace,
    PercentLimit,
    RegisterWrite,
    Watchdog,
    WattsLimit,
)
from .model import LimitKind
from .profile_fields import Fields
from .profile_parts import read_register, read_source
from .register import Confidence, Register, Table

_SECONDS_A_DAY = 86_400

# SG-Ready (BWP): a signal of at least 10 minutes, at most 2 hours of blocking.
_TIMES = ContactTimes(hold_s=600, pause_s=600, longest_s=7200)


def read_mechanism(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> LimitMechanism:
    """Read how to limit the device."""
    kind = fields.choice("kind", LimitKind)
    fields.text("note")
    read_source(fields)
    if fields.has("confidence"):
        fields.choice("confidence", Confidence)
    mechanism: LimitMechanism
    match kind:
        case LimitKind.WATTS:
            mechanism = _watts(fields, word_order, confidence)
        case LimitKind.PERCENT:
            mechanism = _percent(fields, word_order, confidence)
        case LimitKind.CONTACT:
            mechanism = _contact(fields, word_order, confidence)
        case LimitKind.MONITOR:
            mechanism = MonitorOnly()
        case _:
            raise fields.error(
                "kind",
                f"is {kind}",
                "Modbus profiles take watts, percent, contact or monitor",
            )
    fields.finish()
    return mechanism


def _watts(fields: Fields, word_order: WordOrder, confidence: Confidence) -> WattsLimit:
    """Read a limit in watts."""
    limit = WattsLimit(
        control=fields.choice("control", Control),
        pace=_pace(fields),
        register=_limit_register(fields, word_order, confidence),
        lowest_w=fields.number("lowest_w", 0, 100_000),
        highest_w=fields.number("highest_w", 1, 100_000),
        zero_below_minimum=fields.yes("zero_below_minimum"),
        prepare=_writes(fields, "prepare"),
        activate=_writes(fields, "activate"),
        release=_writes(fields, "release"),
    )
    if limit.lowest_w >= limit.highest_w:
        raise fields.error("lowest_w", "is not below highest_w", "swap them")
    _check_release(fields, limit.release, limit.register, limit.writes)
    return limit


def _percent(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> PercentLimit:
    """Read a limit in percent or in levels."""
    is_ceiling = fields.yes("ceiling")
    limit = PercentLimit(
        control=fields.choice("control", Control),
        pace=_pace(fields),
        register=_limit_register(fields, word_order, confidence),
        scale=_scale(fields.one("scale")),
        is_ceiling=is_ceiling,
        prepare=_writes(fields, "prepare"),
        activate=_writes(fields, "activate"),
        release=_writes(fields, "release"),
    )
    if limit.register.type.words > 1:
        raise fields.error("register.type", "has two words", "a level fits in one")
    steps_a_day = _SECONDS_A_DAY / limit.scale.min_run_s
    if steps_a_day > limit.pace.daily_write_budget:
        raise fields.error(
            "scale.min_run_s",
            f"allows {steps_a_day:.0f} steps a day",
            "make it longer, or the daily_write_budget larger",
        )
    if is_ceiling and limit.release:
        raise fields.error(
            "release", "is not empty", "what sets the level sets it again by itself"
        )
    if not is_ceiling:
        _check_release(fields, limit.release, limit.register, limit.writes)
    return limit


def _contact(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> ContactLimit:
    """Read a block."""
    limit = ContactLimit(
        control=fields.choice("control", Control),
        pace=_pace(fields),
        block=_writes(fields, "block"),
        release=_writes(fields, "release"),
        times=_times(fields.one("times")) if fields.has("times") else _TIMES,
        read_back=(
            _blocked_when(fields.one("read_back"), word_order, confidence)
            if fields.has("read_back")
            else None
        ),
    )
    if not limit.block:
        raise fields.error("block", "is empty", "say how the device is blocked")
    blocked = {write.where: write.value for write in limit.block}
    released = {write.where: write.value for write in limit.release}
    if blocked.keys() != released.keys() or blocked == released:
        raise fields.error(
            "release", "does not undo block", "write the same addresses, else values"
        )
    return limit


def _limit_register(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> Register:
    """Read the register that takes the limit."""
    register = read_register(fields.one("register"), word_order, confidence)
    if register.table is not Table.HOLDING:
        raise fields.error(
            "register.table", f"is {register.table}", "only holding takes a number"
        )
    if register.scale < 0:
        raise fields.error("register.scale", "is negative", "give watts per count")
    return register


def _check_release(
    fields: Fields,
    release: tuple[RegisterWrite, ...],
    register: Register,
    writes: tuple[RegisterWrite, ...],
) -> None:
    """Refuse a mechanism that could not let go."""
    if not release:
        raise fields.error("release", "is empty", "say how the device is let go")
    undone = {write.where for write in writes} | {(register.table, register.address)}
    for write in release:
        if write.where not in undone:
            raise fields.error(
                "release",
                f"writes {write.address}, which limiting does not",
                "undo what prepare, activate and the limit register do",
            )


def _scale(fields: Fields) -> LevelScale:
    """Read the levels that a device can be set to."""
    scale = LevelScale(
        lowest=fields.whole("lowest", 0, 1000),
        highest=fields.whole("highest", 1, 1000),
        step=fields.whole("step", 1, 100),
        lowest_is_off=fields.yes("lowest_is_off"),
        min_run_s=fields.number("min_run_s", 60, 3600),
        settle_s=fields.number("settle_s", 0, 1800),
    )
    fields.finish()
    if scale.first + scale.step > scale.highest:
        raise fields.error("highest", "leaves no room for a step", "make it larger")
    if scale.settle_s >= scale.min_run_s:
        raise fields.error("settle_s", "is not below min_run_s", "make it shorter")
    return scale


def _times(fields: Fields) -> ContactTimes:
    """Read how long a block is held, and how long not repeated."""
    times = ContactTimes(
        hold_s=fields.number("hold_s", 0, 7200),
        pause_s=fields.number("pause_s", 0, 7200),
        longest_s=fields.number("longest_s", 60, 86_400),
    )
    fields.finish()
    if times.hold_s > times.longest_s:
        raise fields.error("hold_s", "is above longest_s", "make it shorter")
    return times


def _blocked_when(
    fields: Fields, word_order: WordOrder, confidence: Confidence
) -> BlockedWhen:
    """Read where the device tells that it is blocked."""
    read_back = BlockedWhen(
        register=read_register(fields.one("register"), word_order, confidence),
        values=fields.wholes("values", 0, 0xFFFF),
    )
    fields.finish()
    return read_back


def _pace(fields: Fields) -> Pace:
    """Read how often the device may be written to."""
    return Pace(
        write_multiple=fields.yes("write_multiple"),
        min_write_interval_s=fields.number("min_write_interval_s", 0, 86400),
        daily_write_budget=fields.whole("daily_write_budget", 1, 100_000),
        watchdog=_watchdog(fields.one("watchdog")) if fields.has("watchdog") else None,
    )


def _watchdog(fields: Fields) -> Watchdog:
    """Read after how long the device lets go by itself."""
    watchdog = Watchdog(
        timeout_s=fields.whole("timeout_s", 3, 65535),
        address=fields.whole("address", 0, 65535) if fields.has("address") else None,
        unit_s=fields.whole("unit_s", 1, 3600) if fields.has("unit_s") else 1,
    )
    fields.finish()
    if watchdog.timeout_s % watchdog.unit_s:
        raise fields.error("timeout_s", "is no whole number of units", "correct it")
    return watchdog


def _writes(fields: Fields, key: str) -> tuple[RegisterWrite, ...]:
    """Read a list of values to write; without the list, none."""
    if not fields.has(key):
        return ()
    return tuple(_write(inner) for inner in fields.objects(key))


def _write(fields: Fields) -> RegisterWrite:
    """Read one value to write."""
    table = fields.choice("table", Table) if fields.has("table") else Table.HOLDING
    if table not in (Table.HOLDING, Table.COIL):
        raise fields.error("table", f"is {table}", "only holding and coil take values")
    highest = 1 if table is Table.COIL else 65535
    write = RegisterWrite(
        table=table,
        address=fields.whole("address", 0, 65535),
        value=fields.whole("value", -32768 if highest > 1 else 0, highest),
        wait_s=fields.number("wait_s", 0, 60) if fields.has("wait_s") else 0.0,
    )
    fields.finish()
    return write
