"""The steps that prove that a limit works, before Dalen relies on it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import CONF_KIND
from ..heat_pump import LimitKind, WriteTestResult
from ..heat_pump_to_test import async_can_be_tested, async_limit_kind, async_write_test
from ..write_test_data import with_result
from .entity_checks import EntityChecks


class WriteTestSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](EntityChecks[ContextT, ResultT, HandlerT]):
    """Lower the limit, measure, restore, and show what came of it."""

    _described: ConfigSubentryData
    _test: asyncio.Task[WriteTestResult] | None = None
    _result: WriteTestResult | None = None

    async def _async_described(self, heat_pump: ConfigSubentryData) -> ResultT:
        """Go on with a heat pump of which all is known but if its limit works."""
        self._described = heat_pump
        if await async_can_be_tested(self.hass, heat_pump["data"]):
            return await self.async_step_write_test()
        return await self._async_finish(heat_pump["data"])

    async def async_step_write_test(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask if the limit is tested now."""
        kind = await async_limit_kind(self.hass, self._described["data"])
        words = await self._async_words("without_test")
        without = "monitored" if kind is LimitKind.MONITOR else "limited"
        return self.async_show_menu(
            step_id="write_test",
            menu_options=["write_test_run", "write_test_skip"],
            description_placeholders={"without": words[without]},
        )

    async def async_step_write_test_run(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Do the test, and show how far it is."""
        if self._test is None:
            self._test = self.hass.async_create_task(
                self._async_test(self._described["data"]), "test the limit"
            )
        if not self._test.done():
            return self.async_show_progress(
                step_id="write_test_run",
                progress_action="write_test",
                progress_task=self._test,
            )
        self._result, self._test = self._test.result(), None
        return self.async_show_progress_done(next_step_id="write_test_result")

    async def async_step_write_test_result(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show what the test found."""
        assert self._result is not None
        words = await self._async_words("write_test")
        return self.async_show_menu(
            step_id="write_test_result",
            menu_options=["write_test_done", "write_test_run"],
            description_placeholders={
                "outcome": words[self._result.outcome],
                "figures": await self._async_figures(self._result),
            },
        )

    async def async_step_write_test_skip(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Go on without a test."""
        return await self._async_finish(self._described["data"])

    async def async_step_write_test_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Keep what the test found."""
        assert self._result is not None
        return await self._async_finish(
            with_result(self._described["data"], self._result)
        )

    async def _async_test(self, data: Mapping[str, Any]) -> WriteTestResult:
        """Test the limit; nothing else may set it meanwhile."""
        return await async_write_test(self.hass, data, self.async_update_progress)

    async def _async_finish(self, data: Mapping[str, Any]) -> ResultT:
        """Keep by what means the heat pump is limited, and go on."""
        kind = await async_limit_kind(self.hass, data)
        self._described["data"] = {**data, CONF_KIND: kind.value}
        return await self._async_heat_pump_ready(self._described)

    async def _async_figures(self, result: WriteTestResult) -> str:
        """Return the figures of a test as a list, without those it did not get to."""
        figures = {
            "before": (result.before_w, "W"),
            "limit": (result.limit_w, "W"),
            "readback": (result.readback_w, "W"),
            "limited": (result.limited_w, "W"),
            "drop": (result.drop_w, "W"),
            "response": (result.response_s, "s"),
            "after": (result.after_w, "W"),
        }
        words = await self._async_words("write_test_figure")
        lines = [
            f"- {words[name]}: {value:.0f} {unit}"
            for name, (value, unit) in figures.items()
            if value is not None
        ]
        if result.detail:
            lines.append(f"\n{result.detail}")
        return "\n".join(lines)
