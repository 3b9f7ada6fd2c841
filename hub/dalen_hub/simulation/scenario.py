"""One scenario: the villages, their weather and load, their links and pauses."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from .arrays import BoolArray
from .course_files import courses_of
from .courses import MINUTES_PER_DAY, Courses
from .links import draw_online, draw_paused
from .rest_forecast import RestForecast
from .run_options import RunOptions
from .stock import BASE_LOAD_SCALE, HEAT_LOSS_SCALE, Stock, draw_stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is the same for all strategies.

    ``online`` and ``paused`` have the shape (minutes, S, n). ``forecasts`` know the
    past of each village; a run must copy them, since they learn.
    """

    stock: Stock
    courses: Courses
    online: BoolArray
    paused: BoolArray
    forecasts: tuple[RestForecast, ...]

    @classmethod
    def of(
        cls,
        options: RunOptions,
        *,
        heat_loss_scale: float = HEAT_LOSS_SCALE,
        base_load_scale: float = BASE_LOAD_SCALE,
    ) -> Self:
        """Draw a scenario. Raises HubError or OSError where a file is no use."""
        minutes = (options.days + 1) * MINUTES_PER_DAY
        courses = courses_of(options, minutes, base_load_scale)
        generators = [np.random.default_rng([seed, 4]) for seed in range(options.seeds)]
        pumps, offline = options.pumps, options.offline_share
        return cls(
            stock=draw_stock(options.seeds, pumps, heat_loss_scale),
            courses=courses,
            online=np.stack(
                [draw_online(minutes, pumps, offline, each) for each in generators],
                axis=1,
            ),
            paused=np.stack(
                [draw_paused(minutes, pumps, each) for each in generators], axis=1
            ),
            forecasts=tuple(
                RestForecast.fitted(courses.start, courses.history_kw[:, seed])
                for seed in range(options.seeds)
            ),
        )
