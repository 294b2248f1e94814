"""What people send besides words, with a thumb on 390 pixels: the page sends it and shows it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.runtime import children
from sandbox import samples
from tests.browser.page import POCKET, Phone
from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.world import ADMIN

SELECT = """([words, wanted]) => {
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.lastIndexOf(wanted);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(node, at, node, at + wanted.length);
    return;
  }
}"""
"""Select the last place where a message says something, as a finger would."""


@dataclass
class Pocket:
    """The page on a phone, and a bot that is only a client of the Bot API."""

    page: Page
    phone: Phone
    bot: BotClient
    admin: Person

    async def attaches(self, what: str) -> None:
        """Choose from the list of things to attach."""
        await self.phone.root.get_by_test_id("attachments").tap()
        await self.phone.root.get_by_test_id(what).tap()

    async def opens_menu(self, message: Locator) -> None:
        """Open the list of what can be done with a message."""
        await message.locator(".body").tap()
        await message.get_by_role("button", name="Ещё").tap()
        await expect(self.phone.root.get_by_test_id("sheet")).to_be_visible()

    async def does(self, what: str) -> None:
        """Choose from that list."""
        await self.phone.root.get_by_test_id(what).tap()
        await expect(self.phone.root.get_by_test_id("sheet")).to_have_count(0)

    async def sends(self, words: str = "") -> None:
        """Write, and press send."""
        await self.phone.composer.fill(words)
        await self.phone.root.get_by_test_id("send").tap()

    async def says(self, **message: Any) -> Any:
        """The bot sends a message."""
        return await self.bot.call("sendMessage", chat_id=ADMIN, **message)

    def newest(self, whose: str = "out") -> Locator:
        """The newest message of the person ("out") or of the bot ("in")."""
        return self.phone.root.locator(f".message.{whose}").last

    async def updates(self, n: int) -> list[dict[str, Any]]:
        """Wait for so many updates after the first "/start"; with reactions and votes."""
        kinds = ["message", "message_reaction", "poll"]
        while True:
            found = await self.bot.call("getUpdates", allowed_updates=kinds, timeout=5)
            if len(found) > n:
                return [next(iter(list(update.values())[1:])) for update in found[1:]]


@pytest.fixture
async def pocket(browser: Browser, tmp_path: Path) -> AsyncIterator[Pocket]:
    async with children.running("sandbox", "--port", "0", log=tmp_path / "log") as sandbox:
        bot = BotClient(sandbox.ready, 77)
        context = await browser.new_context(
            viewport={"width": POCKET["width"], "height": POCKET["height"]},
            has_touch=True,
            locale="ru-RU",
        )
        async with bot.http, People(sandbox.ready, 77) as people:
            await bot.call("getUpdates", allowed_updates=["message", "message_reaction", "poll"])
            page = await context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: errors.extend([said.text] * (said.type == "error")))
            await page.goto(sandbox.ready)
            phone = Phone(page, "admin")
            await phone.root.get_by_test_id("start").tap()
            await expect(phone.root.locator(".message.out")).to_have_count(1)
            yield Pocket(page, phone, bot, await people.person(ADMIN, "Мария"))
            assert await page.evaluate("document.documentElement.scrollWidth") == POCKET["width"]
            await context.close()
            assert errors == []


async def test_a_photo_with_words_a_voice_and_a_sticker(pocket: Pocket):
    """The sandbox's own ones, with two taps each; all of them are shown."""
    await pocket.attaches("sample-photo")
    await expect(pocket.phone.root.get_by_test_id("tray")).to_contain_text("Пробная фотография")
    await pocket.sends("Что на ней?")
    await expect(pocket.newest().locator(".photo img")).to_be_visible()
    await expect(pocket.newest()).to_contain_text("Что на ней?")
    await pocket.attaches("sample-voice")
    await expect(pocket.newest().locator("audio")).to_have_attribute("aria-label", "Голосовое, 3 с")
    await pocket.attaches("sample-sticker")
    await expect(pocket.newest().get_by_role("img", name="Стикер")).to_be_visible()
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert await pocket.newest().locator(".sticker").evaluate(drawn) == 512

    photo, voice, sticker = await pocket.updates(3)
    assert photo["caption"] == "Что на ней?"
    assert voice["voice"]["duration"] == 3
    assert sticker["sticker"]["emoji"]


async def test_the_sample_voice_is_sound(pocket: Pocket):
    """The browser decodes it: as many seconds as the message says."""
    await pocket.attaches("sample-voice")

    length = (
        await pocket.newest()
        .locator("audio")
        .evaluate(
            "async player => (await new AudioContext().decodeAudioData("
            "await (await fetch(player.src)).arrayBuffer())).duration"
        )
    )

    assert 2.9 < length < 3.1


