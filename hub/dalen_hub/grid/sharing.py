"""How the room on a transformer is shared, as the collective chose."""

from enum import StrEnum
from typing import Final

FAIRNESS_FLOOR: Final = 0.5
"""The part of its fair share that cost never takes from a home."""


class Policy(StrEnum):
    """What the homes of a transformer find fair."""

    EQUAL = "equal"
    """One level for all."""
    NEED = "need"
    """By the heat that a house loses, or by the power that its heat pump has."""
    CREDIT = "credit"
    """Equal, and over a season even: who gave more gets more."""
    COST = "cost"
    """A part of the fair share for all, the rest to whom it saves the most money."""
