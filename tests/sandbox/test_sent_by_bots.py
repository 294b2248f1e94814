"""What simple bots send besides texts and documents, and which of it rings."""

from typing import Any

import pytest

from sandbox import samples
from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.telegram_schema import check_object

OPTIONS = ["чай", {"text": "кофе"}]


async def updates(bot: BotClient) -> list[dict[str, Any]]:
    """All updates but the first "/start"; each fits the official schema."""
    found: list[dict[str, Any]] = (await bot.call("getUpdates"))[1:]
    for update in found:
        check_object("Update", update)
    return found


@pytest.mark.parametrize("kind", ["photo", "voice", "audio", "video", "animation", "document"])
async def test_files_of_each_kind(bot: BotClient, anna: Person, kind: str):
    """With a caption; sent again by their file_id, and edited."""
    content = samples.picture() if kind == "photo" else b"12345"
    method = f"send{kind.capitalize()}"
    sent = await bot.upload(
        method, {kind: ("a.png", content)}, chat_id=str(anna.id), caption="<b>да</b>",
        parse_mode="HTML", duration="3",
    )  # fmt: skip
    file_id = (sent[kind][-1] if kind == "photo" else sent[kind])["file_id"]

    again = await bot.call(method, chat_id=anna.id, **{kind: file_id})

    assert sent["caption_entities"][0]["type"] == "bold"
    assert file_id in str(again[kind])
    where = {"chat_id": anna.id, "message_id": sent["message_id"]}
    assert (await bot.call("editMessageCaption", caption="нет", **where))["caption"] == "нет"


async def test_small_things(bot: BotClient, anna: Person):
    sticker = await bot.upload(
        "sendSticker", {"sticker": ("a.webp", samples.STICKER)}, chat_id=str(anna.id)
    )
    dice = await bot.call("sendDice", chat_id=anna.id, emoji="🎰")
    place = await bot.call("sendLocation", chat_id=anna.id, latitude=55.75, longitude="37.6")
    contact = await bot.call("sendContact", chat_id=anna.id, phone_number="+7", first_name="Ира")

    assert (sticker["sticker"]["width"], sticker["sticker"]["is_video"]) == (512, False)
    assert 1 <= dice["dice"]["value"] <= 64
    assert place["location"] == {"latitude": 55.75, "longitude": 37.6}
    assert contact["contact"]["first_name"] == "Ира"


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("sendVoice", {}, "there is no voice in the request"),
        ("sendDice", {"emoji": "🦷"}, "DICE_EMOJI_INVALID"),
        ("sendLocation", {"latitude": 91, "longitude": 0}, "latitude is not valid"),
        ("sendLocation", {"longitude": 0}, "latitude is empty"),
        ("sendPoll", {"question": "?", "options": []}, "poll must have at least one answer option"),
        ("sendPoll", {"question": "?"}, "expected an Array of String as options"),
        ("sendPoll", {"question": "", "options": OPTIONS}, "text must be non-empty"),
        (
            "sendPoll",
            {"question": "?" * 301, "options": OPTIONS},
            "poll question length must not exceed 300",
        ),
        (
            "sendPoll",
            {"question": "?", "options": ["x"] * 13},
            "poll can't have more than 12 options",
        ),
        (
            "sendPoll",
            {"question": "?", "options": ["x" * 101]},
            "poll options length must not exceed 100",
        ),
        (
            "sendPoll",
            {"question": "?", "options": OPTIONS, "type": "quiz"},
            "correct quiz option list must be non-empty",
        ),
        ("stopPoll", {"message_id": 1}, "message can't be edited"),
        ("stopPoll", {"message_id": 99}, "message with poll to stop not found"),
        ("setMessageReaction", {"message_id": 99}, "message to react not found"),
        (
            "setMessageReaction",
            {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "🦷"}]},
            "REACTION_INVALID",
        ),
        ("createForumTopic", {"name": ""}, "TOPIC_TITLE_INVALID"),
        ("sendMessage", {"text": "я" * 20_000}, "text is too long"),
        (
            "sendMessage",
            {"text": "x", "reply_parameters": {"message_id": 1, "quote": "конец"}},
            "QUOTE_TEXT_INVALID",
        ),
    ],
)
async def test_refusals(bot: BotClient, anna: Person, method, params, reason):
    assert await bot.refusal(method, chat_id=anna.id, **params) == (400, f"Bad Request: {reason}")


async def test_a_poll_is_voted_in_and_stopped(bot: BotClient, people: People, anna: Person):
    """An open one tells who chose what; a vote is changed; after its end there are no votes."""
    sent = await bot.call(
        "sendPoll", chat_id=anna.id, question="Что?", options=OPTIONS, is_anonymous=False
    )
    await anna.votes(sent["message_id"], 1)
    await anna.votes(sent["message_id"], 0)
    stopped = await bot.call("stopPoll", chat_id=anna.id, message_id=sent["message_id"])

    first, _, second, _, end = await updates(bot)
    assert (first["poll_answer"]["option_ids"], second["poll_answer"]["option_ids"]) == ([1], [0])
    assert first["poll_answer"]["user"]["id"] == anna.id
    assert end["poll"] == stopped
    assert [option["voter_count"] for option in stopped["options"]] == [1, 0]
    assert [option["text"] for option in stopped["options"]] == ["чай", "кофе"]
    assert (stopped["is_closed"], stopped["total_voter_count"]) == (True, 1)
    shown = (await anna.chat())[-1]
    assert (shown["poll"], "edit_date" in shown) == (stopped, False)
    with pytest.raises(AssertionError, match="409"):
        await anna.votes(sent["message_id"], 1)


