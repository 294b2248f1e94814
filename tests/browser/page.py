"""The sandbox's page as its two people use it: a phone each."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.world import World

DESK = {"width": 1280, "height": 900}
POCKET = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
LONG_MS = 180_000
"""For what a job brings by itself, on a machine that is busy with other things."""
FOREIGN = re.compile(r"None|Traceback|\bnan\b|\{\w*\}|  (?![▁-▇])")
"""What no message may say; and no double spaces, but before a sparkline."""


class Phone:
    """One phone on the page, as its owner uses it."""

    def __init__(self, page: Page, role: str) -> None:
        self.root = page.get_by_test_id(f"phone-{role}")
        self.messages = self.root.locator(".message.in")
        self.composer = self.root.get_by_test_id("composer")

    async def says(self, text: str) -> None:
        """Write a message. `fill`, because typing by keys has no keys for Cyrillic."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def sees(self, words: str | re.Pattern[str], patience_ms: int = PATIENCE_MS) -> Locator:
        """The newest message of the bot with these words; waits for it."""
        message = self.messages.filter(has_text=words).last
        await expect(message).to_be_visible(timeout=patience_ms)
        return message

    async def presses(self, button: str | re.Pattern[str]) -> None:
        """Press the newest button of that name."""
        await self.messages.get_by_role("button", name=button).last.click(timeout=PATIENCE_MS)

    async def commands(self) -> list[str]:
        """What the menu of commands offers."""
        await self.root.get_by_test_id("menu").click()
        options = self.root.get_by_test_id("commands").get_by_role("option")
        await expect(options.first).to_be_visible()
        names = [(await option.inner_text()).split()[0] for option in await options.all()]
        await self.root.get_by_test_id("menu").click()
        return names


@dataclass
class Desk:
    """The page, its phones, and what the browser complained of."""

    page: Page
    screens: Path
    admin: Phone
    tester: Phone
    errors: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Remember the console's errors and warnings."""
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    async def screenshot(self, name: str) -> None:
        """Keep a picture for people to look at."""
        await self.page.screenshot(path=self.screens / f"{name}.png", animations="disabled")

    async def pictures(self, name: str, message: Locator | None = None) -> None:
        """The same in both themes, with *message* in sight from its first word on."""
        if message is not None:
            await expect(message).to_be_visible(timeout=PATIENCE_MS)
            await message.evaluate(
                "it => { it.style.scrollMarginTop = '10px'; it.scrollIntoView({block: 'start'}); }"
            )
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)
            await self.screenshot(f"{name}-{scheme}")


@asynccontextmanager
async def desk(
    browser: Browser,
    everything: World,
    *,
    viewport: dict[str, int],
    query: str = "",
    scheme: str = "light",
    scale: int = 1,
) -> AsyncIterator[Desk]:
    """The page, opened; at the end the browser has not complained.

    *query* of the address names other people. *scale* is how many pixels of a screenshot make
    one of the page's.
    """
    context = await browser.new_context(
        viewport={"width": viewport["width"], "height": viewport["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        has_touch=viewport["width"] == POCKET["width"],
        device_scale_factor=scale,
    )
    page = await context.new_page()
    screens = everything.folder / "screens"
    screens.mkdir(exist_ok=True)
    opened = Desk(page, screens, Phone(page, "admin"), Phone(page, "tester"))
    page.on("console", opened.hear)
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    await page.goto(f"{everything.sandbox.ready}/{query}")
    yield opened
    await context.close()
    assert opened.errors == []


async def same(phone: Phone, message: Locator) -> Locator:
    """That very message, whatever it says later."""
    return phone.root.locator(
        f"[data-message-id='{await message.get_attribute('data-message-id')}']"
    )


async def shows(message: Locator, words: str | re.Pattern[str]) -> None:
    """Wait until that message says this."""
    await expect(message).to_contain_text(words, timeout=LONG_MS)


async def press(message: Locator, button: str) -> None:
    """Press a button of that message, by its whole name."""
    await message.get_by_role("button", name=button, exact=True).click(timeout=PATIENCE_MS)


async def turns(message: Locator, *steps: tuple[str, str]) -> None:
    """Press and wait, again and again, in one message."""
    for button, words in steps:
        await press(message, button)
        await shows(message, words)


async def fits(opened: Desk) -> None:
    """Nothing is wider than the phone, no button hides words, and nobody reads a placeholder."""
    assert await opened.page.evaluate("document.documentElement.scrollWidth") == POCKET["width"]
    cut = "keys => keys.filter(k => k.scrollHeight > k.clientHeight + 1).map(k => k.textContent)"
    assert await opened.page.locator(".key-words:visible").evaluate_all(cut) == []
    for words in await opened.page.locator(".message.in .slot:visible").all_inner_texts():
        assert FOREIGN.search(words) is None, words
