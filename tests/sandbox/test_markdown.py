"""Both Markdowns are parsed as by Telegram, and refused in its words."""

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import Person


def entity(kind: str, offset: int, length: int, **more: str) -> dict:
    return {"type": kind, "offset": offset, "length": length, **more}


OLD = [
    ("*жирный* и _курсив_", "жирный и курсив", [entity("bold", 0, 6), entity("italic", 9, 6)]),
    ("`код` ```py\nx = 1```", "код x = 1",
     [entity("code", 0, 3), entity("pre", 4, 5, language="py")]),
    ("```\nбез языка```", "без языка", [entity("pre", 0, 9)]),
    ("[сюда](https://x.ru/?a=1)", "сюда", [entity("text_link", 0, 4, url="https://x.ru/?a=1")]),
    ("[никуда](там) [тут]", "никуда тут", []),
    (r"2\*3\_4 \` \[", "2*3_4 ` [", []),
    (r"*внутри \* ничего", r"внутри \ ничего", [entity("bold", 0, 8)]),
    ("😀 *😀*", "😀 😀", [entity("bold", 3, 2)]),
    ("*а_б*", "а_б", [entity("bold", 0, 3)]),
    ("** и __ пусты", "и  пусты", []),
    ("просто . ! - #", "просто . ! - #", []),
]  # fmt: skip
NEW = [
    ("*а* _б_ __в__ ~г~ ||д||", "а б в г д",
     [entity("bold", 0, 1), entity("italic", 2, 1), entity("underline", 4, 1),
      entity("strikethrough", 6, 1), entity("spoiler", 8, 1)]),
    ("*а _б *", None, "Can't find end of Bold entity at byte offset 8"),
    ("*а _б_*", "а б", [entity("bold", 0, 3), entity("italic", 2, 1)]),
    ("_а __б__ в_", "а б в", [entity("italic", 0, 5), entity("underline", 2, 1)]),
    ("___аб_ в__", "аб в", [entity("underline", 0, 4), entity("italic", 0, 2)]),
    (r"1\.5 \- да\!", "1.5 - да!", []),
    (r"`a.b-c\`x`", "a.b-c`x", [entity("code", 0, 7)]),
    ("```js\nx.y!```", "x.y!", [entity("pre", 0, 4, language="js")]),
    (r"[а\.б](https://x.ru/\)?q=1)", "а.б", [entity("text_link", 0, 3, url="https://x.ru/)?q=1")]),
    ("![👍](tg://emoji?id=5368324170671202286)", "👍",
     [entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")]),
    (">раз\n>два\nтри", "раз\nдва\nтри", [entity("blockquote", 0, 8)]),
    (">раз\n>*два*||", "раз\nдва", [entity("expandable_blockquote", 0, 7), entity("bold", 4, 3)]),
    ("конец.", None, "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("а - б", None, "Character '-' is reserved and must be escaped with the preceding '\\'"),
    ("а > б", None, "Character '>' is reserved and must be escaped with the preceding '\\'"),
    ("что|то", None, "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ("5*5=25", None, "Character '=' is reserved and must be escaped with the preceding '\\'"),
    ("5*5", None, "Can't find end of Bold entity at byte offset 1"),
    ("😀`код", None, "Can't find end of Code entity at byte offset 4"),
    ("```py\nx", None, "Can't find end of PreCode entity at byte offset 0"),
    ("[а](x.ru", None, "Can't find end of a URL at byte offset 5"),
    ("![👍](https://x.ru)", None, "Invalid tg://emoji or tg://time URL specified"),
]  # fmt: skip
OLD_BROKEN = [("5*5=25", 1), ("я snake_case", 8), ("`код", 0), ("а ```py\nx`", 3), ("[а", 0)]


@pytest.mark.parametrize(("source", "text", "entities"), OLD)
async def test_old_markdown(bot: BotClient, anna: Person, source, text, entities):
    message = await bot.call("sendMessage", chat_id=anna.id, text=source, parse_mode="Markdown")

    assert message["text"] == text
    assert message.get("entities", []) == entities


@pytest.mark.parametrize(("source", "offset"), OLD_BROKEN)
async def test_old_markdown_names_the_place(bot: BotClient, anna: Person, source, offset):
    words = f"Can't find end of the entity starting at byte offset {offset}"
    asked = {"chat_id": anna.id, "text": source, "parse_mode": "markdown"}

    refusal = await bot.refusal("sendMessage", **asked)

    assert refusal == (400, f"Bad Request: can't parse entities: {words}")


@pytest.mark.parametrize(("source", "text", "entities"), NEW)
async def test_markdown_v2(bot: BotClient, anna: Person, source, text, entities):
    """*text* is None where Telegram refuses; then *entities* are its words."""
    asked = {"chat_id": anna.id, "text": source, "parse_mode": "MarkdownV2"}
    if text is None:
        refusal = (400, f"Bad Request: can't parse entities: {entities}")
        assert await bot.refusal("sendMessage", **asked) == refusal
        return

    message = await bot.call("sendMessage", **asked)

    assert message["text"] == text
    assert message.get("entities", []) == entities


@pytest.mark.parametrize(
    ("mode", "source"),
    [
        ("Markdown", "[Анна](tg://user?id={id})"),
        ("MarkdownV2", "[Анна](tg://user?id={id})"),
        ("HTML", '<a href="tg://user?id={id}">Анна</a>'),
    ],
)
async def test_a_link_to_a_person_mentions_them(bot: BotClient, anna: Person, mode, source):
    """As Telegram shows it: with their User; a stranger's name is only text."""
    asked = {"chat_id": anna.id, "parse_mode": mode}

    known = await bot.call("sendMessage", text=source.format(id=anna.id), **asked)
    unknown = await bot.call("sendMessage", text=source.format(id=404), **asked)

    (mention,) = known["entities"]
    assert (mention["type"], mention["user"]["id"]) == ("text_mention", anna.id)
    assert unknown["text"] == "Анна"
    assert "entities" not in unknown


async def test_captions_and_edits_have_parse_modes_too(bot: BotClient, anna: Person):
    sent = await bot.upload(
        "sendDocument", {"document": ("a.txt", b"1")},
        chat_id=str(anna.id), caption="*да*", parse_mode="MarkdownV2",
    )  # fmt: skip
    which = {"chat_id": anna.id, "message_id": sent["message_id"]}

    edited = await bot.call("editMessageCaption", caption="_нет_", parse_mode="Markdown", **which)

    assert sent["caption_entities"] == [entity("bold", 0, 2)]
    assert edited["caption_entities"] == [entity("italic", 0, 3)]
    assert (await bot.call("sendMessage", chat_id=anna.id, text="a_b", parse_mode="None"))["text"]
