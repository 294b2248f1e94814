"""A model's answer arrives whole, with its formatting, in as many messages as it needs."""

import random
import re

import pytest

from bot.chat import views as answer
from bot.chat.views import CURSOR, answer_buttons
from bot.delivery.screen import Screen
from bot.domain.models import Ending
from bot.edge.rich import MOST_ENTITIES
from sandbox.text import utf16_len
from tests.screens import RU, buttons_of, shown

MARKDOWN = """# Заголовок

Представь, что ты **стоишь** в _лесу_ на `рассвете` 🌲, и ~~никто~~ не ждёт.

- один
- два с [ссылкой](https://example.com/a_b?c=d&e=f)
  - три

1. раз
2. два

> И что *ты* слышишь?

```python
print("лес" if True else 'поле')
```

| утро | вечер |
|------|-------|
| свет | тень  |

||тайна|| и snake_case_word, 2 * 3 * 4, a<b, x & y; "кавычки" — тире…
"""


def whole(text: str) -> list[Screen]:
    return answer.whole(RU, text)


def growing(text: str) -> Screen:
    return answer.growing(RU, text, 7)


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def joined(text: str) -> str:
    """What a person reads in all messages together."""
    return "".join(shown(screen) for screen in whole(text))


def hidden(text: str) -> str:
    """Addresses and names of languages, which stand in entities."""
    entities = [entity for screen in whole(text) for entity in screen.entities or []]
    return " ".join(f"{e.get('url', '')} {e.get('language', '')}" for e in entities)


def test_formatting_becomes_entities():
    (screen,) = whole("Ты **стоишь** в _лесу_ 🌲 и `ждёшь`")

    assert shown(screen) == "Ты стоишь в лесу 🌲 и ждёшь"
    assert screen.entities == [
        {"type": "bold", "offset": 3, "length": 6},
        {"type": "italic", "offset": 12, "length": 4},
        {"type": "code", "offset": 22, "length": 5},
    ]


def test_plain_words_stay_as_they_are():
    text = "Представь, что ты стоишь в лесу.\n\nЧто ты слышишь?"

    (screen,) = whole(f"\n{text}\n ")

    assert (screen.text.strip(), screen.entities) == (text, [])


@pytest.mark.parametrize("times", [1, 3, 12, 40])
def test_nothing_is_cut_off(times: int):
    """All words arrive, in their order, in messages that Telegram takes."""
    text = "\n".join(f"{MARKDOWN}\nчасть {n} кончилась" for n in range(times))
    screens = whole(text)
    read = joined(text) + hidden(text)

    assert (len(screens) > 1) == (times > 3)
    assert [word for word in words_of(text) if word not in read] == []
    parts = [f"часть {n} кончилась" for n in range(times)]
    assert [read.index(part) for part in parts] == sorted(read.index(part) for part in parts)
    assert all(screen.buttons == () for screen in screens)


@pytest.mark.parametrize(
    "text",
    [
        "слово " * 3_000,
        "а" * 10_000,
        "🌲" * 5_000,
        "**" + "жирно " * 2_000 + "**",
        "> " + "цитата " * 2_000,
        "```\n" + "код\n" * 3_000 + "```",
        "\n".join(f"**слово {n}**" for n in range(900)),
        ("x" * 4_095 + "🌲") * 3,
        "a\n\n\n\n" * 2_000,
    ],
)
def test_long_answers_are_split_without_a_loss(text: str):
    """In the middle of formatting, between halves of a character, and with many entities."""
    screens = whole(text)
    read = "".join(shown(screen) for screen in screens)

    assert len(screens) >= 2
    n_entities = text.count("**") // 2
    assert len(screens) <= utf16_len(text) // 4096 + 3 + n_entities // MOST_ENTITIES
    assert sorted(words_of("".join(read.split()))) == sorted(words_of("".join(plain(text).split())))


def plain(text: str) -> str:
    """The text without the signs that made its formatting."""
    return re.sub(r"\*\*|^> |```\n?", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "Вставь <name> сюда",
        "до\n<div>\nслова внутри\n</div>\nпосле",
        "<answer>\nПредставь лес.\n</answer>",
        "строка<br>ещё одна",
        "<think>хм</think> Привет",
        "<!-- тайна --> слово",
        "если a<b и c>d",
        "&copy; &lt;b&gt; &nbsp;",
        "3. третье\n7. седьмое",
        "[нет](такой) [ссылки][1]",
        "![подпись](https://example.com/a.png)",
        "[^1] сноска\n\n[^1]: текст сноски",
        "$$\\frac{числитель}{знаменатель}$$",
        "- [x] сделано\n- [ ] нет",
        "[имя]: https://example.com/путь",
    ],
)
def test_what_looks_like_something_else_is_not_swallowed(text: str):
    """HTML, references, formulas: rather unformatted than without a word of it."""
    read = joined(text) + hidden(text)

    assert [word for word in words_of(text) if word not in read] == []


