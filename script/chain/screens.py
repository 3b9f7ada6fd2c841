"""Dalen's screens in Home Assistant, opened and filled in as a resident does."""

from typing import Final

from playwright.async_api import Page

from .browser import settle
from .dashboard import URL_PATH
from .flow import Flow, Look, language_of, translations
from .home_assistant import HomeAssistant
from .story import PREFIX

SIMULATED: Final = "Dalen (Simulated hybrid heat pump)"
_FIRST_MS: Final = 90_000.0
"""The first page of a Home Assistant that just started."""

_TEST_MS: Final = 200_000.0
_OPTIONS: Final = ("prices", "comfort", "safe_mode")


async def start_set_up(page: Page, home_assistant: HomeAssistant, look: Look) -> Flow:
    """Begin to set up Dalen."""
    await page.goto(
        f"{home_assistant.url}/config/integrations/dashboard/add?domain=dalen"
    )
    await page.locator("dialog-box ha-dialog-footer ha-button").last.click(
        timeout=_FIRST_MS
    )
    texts = translations(await language_of(page))
    return Flow(page, texts["config"]["step"], look)


async def describe_heat_pump(flow: Flow, port: int) -> None:
    """Walk from the first screen to the one that offers the write test."""
    await flow.shows("user")
    await flow.choose("user", "modbus")
    await flow.shows("modbus")
    await flow.dialog.locator("ha-selector-select").click()
    await flow.page.get_by_text(SIMULATED, exact=True).last.click()
    await flow.submit()
    await flow.fields("text").first.fill("127.0.0.1")
    await flow.fields("number").first.fill(str(port))
    await flow.shows("connection", profile=SIMULATED)
    await flow.submit()
    await flow.shows("registers")
    await flow.submit()
    await flow.shows("powers")
    await flow.submit()
    await flow.shows("write_test")


async def begin_write_test(flow: Flow) -> None:
    """Start the write test, and see that it goes on."""
    await flow.choose("write_test", "write_test_run")
    await flow.shows("write_test_run")


async def keep_result(flow: Flow, passed: str) -> None:
    """Wait for the result; test once more when it is not what this text says."""
    await flow.shows("write_test_result", timeout_ms=_TEST_MS)
    if not await flow.dialog.get_by_text(passed).count():
        await flow.choose("write_test_result", "write_test_run")
        await flow.shows("write_test_run")
        await flow.shows("write_test_result", timeout_ms=_TEST_MS)
    await flow.choose("write_test_result", "write_test_done")


async def read_consent(flow: Flow, pairing_string: str) -> None:
    """Choose to join, paste the pairing string, and see the text and the tiers."""
    await flow.shows("neighbourhood")
    await flow.choose("neighbourhood", "join")
    await flow.fields("text").first.fill(pairing_string)
    await flow.shows("join")
    await flow.submit()
    await flow.dialog.locator("ha-selector-boolean").wait_for()
    await flow.look("consent")
    await flow.dialog.locator("ha-selector-boolean").scroll_into_view_if_needed()
    await flow.look("consent_choice")


async def agree(flow: Flow) -> None:
    """Agree with the text, and finish."""
    await flow.dialog.locator("ha-selector-boolean ha-switch").click()
    await flow.submit()
    await flow.dialog.locator("step-flow-create-entry").wait_for()
    await flow.look("created")
    await flow.submit()


async def see_options(page: Page, home_assistant: HomeAssistant, look: Look) -> None:
    """Open every subject of the options; change nothing."""
    steps = translations(await language_of(page))["options"]["step"]
    flow = Flow(page, steps, look)
    await page.goto(f"{home_assistant.url}/config/integrations/integration/dalen")
    await _press_wheel(flow)
    await flow.shows("init")
    await flow.choose("init", "schedule")
    await flow.shows("schedule")
    await flow.choose("schedule", "schedule_preset")
    await flow.shows("schedule_preset")
    await flow.submit()
    await flow.shows("schedule")
    await flow.choose("schedule", "schedule_add")
    await flow.shows("schedule_block")
    for subject in _OPTIONS:
        await flow.close()
        await _press_wheel(flow)
        await flow.choose("init", subject)
        await flow.shows(subject)


async def _press_wheel(flow: Flow) -> None:
    """Open the options of the house."""
    buttons = flow.page.locator("ha-config-entry-row ha-icon-button")
    # Those of the heat pump come later, and with them the arrow that folds the house.
    await buttons.nth(4).wait_for()
    await buttons.nth(1).click()


async def open_device(page: Page, home_assistant: HomeAssistant) -> None:
    """Open the page of the heat pump."""
    entity = await home_assistant.command(
        {
            "type": "config/entity_registry/get",
            "entity_id": f"sensor.{PREFIX}_effective_limit",
        }
    )
    await page.goto(f"{home_assistant.url}/config/devices/device/{entity['device_id']}")
    await page.wait_for_selector("ha-device-entities-card")
    await settle(page)


async def open_dashboard(page: Page, home_assistant: HomeAssistant) -> None:
    """Open the dashboard of the house."""
    await page.goto(f"{home_assistant.url}/{URL_PATH}")
    await page.wait_for_selector("hui-entities-card", timeout=_FIRST_MS)
    await page.wait_for_selector("state-history-charts canvas")
    await settle(page)
