"""A real, headless Home Assistant, driven as its own web page drives it."""

import json
from pathlib import Path
from typing import Any

import aiohttp

from .processes import ChainError

USERNAME = "dalen"
# Only for this throw-away Home Assistant, which listens on 127.0.0.1.
PASSWORD = "dalen-demo"

CONFIGURATION = """\
homeassistant:
  name: Demo house
  time_zone: {time_zone}
  country: NL
  currency: EUR
  unit_system: metric
  latitude: 52.80
  longitude: 6.75
  elevation: 18
frontend:
config:
history:
logbook:
http:
  server_host: 127.0.0.1
  server_port: {port}
logger:
  default: warning
  logs:
    # Cameras, voice and radio come along with the front end; the demo has none.
    haffmpeg: fatal
    homeassistant.setup: fatal
    homeassistant.components.camera.img_util: fatal
"""

# The other welcome screens would add weather, radio and speech from the internet.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}


def write_configuration(
    folder: Path, *, port: int, time_zone: str, integration: Path
) -> None:
    """Make a configuration folder that holds Dalen as an owner would have it."""
    folder.mkdir(parents=True)
    (folder / "configuration.yaml").write_text(
        CONFIGURATION.format(port=port, time_zone=time_zone)
    )
    (folder / ".storage").mkdir()
    (folder / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))
    (folder / "custom_components").mkdir()
    (folder / "custom_components" / "dalen").symlink_to(integration)


class HomeAssistant:
    """A client of one Home Assistant's REST and WebSocket interfaces."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Talk to the Home Assistant at this URL."""
        self._session = session
        self.url = url
        self.tokens: dict[str, Any] = {}

    async def answers(self) -> bool:
        """Tell whether the web server is up."""
        try:
            async with self._session.get(f"{self.url}/manifest.json") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def onboard(self, language: str) -> None:
        """Make the first user, the only welcome screen that is left."""
        client_id = f"{self.url}/"
        user = {"name": "Demo", "username": USERNAME, "password": PASSWORD}
        code = await self._post(
            "/api/onboarding/users",
            {**user, "client_id": client_id, "language": language},
        )
        grant = {"grant_type": "authorization_code", "code": code["auth_code"]}
        async with self._session.post(
            f"{self.url}/auth/token", data={**grant, "client_id": client_id}
        ) as response:
            self.tokens = await response.json()
        # Home Assistant restarts after 5 minutes when nobody confirms that its
        # HTTP settings work.
        await self.command({"type": "http/config/promote"})

    async def flow(self, *steps: dict[str, Any]) -> dict[str, Any]:
        """Walk through Dalen's set-up screens and return the last answer."""
        path = "/api/config/config_entries/flow"
        answer = await self._post(path, {"handler": "dalen"})
        for step in steps:
            answer = await self._post(f"{path}/{answer['flow_id']}", step)
            if answer.get("errors"):
                raise ChainError(
                    f"Home Assistant did not take {sorted(step)}: {answer['errors']}"
                )
        return dict(answer)

    async def entry_id(self) -> str:
        """Return the id of the house."""
        (entry,) = await self.command({"type": "config_entries/get", "domain": "dalen"})
        return str(entry["entry_id"])

    async def set_language(self, language: str) -> None:
        """Set the language of the house, in which Dalen begins to set up."""
        await self.command({"type": "config/core/update", "language": language})

    async def speak(self, language: str) -> None:
        """Let the house itself speak a language, not only its page.

        Entities keep their ids, and get their names anew when the house is reloaded.
        """
        await self.set_language(language)
        entry_id = await self.entry_id()
        await self.call("homeassistant", "reload_config_entry", entry_id=entry_id)

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {state["entity_id"]: state for state in await self._get("/api/states")}

    async def call(self, domain: str, service: str, **data: Any) -> None:
        """Do an action."""
        await self.command(
            {
                "type": "call_service",
                "domain": domain,
                "service": service,
                "service_data": data,
            }
        )

    async def command(self, message: dict[str, Any]) -> Any:
        """Send one command over the WebSocket and return its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            token = self.tokens["access_token"]
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.receive_json()
            await socket.send_json({"id": 1, **message})
            answer = await socket.receive_json()
        if not answer.get("success"):
            raise ChainError(
                f"Home Assistant refused {message['type']}: {answer.get('error')}"
            )
        return answer["result"]

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._session.post(
            f"{self.url}{path}", json=body, headers=self._headers
        ) as response:
            return await self._answer(path, response)

    async def _get(self, path: str) -> Any:
        async with self._session.get(
            f"{self.url}{path}", headers=self._headers
        ) as response:
            return await self._answer(path, response)

    async def _answer(self, path: str, response: aiohttp.ClientResponse) -> Any:
        if response.status >= 400:
            text = (await response.text())[:500]
            raise ChainError(f"Home Assistant: {path} gave {response.status}: {text}")
        return await response.json()

    @property
    def _headers(self) -> dict[str, str]:
        token = self.tokens.get("access_token")
        return {"Authorization": f"Bearer {token}"} if token else {}
