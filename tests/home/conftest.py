"""Fixtures and settings for the tests of the home."""

from asyncio import constants
import os

from hypothesis import HealthCheck, settings

# The same examples on every machine in "ci"; new ones every night.
settings.register_profile(
    "ci",
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    max_examples=20_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# The event loop of these tests keeps a traceback of each callback, in case it has to
# complain: where it was called from is enough, and half of the time is saved.
constants.DEBUG_STACK_DEPTH = 1  # type: ignore[misc]
