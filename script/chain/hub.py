"""The hub, driven as an operator drives it: command line and operator API."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from .processes import ChainError

TRAFO = "dalen"


class Hub:
    """A client of one hub that keeps its data in a folder on this machine."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        command: Path,
        data_dir: Path,
    ) -> None:
        """Talk to the hub at this URL; `command` is its command line program."""
        self._session = session
        self.url = url
        self._command = command
        self._data_dir = data_dir
        self._token = ""

    async def answers(self) -> bool:
        """Tell whether the hub is up."""
        try:
            async with self._session.get(f"{self.url}/health") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def run(self, *arguments: str) -> str:
        """Run a command of dalen-hub on the same data and return what it prints."""
        process = await asyncio.create_subprocess_exec(
            self._command,
            *arguments,
            "--data",
            self._data_dir,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        if process.returncode:
            said = err.decode(errors="replace").strip()
            raise ChainError(f"dalen-hub {' '.join(arguments)}: {said}")
        return out.decode().strip().splitlines()[-1]

    async def sign_in(self) -> None:
        """Get a token of a client that may upload forecasts."""
        client = await self.run("client", "add", "--role", "bl", "demo-dso")
        client_id, secret = client.split(":", 1)
        server = await self._get("/openadr3/3.1.0/auth/server")
        async with self._session.post(
            server["tokenURL"],
            data={"grant_type": "client_credentials"},
            auth=aiohttp.BasicAuth(client_id, secret),
        ) as response:
            self._token = (await response.json())["access_token"]

    async def upload_forecast(self, payload: dict[str, Any]) -> None:
        """Send a forecast of the load that nobody steers."""
        path = f"/api/v1/trafos/{TRAFO}/forecast"
        async with self._session.put(
            f"{self.url}{path}",
            json=payload,
            headers={"Authorization": f"Bearer {self._token}"},
        ) as response:
            if response.status >= 300:
                raise ChainError(f"The hub refused: {await response.text()}")

    async def chart(self) -> dict[str, Any]:
        """Return load, forecast, room and level per quarter hour."""
        chart: dict[str, Any] = await self._get(f"/api/v1/trafos/{TRAFO}/chart")
        return chart

    async def _get(self, path: str) -> Any:
        async with self._session.get(f"{self.url}{path}") as response:
            if response.status >= 400:
                raise ChainError(f"The hub: {path} gave {response.status}")
            return await response.json()
