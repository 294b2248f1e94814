"""A model's answer arrives whole, with its formatting, in as many messages as it needs."""

import random
import re

import pytest

from bot.views.answer import CURSOR, growing, whole
from sandbox.text import utf16_len
from tests.views.screens import shown

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

    assert (len(screens) > 1) == (times > 20)
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
    assert len(screens) <= utf16_len(text) // 4096 + 3
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
    (screen,) = whole(" ".join(f"**{n}**" for n in range(300)))

    assert len(screen.entities or []) == 100
    assert words_of(shown(screen)) == [str(n) for n in range(300)]


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
    frame = growing("Представь **лес**  \n")

    assert frame.text == f"Представь **лес**{CURSOR}"
    assert frame.entities == []


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
