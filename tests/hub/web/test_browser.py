"""The status page in a real browser: drawn, silent, and without foreign requests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect
import pytest

from dalen_hub.web.assets import BUILD_COMMAND, assets_present

from .chart_bodies import chart_body, evening, local
from .conftest import Serve

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(),
        reason=f"{CHROMIUM} is absent; on Debian: apt-get install chromium",
    ),
    pytest.mark.skipif(
        not assets_present(),
        reason=f"the browser files are absent; make them with {BUILD_COMMAND}",
    ),
]


@dataclass(slots=True)
class Visit:
    """A page in the browser and everything it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note what the page says and asks for."""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
async def browser(socket_enabled: None) -> AsyncIterator[Browser]:
    """Return Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS
        )
        yield browser
        await browser.close()


async def visit(browser: Browser, url: str, **options: Any) -> Visit:
    """Open a page."""
    context = await browser.new_context(**options)
    visit = Visit(page=await context.new_page())
    visit.listen()
    await visit.page.goto(url)
    return visit


async def ink(page: Page, chart: str, color: str) -> int:
    """Count the pixels of a chart that have a colour of the style sheet."""
    canvas = page.locator(f'[data-chart="{chart}"] canvas')
    await expect(canvas).to_be_visible()
    return int(
        await canvas.evaluate(
            """(canvas, name) => {
              const context = (width, height) => new OffscreenCanvas(width, height)
                .getContext("2d", { willReadFrequently: true });
              const probe = context(1, 1);
              const copy = context(canvas.width, canvas.height);
              copy.drawImage(canvas, 0, 0);
              probe.fillStyle = getComputedStyle(document.documentElement)
                .getPropertyValue(name);
              probe.fillRect(0, 0, 1, 1);
              const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
              const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let i = 0; i < data.length; i += 4)
                if (data[i] === r && data[i + 1] === g && data[i + 2] === b
                    && data[i + 3] === 255) count += 1;
              return count;
            }""",
            f"--{color}",
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_charts_are_drawn_without_complaint(
    serve: Serve, browser: Browser, scheme: str
) -> None:
    """All lines are there, the console is silent, and nothing foreign is asked for."""
    client = await serve(chart_body(now=local(18, 7), level=evening()))
    seen = await visit(browser, str(client.make_url("/?lang=nl")), color_scheme=scheme)
    for chart, color in (
        ("power", "load"),
        ("power", "p50"),
        ("power", "limit"),
        ("power", "pumps"),
        ("level", "level"),
    ):
        assert await ink(seen.page, chart, color) > 50, color
    level = seen.page.locator('[data-legend="level"] [data-series="level"] .value')
    await expect(level).to_have_text("520\N{NO-BREAK SPACE}W")
    assert seen.complaints == []
    origin = str(client.make_url("/"))
    assert [url for url in seen.requests if not url.startswith(origin)] == []


async def test_the_page_fits_a_phone(serve: Serve, browser: Browser) -> None:
    """At 360 px nothing makes the page wider than the screen."""
    client = await serve(chart_body(now=local(18, 7), level=evening()))
    seen = await visit(
        browser,
        str(client.make_url("/?lang=nl")),
        viewport={"width": 360, "height": 740},
    )
    await seen.page.get_by_text("Dezelfde getallen als tabel").click()
    assert await ink(seen.page, "power", "load") > 20
    assert await seen.page.evaluate("document.documentElement.scrollWidth") == 360
    assert seen.complaints == []


async def test_the_page_follows_the_hub(serve: Serve, browser: Browser) -> None:
    """Sentence, figures and charts change by themselves when the plan does."""
    body = chart_body(now=local(18, 7))
    client = await serve(body)
    context = await browser.new_context()
    page = await context.new_page()
    # The page's own clock runs only as the test says.
    await page.clock.install()
    await page.goto(str(client.make_url("/?lang=en")))
    headline = page.locator(".headline")
    await expect(headline).to_have_text("Nobody is limited now.")
    await expect(page.locator('[data-section="level"]')).to_be_hidden()
    body |= chart_body(now=local(18, 7), level=evening())
    await page.clock.run_for(11_000)
    await expect(headline).to_contain_text("Until 20:30 every heat pump")
    await expect(page.locator('[data-section="level"] canvas')).to_be_visible()


async def test_a_lost_hub_is_told(serve: Serve, browser: Browser) -> None:
    """The reader must not take old numbers for new ones."""
    client = await serve(chart_body(now=local(18, 7)))
    context = await browser.new_context()
    page = await context.new_page()
    await page.clock.install()
    await page.goto(str(client.make_url("/?lang=en")))
    notice = page.get_by_text("No connection to the hub.")
    await expect(page.locator('[data-chart="power"] canvas')).to_be_visible()
    await expect(notice).to_be_hidden()
    await context.set_offline(True)
    await page.clock.run_for(11_000)
    await expect(notice).to_be_visible()
    await context.set_offline(False)
    await page.clock.run_for(11_000)
    await expect(notice).to_be_hidden()
