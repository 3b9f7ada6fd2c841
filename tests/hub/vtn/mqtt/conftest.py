"""A real Mosquitto with dynamic security, and a hub that publishes at it."""

import asyncio
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
import shutil
import socket
import subprocess
import time

from aiomqtt import Client
import pytest

from dalen_hub.appkeys import MQTT
from dalen_hub.config import HubConfig
from dalen_hub.vtn.mqtt_settings import MqttSettings
from tests.hub.helpers import VTN, Caller, Hub

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
CONTROL = shutil.which("mosquitto_ctrl")
PLUGINS = sorted(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"))
PASSWORD = "only-the-hub-knows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mosquitto:
    """A broker that runs."""

    port: int
    password_file: Path

    def client(self, username: str | None, password: str | None) -> Client:
        """Return a client that is not connected yet."""
        return Client("127.0.0.1", self.port, username=username, password=password)


@pytest.fixture
def mosquitto(tmp_path: Path, unused_tcp_port: int) -> Generator[Mosquitto]:
    """Run a broker that lets in nobody but the hub."""
    if MOSQUITTO is None or CONTROL is None or not PLUGINS:
        pytest.skip("mosquitto is not installed")
    rights = tmp_path / "dynamic-security.json"
    subprocess.run(
        [CONTROL, "dynsec", "init", str(rights), "dalen-hub", PASSWORD],
        check=True,
        capture_output=True,
    )
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {unused_tcp_port} 127.0.0.1\n"
        "allow_anonymous false\n"
        "user root\n"
        f"plugin {PLUGINS[0]}\n"
        f"plugin_opt_config_file {rights}\n"
    )
    password_file = tmp_path / "password.txt"
    password_file.write_text(f"{PASSWORD}\n")
    process = subprocess.Popen(
        [MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL
    )
    wait_for(unused_tcp_port)
    yield Mosquitto(port=unused_tcp_port, password_file=password_file)
    process.terminate()
    process.wait(10)


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port."""
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "mosquitto does not start"
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def config(config: HubConfig, mosquitto: Mosquitto) -> HubConfig:
    """Return the configuration of a hub with a broker."""
    mqtt = MqttSettings(
        public_uri=f"mqtt://127.0.0.1:{mosquitto.port}",
        host="127.0.0.1",
        port=mosquitto.port,
        tls=False,
        username="dalen-hub",
        password_file=mosquitto.password_file,
    )
    return replace(config, mqtt=mqtt)


async def until_published(hub: Hub, caller: Caller) -> None:
    """Wait until the hub reaches its broker, and let a client in."""
    deadline = time.monotonic() + 15
    while "MQTT" not in await caller.ok("GET", f"{VTN}/notifiers"):
        assert time.monotonic() < deadline, "the hub does not reach its broker"
        await asyncio.sleep(0.05)
    assert MQTT in hub.app