async def test_a_quiz_takes_one_answer_from_each(bot: BotClient, anna: Person):
    """And tells nobody who gave it, unless it is asked to."""
    sent = await bot.call(
        "sendPoll", chat_id=anna.id, question="2*2", options=["4", "5"], type="quiz",
        correct_option_id=0, explanation="*четыре*", explanation_parse_mode="Markdown",
    )  # fmt: skip
    await anna.votes(sent["message_id"], 1)

    (update,) = await updates(bot)
    assert update["poll"]["correct_option_ids"] == [0]
    assert update["poll"]["explanation"] == "четыре"
    for again in ([0], [0, 1], [7]):
        with pytest.raises(AssertionError, match=r"40[49]"):
            await anna.votes(sent["message_id"], *again)


async def test_the_bot_reacts(bot: BotClient, people: People, anna: Person):
    """Its reaction stands beside the person's; another one replaces it, none removes it."""
    which = {"chat_id": anna.id, "message_id": 1}
    await anna.reacts(1, "🔥")

    await bot.call("setMessageReaction", reaction=[{"type": "emoji", "emoji": "👀"}], **which)
    await bot.call("setMessageReaction", reaction=[{"type": "emoji", "emoji": "👍"}], **which)
    both = (await anna.view())["reactions"]["1"]
    await bot.call("setMessageReaction", **which)

    assert [(each["user_id"], each["reaction"]["emoji"]) for each in both] == [
        (anna.id, "🔥"),
        (bot.id, "👍"),
    ]
    assert len((await anna.view())["reactions"]["1"]) == 1
    assert await updates(bot) == []


async def test_which_messages_ring(bot: BotClient, people: People, anna: Person):
    """New ones do, once for an album; silent ones, edits and the person's own do not."""
    to = {"chat_id": anna.id}
    loud = await bot.call("sendMessage", text="x", **to)
    silent = await bot.call("sendMessage", text="y", disable_notification=True, **to)
    await bot.call("editMessageText", text="z", message_id=silent["message_id"], **to)
    await bot.call("editMessageText", text="z", message_id=loud["message_id"], **to)
    media = (
        '[{"type": "document", "media": "attach://a"}, {"type": "document", "media": "attach://b"}]'
    )
    files = {"a": ("1.txt", b"1"), "b": ("2.txt", b"2")}
    album = await bot.upload("sendMediaGroup", files, chat_id=str(anna.id), media=media)
    source = {"from_chat_id": anna.id, "message_id": 1}
    forward = await bot.call("forwardMessage", disable_notification=True, **source, **to)
    copy = await bot.call("copyMessage", **source, **to)
    await anna.says("я")

    rings = (await anna.view())["rings"]
    assert rings == [loud["message_id"], album[0]["message_id"], copy["message_id"]]
    assert forward["message_id"] not in rings


async def test_several_are_copied_and_forwarded_at_once(bot: BotClient, anna: Person):
    """Those that do not exist are skipped; an album stays one."""
    sent = await anna.sends("document", ("a.txt", b"1"), ("b.txt", b"2"), caption="два")
    ids = [each["message_id"] for each in sent]
    where = {"chat_id": anna.id, "from_chat_id": anna.id, "message_ids": [*ids, 999]}

    copied = await bot.call("copyMessages", **where)
    forwarded = await bot.call("forwardMessages", **where)

    chat = {message["message_id"]: message for message in await anna.chat()}
    copies = [chat[each["message_id"]] for each in copied]
    forwards = [chat[each["message_id"]] for each in forwarded]
    assert [each["document"]["file_name"] for each in copies] == ["a.txt", "b.txt"]
    assert ["forward_origin" in each for each in copies + forwards] == [False] * 2 + [True] * 2
    assert len({each["media_group_id"] for each in copies}) == 1
    assert len({each["media_group_id"] for each in [*sent, *copies, *forwards]}) == 3


async def test_the_bot_quotes_and_opens_topics(bot: BotClient, anna: Person):
    asked = await anna.says("Что такое сон?")
    reply = {"message_id": asked["message_id"], "quote": "<b>сон</b>", "quote_parse_mode": "HTML"}

    answer = await bot.call("sendMessage", chat_id=anna.id, text="это", reply_parameters=reply)
    topic = await bot.call("createForumTopic", chat_id=anna.id, name="Сны")
    there = {"chat_id": anna.id, "message_thread_id": topic["message_thread_id"]}
    photo = await bot.upload("sendPhoto", {"photo": ("a.png", samples.picture())}, **there)

    assert (answer["quote"]["text"], answer["quote"]["position"]) == ("сон", 10)
    assert photo["message_thread_id"] == topic["message_thread_id"]
    assert photo["is_topic_message"] is True


async def test_forced_reply(bot: BotClient, anna: Person):
    """The app begins a reply and shows the words in its field; nobody can edit such a message."""
    asks = {"force_reply": True, "input_field_placeholder": "Имя модели"}
    sent = await bot.call("sendMessage", chat_id=anna.id, text="Какая?", reply_markup=asks)

    assert "reply_markup" not in sent
    where = {"chat_id": anna.id, "message_id": sent["message_id"]}
    _, refused = await bot.refusal("editMessageText", text="нет", **where)
    assert "can't be edited" in refused
    long = asks | {"input_field_placeholder": "я" * 65}
    _, refused = await bot.refusal("sendMessage", chat_id=anna.id, text="?", reply_markup=long)
    assert "PLACEHOLDER" in refused
    await anna.says("вторая", reply_to=sent["message_id"])
    (update,) = await updates(bot)
    assert update["message"]["reply_to_message"]["text"] == "Какая?"
