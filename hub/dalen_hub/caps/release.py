"""When each home may rise: spread over five minutes, always the same for a day."""

from datetime import date
import hashlib
from typing import Final

SPREAD_S: Final = 300.0


def stagger_s(target: str, day: date) -> float:
    """Return how many seconds after the others a home starts, 0 to 300.

    From a hash of home and day: nobody is always the last, and no message is needed.
    """
    digest = hashlib.blake2b(f"{target} {day}".encode(), digest_size=4).digest()
    return SPREAD_S * int.from_bytes(digest) / 2**32
