"""The three programs of the chain, started and joined."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sys
import time

import aiohttp

from dalen_hub.simulation.demo_forecast import Kind, demo_forecast
from dalen_hub.simulation.demo_village import demo_time_zone

from .dashboard import make_dashboard
from .home_assistant import HomeAssistant, write_configuration
from .hub import TRAFO, Hub
from .no_voice import make_stand_ins
from .processes import ChainError, Processes
from .story import Moment, say

BIN = Path(sys.executable).parent
# The name of the process, of its log and of its configuration folder.
HOME_ASSISTANT = "home-assistant"
OUTDOOR_C = -4
# The heat pump lives this much faster, so that nobody waits for its compressor.
SPEED = 30
AT_WORK_W = 700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the three programs listen on 127.0.0.1."""

    heat_pump: int
    hub: int
    home_assistant: int


class Chain:
    """The three programs and the clients that drive them."""

    hub: Hub
    home_assistant: HomeAssistant

    def __init__(
        self, root: Path, folder: Path, processes: Processes, ports: Ports
    ) -> None:
        """Run the code in root; keep all data below folder."""
        self.folder = folder
        self.processes = processes
        self.ports = ports
        self._integration = root / "custom_components" / "dalen"
        self._zone = demo_time_zone(datetime.now(UTC))

    async def start(self, session: aiohttp.ClientSession, language: str) -> None:
        """Start everything and join the home to the hub."""
        await self.start_programs(session)
        await self._set_up(language)

    async def start_programs(self, session: aiohttp.ClientSession) -> None:
        """Start everything; nobody has opened Home Assistant's page yet."""
        await self._start_heat_pump()
        await self._start_hub(session)
        await self._start_home_assistant(session)

    async def wait_for_work(self) -> None:
        """Wait until the heat pump heats without a limit, and Home Assistant sees."""
        say(f"5. It is {OUTDOOR_C} C outdoors: the heat pump works")
        await self.until("the heat pump draws its usual power", 60, self._is_at_work)

    async def evening_falls(self) -> None:
        """Upload the forecast of a cold evening, as the grid operator would."""
        moment = await self.moment()
        say(f"   It draws {moment.power_w:.0f} W and has no limit.")
        say("6. The grid operator forecasts a cold evening: the trafo gets full")
        await self.hub.upload_forecast(self._forecast(Kind.COLD))

    async def until(
        self, what: str, seconds: float, done: Callable[[], Awaitable[bool]]
    ) -> None:
        """Wait until something is so; raise ChainError when it takes too long."""
        deadline = time.monotonic() + seconds
        while not await done():
            self.processes.check_alive()
            if time.monotonic() > deadline:
                raise ChainError(f"Waited {seconds:.0f} s in vain until {what}.")
            await asyncio.sleep(0.5)

    async def moment(self) -> Moment:
        """Return what can be seen now."""
        states = await self.home_assistant.states()
        return Moment.of(states, await self.hub.chart())

    async def _is_at_work(self) -> bool:
        moment = await self.moment()
        free = moment.level_w is None and moment.limit_w is None
        return free and moment.connected and (moment.power_w or 0) > AT_WORK_W

    async def _start_heat_pump(self) -> None:
        say(f"1. A hybrid heat pump on Modbus TCP: 127.0.0.1:{self.ports.heat_pump}")
        await self.processes.start(
            "heat-pump",
            BIN / "dalen-hub",
            "heat-pump",
            *("--profile", "dalen_simulated"),
            *("--port", str(self.ports.heat_pump)),
            *("--speed", str(SPEED)),
            *("--outdoor-c", str(OUTDOOR_C)),
        )

    async def _start_hub(self, session: aiohttp.ClientSession) -> None:
        url = f"http://127.0.0.1:{self.ports.hub}"
        say(f"2. The hub, with a trafo of 400 kVA and 255 homes: {url}")
        data = self.folder / "hub"
        await self.processes.start(
            "hub",
            BIN / "dalen-hub",
            *("serve", "--demo", "--data", data),
            *("--host", "127.0.0.1", "--port", str(self.ports.hub)),
        )
        self.hub = Hub(session, url, BIN / "dalen-hub", data)
        await self.until("the hub answers", 60, self.hub.answers)
        await self.hub.sign_in()
        await self.hub.upload_forecast(self._forecast(Kind.MILD))

    async def launch_home_assistant(self) -> None:
        """Start Home Assistant on the configuration that is there."""
        await self.processes.start(
            HOME_ASSISTANT,
            BIN / "hass",
            *("--config", self.folder / HOME_ASSISTANT, "--skip-pip"),
            PYTHONPATH=str(make_stand_ins(self.folder)),
        )

    async def _start_home_assistant(self, session: aiohttp.ClientSession) -> None:
        url = f"http://127.0.0.1:{self.ports.home_assistant}"
        say(f"3. Home Assistant: {url}")
        write_configuration(
            self.folder / HOME_ASSISTANT,
            port=self.ports.home_assistant,
            time_zone=self._zone.key,
            integration=self._integration,
        )
        await self.launch_home_assistant()
        self.home_assistant = HomeAssistant(session, url)
        await self.until("Home Assistant answers", 90, self.home_assistant.answers)

    async def _set_up(self, language: str) -> None:
        say("4. Dalen is set up in Home Assistant, and the home joins the hub")
        await self.home_assistant.onboard(language)
        pairing_string = await self.hub.run("invite", "--trafo", TRAFO)
        answer = await self.home_assistant.flow(
            {"next_step_id": "modbus"},
            {"profile": "dalen_simulated"},
            {"host": "127.0.0.1", "port": self.ports.heat_pump, "unit_id": 1},
            {},
            {"name": "Heat pump", "limits": {"floor_w": 200}},
            {"next_step_id": "write_test_skip"},
            {"next_step_id": "join"},
            {"pairing_string": pairing_string},
            {"tier": "t1", "agree": True},
        )
        if answer["type"] != "create_entry":
            raise ChainError(f"Home Assistant asks for more: {answer}")
        await make_dashboard(self.home_assistant, language)
        await self.home_assistant.speak(language)

    def _forecast(self, kind: Kind) -> dict[str, object]:
        return demo_forecast(kind, datetime.now(UTC), self._zone)
