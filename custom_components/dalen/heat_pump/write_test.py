"""Prove that a limit works: lower it, measure, restore.

The limit is taken away again whatever happens, also when the test is cancelled.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from statistics import fmean
from typing import Final

from .adapter import HeatPumpAdapter
from .errors import HeatPumpError, HeatPumpUnreachableError, LimitNotAcceptedError
from .model import HeatPumpState, LimitKind
from .write_test_limit import STANDBY_W, choose_limit_w, kept_up_to_w
from .write_test_result import WriteTestOutcome, WriteTestResult

type Clock = Callable[[], datetime]
type Wait = Callable[[float], Awaitable[object]]
type Progress = Callable[[float], None]

READ_EVERY_S: Final = 5.0
BASELINE_READS: Final = 6
STEADY_READS: Final = 6
"""Below the limit for half a minute: not a start or a gap between two runs."""

RESTORE_TRIES: Final = 3

_MISSED_READS: Final = 3

_PATIENCE_S: Final = {LimitKind.PERCENT: 900.0}
"""A level moves one step per minimum run."""

_DEFAULT_PATIENCE_S: Final = 300.0


class _EndError(Exception):
    """The test cannot go on."""

    def __init__(self, outcome: WriteTestOutcome):
        """Say how it ended."""
        super().__init__(outcome)
        self.outcome = outcome


async def run_write_test(
    pump: HeatPumpAdapter,
    clock: Clock,
    wait: Wait,
    on_progress: Progress = lambda share: None,
) -> WriteTestResult:
    """Limit the heat pump for some minutes and return what was measured.

    Takes 1 to 6 minutes, 16 for levels. The heat pump has to be free of limits,
    and nothing else may set them meanwhile; `pump` has to be armed. `wait` pauses
    for seconds; `on_progress` is told the share that is done, 0 to 1. What goes
    wrong with the heat pump is told in the outcome, never raised.
    """
    return await _WriteTest(pump, clock, wait, on_progress).run()


class _WriteTest:
    """One run of the test."""

    def __init__(
        self, pump: HeatPumpAdapter, clock: Clock, wait: Wait, on_progress: Progress
    ):
        """Start with nothing measured."""
        self._pump = pump
        self._clock = clock
        self._wait = wait
        self._on_progress = on_progress
        self._kind = pump.capability.kind
        self._patience_s = _PATIENCE_S.get(self._kind, _DEFAULT_PATIENCE_S)
        self._started = clock()
        self._missed = 0
        self._before_w: float | None = None
        self._limit_w: float | None = None
        self._readback_w: float | None = None
        self._limited_w: float | None = None
        self._response_s: float | None = None
        self._after_w: float | None = None
        self._was_disturbed = False

    async def run(self) -> WriteTestResult:
        """Do all steps; the limit is taken away at the end in any case."""
        outcome, detail = WriteTestOutcome.NOT_POSSIBLE, ""
        if self._kind is not LimitKind.MONITOR:
            try:
                outcome = await self._lowered()
            except _EndError as end:
                outcome = end.outcome
            except LimitNotAcceptedError as err:
                outcome, detail = WriteTestOutcome.NOT_ACCEPTED, str(err)
            except HeatPumpError as err:
                outcome, detail = WriteTestOutcome.UNREACHABLE, str(err)
            finally:
                trouble = await self._restore()
            if trouble is not None:
                outcome, detail = WriteTestOutcome.NOT_RESTORED, trouble
        self._on_progress(1.0)
        return self._result(outcome, detail)

    async def _lowered(self) -> WriteTestOutcome:
        """Measure, limit, and measure again."""
        self._before_w = await self._baseline_w()
        await self._limit(self._chosen_w())
        if self._before_w is None:
            return await self._read_back()
        return await self._watch()

    async def _baseline_w(self) -> float | None:
        """Return the mean power without a limit; None when nothing measures it."""
        powers: list[float] = []
        if (state := await self._read()) and state.limit_readback_w is not None:
            await self._pump.set_limit(None)
        for number in range(BASELINE_READS):
            state = await self._read()
            if state is not None and _is_disturbed(state):
                raise _EndError(WriteTestOutcome.DISTURBED)
            if state is not None and state.electric_w is not None:
                powers.append(state.electric_w)
            self._on_progress(0.15 * (number + 1) / BASELINE_READS)
            await self._wait(READ_EVERY_S)
        return fmean(powers) if powers else None

    def _chosen_w(self) -> float:
        """Return the limit to test with."""
        capability = self._pump.capability
        if capability.block_below_w == 0:
            raise _EndError(WriteTestOutcome.NOT_NOW)
        if self._before_w is None:
            return max(capability.lowest_w, capability.minimum_w)
        chosen_w = choose_limit_w(capability, self._before_w)
        if chosen_w is None:
            raise _EndError(WriteTestOutcome.TOO_LITTLE_POWER)
        return chosen_w

    async def _limit(self, limit_w: float) -> None:
        """Write the limit."""
        if self._pump.capability.block_below_w is not None:
            limit_w = self._pump.capability.lowest_w
        self._limit_w = await self._pump.set_limit(limit_w)

    async def _read_back(self) -> WriteTestOutcome:
        """Return if the device shows the limit; its power is not known."""
        for _ in range(STEADY_READS):
            await self._wait(READ_EVERY_S)
            await self._read()
            if self._is_held:
                return WriteTestOutcome.READ_BACK_ONLY
        return WriteTestOutcome.NOT_HELD

    async def _watch(self) -> WriteTestOutcome:
        """Return if the power goes below the limit and stays there."""
        written = self._clock()
        powers: deque[tuple[datetime, float]] = deque(maxlen=STEADY_READS)
        most_w = kept_up_to_w(self._pump.capability, self._limit_w or 0.0)
        # Counted in readings: a clock can be set in the middle.
        reads = round(self._patience_s / READ_EVERY_S)
        for number in range(reads):
            self._on_progress(0.15 + 0.75 * number / reads)
            await self._wait(READ_EVERY_S)
            await self._keep_alive()
            state = await self._read()
            if state is None or state.electric_w is None:
                continue
            if _is_disturbed(state):
                self._was_disturbed = True
                powers.clear()
                continue
            powers.append((state.time, state.electric_w))
            self._limited_w = fmean(power_w for _, power_w in powers)
            is_low = all(power_w <= most_w for _, power_w in powers)
            if is_low and len(powers) == STEADY_READS and self._is_held:
                since = powers[0][0] - written
                self._response_s = max(since.total_seconds(), 0.0)
                return self._verdict()
        return self._failure()

    async def _keep_alive(self) -> None:
        """Write again what the device would drop, or another level."""
        if self._pump.refresh_due(self._clock()):
            await self._pump.refresh()

    async def _read(self) -> HeatPumpState | None:
        """Return a reading; None for one that was missed."""
        try:
            state = await self._pump.read(self._clock())
        except HeatPumpUnreachableError:
            self._missed += 1
            if self._missed >= _MISSED_READS:
                raise
            return None
        self._missed = 0
        self._readback_w = state.limit_readback_w
        return state

    async def _restore(self) -> str | None:
        """Take the limit away; return what is wrong when that does not work."""
        trouble: str | None = None
        for _ in range(RESTORE_TRIES):
            try:
                await self._pump.set_limit(None)
                await self._wait(READ_EVERY_S)
                state = await self._pump.read(self._clock())
            except HeatPumpError as err:
                trouble = str(err)
                continue
            self._after_w = state.electric_w
            if state.limit_readback_w is None:
                return None
            trouble = f"it still shows a limit of {state.limit_readback_w:.0f} W"
        return trouble

    @property
    def _is_held(self) -> bool:
        """Tell if the device shows the limit that it was told."""
        if self._readback_w is None or self._limit_w is None:
            return False
        step_w = max(self._pump.capability.step_w, 1.0)
        return abs(self._readback_w - self._limit_w) < step_w

    def _verdict(self) -> WriteTestOutcome:
        """Return what it means that the power is below the limit."""
        limit_w, power_w = self._limit_w or 0.0, self._limited_w or 0.0
        could_run = limit_w >= self._pump.capability.minimum_w > 0
        if could_run and power_w < min(STANDBY_W, limit_w / 2):
            return WriteTestOutcome.STOPPED
        return WriteTestOutcome.PASSED

    def _failure(self) -> WriteTestOutcome:
        """Return why the power was not seen to stay below the limit."""
        if not self._is_held:
            return WriteTestOutcome.NOT_HELD
        if self._was_disturbed:
            return WriteTestOutcome.DISTURBED
        return WriteTestOutcome.NO_EFFECT

    def _result(self, outcome: WriteTestOutcome, detail: str) -> WriteTestResult:
        """Return what was done and measured."""
        return WriteTestResult(
            outcome=outcome,
            kind=self._kind,
            started=self._started,
            duration_s=max((self._clock() - self._started).total_seconds(), 0.0),
            before_w=self._before_w,
            limit_w=self._limit_w,
            readback_w=self._readback_w,
            limited_w=self._limited_w,
            response_s=self._response_s,
            after_w=self._after_w,
            detail=detail,
        )


def _is_disturbed(state: HeatPumpState) -> bool:
    """Tell if it does something that no limit holds back."""
    return state.defrost is True or state.oil_return is True
