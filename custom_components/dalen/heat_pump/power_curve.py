"""How much a heat pump draws at each level, learned while it runs."""

from itertools import accumulate, pairwise

from .mechanism import LevelScale

_NEW_SHARE = 0.3
"""How much one new mean counts against what was learned before."""


class PowerCurve:
    """Electric power by level; it never falls with a higher level.

    What was not measured yet is taken from a straight line between what was, and
    at the ends from the minimum power and the nameplate.
    """

    def __init__(self, scale: LevelScale, minimum_w: float, nameplate_w: float):
        """Start with the straight line."""
        self._scale = scale
        self._minimum_w = minimum_w
        self._nameplate_w = max(nameplate_w, minimum_w)
        self._learned: dict[int, float] = {}

    def learn(self, level: int, electric_w: float) -> None:
        """Keep a mean power at a level."""
        known_w = self._learned.get(level, electric_w)
        self._learned[level] = known_w + _NEW_SHARE * (electric_w - known_w)

    def expected_w(self, level: int) -> float:
        """Return what the heat pump draws at a level, in watts."""
        if self._scale.lowest_is_off and level < self._scale.first:
            return 0.0
        for (low, low_w), (high, high_w) in pairwise(self._anchors()):
            if level <= high:
                share = max((level - low) / (high - low), 0.0)
                return low_w + share * (high_w - low_w)
        return self._anchors()[-1][1]

    def highest_within(self, limit_w: float) -> int:
        """Return the highest level that stays within a limit, else the lowest."""
        levels = range(self._scale.lowest, self._scale.highest + 1, self._scale.step)
        within = [level for level in levels if self.expected_w(level) <= limit_w]
        return max(within, default=self._scale.lowest)

    def _anchors(self) -> list[tuple[int, float]]:
        """Return the levels with a known power, which never falls."""
        ends = {
            self._scale.first: self._minimum_w,
            self._scale.highest: self._nameplate_w,
        }
        known = sorted((ends | self._learned).items())
        rising = accumulate((power_w for _, power_w in known), max)
        return [
            (level, power_w)
            for (level, _), power_w in zip(known, rising, strict=True)
            if level >= self._scale.first
        ]
