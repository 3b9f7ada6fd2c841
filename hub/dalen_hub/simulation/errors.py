"""Errors of the simulation that a person can do something about."""


class HeatPumpServerError(Exception):
    """The simulated heat pump cannot start; the message says what to do."""
