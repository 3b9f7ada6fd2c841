"""Dalen as people see it: a real Home Assistant in a real browser, in two languages.

A resident sets up a simulated heat pump, tests its limit, joins a hub and looks around.
Every screen is kept as a picture, in the folder DALEN_SCREENSHOTS or else in pytest's.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
import os
from pathlib import Path
import re
from typing import Any, Final

import aiohttp
from playwright.async_api import Browser, ConsoleMessage, Error, Page
import pytest

from script.chain.browser import HEIGHT, WIDTH, find_chromium, open_browser, signed_in
from script.chain.chain import Chain, Ports
from script.chain.dashboard import fill_dashboard, make_dashboard
from script.chain.flow import translations
from script.chain.hub import TRAFO
from script.chain.processes import Processes, free_port
from script.chain.screens import (
    agree,
    begin_write_test,
    describe_heat_pump,
    keep_result,
    open_dashboard,
    open_device,
    read_consent,
    see_options,
    start_set_up,
)
from script.chain.story import PREFIX

ROOT: Final = Path(__file__).parents[2]
# So tall that a page needs no scrolling.
TALL: Final = {"width": WIDTH, "height": 2300}
NARROW: Final = {"width": 560, "height": HEIGHT}
OWN_LIMIT_W: Final = 900

# All text of the page, also inside its components.
_TEXTS: Final = """(root) => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent.trim());
    if (["STYLE", "SCRIPT"].includes(node.nodeName)) return;
    for (const child of node.shadowRoot?.childNodes ?? []) walk(child);
    for (const child of node.childNodes) walk(child);
  };
  walk(root);
  return found.filter(Boolean).join("\\n");
}"""
# A text that Home Assistant did not find, or did not fill in.
_NOT_A_TEXT: Final = re.compile(r"component\.dalen|ui\.panel\.|\{\w+\}|undefined|NaN")
# With a name of its own in each language, and a value as soon as the pump is read.
_MEASURED: Final = (
    "cop",
    "electric_energy",
    "electric_power",
    "flow_temperature",
    "gas",
    "limit_source",
    "outdoor_temperature",
    "return_temperature",
    "room_temperature",
    "thermal_power",
)


class Viewer:
    """Looks at pages in one language, keeps pictures, and remembers complaints."""

    def __init__(self, language: str, folder: Path) -> None:
        """Keep the pictures in a folder."""
        self.language = language
        self.texts = translations(language)
        self.complaints: list[str] = []
        self.seen: dict[str, str] = {}
        self._folder = folder

    def listen(self, page: Page) -> None:
        """Remember what goes wrong in a page."""
        page.on("console", self._heard)
        page.on("pageerror", self._failed)

    async def look(self, page: Page, name: str) -> None:
        """Keep a picture and the text of a page."""
        path = self._folder / f"{len(self.seen):02d}-{name}-{self.language}.png"
        await page.screenshot(path=path, animations="disabled")
        dialog = page.locator("dialog-data-entry-flow")
        root = dialog if await dialog.count() else page.locator("body")
        self.seen[name] = await root.first.evaluate(_TEXTS)

    def _heard(self, message: ConsoleMessage) -> None:
        # A logo that is not there is told as "Failed to load resource".
        if message.type == "error" and "Failed to load" not in message.text:
            self.complaints.append(message.text)

    def _failed(self, error: Error) -> None:
        self.complaints.append(str(error))


def _folder(tmp_path: Path) -> Path:
    """Return where the pictures go."""
    folder = Path(os.environ.get("DALEN_SCREENSHOTS", tmp_path / "screens"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
async def browser(socket_enabled: None) -> AsyncGenerator[Browser]:
    """Start the system's Chromium; skip without one."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    async with open_browser(chromium) as opened:
        yield opened


@pytest.fixture
async def chain(socket_enabled: None, tmp_path: Path) -> AsyncGenerator[Chain]:
    """Start a heat pump, a hub and a Home Assistant that does not know Dalen."""
    ports = Ports(heat_pump=free_port(0), hub=free_port(0), home_assistant=free_port(0))
    folder = tmp_path / "chain"
    folder.mkdir()
    async with aiohttp.ClientSession() as session, Processes(folder) as processes:
        started = Chain(ROOT, folder, processes, ports)
        await started.start_programs(session)
        await started.home_assistant.onboard("en")
        yield started


@asynccontextmanager
async def _page_of(
    browser: Browser, chain: Chain, viewer: Viewer
) -> AsyncGenerator[Page]:
    """Yield a page of Home Assistant in the language of a viewer."""
    async with signed_in(browser, chain.home_assistant, viewer.language) as page:
        viewer.listen(page)
        yield page


