"""Files on the chat page in a real browser: what a bot sends, and what a person attaches."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from telegram import Bot

from bot.delivery.downloads import download
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.requests import Reachability, TelegramRequest
from bot.delivery.screen import Attachment, Button, Screen
from bot.runtime import children
from tests.browser.page import DESK, PATIENCE_MS, Phone
from tests.telegram_people import People
from tests.world import ADMIN

REPORT = "строка;правило;что делать\n1;bom;уберите\n"
DATASET = '{"messages": []}\n' * 3


@dataclass
class Stage:
    """The page with an admin's phone, and the bot that talks to it."""

    page: Page
    admin: Phone
    bot: Bot
    poster: Poster
    people: People

    async def posts(self, screen: Screen) -> int:
        """The bot sends a screen to the admin."""
        async with self.poster.order(ADMIN):
            return await self.poster.post(ADMIN, screen, edit_id=None, floor_id=0, is_unsure=False)


@pytest.fixture
async def stage(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the library's old durations warn

    async def known_ids(above: int) -> set[int]:
        return set()

    async with children.running("sandbox", "--port", "0", log=tmp_path / "log") as sandbox:
        reachability = Reachability()
        request = TelegramRequest(reachability, httpx_kwargs={"trust_env": False})
        context = await browser.new_context(
            viewport={"width": DESK["width"], "height": DESK["height"]}, accept_downloads=True
        )
        async with (
            Bot(
                f"77:{'A' * 35}",
                request=request,
                base_url=f"{sandbox.ready}/bot",
                base_file_url=f"{sandbox.ready}/file/bot",
            ) as bot,
            People(sandbox.ready, bot.id) as people,
        ):
            page = await context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            await page.goto(sandbox.ready)
            admin = Phone(page, "admin")
            await admin.root.get_by_test_id("start").click()
            yield Stage(
                page, admin, bot, Poster(bot, RateLimits(), known_ids, reachability), people
            )
            await context.close()
            assert errors == []


async def test_document_with_a_caption_and_buttons_is_shown_and_downloaded(stage: Stage):
    """What is saved has the bot's name for it and its very bytes; the button works below it."""
    attachment = Attachment(name="отчёт за ноябрь.csv", text=REPORT)
    message_id = await stage.posts(
        Screen(
            text="Нашлось: <b>1</b>",
            attachment=attachment,
            buttons=[[Button(text="Исправить", data="dataset:repair:1")]],
        )
    )

    message = await stage.admin.sees("Нашлось: 1")
    file = message.locator("a.file")
    await expect(file).to_contain_text("отчёт за ноябрь.csv")
    await expect(message.locator("strong, b")).to_have_text("1")
    async with stage.page.expect_download() as caught:
        await file.click()
    saved = await caught.value
    assert saved.suggested_filename == "отчёт за ноябрь.csv"
    assert Path(await saved.path()).read_text(encoding="utf-8") == REPORT

    await stage.admin.presses("Исправить")
    updates = await stage.bot.get_updates(allowed_updates=["callback_query"], timeout=10)
    query = updates[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("dataset:repair:1", message_id)


async def test_caption_and_buttons_that_change_leave_the_file_where_it_is(stage: Stage):
    attachment = Attachment(name="a.csv", text=REPORT)
    buttons = [[Button(text="Исправить", data="dataset:repair:1")]]
    message_id = await stage.posts(Screen(text="сначала", attachment=attachment, buttons=buttons))
    message = await stage.admin.sees("сначала")

    await stage.bot.edit_message_caption(ADMIN, message_id, caption="потом")

    message = await stage.admin.sees("потом")
    await expect(message.locator("a.file")).to_contain_text("a.csv")
    await expect(message.get_by_role("button", name="Исправить")).to_have_count(0)


async def test_person_attaches_a_file(stage: Stage):
    """It waits as a chip until it is sent, goes with its words, and reaches the bot unchanged."""
    root = stage.admin.root
    chosen = {"name": "данные.jsonl", "mimeType": "text/plain", "buffer": DATASET.encode()}
    await root.get_by_test_id("attach").set_input_files(chosen)  # type: ignore[arg-type]
    tray = root.get_by_test_id("tray")
    await expect(tray).to_contain_text("данные.jsonl")
    await root.get_by_role("button", name="Убрать данные.jsonl").click()
    await expect(tray).to_be_hidden()

    await root.get_by_test_id("attach").set_input_files(chosen)  # type: ignore[arg-type]
    await stage.admin.composer.fill("проверь, пожалуйста")
    await root.get_by_test_id("send").click()

    own = root.locator(".message.out").filter(has_text=re.compile("проверь, пожалуйста"))
    await expect(own.locator("a.file")).to_contain_text("данные.jsonl", timeout=PATIENCE_MS)
    await expect(tray).to_be_hidden()
    updates = await stage.bot.get_updates(timeout=10)
    message = updates[-1].message
    assert message is not None
    assert message.document is not None
    assert (message.caption, message.document.file_name) == ("проверь, пожалуйста", "данные.jsonl")
    content = await download(stage.bot, message.document, most_bytes=1_000_000)
    assert content.decode() == DATASET
