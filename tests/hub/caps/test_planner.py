"""The planner: on time, once per change, and not stopped by a failure."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dalen_hub.caps.causes import Cause
from dalen_hub.caps.planner import Again, CapPlanner
from dalen_hub.grid.trafo import Trafo

START = datetime(2026, 11, 23, 16, 2, tzinfo=UTC)
TRAFOS = [
    Trafo(id=name, name=name, rating_kva=400, limit_kw=380) for name in ("a", "b")
]


class Bench:
    """A planner with a clock and a publisher that only notes."""

    def __init__(self) -> None:
        """Start at two past four."""
        self.now = START
        self.done: list[str] = []
        self.failing: set[str] = set()
        self.causes: frozenset[Cause] = frozenset()
        self.again_at: datetime | None = None
        self.planner = CapPlanner(TRAFOS, self.publish, lambda: self.now)

    async def publish(
        self, trafo: Trafo, now: datetime, causes: frozenset[Cause]
    ) -> Again:
        """Note the round, or fail."""
        await asyncio.sleep(0)
        self.done.append(trafo.id)
        assert now == self.now
        self.causes = causes
        if trafo.id in self.failing:
            raise ValueError(trafo.id)
        return Again(at=self.again_at)

    def taken(self) -> list[str]:
        """Return the rounds since the last call."""
        done, self.done = self.done, []
        return done


@pytest.fixture
def bench() -> Bench:
    """Return a bench."""
    return Bench()


async def test_runs_at_start_and_at_each_quarter_hour(bench: Bench) -> None:
    """And not in between."""
    await bench.planner.run_due()
    assert bench.taken() == ["a", "b"]
    bench.now += timedelta(minutes=12, seconds=59)
    await bench.planner.run_due()
    assert bench.taken() == []
    bench.now += timedelta(seconds=1)
    await bench.planner.run_due()
    assert bench.taken() == ["a", "b"]


async def test_pokes_are_answered_once(bench: Bench) -> None:
    """Many pokes, one round, for the transformer that was meant."""
    await bench.planner.run_due()
    bench.taken()
    for _ in range(10):
        bench.planner.poke("b")
    bench.planner.poke("unknown")
    await bench.planner.run_due()
    await bench.planner.run_due()
    assert bench.taken() == ["b"]


async def test_a_round_knows_why_it_runs(bench: Bench) -> None:
    """At the start the homes are new, then there is what happened since."""
    await bench.planner.run_due()
    assert bench.causes == {Cause.QUARTER, Cause.MEMBERS}
    bench.planner.poke("b", Cause.METER)
    bench.planner.poke("b", Cause.FORECAST)
    await bench.planner.run_due()
    assert bench.causes == {Cause.METER, Cause.FORECAST}
    bench.now += timedelta(minutes=15)
    await bench.planner.run_due()
    assert bench.causes == {Cause.QUARTER}


async def test_a_round_may_ask_for_another_one(bench: Bench) -> None:
    """While a stop is in force or a level rises, the hub looks more often."""
    bench.again_at = bench.now + timedelta(seconds=15)
    await bench.planner.run_due()
    bench.taken()
    bench.now += timedelta(seconds=14)
    await bench.planner.run_due()
    assert bench.taken() == []
    bench.now += timedelta(seconds=1)
    bench.again_at = None
    await bench.planner.run_due()
    assert bench.taken() == ["a", "b"]
    assert bench.causes == {Cause.TIME}
    bench.now += timedelta(minutes=5)
    await bench.planner.run_due()
    assert bench.taken() == []


async def test_failure_stops_nobody_and_is_logged_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """The other transformer goes on, the failed one is tried again."""
    bench.failing = {"a"}
    for _ in range(3):
        await bench.planner.run_due()
    assert bench.taken() == ["a", "b", "a", "a"]
    assert caplog.text.count("could not be decided") == 1
    bench.failing = set()
    caplog.set_level("INFO")
    await bench.planner.run_due()
    await bench.planner.run_due()
    assert bench.taken() == ["a"]
    assert "are decided again" in caplog.text


async def test_background_task_runs_and_stops(bench: Bench) -> None:
    """A poke wakes it at once."""
    bench.planner.start()
    async with asyncio.timeout(5):
        while bench.done != ["a", "b"]:
            await asyncio.sleep(0)
        bench.planner.poke("a")
        while bench.done != ["a", "b", "a"]:
            await asyncio.sleep(0)
    await bench.planner.stop()
    bench.planner.poke("a")
    await asyncio.sleep(0)
    assert len(bench.done) == 3
    await bench.planner.stop()
