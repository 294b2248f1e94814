"""How many taps the main ways take on a phone, counted where a thumb would press."""

import json
import re
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, expect

from tests.browser.page import LONG_MS, PATIENCE_MS, POCKET, Phone, desk
from tests.dataset.odd_files import csv_of
from tests.e2e.faults import spoiled, upload
from tests.world import DATASET, world

RUN = {"running-seconds": "2"}


@dataclass
class Thumb:
    """Presses buttons on a phone and counts."""

    phone: Phone
    taps: int = 0

    async def begins(self) -> None:
        """The button of an empty chat."""
        self.taps += 1
        await self.phone.root.get_by_test_id("start").click()

    async def presses(self, button: str | re.Pattern[str]) -> None:
        self.taps += 1
        await self.phone.presses(button)

    async def sees(self, words: str | re.Pattern[str], patience_ms: int = PATIENCE_MS) -> Locator:
        return await self.phone.sees(words, patience_ms)

    def since(self) -> int:
        """The taps since the last call."""
        taps, self.taps = self.taps, 0
        return taps


async def test_main_ways_take_few_taps(browser: Browser, tmp_path):
    """From /start to a training, to Natasha's words, back to the old model, and so on."""
    counted: dict[str, int] = {}
    async with (
        world(tmp_path, engine=RUN) as everything,
        desk(browser, everything, viewport=POCKET) as opened,
    ):
        thumb = Thumb(opened.admin)
        await thumb.begins()
        await thumb.sees("Вы администратор")
        await thumb.presses("Обучить")
        await thumb.sees("План №1")
        await thumb.presses(re.compile("Запустить"))
        await thumb.sees("natasha-v1 · ")
        counted["first training"] = thumb.since()

        ended = await thumb.sees("natasha-v1 готова", LONG_MS)
        assert "Я чувствую себя потерянным в жизни" in await ended.inner_text()
        counted["from the end of a job to Natasha's words"] = thumb.since()

        file = {
            "name": "new.jsonl",
            "mimeType": "text/plain",
            "buffer": DATASET.read_bytes() + b"\n",
        }
        await opened.admin.root.get_by_test_id("attach").set_input_files(file)  # type: ignore[arg-type]
        await opened.admin.root.get_by_test_id("send").click()
        await thumb.sees("Файл new.jsonl получен")
        await thumb.presses("Взять и обучить")
        await thumb.sees("План №2")
        await thumb.presses(re.compile("Запустить"))
        ended = await thumb.sees("natasha-v2 готова", LONG_MS)
        counted["file to training"] = thumb.since()

        examples = [json.loads(line)["messages"] for line in DATASET.read_text().splitlines()[:30]]
        pairs = [(each[-2]["content"], each[-1]["content"]) for each in examples]
        table = {
            "name": "table.csv",
            "mimeType": "text/csv",
            "buffer": csv_of([("Вопрос", "Ответ"), *pairs]),
        }
        await opened.admin.root.get_by_test_id("attach").set_input_files(table)  # type: ignore[arg-type]
        await opened.admin.root.get_by_test_id("send").click()
        report = await thumb.sees("Файл table.csv получен")
        await expect(report).to_contain_text(f"вопрос: {pairs[0][0][:60]}")
        await thumb.presses("Взять и обучить")
        await thumb.sees("План №3")
        await thumb.presses(re.compile("Запустить"))
        await thumb.sees("natasha-v3 · ")
        counted["table to training"] = thumb.since()
        await thumb.sees("natasha-v3 готова", LONG_MS)
        await expect(ended).not_to_contain_text("ещё проверяю", timeout=LONG_MS)
        await ended.get_by_role("button", name="Включить всем").click()
        await thumb.sees("Теперь отвечает natasha-v2")
        thumb.since()
        await opened.admin.says("/start")
        await thumb.sees("Отвечает модель: natasha-v2")
        await thumb.presses("Модели")
        await thumb.sees("Сейчас отвечает: natasha-v2")
        await thumb.presses("↩ Вернуть natasha-v1")
        await thumb.sees("Теперь отвечает natasha-v1")
        counted["roll back"] = thumb.since()

        await opened.admin.says("/start")
        await thumb.sees("Отвечает модель: natasha-v1")
        await thumb.presses("Люди")
        await thumb.sees("Люди")
        await thumb.presses("Пригласить")
        await thumb.sees("Приглашение")
        counted["invite"] = thumb.since()

        everything.proxy.rewrite = upload(spoiled, b"run-")
        await opened.admin.says("/train epochs=2")
        await thumb.sees("План №4")
        await thumb.presses(re.compile("Запустить"))
        thumb.since()
        failed = await thumb.sees("natasha-v4 не обучилась", LONG_MS)
        assert "Провайдер не принял" in await failed.inner_text()
        counted["why it failed"] = thumb.since()

    assert counted == {
        "first training": 3,
        "from the end of a job to Natasha's words": 0,
        "file to training": 2,
        "table to training": 2,
        "roll back": 2,
        "invite": 2,
        "why it failed": 0,
    }
