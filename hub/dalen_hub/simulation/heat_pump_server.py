"""One simulated hybrid heat pump on real Modbus TCP: ``dalen-hub heat-pump``."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
import math
import signal
import sys
import time

import numpy as np

from .errors import HeatPumpServerError
from .limit_control import LimitControl
from .modbus_server import ModbusServer
from .register_bank import HeatPumpRegisters
from .register_profile import RegisterProfile, load_register_profile
from .simulated_heat_pump import SimulatedHeatPump
from .weather import SteadyWeather, Weather, winter_weather

DEFAULT_PROFILE = "dalen_simulated"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5020
# The first defrost of this one comes after an hour and three quarters, so that
# whoever tries a limit sees the limit first.
DEFAULT_SEED = 8
_TICK_S = 0.25
_FASTEST = 3600.0
_WINTER_MEAN_C = -2.0


class HeatPumpServer:
    """A simulated heat pump behind a Modbus TCP port.

    ``wall`` counts real seconds; the physics runs ``speed`` times as fast. The
    state is brought up to date before every request, so that a client never sees
    an old value, whatever the tick is.
    """

    def __init__(
        self,
        profile: RegisterProfile,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        speed: float = 1.0,
        weather: Weather,
        start: datetime,
        seed: int = DEFAULT_SEED,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the heat pump; ``start`` is local time in its house."""
        self.profile = profile
        self.speed = speed
        self.control = LimitControl(
            settings={h.setting: h.default for h in profile.holdings},
            wall=wall,
            soft_enable=profile.soft_enable,
        )
        self.heat_pump = SimulatedHeatPump(
            weather=weather, start=start, limit_w=self.control.limit_w, seed=seed
        )
        self._wall = wall
        self._seen_s = wall()
        bank = HeatPumpRegisters(
            profile=profile,
            heat_pump=self.heat_pump,
            control=self.control,
            catch_up=self.catch_up,
        )
        self._host = host
        self._modbus = ModbusServer(bank, host=host, port=port, unit_id=profile.unit_id)

    @property
    def port(self) -> int:
        """Return the port in use."""
        return self._modbus.port

    def catch_up(self) -> None:
        """Let the physics pass the time that has gone by since the last call."""
        now_s = self._wall()
        self.heat_pump.advance((now_s - self._seen_s) * self.speed)
        self._seen_s = now_s

    async def start(self) -> None:
        """Listen, or raise HeatPumpServerError when the port is not free."""
        await self._modbus.start()

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._modbus.stop()

    async def run(self) -> None:
        """Keep the physics moving, also while nobody asks, until cancelled."""
        while True:
            self.catch_up()
            await asyncio.sleep(_TICK_S)

    def __str__(self) -> str:
        """Return one line for the person who started it."""
        pace = "" if self.speed == 1 else f", {self.speed:g} times real time"
        return (
            f"{self.profile.name} (profile {self.profile.id}) is on Modbus TCP "
            f"{self._host}:{self.port}, unit {self.profile.unit_id}{pace}"
        )


async def serve_heat_pump(
    *,
    profile: str = DEFAULT_PROFILE,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    speed: float = 1.0,
    outdoor_c: float | None = None,
    seed: int = DEFAULT_SEED,
    ready: asyncio.Event | None = None,
) -> None:
    """Serve a simulated heat pump until cancelled; says so on stdout.

    ``outdoor_c`` fixes the outdoor temperature; without it a winter day around
    -2 C passes. Raises HeatPumpServerError for an unknown profile, a port that
    is in use or a value out of range.
    """
    server = HeatPumpServer(
        load_register_profile(profile),
        host=host,
        port=_checked_port(port),
        speed=_checked_speed(speed),
        weather=_weather(outdoor_c, seed),
        start=datetime.now(UTC).astimezone(),
        seed=seed,
    )
    await server.start()
    try:
        sys.stdout.write(f"{server}\n")
        sys.stdout.flush()
        if ready is not None:
            ready.set()
        await server.run()
    finally:
        await server.stop()


def run_heat_pump(
    *,
    profile: str = DEFAULT_PROFILE,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    speed: float = 1.0,
    outdoor_c: float | None = None,
    seed: int = DEFAULT_SEED,
) -> None:
    """Serve a simulated heat pump until Ctrl-C or SIGTERM; for the command line.

    Raises HeatPumpServerError, whose message is one line that says what to do.
    """

    async def serve() -> None:
        """Serve in a task that the signals cancel."""
        task = asyncio.ensure_future(
            serve_heat_pump(
                profile=profile,
                host=host,
                port=port,
                speed=speed,
                outdoor_c=outdoor_c,
                seed=seed,
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(serve())


def _weather(outdoor_c: float | None, seed: int) -> Weather:
    """Return a fixed temperature, or the weather of a winter day."""
    if outdoor_c is None:
        rng = np.random.default_rng(seed)
        return winter_weather(mean_c=_WINTER_MEAN_C, rng=rng)
    if not -30.0 <= outdoor_c <= 40.0:
        raise HeatPumpServerError(
            f"Outdoor temperature {outdoor_c:g} is not between -30 and 40 C"
        )
    return SteadyWeather(temperature_c=outdoor_c)


def _checked_speed(speed: float) -> float:
    """Return a speed that the physics can follow."""
    if not math.isfinite(speed) or not 0.0 < speed <= _FASTEST:
        raise HeatPumpServerError(
            f"Speed {speed:g} is not possible; use a number above 0, at most "
            f"{_FASTEST:g}"
        )
    return speed


def _checked_port(port: int) -> int:
    """Return a port that exists; 0 takes any free one."""
    if not 0 <= port <= 65535:
        raise HeatPumpServerError(f"Port {port} does not exist; use 0 to 65535")
    return port
