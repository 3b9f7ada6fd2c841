"""What the demo says in the terminal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

PREFIX = "heat_pump"
NO_SOURCE = "none"


def say(text: str = "") -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def _number(states: dict[str, dict[str, Any]], entity_id: str) -> float | None:
    try:
        return float(states[entity_id]["state"])
    except KeyError, ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What Home Assistant and the hub show at one moment."""

    level_w: float | None
    """The level that the hub gives this quarter hour; None = nobody is limited."""
    limit_w: float | None
    source: str | None
    power_w: float | None
    boiler: bool
    connected: bool

    @classmethod
    def of(cls, states: dict[str, dict[str, Any]], chart: dict[str, Any]) -> Self:
        """Read the entities of the demo's heat pump and the hub's chart."""
        on = {key for key, state in states.items() if state["state"] == "on"}
        # Not limited, the sensor shows the nameplate.
        limit_w = _number(states, f"sensor.{PREFIX}_effective_limit")
        source = states.get(f"sensor.{PREFIX}_limit_source", {}).get("state")
        return cls(
            level_w=level_now(chart),
            limit_w=None if source == NO_SOURCE else limit_w,
            source=source,
            power_w=_number(states, f"sensor.{PREFIX}_electric_power"),
            boiler=f"binary_sensor.{PREFIX}_boiler_active" in on,
            connected=any(
                key.startswith("binary_sensor.") and key.endswith("_hub_connected")
                for key in on
            ),
        )

    @property
    def obeys(self) -> bool:
        """Tell if the hub's cap holds in Home Assistant and the power is below it."""
        if self.level_w is None or self.power_w is None:
            return False
        holds = self.source == "hub" and self.limit_w == self.level_w
        return holds and self.power_w <= self.level_w and self.boiler

    def line(self) -> str:
        """Return the moment as one line of a table."""
        cells = (
            datetime.now().astimezone().strftime("%H:%M:%S"),
            _watts(self.level_w, "none"),
            _watts(self.limit_w, "none"),
            self.source or "-",
            _watts(self.power_w, "?"),
            "on" if self.boiler else "off",
        )
        return "  {:<10}{:>12}{:>14}  {:<10}{:>12}   {}".format(*cells)


HEADING = "  {:<10}{:>12}{:>14}  {:<10}{:>12}   {}".format(
    "time", "hub's cap", "limit in HA", "source", "heat pump", "boiler"
)


def level_now(chart: dict[str, Any]) -> float | None:
    """Return the level of the running quarter hour."""
    now = datetime.fromisoformat(chart["now"])
    running = [
        quarter
        for quarter in chart["quarter_hours"]
        if datetime.fromisoformat(quarter["start"]) <= now
    ]
    return running[-1]["level_w"] if running else None


def _watts(value: float | None, none: str) -> str:
    return none if value is None else f"{value:.0f} W"
