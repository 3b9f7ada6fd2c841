"""Which variants of a profile read long numbers in the order that a device has."""

from pathlib import Path

from .profile_library import find_profile


def variants_with_order(
    profile_id: str, order: str, own_folder: Path | None = None
) -> tuple[str | None, ...]:
    """Return the variants whose words come in this order; None is the profile itself.

    `order` is as in WrongWordOrderError. Reads files: not in an event loop. Raises
    ProfileError without the profile.
    """
    base = find_profile(profile_id, None, own_folder)
    found: list[str | None] = []
    for variant in (None, *(one.id for one in base.variants)):
        profile = find_profile(profile_id, variant, own_folder)
        orders = {
            register.word_order
            for register in profile.registers
            if register.key in profile.word_order_test
        }
        if orders == {order}:
            found.append(variant)
    return tuple(found)
