"""The main way on small phones, in both languages at once: an admin and a tester of each."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser

from tests.browser.page import POCKET, Desk, desk
from tests.e2e.training import MODEL, TWO_ADMINS
from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, DATASET, SECOND_ADMIN, TESTER, World, eventually, world

WIDTHS = (390, 320)
TALLEST = 640
SECOND_TESTER = 1004
MEASURE = """
phone => [...phone.querySelectorAll(".message.in")].map(message => [
    message.innerText.split("\\n")[0],
    Math.round(message.getBoundingClientRect().height),
    [...message.querySelectorAll(".key-words")].filter(
        key => key.scrollWidth > key.clientWidth || key.scrollHeight > key.clientHeight + 1
    ).map(key => key.textContent),
])
"""


def data_from(message: Json, begin: str) -> str:
    """The data of the message's button that begins so; empty: it has none."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    found = (key.get("callback_data", "") for row in rows for key in row)
    return next((data for data in found if data.startswith(begin)), "")


def is_judged(message: Json) -> bool:
    """Whether it is the end of a training, and nothing is asked of the model any more."""
    is_asked = re.search("ещё проверяю|still asking", words(message))
    return bool(data_from(message, "trials:leave:") and not is_asked)


async def presses(person: Person, begin: str) -> None:
    """Press the newest button whose data begins so."""
    message = await person.sees(lambda each: data_from(each, begin), what=begin)
    await person.presses(data_from(message, begin), message)


@dataclass
class Pair:
    """An admin and a tester who speak one language, and their page."""

    admin: Person
    tester: Person
    opened: Desk
    heights: dict[tuple[str, int], int] = field(default_factory=dict)
    """The tallest by first line and width of the phone."""
    cut: set[str] = field(default_factory=set)

    async def looks(self) -> None:
        """Measure all that stands in both chats now."""
        for role, person in (("admin", self.admin), ("tester", self.tester)):
            await self.opened.page.get_by_test_id(f"tab-{role}").click()
            phone = self.opened.page.get_by_test_id(f"phone-{role}")

            async def has_come(person=person, phone=phone) -> bool:
                rows = [
                    row
                    for each in await person.chat()
                    for row in each.get("reply_markup", {}).get("inline_keyboard", [])
                ]
                shown: list[str] = await phone.locator(".key-words").all_text_contents()
                return shown == [key["text"] for row in rows for key in row]

            await eventually(has_come)
            for width in WIDTHS:
                await self.opened.page.set_viewport_size({"width": width, "height": 844})
                for name, height, cut in await phone.evaluate(MEASURE):
                    self.heights[name, width] = max(height, self.heights.get((name, width), 0))
                    self.cut.update(cut)


@asynccontextmanager
async def pair(
    browser: Browser, everything: World, language: str, admin_id: int, tester_id: int
) -> AsyncIterator[Pair]:
    people = everything.people
    admin = await people.person(admin_id, "Мария", language_code=language)
    tester = await people.person(tester_id, "Олег", language_code=language)
    query = f"?admin={admin_id}&tester={tester_id}"
    async with desk(browser, everything, viewport=POCKET, query=query) as opened:
        yield Pair(admin, tester, opened)


async def test_main_way_fits_small_phones(browser: Browser, tmp_path):
    """From /start over file, plan, card and end to a switch; a tester's chat to a correction."""
    async with (
        world(
            tmp_path,
            engine={"running-seconds": "5"},
            ADMIN_IDS=TWO_ADMINS,
            TESTER_IDS=f"{TESTER},{SECOND_TESTER}",
            CHAT_MODEL=MODEL,
        ) as everything,
        pair(browser, everything, "ru", ADMIN, TESTER) as russians,
        pair(browser, everything, "en", SECOND_ADMIN, SECOND_TESTER) as britons,
    ):
        pairs = (britons, russians)
        for n, each in enumerate(pairs, start=1):
            await each.admin.says("/start")
            await each.tester.says("/start")
            await each.admin.sends_document("new.jsonl", DATASET.read_bytes() + b"\n" * n)
            await each.admin.sees(lambda message: data_from(message, "training:on:"))
            await each.looks()
            await presses(each.admin, "training:on:")
            await each.admin.sees(lambda message: data_from(message, "training:start:"))
            await each.looks()
        await presses(russians.admin, "training:start:")
        for each in pairs:
            await each.admin.sees(lambda message: data_from(message, "jobs:chart:"))
            await each.looks()

        for each in pairs:
            await each.admin.sees(is_judged)
            await presses(each.admin, "models:talk:")
            await each.admin.sees(lambda message: data_from(message, "models:talk_end:"))
            await each.looks()
        await presses(britons.admin, "models:serve:")
        await presses(russians.admin, "models:back:")
        for each in pairs:
            await each.tester.says("А дальше?")
            await presses(each.tester, "ratings:down:")
            await presses(each.tester, "ratings:correction_write:")
            await each.tester.sees(lambda message: data_from(message, "ratings:correction_leave:"))
            await each.looks()

        for each in pairs:
            assert len(each.heights) > 2 * 9
            assert {name: n for name, n in each.heights.items() if n > TALLEST} == {}
            assert each.cut == set()
