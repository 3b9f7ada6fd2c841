"""No controller reads the truth of the simulation: it hears messages, no more."""

import copy
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pytest

from dalen_hub.caps.budget import Reading
from dalen_hub.simulation.arrays import BoolArray, FloatArray
from dalen_hub.simulation.hub_side import HubSide, Orders, Report
from dalen_hub.simulation.run import Run
from dalen_hub.simulation.run_options import RunOptions, Strategy
from dalen_hub.simulation.scenario import Scenario

MINUTES = 20 * 60
LIMIT_KW = 190.0
OPTIONS = RunOptions(seeds=1, days=1, pumps=40, offline_share=0.1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision with all that was said before it: what the hub may know."""

    now: datetime
    online: BoolArray


type Message = Reading | Report | Asked


class Tapped(HubSide):
    """A hub whose messages are written down."""

    __slots__ = ("decided", "messages")

    messages: list[Message]
    decided: list[Orders | None]

    def read_meter(self, reading: Reading) -> None:
        """Write down and pass on."""
        self.messages.append(reading)
        super().read_meter(reading)

    def read_reports(self, report: Report) -> None:
        """Write down and pass on."""
        self.messages.append(copy.deepcopy(report))
        super().read_reports(report)

    def decide(
        self,
        now: datetime,
        online: BoolArray,
        *,
        frame_w: float = np.inf,
        stopped: bool = False,
    ) -> Orders | None:
        """Write down and pass on."""
        self.messages.append(Asked(now, online.copy()))
        orders = super().decide(now, online, frame_w=frame_w, stopped=stopped)
        self.decided.append(orders)
        return orders


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return a small village."""
    return Scenario.of(OPTIONS)


def tapped(run: Run) -> Tapped:
    """Replace the hub of a run by one whose messages are written down."""
    plain = run.hubs[0]
    hub = Tapped(
        fleet=plain.fleet,
        limit_kw=plain.limit_kw,
        forecast=plain.forecast,
        now=plain.now,
    )
    hub.messages, hub.decided = [], []
    run.hubs[0] = hub
    return hub


def new_run(scenario: Scenario) -> Run:
    """Return a run that has to limit."""
    return Run(
        scenario=scenario,
        strategy=Strategy.DYNAMIC,
        limits_kw=np.array([LIMIT_KW]),
        data_minutes=5,
    )


def replayed(run: Run, messages: list[Message]) -> list[Orders | None]:
    """Return what the hub of another run decides when it hears the same.

    After each decision the truth of that run is shuffled among its homes.
    """
    rng = np.random.default_rng(9)
    hub, decided = run.hubs[0], []
    for message in messages:
        if isinstance(message, Reading):
            hub.read_meter(message)
        elif isinstance(message, Report):
            hub.read_reports(message)
        else:
            decided.append(hub.decide(message.now, message.online))
            shuffle_truth(run, rng)
    return decided


def shuffle_truth(run: Run, rng: np.random.Generator) -> None:
    """Mix all that only the village knows: houses, heat pumps, wishes, base load."""
    order = rng.permutation(run.scenario.stock.pumps)
    state = run._state
    run._state = replace(
        state,
        houses=replace(
            state.houses,
            air_c=state.houses.air_c[order],
            mass_c=state.houses.mass_c[order] - 3.0,
        ),
        integral_w=state.integral_w[order] * 2.0,
        hybrids=replace(state.hybrids, compressor_w=state.hybrids.compressor_w[order]),
    )
    run.scenario.courses.base_kw[:] = rng.permutation(run.scenario.courses.base_kw)
    run.traces.pumps_w[:] = rng.uniform(0.0, 2000.0, run.traces.pumps_w.shape)


def as_list(orders: list[Orders | None]) -> list[FloatArray | None]:
    """Return the caps of decisions."""
    return [None if each is None else each.ahead_w for each in orders]


def test_decisions_follow_from_messages_alone(scenario: Scenario) -> None:
    """Shuffling the truth after every decision changes none of them."""
    run = new_run(scenario)
    hub = tapped(run)
    for _ in range(MINUTES):
        run.advance()
    limited = [each for each in hub.decided if each is not None]
    assert any((each.decision.level_w < 1200.0) for each in limited)
    other = new_run(copy.deepcopy(scenario))
    for first, second in zip(
        as_list(hub.decided), as_list(replayed(other, hub.messages)), strict=True
    ):
        assert (first is None) == (second is None)
        if first is not None and second is not None:
            np.testing.assert_array_equal(first, second)


def test_messages_hold_what_meters_and_homes_tell_only(scenario: Scenario) -> None:
    """Of a home: its quarter-hour mean, its state, and whether it polled."""
    run = new_run(scenario)
    hub = tapped(run)
    for _ in range(20):
        run.advance()
    kinds = {type(message) for message in hub.messages}
    assert kinds == {Reading, Report, Asked}
    (report,) = (each for each in hub.messages if isinstance(each, Report))
    silent = ~scenario.online[17, 0]
    assert np.isnan(report.power_w[silent]).all()
    assert np.isfinite(report.power_w[~silent]).all()
