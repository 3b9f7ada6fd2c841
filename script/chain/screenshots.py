"""script/screenshots: pictures of the hub and Home Assistant while caps hold."""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil
import tempfile
from typing import Any, Final

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from .chain import Chain, Ports
from .dashboard import URL_PATH
from .home_assistant import HomeAssistant
from .hub import TRAFO
from .processes import ChainError, Processes, free_port
from .story import PREFIX, say

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = ("en", "nl")
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
# Nothing of this may reach out by itself, and headless needs no sandbox as root.
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 1180, 1010
# As on a phone or a tablet on the wall: one column of cards.
DASHBOARD_WIDTH: Final = 560
# A graph needs something to show.
LIMITED_FOR_S: Final = 60.0
MAX_BYTES: Final = 300_000

# What to press on the page of the integration.
_JOIN: Final = {"en": "Join a neighbourhood", "nl": "Meedoen met een buurt"}
_OVERVIEW: Final = """
<style>
  body {{ margin: 0; padding: 16px; display: flex; gap: 16px; background: #d7dde3 }}
  img {{ height: 700px; border-radius: 8px; box-shadow: 0 2px 8px #0004 }}
</style>
<img src="{left}"><img src="{right}">
"""


class Camera:
    """Takes pictures of one chain in one language."""

    def __init__(self, browser: Browser, chain: Chain, language: str, folder: Path):
        """Write the pictures into folder."""
        self._browser = browser
        self._chain = chain
        self._language = language
        self._folder = folder

    async def take_all(self) -> None:
        """Take all pictures; the last one ends the membership."""
        await self._hub_page()
        async with self._home_assistant() as page:
            await self._dashboard(page)
            await self._device(page)
            await self._consent(page)

    async def _hub_page(self) -> None:
        """Show the status page of the hub."""
        page = await self._page()
        await page.goto(f"{self._chain.hub.url}/?lang={self._language}")
        await page.wait_for_selector("canvas")
        await self._shoot(page, "hub")
        await page.context.close()

    async def _dashboard(self, page: Page) -> None:
        """Show the dashboard of the house."""
        await page.set_viewport_size({"width": DASHBOARD_WIDTH, "height": HEIGHT})
        await page.goto(f"{self._chain.home_assistant.url}/{URL_PATH}")
        await page.wait_for_selector("hui-entities-card", timeout=90_000)
        await page.wait_for_selector("state-history-charts canvas")
        await self._shoot(page, "dashboard")
        await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    async def _device(self, page: Page) -> None:
        """Show the page of the heat pump."""
        entity = await self._chain.home_assistant.command(
            {
                "type": "config/entity_registry/get",
                "entity_id": f"sensor.{PREFIX}_effective_limit",
            }
        )
        url = self._chain.home_assistant.url
        await page.goto(f"{url}/config/devices/device/{entity['device_id']}")
        await page.wait_for_selector("ha-device-entities-card")
        await self._shoot(page, "device")

    async def _consent(self, page: Page) -> None:
        """Leave the neighbourhood and show the step that joins it again."""
        home_assistant = self._chain.home_assistant
        await _leave(home_assistant)
        pairing_string = await self._chain.hub.run("invite", "--trafo", TRAFO)
        url = f"{home_assistant.url}/config/integrations/integration/dalen"
        await page.goto(url)
        await page.get_by_text(_JOIN[self._language]).first.click()
        field = page.locator("ha-selector-text input").first
        await field.fill(pairing_string)
        await field.press("Enter")
        await page.wait_for_selector("ha-selector-select")
        await self._shoot(page, "consent")

    @asynccontextmanager
    async def _home_assistant(self) -> AsyncGenerator[Page]:
        """Yield a page that is logged in."""
        home_assistant = self._chain.home_assistant
        page = await self._page()
        await page.goto(f"{home_assistant.url}/manifest.json")
        stored = {
            "hassTokens": _tokens(home_assistant),
            "selectedLanguage": self._language,
            "dockedSidebar": "always_hidden",
        }
        for key, value in stored.items():
            await page.evaluate(
                "([key, value]) => localStorage.setItem(key, value)",
                [key, json.dumps(value)],
            )
        yield page
        await page.context.close()

    async def _page(self) -> Page:
        """Return a page in a context of its own."""
        context = await self._browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, locale=self._language
        )
        return await context.new_page()

    async def _shoot(self, page: Page, name: str) -> None:
        """Wait until nothing moves, and write one picture."""
        await page.wait_for_timeout(3000)
        path = self._folder / f"{name}-{self._language}.png"
        await page.screenshot(path=path, animations="disabled")
        check_size(path)


def check_size(path: Path) -> None:
    """Refuse a picture that is too heavy for a repository."""
    size = path.stat().st_size
    say(f"   {path.name}: {size / 1000:.0f} kB")
    if size > MAX_BYTES:
        raise ChainError(f"{path.name} has {size} bytes; make its viewport smaller.")


def _tokens(home_assistant: HomeAssistant) -> dict[str, Any]:
    """Return the tokens as Home Assistant's page keeps them."""
    url = home_assistant.url
    known = {"hassUrl": url, "clientId": f"{url}/", "expires": 2**53 - 1}
    return {**home_assistant.tokens, **known}


async def _leave(home_assistant: HomeAssistant) -> None:
    """Remove the house from the neighbourhood."""
    entry = {"entry_id": await home_assistant.entry_id()}
    subentries = await home_assistant.command(
        {"type": "config_entries/subentries/list", **entry}
    )
    for subentry in subentries:
        if subentry["subentry_type"] == "neighbourhood":
            await home_assistant.command(
                {
                    "type": "config_entries/subentries/delete",
                    "subentry_id": subentry["subentry_id"],
                    **entry,
                }
            )


async def _limited(chain: Chain) -> None:
    """Bring the chain to where the heat pump follows its cap."""
    await chain.wait_for_work()
    await chain.evening_falls()

    async def obeys() -> bool:
        return (await chain.moment()).obeys

    await chain.until("the heat pump draws less than its cap", 90, obeys)
    await asyncio.sleep(LIMITED_FOR_S)


async def _photograph(browser: Browser, language: str, images: Path) -> None:
    """Run a chain in one language and take its pictures."""
    ports = Ports(heat_pump=free_port(0), hub=free_port(0), home_assistant=free_port(0))
    with tempfile.TemporaryDirectory(prefix="dalen-screenshots-") as name:
        folder = Path(name)
        async with aiohttp.ClientSession() as session, Processes(folder) as processes:
            chain = Chain(ROOT, folder, processes, ports)
            await chain.start(session, language)
            await _limited(chain)
            await Camera(browser, chain, language, images).take_all()


async def _overview(browser: Browser, images: Path) -> None:
    """Lay the hub's page and the dashboard side by side."""
    page = await browser.new_page(viewport={"width": 1254, "height": 732})
    html = images / "overview.html"
    html.write_text(_OVERVIEW.format(left="hub-en.png", right="dashboard-en.png"))
    try:
        await page.goto(html.as_uri())
        await page.screenshot(path=images / "overview.png")
    finally:
        html.unlink()
    check_size(images / "overview.png")


async def main() -> None:
    """Take the pictures in all languages."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    options = parser.parse_args()
    images: Path = options.images
    images.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        raise SystemExit("Chromium is needed: apt install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(FLAGS)
        )
        for language in options.language or LANGUAGES:
            await _photograph(browser, language, images.resolve())
        await _overview(browser, images.resolve())
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
