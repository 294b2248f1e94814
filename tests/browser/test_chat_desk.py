"""The chat on a phone: what a tester sees of answers, and what an admin makes of the ratings."""

import re
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.page import LONG_MS, POCKET, desk, fits, press, same, shows, turns
from tests.e2e.chats import FIRST
from tests.e2e.training import tuned
from tests.world import world

FOREST = (
    "Представь, что ты стоишь **в лесу на рассвете**. Тропы не видно, но слышно воду. "
    "Что ты сделаешь первым?\n\n"
    "1. Постоишь и послушаешь.\n"
    "2. Пойдёшь на звук.\n"
    "3. Позовёшь того, кто рядом.\n\n"
    "> Заблудиться — тоже способ увидеть лес.\n\n"
    "И вопрос: *когда ты в последний раз шёл сам, а не по чужой карте?*"
)
RIVER = "Река тоже не знает дороги, а всё же приходит к морю. Что у тебя сейчас течёт само?"
BETTER = "Ты не потерялся, ты остановился. Что ты слышишь, когда вокруг тихо?"
SLOW = {"tokens-per-second": "15", "first-token-seconds": "0.5"}
"""An answer takes about ten seconds: time enough for pictures and for the stop button."""


async def test_a_tester_talks_rates_and_corrects(browser: Browser, tmp_path: Path):
    """Answers grow and are stopped, asked anew, rated, put better; admins make a dataset of it."""
    async with (
        world(tmp_path, engine=SLOW) as everything,
        desk(browser, everything, viewport=POCKET) as opened,
    ):
        admin, tester, shot = opened.admin, opened.tester, opened.pictures
        forest, river = await tuned(everything, FOREST), await tuned(everything, RIVER)
        await admin.root.get_by_test_id("start").click()
        for number, model in enumerate((river, forest), start=1):
            await admin.says(f"/use {model}")
            await admin.sees(f"/use {number} с текстом")

        await opened.page.get_by_test_id("tab-tester").tap()
        await tester.root.get_by_test_id("start").tap()
        await shot("50-greeted", await tester.sees("Наташа — программа"))
        await tester.says(FIRST)
        answer = await same(tester, await tester.sees("▌"))
        await shot("51-growing")
        await press(answer, "⏹ Хватит")
        await shows(answer, "… (остановлено)")
        await shot("52-stopped")
        await press(answer, "🔁")
        await expect(answer).not_to_contain_text("(остановлено)", timeout=LONG_MS)
        await shows(answer, "по чужой карте?")
        await expect(answer.locator("strong, b").first).to_have_text("в лесу на рассвете")
        await expect(answer.locator(".quote")).to_contain_text("Заблудиться — тоже способ")
        await press(answer, "👍")
        await expect(answer.get_by_role("button", name="👍 ✓")).to_be_visible(timeout=LONG_MS)
        await shot("53-good", answer)

        await press(answer, "👎")
        why = await same(tester, await tester.sees("Что не так?"))
        await shot("54-why", why)
        await press(why, "Слишком общо")
        await expect(why.get_by_role("button", name="Слишком общо ✓")).to_be_visible()
        await press(why, "✍️ Написать за Наташу")
        await shot("55-write", await tester.sees("Пришлите её ответ одним сообщением"))
        await tester.says(BETTER)
        await shot("56-noted", await tester.sees("Записано: так сказала бы Наташа"))
        await tester.says("/privacy")
        kept = await same(tester, await tester.sees("Что здесь хранится о вас"))
        await shot("57-privacy", kept)
        await press(kept, "Удалить")
        sure = await same(tester, await tester.sees("Наташа забудет, о чём вы говорили"))
        await shot("58-forget", sure)
        await press(sure, "Нет, оставить")
        await shows(sure, "ничего не удаляю")
        await tester.says("/help")
        await shot("59-help", await tester.sees("а не врач"))
        await fits(opened)

        await opened.page.get_by_test_id("tab-admin").tap()
        await admin.says("/quality")
        quality = await same(admin, await admin.sees("Что думают об ответах"))
        await shot("60-quality", quality)
        await quality.get_by_role("button", name="👎 1").click()
        await shows(quality, BETTER)
        await shot("61-bad-answer", quality)
        await press(quality, "В датасет")
        export = await same(admin, await admin.sees("Примеры: 1"))
        await shot("62-export", export)
        await export.get_by_role("button", name="Примеры — в датасет").click()
        await shot("63-exported", await admin.sees("Собрана версия"))
        await fits(opened)


async def test_two_answers_are_compared_blindly(browser: Browser, tmp_path: Path):
    """An admin starts it by buttons; a tester chooses; the state and the result are plain."""
    async with (
        world(tmp_path) as everything,
        desk(browser, everything, viewport=POCKET) as opened,
    ):
        admin, tester, shot = opened.admin, opened.tester, opened.pictures
        forest, river = await tuned(everything, FOREST), await tuned(everything, RIVER)
        await admin.root.get_by_test_id("start").click()
        for number, model in enumerate((river, forest), start=1):
            await admin.says(f"/use {model}")
            await admin.sees(f"/use {number} с текстом")
        await admin.says("/compare")
        setup = await same(admin, await admin.sees("Слепое сравнение"))
        await shot("70-first-model", setup)
        await setup.get_by_role("button").first.click()
        await shows(setup, "с какой моделью её сравнить?")
        await shot("71-second-model", setup)
        await setup.get_by_role("button").first.click()
        await shows(setup, "Сколько собрать голосов?")
        await shot("72-votes", setup)
        await press(setup, "20 голосов")
        await shows(setup, "Голосов: 0 из 20")
        await turns(setup, ("Каждый вопрос", "на каждый вопрос"))
        await shot("73-running", setup)

        await opened.page.get_by_test_id("tab-tester").tap()
        await tester.root.get_by_test_id("start").tap()
        await tester.sees("Наташа — программа")
        await tester.says(FIRST)
        pair = await same(tester, await tester.sees("Река тоже не знает дороги"))
        await shot("74-pair", pair)
        await press(pair, "2 лучше")
        await expect(pair.get_by_role("button", name="2 лучше ✓")).to_be_visible(timeout=LONG_MS)
        await shot("75-chosen", pair)
        await fits(opened)

        await opened.page.get_by_test_id("tab-admin").tap()
        await press(setup, "Результат")
        result = await admin.sees(re.compile("За .*: 1 "))
        await shot("76-result", result)
        await admin.presses("Остановить")
        await shot("77-stopped", await admin.sees("Остановлено. Разницы пока не видно"))
        await fits(opened)