async def test_own_pictures_are_an_album(pocket: Pocket):
    files = [
        {"name": f"{n}.png", "mimeType": "image/png", "buffer": samples.picture(60 + n, 40)}
        for n in range(2)
    ]
    await pocket.phone.root.get_by_test_id("attach-photo").set_input_files(files)  # type: ignore[arg-type]
    await pocket.sends("две")

    one, two = await pocket.updates(2)
    assert one["media_group_id"] == two["media_group_id"]
    assert (one["caption"], one["photo"][-1]["width"], two["photo"][-1]["width"]) == ("две", 60, 61)
    await expect(pocket.phone.root.locator(".message.out .photo")).to_have_count(2)


async def test_a_selected_fragment_is_quoted(pocket: Pocket):
    """The second of two equal words: the bot is told which; the reply shows the fragment."""
    await pocket.says(text="Сон — это сон, а не дом.")
    message = await pocket.phone.sees("Сон — это сон")
    await message.locator(".bubble").tap()
    words = await message.locator(".words").element_handle()
    await pocket.page.evaluate(SELECT, [words, "сон"])
    await message.get_by_role("button", name="Ещё").tap()
    await expect(pocket.phone.root.get_by_test_id("quote")).to_have_text("Ответить на «сон»")
    await pocket.does("quote")
    await expect(pocket.phone.root.locator(".compose-bar")).to_contain_text("Ответ на слова")
    await pocket.sends("Какой?")

    (reply,) = await pocket.updates(1)
    assert reply["quote"] == {"text": "сон", "position": 10, "is_manual": True}
    assert reply["reply_to_message"]["text"].startswith("Сон")
    await expect(pocket.newest().locator(".reply-quote")).to_contain_text("«сон»")


async def test_a_message_is_answered_and_forwarded(pocket: Pocket):
    """A plain reply has no quote; a forward comes after its comment, or alone."""
    await pocket.says(text="Ответ бота")
    message = await pocket.phone.sees("Ответ бота")
    await pocket.opens_menu(message)
    await expect(pocket.phone.root.get_by_test_id("quote")).to_have_count(0)
    await pocket.does("reply")
    await pocket.sends("Да?")
    await pocket.opens_menu(message)
    await pocket.does("forward")
    await pocket.sends("Смотри")
    await pocket.opens_menu(message)
    await pocket.does("forward")
    await pocket.sends()

    reply, comment, forward, alone = await pocket.updates(4)
    assert (reply["text"], "quote" in reply) == ("Да?", False)
    assert reply["reply_to_message"]["text"] == "Ответ бота"
    assert (comment["text"], "reply_to_message" in comment) == ("Смотри", False)
    for each in (forward, alone):
        assert each["forward_origin"]["sender_user"]["id"] == 77
        assert each["text"] == "Ответ бота"
    await expect(pocket.newest()).to_contain_text("переслано: Natasha")


async def test_a_reaction_is_put_and_taken_back(pocket: Pocket):
    """It stands below the message, beside the bot's."""
    sent = await pocket.says(text="Ответ бота")
    message = await pocket.phone.sees("Ответ бота")
    which = {"chat_id": ADMIN, "message_id": sent["message_id"]}
    await pocket.bot.call(
        "setMessageReaction", reaction=[{"type": "emoji", "emoji": "👀"}], **which
    )
    for n_shown in (2, 1):
        await pocket.opens_menu(message)
        face = pocket.phone.root.get_by_test_id("sheet").get_by_role("button", name="🔥")
        await expect(face).to_have_attribute("aria-pressed", "false" if n_shown == 2 else "true")
        await face.tap()
        await expect(message.locator(".reaction")).to_have_count(n_shown)

    put, taken = await pocket.updates(2)
    assert [each["emoji"] for each in put["new_reaction"]] == ["🔥"]
    assert (taken["old_reaction"], taken["new_reaction"]) == (put["new_reaction"], [])


async def test_the_page_shows_which_messages_rang(pocket: Pocket):
    """New ones; not silent ones, not edits; also after the page was opened again."""
    loud = await pocket.says(text="громко")
    await pocket.says(text="тихо", disable_notification=True)
    await pocket.phone.sees("тихо")
    await pocket.bot.call(
        "editMessageText", chat_id=ADMIN, message_id=loud["message_id"] + 1, text="тише"
    )
    await pocket.phone.sees("тише")

    for _ in range(2):
        rang = (await pocket.phone.sees("громко")).get_by_role("img", name="Телефон прозвенел")
        await expect(rang).to_be_visible()
        await expect(pocket.phone.root.locator(".rang")).to_have_count(1)
        await pocket.page.reload()


