"""A dialog of Home Assistant that walks through steps of Dalen."""

from collections.abc import Awaitable, Callable, Mapping
import json
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Locator, Page

from .browser import settle

TRANSLATIONS: Final = (
    Path(__file__).resolve().parents[2] / "custom_components/dalen/translations"
)

type Look = Callable[[Page, str], Awaitable[None]]
"""Is called with every screen that is shown, and its name."""


async def look_away(page: Page, name: str) -> None:
    """Walk on without looking at a screen."""


def translations(language: str) -> dict[str, Any]:
    """Return the texts of Dalen in a language."""
    texts: dict[str, Any] = json.loads((TRANSLATIONS / f"{language}.json").read_text())
    return texts


async def language_of(page: Page) -> str:
    """Return the language that a page speaks."""
    language: str = await page.evaluate(
        "() => JSON.parse(localStorage.selectedLanguage)"
    )
    return language


class Flow:
    """The dialog, and the texts that its steps have."""

    def __init__(self, page: Page, steps: Mapping[str, Any], look: Look) -> None:
        """Show the steps with these texts."""
        self.page = page
        self.dialog = page.locator("dialog-data-entry-flow")
        self._steps = steps
        self._look = look

    async def shows(
        self, step: str, *, timeout_ms: float = 30_000, **placeholders: str
    ) -> None:
        """Wait until a step is there, and let it be looked at."""
        title = self._steps[step]["title"].format(**placeholders)
        heading = self.dialog.get_by_text(title, exact=True).first
        await heading.wait_for(timeout=timeout_ms)
        await self.look(step)

    async def look(self, step: str) -> None:
        """Let a step be looked at when nothing moves."""
        await settle(self.page)
        await self._look(self.page, step)

    async def choose(self, step: str, option: str) -> None:
        """Choose an option of a menu."""
        label = self._steps[step]["menu_options"][option]
        await self.dialog.get_by_text(label, exact=True).click()

    async def submit(self) -> None:
        """Press the button of a form."""
        await self.dialog.locator("ha-dialog-footer ha-button").last.click()

    async def close(self) -> None:
        """Close the dialog; nothing is kept."""
        await self.dialog.locator("ha-icon-button").first.click()
        await self.dialog.locator("wa-dialog").wait_for(state="hidden")

    def fields(self, kind: str) -> Locator:
        """Return the fields of one kind, in their order."""
        return self.dialog.locator(f"ha-selector-{kind} input")