@pytest.mark.parametrize(
    "text",
    ["---", "***", "```", "```\n```", "#", "- ", "[]()", "![](x)", "> ", "**", "`", "_", "\\",
     "|a|\n|-|", "[](https://x)", "* * *", "1.", "$$", "||", "<br>", "&#8203;x"],
)  # fmt: skip
def test_crumbs_of_markdown_are_an_answer(text: str):
    """Not an empty message, which Telegram refuses."""
    screens = whole(text)

    assert len(screens) == 1
    assert shown(screens[0]).strip()


def test_more_entities_than_telegram_keeps():
    """Further ones go into further messages: none of them is dropped without a word."""
    screens = whole(" ".join(f"**слово {n}**" for n in range(250)))

    assert [len(screen.entities or []) for screen in screens] == [100, 100, 50]
    assert [shown(screen).split()[0] for screen in screens] == ["слово"] * 3


@pytest.mark.parametrize("seed", range(40))
def test_any_beginning_of_any_answer_can_be_shown(seed: int):
    """Cut off by the model's limit anywhere, shuffled, repeated."""
    rng = random.Random(seed)
    lines = MARKDOWN.splitlines()
    rng.shuffle(lines)
    text = "\n".join(lines * rng.randrange(1, 20))
    text = text[: rng.randrange(1, len(text))].strip() or "a"

    read = joined(text) + hidden(text)

    assert [word for word in words_of(text) if word not in read] == []
    shown(growing(text))


def test_frame_shows_what_there_is_and_that_more_comes():
    """With its formatting, and the button that ends it."""
    frame = growing("Представь **лес** и *тро  \n")

    assert frame.text == f"Представь лес и тро{CURSOR}"
    assert frame.entities == [
        {"type": "bold", "offset": 10, "length": 3},
        {"type": "italic", "offset": 16, "length": 3},
    ]
    assert buttons_of(frame) == ["chat:stop:7"]
    assert frame.buttons[0][0].text == "⏹ Хватит"


@pytest.mark.parametrize("length", range(1, len(MARKDOWN), 7))
def test_frame_of_any_beginning_is_right(length: int):
    """Telegram would take each, and no word is missing while its formatting is half written.

    But for the name of a code's language, before there is any code.
    """
    frame = growing(MARKDOWN[:length] or "a")
    said = re.sub(r"```\w*$", "", MARKDOWN[:length])
    read = shown(frame) + " ".join(str(entity.values()) for entity in frame.entities or [])

    assert frame.text.endswith(CURSOR)
    assert [word for word in words_of(said) if word not in read] == []


def test_frame_inside_of_long_code_is_code():
    """Its beginning has scrolled out of sight, and with it the sign that it is code."""
    frame = growing("Смотри:\n```python\n" + "print('лес')\n" * 3_000)

    shown(frame)
    (entity,) = frame.entities or []
    assert (entity["type"], entity["language"]) == ("pre", "python")
    assert entity["length"] > 3_500


def test_frame_costs_the_same_for_any_length():
    """Only so much of the end is looked at; a book costs no more than some pages."""
    text = "\n".join([MARKDOWN] * 5_000)

    assert len(answer._recent(text)) < answer.FRAME_SOURCE + 100
    assert answer._recent(text[:5_000]) == text[:5_000]


@pytest.mark.parametrize("letter", ["а", "🌲", "👩‍👩‍👧", "а🌲"])
@pytest.mark.parametrize("length", [3_990, 3_996, 4_096, 9_000, 50_000])
def test_long_frame_shows_the_end(letter: str, length: int):
    """What has just been said; and it never flickers between much and little."""
    text = letter * (length // len(letter)) + " конец"
    frame = growing(text)

    assert shown(frame).endswith(f"конец{CURSOR}")
    assert text.endswith(frame.text.removesuffix(CURSOR).removeprefix("…"))
    if utf16_len(text) > 4_096:
        assert utf16_len(frame.text) > 3_500


# The end of an answer


UNDER = ["ratings:up:12", "ratings:down:12", "chat:again:12"]


def test_buttons_stand_under_the_last_message():
    buttons = answer_buttons(RU, 12)
    screens = answer.whole(RU, "слово " * 2_000, buttons=buttons)

    assert [buttons_of(screen) for screen in screens] == [[], [], UNDER]


def test_new_conversation_is_offered_after_a_silence():
    offered = answer.whole(RU, "Лес", buttons=answer_buttons(RU, 12, is_after_silence=True))

    assert buttons_of(offered[0]) == [*UNDER, "chat:anew:12"]


@pytest.mark.parametrize("text", ["Представь **лес**", "```\nкод", "слово " * 682 + "слово"])
def test_stopped_answer_says_so(text: str):
    """Apart from what the model said, even where that breaks off inside of code."""
    screens = answer.whole(RU, text, mark=answer.mark_of(RU, Ending.STOPPED))
    last = screens[-1]

    assert shown(last).endswith("… (остановлено)")
    assert (last.entities or [])[-1]["type"] == "italic"
    assert sum(shown(screen).count("остановлено") for screen in screens) == 1


def test_nothing_is_added_to_what_the_model_says():
    """A dash may begin words of a dialogue, so only stars of lists become dots."""
    (screen,) = whole("# Лес\n\n## Поле\n\n- раз\n- два\n\n* три\n* четыре")

    assert shown(screen) == "Лес\n\nПоле\n\n- раз\n- два\n\n• три\n• четыре"
