"""What pumps want, learnt from stored reports, where the controller looks for it."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.caps.inputs import recent_reports, wanted_ahead_w
from dalen_hub.config import HubConfig
from dalen_hub.homes.flexibility.learnt import wants_of
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading

from ...conftest import FrozenClock
from ...helpers import Hub
from ...settlement.stored import CAP_W, DAYS, NOW, START, store_days, wanted_w
from ...whole_hub import whole_hub

# The evening before the last capped day: 19:07 on 29 November.
EVENING = START + timedelta(days=DAYS - 2, hours=20, minutes=7)


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, FrozenClock(NOW)) as hub:
        yield hub


async def test_what_pumps_want_follows_weather_and_hour(
    whole: Hub, config: HubConfig
) -> None:
    """Also while they are capped, which must not teach them to want less."""
    await store_days(whole, 4)
    trafo = config.trafos[0]
    async with reading(whole.engine) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        wants = await wants_of(conn, trafo, homes, EVENING)
        reports = await recent_reports(conn, trafo, homes, EVENING)
    assert wants is not None
    assert reports.want_w == wants.now_w
    quarter = int((EVENING - START).total_seconds() // 900)
    truth = wanted_w(4)[quarter : quarter + 96]
    assert truth[0].min() > 2 * CAP_W
    found = sorted(wants.now_w.values())
    assert found == pytest.approx(sorted(truth[:2].mean(axis=0)), rel=0.1)
    ahead = wanted_ahead_w(homes, reports)
    assert np.sort(ahead) == pytest.approx(np.sort(truth.max(axis=0)), rel=0.15)
    assert all(ahead[i] >= wants.now_w[h.ven_id] for i, h in enumerate(homes))


async def test_without_weather_the_mean_of_the_last_day_stands_in(
    whole: Hub, config: HubConfig
) -> None:
    """As it does for a home that has just joined."""
    await store_days(whole, 2, weather=False)
    trafo = config.trafos[0]
    async with reading(whole.engine) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        assert await wants_of(conn, trafo, homes, EVENING) is None
        reports = await recent_reports(conn, trafo, homes, EVENING)
    assert len(reports.want_w) == 2
    assert np.array_equal(
        wanted_ahead_w(homes, reports), [reports.want_w[h.ven_id] for h in homes]
    )
