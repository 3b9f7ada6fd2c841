"""The screens of the schedule: the same limit at the same hours of the week."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TimeSelector,
)
import probatio

from ..const import CONF_SCHEDULE, MAX_NAMEPLATE_W
from ..limits import PILOT_FRAME, Schedule, TimeBlock
from ..limits.schedule import MAX_BLOCKS
from ..own_settings import CONF_END, CONF_LIMIT_W, CONF_START
from .options_base import HouseOptionsFlow, choice, number
from .week_text import (
    CONF_DAYS,
    WEEKDAYS,
    async_day_names,
    block_answers,
    block_of,
    block_text,
    week_text,
)

CONF_BLOCK: Final = "block"
CONF_PRESET: Final = "preset"

PRESETS: Final = {"pilot_frame": PILOT_FRAME, "none": Schedule()}


class ScheduleSteps(HouseOptionsFlow):
    """Add, change and delete blocks of the week; nothing is kept until it is saved."""

    _blocks: list[TimeBlock] | None = None
    _changed: int | None = None

    async def async_step_schedule(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the week, and ask what to do with it."""
        blocks = self._week()
        some = ["schedule_change", "schedule_delete"] if blocks else []
        return self.async_show_menu(
            step_id="schedule",
            menu_options=["schedule_add", *some, "schedule_preset", "schedule_save"],
            description_placeholders={
                "blocks": week_text(blocks, await async_day_names(self.hass))
            },
        )

    async def async_step_schedule_add(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new block."""
        self._changed = None
        return await self.async_step_schedule_block(user_input)

    async def async_step_schedule_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which block to change."""
        if user_input is not None:
            self._changed = int(user_input[CONF_BLOCK])
            return await self.async_step_schedule_block()
        return await self._async_ask_block("schedule_change")

    async def async_step_schedule_delete(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which block to delete."""
        if user_input is not None:
            del self._week()[int(user_input[CONF_BLOCK])]
            return await self.async_step_schedule()
        return await self._async_ask_block("schedule_delete")

    async def async_step_schedule_block(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the days, the hours and the limit of a block."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take(user_input)
            if not errors:
                return await self.async_step_schedule()
        return self.async_show_form(
            step_id="schedule_block",
            data_schema=self.add_suggested_values_to_schema(
                _block_schema(), user_input or block_answers(self._suggested())
            ),
            errors=errors,
        )

    async def async_step_schedule_preset(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Replace the week by one that others tried."""
        if user_input is not None:
            self._blocks = list(PRESETS[user_input[CONF_PRESET]].blocks)
            return await self.async_step_schedule()
        presets = choice(list(PRESETS), CONF_PRESET)
        return self.async_show_form(
            step_id="schedule_preset",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_PRESET, default="pilot_frame"): presets}
            ),
        )

    async def async_step_schedule_save(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Keep the week."""
        return self._save(CONF_SCHEDULE, Schedule(blocks=tuple(self._week())).as_dict())

    def _week(self) -> list[TimeBlock]:
        """Return the blocks as they are changed so far."""
        if self._blocks is None:
            kept = self._kept(CONF_SCHEDULE)
            self._blocks = list(Schedule.from_dict(kept).blocks) if kept else []
        return self._blocks

    def _suggested(self) -> TimeBlock:
        """Return the block that a screen starts with."""
        if self._changed is None:
            return PILOT_FRAME.blocks[0]
        return self._week()[self._changed]

    def _take(self, answers: dict[str, Any]) -> dict[str, str]:
        """Put a block into the week; return what is wrong with it."""
        if not answers[CONF_DAYS]:
            return {CONF_DAYS: "no_days"}
        blocks = self._week()
        if self._changed is not None:
            blocks[self._changed] = block_of(answers)
        elif len(blocks) >= MAX_BLOCKS:
            return {"base": "too_many_blocks"}
        else:
            blocks.append(block_of(answers))
        return {}

    async def _async_ask_block(self, step_id: str) -> ConfigFlowResult:
        """Ask for one of the blocks."""
        names = await async_day_names(self.hass)
        options = [
            SelectOptionDict(value=str(place), label=block_text(block, names))
            for place, block in enumerate(self._week())
        ]
        selector = SelectSelector(SelectSelectorConfig(options=options))
        return self.async_show_form(
            step_id=step_id,
            data_schema=probatio.Schema({probatio.Required(CONF_BLOCK): selector}),
        )


def _block_schema() -> probatio.Schema:
    """Ask for the days, the hours and the limit."""
    return probatio.Schema(
        {
            probatio.Required(CONF_DAYS): choice(
                list(WEEKDAYS), "weekday", multiple=True
            ),
            probatio.Required(CONF_START): TimeSelector(),
            probatio.Required(CONF_END): TimeSelector(),
            probatio.Required(CONF_LIMIT_W): number(0, MAX_NAMEPLATE_W, 50, "W"),
        }
    )
