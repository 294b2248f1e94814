"""Text is parsed, trimmed and counted as by Telegram."""

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import Person


def entity(kind: str, offset: int, length: int, **more: str) -> dict:
    return {"type": kind, "offset": offset, "length": length, **more}


HTML = [
    ("<b>a</b><strong>b</strong>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
    ("<i>a</i> <em>b</em>", "a b", [entity("italic", 0, 1), entity("italic", 2, 1)]),
    ("<u>a</u> <ins>b</ins>", "a b", [entity("underline", 0, 1), entity("underline", 2, 1)]),
    (
        "<s>a</s> <strike>b</strike> <del>c</del>",
        "a b c",
        [entity("strikethrough", at, 1) for at in (0, 2, 4)],
    ),
    (
        '<span class="tg-spoiler">a</span> <tg-spoiler>b</tg-spoiler>',
        "a b",
        [entity("spoiler", 0, 1), entity("spoiler", 2, 1)],
    ),
    ('<a href="https://x.ru/?a=1&amp;b=2">x</a>', "x",
     [entity("text_link", 0, 1, url="https://x.ru/?a=1&b=2")]),
    ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "👍",
     [entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")]),
    ("<code>a</code> <pre>b</pre>", "a b", [entity("code", 0, 1), entity("pre", 2, 1)]),
    ('<pre><code class="language-python">x = 1</code></pre>', "x = 1",
     [entity("pre", 0, 5, language="python")]),
    ('<code class="language-python">x</code>', "x", [entity("code", 0, 1)]),
    ("<blockquote>a</blockquote>", "a", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [entity("expandable_blockquote", 0, 1)]),
    ("<b>a <i>b</i></b>", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
    ("<b>a</>", "a", [entity("bold", 0, 1)]),
    ("😀<b>😀😀</b>", "😀😀😀", [entity("bold", 2, 4)]),
    ("&lt;b&gt; &amp; &quot; &#33; &#x1F600; &nbsp; & ok", '<b> & " ! 😀 &nbsp; & ok', []),
    ("  \n a <b>b</b> \n ", "a b", [entity("bold", 2, 1)]),
    ("a <b>b  </b>  ", "a b", [entity("bold", 2, 1)]),
    ("<b></b>a", "a", []),
    ("a > b", "a > b", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "entities"), HTML)
async def test_html_becomes_entities(bot: BotClient, anna: Person, source, text, entities):
    message = await bot.call("sendMessage", chat_id=anna.id, text=source, parse_mode="HTML")

    assert message["text"] == text
    assert message.get("entities", []) == entities


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a <x>b</x>", 'Unsupported start tag "x" at byte offset 2'),
        ("я <p>b", 'Unsupported start tag "p" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        (
            "<b>a</i></b>",
            'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        (
            '<span class="x">a</span>',
            'Tag "span" must have class "tg-spoiler" at byte offset 0',
        ),
        ('<a href="x.ru>a</a>', "Unclosed start tag at byte offset 0"),
        ("<tg-emoji emoji-id='x'>a</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
async def test_broken_html_is_refused(bot: BotClient, anna: Person, source, reason):
    refusal = await bot.refusal("sendMessage", chat_id=anna.id, text=source, parse_mode="HTML")

    assert refusal == (400, f"Bad Request: can't parse entities: {reason}")


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("/start", [entity("bot_command", 0, 6)]),
        ("жми /help@natasha_bot, да", [entity("bot_command", 4, 17)]),
        ("a/b and 1/2", []),
        ("😀 /new", [entity("bot_command", 3, 4)]),
        ("https://x.ru/a?b=1.", [entity("url", 0, 18)]),
        ("см. example.com!", [entity("url", 4, 11)]),
        ("@durov и #тема", [entity("mention", 0, 6), entity("hashtag", 9, 5)]),
        ("anna@example.com", [entity("email", 0, 16)]),
    ],
)
async def test_entities_are_found_in_both_directions(bot: BotClient, anna: Person, text, entities):
    written = await anna.says(text)
    sent = await bot.call("sendMessage", chat_id=anna.id, text=text)

    assert written.get("entities", []) == entities
    assert sent.get("entities", []) == entities


async def test_links_in_code_are_no_links(bot: BotClient, anna: Person):
    message = await bot.call(
        "sendMessage", chat_id=anna.id, text="<code>/start https://x.ru</code>", parse_mode="HTML"
    )

    assert message["entities"] == [entity("code", 0, 19)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([entity("bold", 0, 3)], [entity("bold", 0, 3)]),
        (
            [entity("italic", 2, 4), entity("bold", 0, 4)],
            [entity("bold", 0, 4), entity("italic", 2, 2), entity("italic", 4, 2)],
        ),
        ([entity("code", 0, 4), entity("bold", 1, 2)], [entity("code", 0, 4)]),
        ([entity("bold", 0, 4), entity("bold", 1, 2)], [entity("bold", 0, 4)]),
        ([entity("url", 0, 4)], []),
        ([entity("bold", 3, 0)], []),
    ],
)
async def test_entities_given_by_the_bot(bot: BotClient, anna: Person, given, kept):
    message = await bot.call("sendMessage", chat_id=anna.id, text="abcdefgh", entities=given)

    assert message.get("entities", []) == kept


async def test_entities_move_with_trimmed_text(bot: BotClient, anna: Person):
    message = await bot.call(
        "sendMessage", chat_id=anna.id, text="  ab  ", entities=[entity("bold", 3, 3)]
    )

    assert (message["text"], message["entities"]) == ("ab", [entity("bold", 1, 1)])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            entity("bold", 0, 5),
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 4",
        ),
        (entity("bold", -1, 2), "receive an entity with incorrect offset -1"),
        (entity("bold", 0, -2), "receive an entity with incorrect length -2"),
        (entity("shiny", 0, 2), "can't parse MessageEntity: unsupported type specified"),
        (entity("text_link", 0, 2), "can't parse MessageEntity: Can't find field \"url\""),
    ],
)
async def test_entities_outside_of_the_text_are_refused(
    bot: BotClient, anna: Person, wrong, reason
):
    refusal = await bot.refusal("sendMessage", chat_id=anna.id, text="😀ab", entities=[wrong])

    assert refusal == (400, f"Bad Request: {reason}")


async def test_only_a_hundred_entities_are_kept(bot: BotClient, anna: Person):
    many = [entity("bold", 2 * number, 1) for number in range(150)]

    message = await bot.call("sendMessage", chat_id=anna.id, text="a " * 149 + "a", entities=many)

    assert message["entities"] == many[:100]
