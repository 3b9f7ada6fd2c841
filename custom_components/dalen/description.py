"""What a heat pump is and tells, whatever it is connected with."""

from dataclasses import dataclass

from .heat_pump.profile import HeatPumpProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpDescription:
    """The make of a heat pump, and the fields that it tells."""

    brand: str | None
    model: str | None
    told: frozenset[str]
    """The fields of its state that it can have."""


def describe_profile(
    profile: HeatPumpProfile, *, has_meter: bool = False
) -> HeatPumpDescription:
    """Return what a heat pump on Modbus is and tells, with a meter beside it."""
    registers = {register.key for register in profile.registers}
    flags = {flag.key for flag in profile.flags}
    if has_meter or profile.power_model is not None:
        registers.add("electric_w")
    return HeatPumpDescription(
        brand=profile.brand,
        model=", ".join(profile.models),
        told=frozenset(registers | flags),
    )
