"""Errors of the simulation that a person can do something about."""

from dalen_hub.errors import HubError


class HeatPumpServerError(HubError):
    """The simulated heat pump cannot start; the message says what to do."""
