"""`dalen-hub identify`: the model of one house, and its error on unseen days."""

from collections.abc import Callable
from dataclasses import dataclass
import json
from pathlib import Path
from time import perf_counter
from typing import Final

from dalen_hub.errors import HubError
from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.series_file import read_series_file

from .house_series import (
    DAY_S,
    HEAT,
    INDOOR,
    IRRADIANCE,
    OUTDOOR,
    HouseSeries,
    house_series,
)
from .identification import DayError, Identified, day_error, first_unseen_step, identify
from .plausibility import balanced_loss_w_per_k, check_plausible, unit_remark
from .priors import prior_for
from .rc_model import CAPACITY, LOSS

type Say = Callable[[str], None]

# With less, what is believed of houses in general weighs more than the rows.
_FEW_DAYS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found in one file."""

    identified: Identified
    error: DayError
    series: HouseSeries
    fit_s: float

    def as_json(self) -> str:
        """Return one JSON object with the stable keys of this command."""
        model = self.identified.model
        return json.dumps(
            {
                "htc_w_per_k": round(model.loss_w_per_k, 2),
                "capacity_kwh_per_k": round(model.capacity_kwh_per_k, 3),
                "rmse_24h_k": round(self.error.rmse_k, 4),
                "persistence_24h_k": round(self.error.persistence_k, 4),
                "fit_s": round(self.fit_s, 3),
            }
        )

    def as_table(self) -> str:
        """Return a table for people."""
        model, fit = self.identified.model, self.identified
        rows = [
            (
                "Heat loss (HTC)",
                f"{model.loss_w_per_k:.0f} W/K",
                f"+- {100 * fit.relative_sd(LOSS):.0f} %",
            ),
            (
                "Heat capacity",
                f"{model.capacity_kwh_per_k:.1f} kWh/K",
                f"+- {100 * fit.relative_sd(CAPACITY):.0f} %",
            ),
            ("Sun through windows", *self._sun()),
            ("Heat not measured", f"{model.gains_w:.0f} W", "people, appliances"),
            (
                "24 h error",
                f"{self.error.rmse_k:.2f} K",
                f"{self.error.starts} unseen days, one each 6 h",
            ),
            (
                "  if nothing changed",
                f"{self.error.persistence_k:.2f} K",
                "the temperature at the start",
            ),
            ("Fitted on", f"{fit.days:.1f} days", f"in {self.fit_s:.1f} s"),
        ]
        lines = [f"{name:<22}{value:>12}   {note}" for name, value, note in rows]
        return "\n".join([*lines, *self._remarks()])

    def _sun(self) -> tuple[str, str]:
        """Return what is known of the windows."""
        if not self.series.has_sun:
            return "-", "no irradiance given"
        return f"{self.identified.model.aperture_m2:.1f} m2", "for sun on the ground"

    def _remarks(self) -> list[str]:
        """Return what a reader must know before the figures are used."""
        remarks = []
        if self.identified.days < _FEW_DAYS:
            remarks.append(
                f"Fewer than {_FEW_DAYS:.0f} days: the figures lean on what is known"
                " of houses in general."
            )
        if self.error.rmse_k >= self.error.persistence_k:
            remarks.append(
                "The model is no better than no change: do not use it. Is all heating"
                " in heat_w?"
            )
        return remarks


def identify_file(path: Path, progress: Say) -> Outcome:
    """Fit a model to a file; raise ``HubError`` where it cannot be used."""
    try:
        return _identify(path, progress)
    except SeriesError as err:
        raise HubError(str(err)) from err


def run_identify(path: Path, *, as_json: bool, say: Say, progress: Say) -> None:
    """Fit a model to a file and say what was found."""
    outcome = identify_file(path, progress)
    say(outcome.as_json() if as_json else outcome.as_table())


def _identify(path: Path, progress: Say) -> Outcome:
    """Read, check, fit and test; what is said before an error is one line at most."""
    file = read_series_file(
        path, required=[INDOOR, OUTDOOR, HEAT], optional=[IRRADIANCE]
    )
    series = house_series(file.times_s, file.columns)
    check_plausible(series)
    first = first_unseen_step(series)
    balanced = balanced_loss_w_per_k(series)
    for line in _notes(file.repeated, balanced):
        progress(line)
    kept_days = (series.steps - first) * series.step_s / DAY_S
    progress(f"Fitting; the last {kept_days:.1f} days are kept to test on ...")
    started_s = perf_counter()
    identified = identify(series, prior=prior_for(balanced), last=first)
    fit_s = perf_counter() - started_s
    return Outcome(
        identified=identified,
        error=day_error(identified.optimum.vector, series, first),
        series=series,
        fit_s=fit_s,
    )


def _notes(repeated: int, balanced_w_per_k: float | None) -> list[str]:
    """Return what is odd in the file but does not keep it from being used."""
    notes = []
    if repeated:
        notes.append(
            f"{repeated} rows repeat the time of another and are averaged. If that is"
            " the end of summer time, write times with their offset."
        )
    if remark := unit_remark(balanced_w_per_k):
        notes.append(remark)
    return notes
