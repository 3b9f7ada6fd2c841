"""Where a percentage goes to: a number, or the demand control of a Panasonic."""

from datetime import datetime, timedelta
from typing import Final, Protocol, override

from .access import EntityAccess
from .limiter import put
from .mechanism import HEISHAMON_REFRESH_S, Heishamon, PercentNumber
from .number_range import NumberRange
from .reading import EntityReading
from .setting import Action, Setting, set_value
from .units import PERCENT

# HeishaMon, MQTT-Topics.md: SetDemandControl takes 43 for 5 % to 234 for 100 %.
_LOW_COUNT: Final = 43
_HIGH_COUNT: Final = 234
_LOW_PERCENT: Final = 5
_HIGH_PERCENT: Final = 100


class LevelTarget(Protocol):
    """Something that takes a percentage."""

    @property
    def entities(self) -> tuple[str, ...]:
        """Return the entities that must be there."""

    @property
    def range(self) -> NumberRange:
        """Return the percentages that it takes."""

    def reading(self) -> EntityReading | None:
        """Return what it shows; None when it shows nothing."""

    def held(self) -> float | None:
        """Return the percentage that it holds, as far as is known."""

    async def put(self, level: int, now: datetime) -> None:
        """Set a percentage."""

    async def let_go(self) -> None:
        """Set the percentage that limits nothing."""

    def is_forgotten(self, now: datetime) -> bool:
        """Tell if the device may have forgotten what was set."""


class NumberTarget(LevelTarget):
    """A number entity in percent."""

    def __init__(self, access: EntityAccess, mechanism: PercentNumber):
        """Take the number."""
        self._access = access
        self._mechanism = mechanism

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return the number."""
        return (self._mechanism.entity_id,)

    @property
    @override
    def range(self) -> NumberRange:
        """Return the range that the number had when it was chosen."""
        return self._mechanism.range

    @override
    def reading(self) -> EntityReading | None:
        """Return the number."""
        return self._access.reading(self._mechanism.entity_id)

    @override
    def held(self) -> float | None:
        """Return the number's value."""
        return set_value(self.reading())

    @override
    async def put(self, level: int, now: datetime) -> None:
        """Set the number."""
        await put(self._access, self._setting(level))

    @override
    async def let_go(self) -> None:
        """Set the number to what it holds without a limit."""
        await put(self._access, self._setting(self._mechanism.free))

    @override
    def is_forgotten(self, now: datetime) -> bool:
        """Tell that a number stays as it is."""
        return False

    def _setting(self, value: float) -> Setting:
        """Return the number with a value."""
        return Setting(entity_id=self._mechanism.entity_id, value=value)


class HeishamonTarget(LevelTarget):
    """The demand control of a Panasonic, through HeishaMon's optional board."""

    def __init__(self, access: EntityAccess, mechanism: Heishamon):
        """Take the topic; what the board holds is not known yet."""
        self._access = access
        self._topic = f"{mechanism.topic}/commands/SetDemandControl"
        self._held: int | None = None
        self._sent: datetime | None = None

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return no entity: the command goes over MQTT."""
        return ()

    @property
    @override
    def range(self) -> NumberRange:
        """Return the percentages of the board, in steps of 5."""
        return NumberRange(unit=PERCENT, low=_LOW_PERCENT, high=_HIGH_PERCENT, step=5)

    @override
    def reading(self) -> EntityReading | None:
        """Return that nothing shows it."""
        return None

    @override
    def held(self) -> float | None:
        """Return what was sent last."""
        return self._held

    @override
    async def put(self, level: int, now: datetime) -> None:
        """Send a percentage."""
        await self._send(level)
        self._sent = now

    @override
    async def let_go(self) -> None:
        """Send 100 %."""
        await self._send(_HIGH_PERCENT)
        self._sent = None

    @override
    def is_forgotten(self, now: datetime) -> bool:
        """Tell if it is time to send again: the board forgets at a restart."""
        if self._sent is None:
            return False
        age = now - self._sent
        return not timedelta(0) <= age < timedelta(seconds=HEISHAMON_REFRESH_S)

    async def _send(self, level: int) -> None:
        """Publish a percentage as the board counts it."""
        self._held = None
        await self._access.act(
            Action(
                domain="mqtt",
                service="publish",
                data={"topic": self._topic, "payload": str(demand_count(level))},
            )
        )
        self._held = level


def demand_count(percent: int) -> int:
    """Return what the board calls a percentage, rounded down; 5 % to 100 %."""
    share = (percent - _LOW_PERCENT) / (_HIGH_PERCENT - _LOW_PERCENT)
    return _LOW_COUNT + int(share * (_HIGH_COUNT - _LOW_COUNT))
