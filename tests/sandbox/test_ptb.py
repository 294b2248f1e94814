"""The real python-telegram-bot is at home in the sandbox."""

from collections.abc import AsyncIterator

import pytest
import telegram
from telegram.constants import ChatAction, ParseMode
from telegram.request import HTTPXRequest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import PNG, People, Person


@pytest.fixture
async def ptb(bot: BotClient) -> AsyncIterator[telegram.Bot]:
    request, polling = (HTTPXRequest(httpx_kwargs={"trust_env": False}) for _ in range(2))
    async with telegram.Bot(
        bot.bot_token,
        base_url=f"{bot.url}/bot",
        base_file_url=f"{bot.url}/file/bot",
        request=request,
        get_updates_request=polling,
    ) as client:
        yield client


async def test_a_conversation(ptb: telegram.Bot, anna: Person):
    await anna.says("Как начать бизнес?")
    updates = await ptb.get_updates(timeout=5, allowed_updates=telegram.Update.ALL_TYPES)
    message = updates[-1].message
    assert message is not None

    await ptb.send_chat_action(anna.id, ChatAction.TYPING)
    button = telegram.InlineKeyboardButton("👍", callback_data="rate:1:up")
    answer = await message.reply_text(
        "<b>А зачем</b> он тебе?",
        parse_mode=ParseMode.HTML,
        reply_markup=telegram.InlineKeyboardMarkup([[button]]),
        do_quote=True,
    )
    await anna.presses("👍")
    pressed = (await ptb.get_updates(offset=updates[-1].update_id + 1, timeout=5))[0]
    assert pressed.callback_query is not None
    await pressed.callback_query.answer("Спасибо")
    edited = await answer.edit_text("А зачем он тебе, правда?")

    assert answer.text_html == "<b>А зачем</b> он тебе?"
    assert answer.reply_to_message is not None
    assert isinstance(edited, telegram.Message)
    assert (await anna.sees("правда"))["message_id"] == answer.message_id
    assert await ptb.delete_message(anna.id, answer.message_id)


async def test_errors_have_ptbs_types(
    ptb: telegram.Bot, people: People, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    message = await ptb.send_message(anna.id, "x")
    await people.fault("sendMessage", "retry_after", seconds=3)

    with pytest.raises(telegram.error.RetryAfter):
        await ptb.send_message(anna.id, "x")
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await message.edit_text("x")
    await people.fault("sendMessage", "drop_before")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(anna.id, "x")
    await people.fault("sendMessage", "bad_gateway_html")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(anna.id, "x")
    await anna.blocks()
    with pytest.raises(telegram.error.Forbidden):
        await ptb.send_message(anna.id, "x")


async def test_files(ptb: telegram.Bot, anna: Person):
    await anna.sends_document("data.jsonl", b'{"a": 1}\n')
    received = (await ptb.get_updates(offset=-1))[0].message
    assert received is not None
    assert received.document is not None
    file = await received.document.get_file()

    assert bytes(await file.download_as_bytearray()) == b'{"a": 1}\n'
    sent = await ptb.send_document(anna.id, b"a,b", filename="отчёт.csv", caption="Вот")
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("отчёт.csv", "Вот")
    photo = await ptb.send_photo(anna.id, PNG)
    assert photo.photo[-1].width == 320
    album = await ptb.send_media_group(
        anna.id,
        [telegram.InputMediaDocument(b"1", filename="1"), telegram.InputMediaDocument(b"2")],
    )
    assert len(album) == 2


async def test_menus_and_names(ptb: telegram.Bot, anna: Person):
    scope = telegram.BotCommandScopeChat(anna.id)
    await ptb.set_my_commands([("start", "Начать")], scope=scope, language_code="ru")
    await ptb.set_my_description("Коуч")
    await ptb.set_my_short_description("Коуч")
    await ptb.set_chat_menu_button(anna.id, telegram.MenuButtonCommands())
    await ptb.delete_webhook()
    drafted = await ptb.send_message_draft(anna.id, 1, "Набро")

    assert (await ptb.get_my_commands(scope, "ru"))[0].command == "start"
    assert (await anna.view())["commands"] == [{"command": "start", "description": "Начать"}]
    assert (await ptb.get_chat(anna.id)).first_name == "Анна"
    assert (await ptb.get_chat_member(anna.id, anna.id)).status == "member"
    assert (await ptb.get_webhook_info()).url == ""
    assert drafted
