"""The chat page in a real browser, with the real bot behind it: what people see and press."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page import DESK, PATIENCE_MS, POCKET, Phone, desk
from tests.e2e.chats import FIRST
from tests.world import DATASET, world

MORE = "А с чего начать?"


async def trained(phone: Phone) -> None:
    """An admin plans, starts, and waits until the model serves."""
    await phone.says("/train")
    await phone.sees("План №1")
    await phone.presses(re.compile("Запустить"))
    await phone.sees("уже отвечает в чатах")


def answers() -> list[str]:
    """Every answer of the dataset."""
    lines = DATASET.read_text(encoding="utf-8").splitlines()
    messages = [message for line in lines for message in json.loads(line)["messages"]]
    return [message["content"] for message in messages if message["role"] == "assistant"]


async def test_admin_and_tester_on_one_desk(browser: Browser, tmp_path: Path):
    """From the first /start to a tester's second answer, all by what the page shows."""
    pace = {"running-seconds": "5", "tokens-per-second": "150", "first-token-seconds": "0.4"}
    async with (
        world(tmp_path, engine=pace) as everything,
        desk(browser, everything, viewport=DESK) as opened,
    ):
        admin, tester = opened.admin, opened.tester
        await admin.root.get_by_test_id("start").click()
        await admin.sees("Вы администратор")
        await admin.presses("Проверить датасет")
        await admin.sees("Датасет готов: 321")
        await admin.says("/train")
        await admin.sees("План №1")
        await opened.screenshot("1-plan")
        await admin.presses(re.compile("Запустить"))

        card = await admin.sees(re.compile("natasha-v1 · обучается"))
        card_id = await card.get_attribute("data-message-id")
        same = admin.root.locator(f"[data-message-id='{card_id}']")
        await expect(same).to_contain_text("эпоха", timeout=PATIENCE_MS)
        await opened.screenshot("2-card")
        await expect(same).to_contain_text("natasha-v1 · обучилась", timeout=PATIENCE_MS)
        await admin.sees("natasha-v1 готова ·")
        # 34 answers, of the model and of its base, at the pace that the tester needs.
        await admin.sees("уже отвечает в чатах", 4 * PATIENCE_MS)
        await opened.screenshot("3-success")

        await tester.root.get_by_test_id("start").click()
        await tester.sees("Наташа — программа")
        await tester.says(FIRST)
        await expect(tester.root.get_by_test_id("typing")).to_be_visible()
        await tester.sees("▌")
        await opened.screenshot("4-growing")
        await expect(tester.messages.filter(has_text="▌")).to_have_count(0, timeout=PATIENCE_MS)
        first = await tester.messages.last.locator(".words").inner_text()
        await tester.says(MORE)
        await expect(tester.messages).to_have_count(3, timeout=PATIENCE_MS)
        await expect(tester.messages.filter(has_text="▌")).to_have_count(0, timeout=PATIENCE_MS)
        await opened.screenshot("5-answers")
        assert first in answers()
        assert [part["content"] for part in everything.asked()[-1]][1:] == [FIRST, first, MORE]


async def test_a_stranger_a_file_and_the_menus(browser: Browser, tmp_path: Path):
    """A stranger is told politely; a file gets an answer; all see their own commands."""
    async with (
        world(tmp_path) as everything,
        desk(browser, everything, viewport=DESK, scheme="dark") as opened,
    ):
        admin, tester = opened.admin, opened.tester
        for phone in (admin, tester):
            await phone.root.get_by_test_id("start").click()
            await phone.sees("Здравствуйте")

        assert "/train" in await admin.commands()
        assert await tester.commands() == ["/new", "/help", "/language", "/privacy"]

        await opened.page.get_by_test_id("add-stranger").click()
        stranger = Phone(opened.page, "stranger")
        await stranger.root.get_by_test_id("start").click()
        told = await stranger.sees("Это закрытый бот")
        await expect(told).to_contain_text("2001")

        await tester.root.get_by_test_id("phone-menu").click()
        await tester.root.get_by_test_id("block").click()
        await expect(tester.composer).to_be_hidden()
        await tester.root.get_by_test_id("unblock").click()
        await expect(tester.composer).to_be_visible()

        file = {"name": "новый.jsonl", "mimeType": "text/plain", "buffer": b'{"messages": []}\n'}
        await admin.root.get_by_test_id("attach").set_input_files(file)  # type: ignore[arg-type]
        await expect(admin.root.get_by_test_id("tray")).to_contain_text("новый.jsonl")
        before = await admin.messages.count()
        await admin.root.get_by_test_id("send").click()
        await expect(admin.messages).to_have_count(before + 1, timeout=PATIENCE_MS)
        await opened.screenshot("6-dark-three-phones")

        await opened.page.get_by_test_id("theme").click()
        await opened.screenshot("7-light-three-phones")
        background = "getComputedStyle(document.body).backgroundColor"
        light = await opened.page.evaluate(background)
        await opened.page.get_by_test_id("theme").click()
        assert await opened.page.evaluate(background) != light


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_one_tab_is_in_front(browser: Browser, tmp_path: Path, scheme: str):
    """390 pixels are enough: nothing sticks out, and the tabs lead to the other phone."""
    async with (
        world(tmp_path) as everything,
        desk(browser, everything, viewport=POCKET, scheme=scheme) as opened,
    ):
        admin, tester, page = opened.admin, opened.tester, opened.page
        await admin.root.get_by_test_id("start").click()
        await admin.sees("Вы администратор")
        await opened.screenshot(f"8-{scheme}-admin-start")
        await admin.says("/validate")
        await admin.sees("Датасет готов")
        await admin.says("/train")
        await admin.sees("План №1")
        await opened.screenshot(f"8-{scheme}-admin-plan")
        await admin.presses(re.compile("Запустить"))
        await admin.sees("уже отвечает в чатах")
        await opened.screenshot(f"8-{scheme}-admin-success")
        await expect(tester.root).to_be_hidden()

        await page.get_by_test_id("tab-tester").tap()
        await expect(admin.root).to_be_hidden()
        await tester.root.get_by_test_id("start").tap()
        await tester.sees("Здравствуйте")
        await tester.says(FIRST)
        await expect(tester.messages).to_have_count(2, timeout=PATIENCE_MS)
        await opened.screenshot(f"8-{scheme}-tester")

        width = "document.documentElement.scrollWidth"
        assert await page.evaluate(width) == POCKET["width"]
