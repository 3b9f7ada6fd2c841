"""Count wrong tries at something secret, and say when to try again."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

MAX_WRONG = 5
WINDOW = timedelta(minutes=15)
_MAX_KEYS = 10_000


class AttemptGuard:
    """Lets a key try five times in a quarter of an hour. Kept in memory."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._wrong: dict[str, deque[datetime]] = {}

    def wait_s(self, keys: Iterable[str], now: datetime) -> int:
        """Return how long to wait before the next try; 0 when it may be now."""
        waits = [0]
        for key in keys:
            times = self._recent(key, now)
            if len(times) >= MAX_WRONG:
                waits.append(max(1, ceil((times[0] + WINDOW - now).total_seconds())))
        return max(waits)

    def count_wrong(self, keys: Iterable[str], now: datetime) -> None:
        """Note a wrong try."""
        if len(self._wrong) >= _MAX_KEYS:
            self._forget_old(now)
        for key in keys:
            self._wrong.setdefault(key, deque(maxlen=MAX_WRONG)).append(now)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        """Return the wrong tries of a key that still count."""
        times = self._wrong.get(key, deque())
        while times and times[0] + WINDOW <= now:
            times.popleft()
        return times

    def _forget_old(self, now: datetime) -> None:
        """Drop keys that count no more; at worst, the older half of them."""
        self._wrong = {
            key: times for key, times in self._wrong.items() if self._recent(key, now)
        }
        for key in list(self._wrong)[: max(0, len(self._wrong) - _MAX_KEYS // 2)]:
            del self._wrong[key]


def address_key(address: str | None) -> str:
    """Return who counts as one sender: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return f"address:{int(parsed) >> 64:x}"
        parsed = parsed.ipv4_mapped
    return f"address:{parsed}"
