"""The blocks of a week as a resident reads them, and as a screen asks for them."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..limits import TimeBlock
from ..own_settings import CONF_END, CONF_LIMIT_W, CONF_START

CONF_DAYS: Final = "days"
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

NO_HOURS: Final = "none"

_DAYS: Final = {
    "every_day": frozenset(range(7)),
    "workdays": frozenset(range(5)),
    "weekend": frozenset((5, 6)),
}

type DayNames = Mapping[str, str]


async def async_day_names(hass: HomeAssistant) -> dict[str, str]:
    """Return the names of days in the language of the house, and of some together."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    path = f"component.{DOMAIN}.selector"
    days = {day: texts[f"{path}.weekday.options.{day}"] for day in WEEKDAYS}
    names = (*_DAYS, NO_HOURS)
    return days | {name: texts[f"{path}.days.options.{name}"] for name in names}


def block_text(block: TimeBlock, names: DayNames) -> str:
    """Return one block on one line."""
    together = next((name for name, days in _DAYS.items() if days == block.days), None)
    if together is not None:
        days = names[together]
    else:
        days = ", ".join(names[WEEKDAYS[day]] for day in sorted(block.days))
    return f"{days}: {block.start:%H:%M}-{block.end:%H:%M}, {block.limit_w:.0f} W"


def week_text(blocks: Iterable[TimeBlock], names: DayNames) -> str:
    """Return all blocks as a list, or the words for none."""
    lines = [f"- {block_text(block, names)}" for block in blocks]
    return "\n".join(lines) or names[NO_HOURS]


def block_answers(block: TimeBlock) -> dict[str, Any]:
    """Return a block as the answers of its screen."""
    return {
        CONF_DAYS: [WEEKDAYS[day] for day in sorted(block.days)],
        CONF_START: block.start.isoformat(),
        CONF_END: block.end.isoformat(),
        CONF_LIMIT_W: block.limit_w,
    }


def block_of(answers: Mapping[str, Any]) -> TimeBlock:
    """Return the block of these answers. Raises ValueError for one that never is."""
    return TimeBlock(
        days=frozenset(WEEKDAYS.index(day) for day in answers[CONF_DAYS]),
        start=time.fromisoformat(answers[CONF_START]),
        end=time.fromisoformat(answers[CONF_END]),
        limit_w=answers[CONF_LIMIT_W],
    )
