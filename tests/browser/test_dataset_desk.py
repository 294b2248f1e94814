"""The dataset desk on the page: a file is attached, mended, split and priced with a thumb."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.page import POCKET, desk
from tests.world import DATASET, world

LINES = DATASET.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_dataset_is_brought_by_phone(browser: Browser, tmp_path: Path, scheme: str):
    """Every step is one press, and says what it will do before it does it."""
    spoilt = b"\xef\xbb\xbf" + b"".join([*LINES[:60], b"\n", LINES[3]])
    broken = b"".join(LINES[:30]) + b"{}\n" * 7 + LINES[40].replace(b"?", b"? a@b.ru", 1)
    async with (
        world(tmp_path) as everything,
        desk(browser, everything, viewport=POCKET, scheme=scheme) as opened,
    ):
        admin = opened.admin

        async def attaches(name: str, content: bytes) -> None:
            file = {"name": name, "mimeType": "text/plain", "buffer": content}
            await admin.root.get_by_test_id("attach").set_input_files(file)  # type: ignore[arg-type]
            await admin.root.get_by_test_id("send").click()
            await admin.sees(f"Файл {name} получен")

        await admin.root.get_by_test_id("start").click()
        await admin.sees("Вы администратор")
        await attaches("сломанный.jsonl", broken)
        await opened.screenshot(f"1-{scheme}-broken")
        await admin.presses("Весь отчёт")
        await admin.sees("Полный отчёт")
        await attaches("новый.jsonl", spoilt)
        await opened.screenshot(f"2-{scheme}-report")
        await admin.presses("Починить")
        await admin.sees("пока ничего не изменено")
        await opened.screenshot(f"3-{scheme}-repair")
        await admin.presses("Сделать исправленную копию")
        await admin.sees("исправленная копия")
        await opened.screenshot(f"4-{scheme}-repaired")
        await admin.presses("Отложить часть")
        await admin.sees("Сколько примеров")
        await opened.screenshot(f"5-{scheme}-split")
        await admin.presses(re.compile("10 %"))
        await admin.sees("Готово: для обучения")
        await opened.screenshot(f"6-{scheme}-parts")
        await admin.presses("Взять в работу")
        await admin.sees("Теперь в работе")
        await admin.presses("К обучению")
        await admin.presses("⚙️ Подробно")
        await admin.sees("Проверочная часть")
        await opened.screenshot(f"7-{scheme}-plan")
        await admin.says("/datasets")
        await admin.sees("Датасеты")
        await opened.screenshot(f"8-{scheme}-versions")
        await admin.says("/validate")
        await admin.sees("Версия №")
        await admin.presses("Цены")
        await admin.sees("Сколько стоит обучение")
        await opened.screenshot(f"9-{scheme}-prices")
        width = "document.documentElement.scrollWidth"
        assert await opened.page.evaluate(width) == POCKET["width"]