async def test_an_empty_chat_shows_what_the_bot_says_of_itself(pocket: Pocket):
    """In the reader's language, above the button that starts it; also when it changes."""
    for words in ("Я учусь.\n\n18+", "Я выучилась."):
        await pocket.bot.call("setMyDescription", description=words, language_code="ru")
        await pocket.bot.call("setMyDescription", description="I learn.")
        if words.startswith("Я учусь"):
            await pocket.page.goto(f"{pocket.page.url}?admin=1003")
        await expect(pocket.phone.root.locator(".description")).to_have_text(words)
    await expect(pocket.phone.root.get_by_test_id("start")).to_be_visible()


async def test_the_lock_screen_shows_what_rang_last(pocket: Pocket):
    """Time and first words of the last message that rang; no silent one, nothing before that."""
    strip = pocket.phone.root.get_by_test_id("lock-screen")
    await pocket.says(text="тихо", disable_notification=True)
    await pocket.phone.sees("тихо")
    await expect(strip).to_be_hidden()
    await pocket.says(text="громко")
    await pocket.says(text="ещё тише", disable_notification=True)
    await pocket.phone.sees("ещё тише")

    for _ in range(2):
        await expect(strip).to_have_text(re.compile(r"^\d\d:\d\dгромко$"))
        await pocket.page.reload()
    await pocket.says(text="длинно " * 40)
    await expect(strip).to_contain_text("длинно")
    box = await strip.bounding_box()
    assert box is not None
    assert box["height"] < 40


async def test_polls_topics_and_formatted_text(pocket: Pocket):
    """What bots and other apps send is shown, and a poll is voted in."""
    await pocket.bot.call("sendPoll", chat_id=ADMIN, question="Что пьём?", options=["чай", "кофе"])
    await pocket.phone.root.get_by_role("button", name="кофе").tap()
    await expect(pocket.newest("in")).to_contain_text("голосов: 1")
    await pocket.admin.says_rich(["Скажи ", {"type": "bold", "text": "честно"}], "Второй абзац")
    await expect(pocket.newest().locator("strong")).to_have_text("честно")
    await expect(pocket.newest()).to_contain_text("Второй абзац")
    topic = await pocket.admin.opens_topic("Сны")
    await pocket.says(text="здесь", message_thread_id=topic)
    await expect(pocket.newest("in")).to_contain_text("тема: Сны")
    await pocket.opens_menu(pocket.newest("in"))
    await pocket.does("reply")
    await pocket.sends("и здесь")
    await expect(pocket.newest()).to_contain_text(re.compile("тема: Сны.*и здесь", re.DOTALL))

    *_, reply = await pocket.updates(4)
    assert (reply["text"], reply["message_thread_id"]) == ("и здесь", topic)


async def test_own_captions_are_edited_and_messages_deleted(pocket: Pocket):
    await pocket.attaches("sample-photo")
    await pocket.sends("было")
    await expect(pocket.newest()).to_contain_text("было")
    await pocket.opens_menu(pocket.newest())
    await pocket.does("edit")
    await pocket.sends("стало")
    await expect(pocket.newest()).to_contain_text("стало")
    await pocket.opens_menu(pocket.newest())
    await pocket.does("delete")

    await expect(pocket.phone.root.locator(".message")).to_have_count(1)


async def test_the_keyboard_is_enough(pocket: Pocket):
    """Arrows find the message, the menu key opens its list, Escape leads back to the message."""
    await pocket.says(text="Ответ бота")
    message = await pocket.phone.sees("Ответ бота")
    await pocket.phone.root.get_by_test_id("messages").focus()
    await pocket.page.keyboard.press("ArrowUp")
    await pocket.page.keyboard.press("Shift+F10")
    await expect(pocket.phone.root.get_by_test_id("sheet")).to_be_visible()
    await pocket.page.keyboard.press("Escape")
    await expect(pocket.phone.root.get_by_test_id("sheet")).to_have_count(0)
    await expect(message).to_be_focused()
    await pocket.page.keyboard.press("ContextMenu")
    await pocket.page.keyboard.press("Tab")
    await pocket.page.keyboard.press("Enter")

    await expect(message.locator(".reaction")).to_contain_text("👎")


async def test_long_words_are_cut_by_the_sandbox(pocket: Pocket):
    """The page sends them at once; two messages of one second arrive."""
    await pocket.sends("слово " * 800)

    one, two = await pocket.updates(2)
    assert (len(one["text"]), one["date"]) == (4091, two["date"])
    await expect(pocket.phone.root.locator(".message.out")).to_have_count(3)
