"""Debian's Chromium, looking at Home Assistant as somebody who is logged in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import json
import shutil
from typing import Any, Final

from playwright.async_api import Browser, Page, TimeoutError, async_playwright

from .home_assistant import HomeAssistant

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
_STILL: Final = """() => document.getAnimations().every(
  (it) => it.playState !== "running" || it.effect.getTiming().iterations === Infinity
)"""
_STILL_WITHIN_MS: Final = 3000.0


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@asynccontextmanager
async def open_browser(chromium: str) -> AsyncGenerator[Browser]:
    """Start the browser; close it at the end."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(FLAGS)
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def new_page(browser: Browser, language: str) -> AsyncGenerator[Page]:
    """Yield a page that shares nothing with the others."""
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale=language
    )
    yield await context.new_page()
    await context.close()


@asynccontextmanager
async def signed_in(
    browser: Browser, home_assistant: HomeAssistant, language: str
) -> AsyncGenerator[Page]:
    """Yield a page that is logged in and speaks a language."""
    async with new_page(browser, language) as page:
        await page.goto(f"{home_assistant.url}/manifest.json")
        stored = {
            "hassTokens": _tokens(home_assistant),
            "selectedLanguage": language,
            "dockedSidebar": "always_hidden",
        }
        for key, value in stored.items():
            await page.evaluate(
                "([key, value]) => localStorage.setItem(key, value)",
                [key, json.dumps(value)],
            )
        yield page


async def settle(page: Page) -> None:
    """Wait until nothing moves but what never stops."""
    await page.wait_for_timeout(150)
    with suppress(TimeoutError):
        await page.wait_for_function(_STILL, timeout=_STILL_WITHIN_MS)
    await page.wait_for_timeout(100)


def _tokens(home_assistant: HomeAssistant) -> dict[str, Any]:
    """Return the tokens as Home Assistant's page keeps them."""
    url = home_assistant.url
    known = {"hassUrl": url, "clientId": f"{url}/", "expires": 2**53 - 1}
    return {**home_assistant.tokens, **known}
