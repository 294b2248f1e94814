"""A person in danger, on a phone: the card before and below the answer, and the call for people."""

from pathlib import Path

from playwright.async_api import Browser

from tests.browser.page import POCKET, desk, fits, press, same, shows
from tests.e2e.dangers import CALL, LINE, SERIOUS
from tests.e2e.training import tuned
from tests.world import world

ANSWER = (
    "Хорошо, что ты это говоришь. Спрошу прямо: ты и сейчас думаешь о том, чтобы умереть? Если да, "
    "звони 112 и скажи: «Боюсь за себя». Кто сейчас рядом?"
)
SLOW = {"tokens-per-second": "15", "first-token-seconds": "0.5"}


async def test_card_is_read_on_a_phone(browser: Browser, tmp_path: Path):
    """It comes first, stands below the answer later, and calls the team after one more question."""
    async with (
        world(tmp_path, engine=SLOW) as everything,
        desk(browser, everything, viewport=POCKET) as opened,
    ):
        admin, tester, shot = opened.admin, opened.tester, opened.pictures
        model = await tuned(everything, ANSWER)
        await admin.root.get_by_test_id("start").click()
        await admin.says(f"/use {model}")
        await admin.sees("Теперь отвечает")

        await opened.page.get_by_test_id("tab-tester").tap()
        await tester.root.get_by_test_id("start").tap()
        await tester.says(SERIOUS)
        first = await same(tester, await tester.sees("приехать не может"))
        await tester.sees("▌")
        await shot("80-card-first", first)
        await shows(first, LINE)
        below = await same(tester, await tester.sees("приехать не может"))
        await fits(opened)
        await shot("81-card-below", first)

        await press(below, CALL)
        asked = await same(tester, await tester.sees("увидят ваше имя"))
        await shot("82-asked", below)
        await press(asked, "Позвать")
        await shows(asked, "никто не дежурит")
        await shot("83-called", below)
        await opened.page.get_by_test_id("tab-admin").tap()
        called = await admin.sees("зовёт людей из команды")
        await shows(called, SERIOUS)
        await shot("84-admin", called)
        await admin.says("/quality")
        figures = await admin.sees("Номера помощи показаны: 1")
        await press(figures, "Разговоры о помощи (1)")
        await admin.sees("Заметок вы не получаете")
        await fits(opened)
        await shot("85-figures")
