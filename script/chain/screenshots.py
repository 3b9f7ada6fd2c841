"""script/screenshots: pictures of the hub and Home Assistant while caps hold."""

import argparse
import asyncio
from pathlib import Path
import tempfile
from typing import Final

import aiohttp
from playwright.async_api import Browser, Page

from .browser import HEIGHT, WIDTH, find_chromium, new_page, open_browser, signed_in
from .chain import Chain, Ports
from .flow import Flow, look_away, translations
from .home_assistant import HomeAssistant
from .hub import TRAFO
from .processes import ChainError, Processes, free_port
from .screens import open_dashboard, open_device
from .story import say

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = ("en", "nl")
# As on a phone or a tablet on the wall: one column of cards.
DASHBOARD_WIDTH: Final = 560
# A graph needs something to show.
LIMITED_FOR_S: Final = 60.0
MAX_BYTES: Final = 300_000

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
        home_assistant = self._chain.home_assistant
        async with signed_in(self._browser, home_assistant, self._language) as page:
            await self._dashboard(page)
            await self._device(page)
            await self._consent(page)

    async def _hub_page(self) -> None:
        """Show the status page of the hub."""
        async with new_page(self._browser, self._language) as page:
            await page.goto(f"{self._chain.hub.url}/?lang={self._language}")
            await page.wait_for_selector("canvas")
            await self._shoot(page, "hub")

    async def _dashboard(self, page: Page) -> None:
        """Show the dashboard of the house."""
        await page.set_viewport_size({"width": DASHBOARD_WIDTH, "height": HEIGHT})
        await open_dashboard(page, self._chain.home_assistant)
        await self._shoot(page, "dashboard")
        await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    async def _device(self, page: Page) -> None:
        """Show the page of the heat pump."""
        await open_device(page, self._chain.home_assistant)
        await self._shoot(page, "device")

    async def _consent(self, page: Page) -> None:
        """Leave the neighbourhood and show the step that joins it again."""
        home_assistant = self._chain.home_assistant
        await _leave(home_assistant)
        pairing_string = await self._chain.hub.run("invite", "--trafo", TRAFO)
        await page.goto(f"{home_assistant.url}/config/integrations/integration/dalen")
        texts = translations(self._language)["config_subentries"]["neighbourhood"]
        await page.get_by_text(texts["initiate_flow"]["user"]).first.click()
        flow = Flow(page, texts["step"], look_away)
        await flow.shows("user")
        await flow.choose("user", "join")
        await flow.fields("text").first.fill(pairing_string)
        await flow.submit()
        await page.wait_for_selector("ha-selector-select")
        await self._shoot(page, "consent")

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
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("Chromium is needed: apt install chromium")
    async with open_browser(chromium) as browser:
        for language in options.language or LANGUAGES:
            await _photograph(browser, language, images.resolve())
        await _overview(browser, images.resolve())


if __name__ == "__main__":
    asyncio.run(main())
