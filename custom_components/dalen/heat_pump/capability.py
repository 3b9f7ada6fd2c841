"""How a device can be limited, from its profile and its powers."""

from .decoding import RegisterType
from .mechanism import ContactLimit, LimitMechanism, MonitorOnly, PercentLimit
from .model import CompressorTimes, LimitCapability, LimitKind
from .register import Register


def capability_of(
    mechanism: LimitMechanism,
    *,
    minimum_w: float,
    nameplate_w: float,
    block_below_w: float,
    times: CompressorTimes | None = None,
) -> LimitCapability:
    """Return how a device can be limited.

    `block_below_w` matters for a contact only: a lower limit blocks it.
    """
    pace = mechanism.pace
    minimum_w = min(minimum_w, nameplate_w)
    lowest_w, highest_w, step_w, zero_below_minimum = 0.0, nameplate_w, 1.0, False
    match mechanism:
        case PercentLimit(scale=scale):
            zero_below_minimum = scale.lowest_is_off
            lowest_w = 0.0 if scale.lowest_is_off else minimum_w
        case ContactLimit():
            times = times or mechanism.times.compressor
        case MonitorOnly():
            pass
        case _:
            lowest_w, highest_w = mechanism.lowest_w, mechanism.highest_w
            zero_below_minimum = mechanism.zero_below_minimum
            step_w = _step_w(mechanism.register)
    return LimitCapability(
        kind=mechanism.kind,
        minimum_w=minimum_w,
        maximum_w=min(nameplate_w, highest_w),
        step_w=step_w,
        min_write_interval_s=pace.min_write_interval_s,
        daily_write_budget=pace.daily_write_budget,
        watchdog_s=pace.watchdog.timeout_s if pace.watchdog else None,
        lowest_w=lowest_w,
        zero_below_minimum=zero_below_minimum,
        times=times,
        free_at_maximum=mechanism.kind is LimitKind.PERCENT,
        block_below_w=(block_below_w if mechanism.kind is LimitKind.CONTACT else None),
    )


def _step_w(register: Register) -> float:
    """Return the step of a limit: one count, or 1 W for a number with fractions."""
    return 1.0 if register.type is RegisterType.FLOAT32 else register.scale
