"""The village of the demo: Dalen some years on, with more cars than in the pilot."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.grid.quarter_hours import floor_quarter

from .neighbourhood import Neighbourhood, UnsteeredLoad
from .village import various_homes
from .weather import hour_of_day, winter_weather

# The pilot's transformer: 255 connections and 97 hybrids, one of them real.
CONNECTIONS = 255
RATING_KVA = 400.0
SIMULATED_HOMES = 96
# Some 60 cars that charge and 30 all-electric heat pumps, at the evening peak.
# The pilot's transformer had room left; this one has not.
EVENING_KW = 105.0
# They come after 18:00: the demo starts before, at a load that needs no limit yet,
# and with a forecast that says what is coming.
_LOAD = UnsteeredLoad(connections=CONNECTIONS, evening_kw=EVENING_KW, evening_hour=20.4)

_EVENING_HOUR = 17
_START_HOUR = 17.25
_SEED = 2026
_MEAN_C = -4.0
_SWING_C = 1.5


def demo_time_zone(now: datetime) -> ZoneInfo:
    """Return a time zone in which it is now between 17:00 and 18:00.

    The clock of the demo is the real one, so that a real Home Assistant can take
    part; only what its residents call evening is moved. Zones of whole hours
    exist from 12 hours behind to 14 ahead of UTC; their names have the sign of
    POSIX, so "Etc/GMT-5" is 5 hours ahead.
    """
    ahead_h = (_EVENING_HOUR - now.hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-ahead_h:+d}")


def on_time(load: UnsteeredLoad, zone: ZoneInfo, now: datetime) -> UnsteeredLoad:
    """Return a load that lives as at 17:15, at whatever minute the demo starts.

    A time zone can only be moved by whole hours, and at 17:55 the evening's load
    would limit the heat pumps before anybody has seen them free.
    """
    hour = hour_of_day(floor_quarter(now).astimezone(zone))
    return replace(load, late_h=hour - _START_HOUR)


def demo_load(zone: ZoneInfo, now: datetime) -> UnsteeredLoad:
    """Return the load of the demo that no hub steers, when it starts now."""
    return on_time(_LOAD, zone, now)


def demo_neighbourhood(zone: ZoneInfo, start: datetime) -> Neighbourhood:
    """Return the village of the demo as it was at ``start``: always the same."""
    rng = np.random.default_rng(_SEED)
    return Neighbourhood(
        homes=various_homes(SIMULATED_HOMES, rng),
        unsteered=demo_load(zone, start),
        weather=winter_weather(mean_c=_MEAN_C, swing_c=_SWING_C, rng=rng),
        zone=zone,
        now=start,
        rng=rng,
    )