async def test_every_screen_in_two_languages(
    browser: Browser, chain: Chain, tmp_path: Path
) -> None:
    """A house is set up, joins, and looks right in English and in Dutch."""
    folder = _folder(tmp_path)
    english, dutch = Viewer("en", folder), Viewer("nl", folder)
    home_assistant = chain.home_assistant
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(_page_of(browser, chain, english))
        other = await stack.enter_async_context(_page_of(browser, chain, dutch))
        flow = await start_set_up(page, home_assistant, english.look)
        await describe_heat_pump(flow, chain.ports.heat_pump)
        await begin_write_test(flow)
        # The test takes a minute: meanwhile another one reads it all in Dutch.
        await home_assistant.set_language("nl")
        await _read_only(other, chain, dutch)
        await home_assistant.set_language("en")
        await keep_result(
            flow, english.texts["selector"]["write_test"]["options"]["passed"]
        )
        await read_consent(flow, await _invite(chain))
        await agree(flow)
        await make_dashboard(home_assistant, english.language)
        await _look_around(page, chain, english)
        await home_assistant.speak("nl")
        await _look_around(other, chain, dutch)
    for viewer, stranger in ((english, dutch), (dutch, english)):
        _assert_steps(viewer, stranger, "config")
        _assert_steps(viewer, stranger, "options")
        _assert_no_keys(viewer)
        assert viewer.complaints == []


async def _read_only(page: Page, chain: Chain, viewer: Viewer) -> None:
    """Walk through the set-up without a test, up to the text of the collective."""
    flow = await start_set_up(page, chain.home_assistant, viewer.look)
    await describe_heat_pump(flow, chain.ports.heat_pump)
    await flow.choose("write_test", "write_test_skip")
    await read_consent(flow, await _invite(chain))


async def _invite(chain: Chain) -> str:
    """Return a pairing string of the hub."""
    return await chain.hub.run("invite", "--trafo", TRAFO)


async def _look_around(page: Page, chain: Chain, viewer: Viewer) -> None:
    """See the options, the page of the heat pump and the dashboard."""
    home_assistant = chain.home_assistant
    await home_assistant.call(
        "number",
        "set_value",
        entity_id=f"number.{PREFIX}_power_limit",
        value=OWN_LIMIT_W,
    )
    await see_options(page, home_assistant, viewer.look)
    await page.set_viewport_size(TALL)
    await open_device(page, home_assistant)
    await viewer.look(page, "device")
    _assert_names(viewer)
    await _assert_values(chain)
    await page.set_viewport_size(NARROW)
    await fill_dashboard(home_assistant, viewer.language)
    await open_dashboard(page, home_assistant)
    await viewer.look(page, "dashboard")
    _assert_dashboard(viewer)


def _assert_names(viewer: Viewer) -> None:
    """Check the names of entities on the page of the heat pump."""
    names = viewer.texts["entity"]["sensor"]
    for key in _MEASURED:
        assert names[key]["name"] in viewer.seen["device"], key
    source = names["limit_source"]["state"]["resident"]
    assert source in viewer.seen["device"]


async def _assert_values(chain: Chain) -> None:
    """Check that what the heat pump tells has a value."""
    states = await chain.home_assistant.states()
    entities = await chain.home_assistant.command(
        {"type": "config/entity_registry/list"}
    )
    ours = [entity for entity in entities if entity["platform"] == "dalen"]
    shown = {
        entity["translation_key"]: states[entity["entity_id"]]["state"]
        for entity in ours
        if entity["translation_key"] in _MEASURED
    }
    assert set(shown) == set(_MEASURED)
    assert not {"unknown", "unavailable"} & set(shown.values()), shown


def _assert_dashboard(viewer: Viewer) -> None:
    """Check that the dashboard shows the limit of the resident."""
    text = viewer.seen["dashboard"]
    assert viewer.texts["entity"]["sensor"]["limit_source"]["state"]["resident"] in text
    assert str(OWN_LIMIT_W) in text


def _assert_steps(viewer: Viewer, stranger: Viewer, room: str) -> None:
    """Check that every step was shown in the language of the viewer."""
    steps: Mapping[str, Any] = viewer.texts[room]["step"]
    foreign: Mapping[str, Any] = stranger.texts[room]["step"]
    for name in steps.keys() & viewer.seen.keys():
        seen, texts = viewer.seen[name], steps[name]
        for text in (texts["title"], texts.get("description", "")):
            start = text.partition("{")[0].partition("\n")[0].strip(" *")
            assert start in seen, (name, start)
        if foreign[name]["title"] != texts["title"]:
            assert f"\n{foreign[name]['title']}\n" not in f"\n{seen}\n", name


def _assert_no_keys(viewer: Viewer) -> None:
    """Check that no text is missing."""
    for name, text in viewer.seen.items():
        assert not _NOT_A_TEXT.findall(text), (viewer.language, name)
