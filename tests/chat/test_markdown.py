"""People read what the model wrote: only what was meant as formatting becomes formatting."""

import random
import re

import pytest

from bot.chat import views
from bot.chat.markdown import formatted, growing
from bot.edge.rich import Rich
from tests.screens import RU, shown

LETTER_FOR_LETTER = [
    # sums, powers, sizes
    "5*5=25, 6*6=36",
    "комната 3*4*5 метров",
    "2**3=8 и 2**4=16",
    "2 * 2 = 4, 3 * 3 = 9",
    "(2+1)*(3)*(4)=36",
    "x**2 + y**2 = z**2",
    "1920*1080 и 10*15*20 см",
    "2 *3* 4",
    "a_1*b_1 + a_2*b_2",
    "от 5* до 7*, а дальше 8*",
    # prices and notes
    "цена* и условия* ниже",
    "*цена и *условия",
    "$5 и $6, ~5 ~6, 5~6~7",
    "$x$ и $$y$$, \\(a\\) и \\[b\\]",
    # files, code words, addresses
    "__init__.py и __main__.py",
    "метод __init__ и поле _id_",
    "snake_case_word и ДРУГОЕ_СЛОВО_ТУТ",
    "файлы *.txt, *.md и ещё *.py",
    "C:\\*.txt и C:\\_new\\_old",
    "f(*args, **kwargs) и g(*a)",
    "https://x.ru/a_b_c?d=*e*&f=_g_",
    "a || b || c и x||y||z",
    "||v|| = 1 и ||Ax - b|| < ||x||",
    "/etc/*/conf и **/*.py",
    "int *p, *q; char **argv",
    # masks and lines
    "карта **** **** **** 1234",
    "+7 9** ***-**-45",
    "+7 (***) ***-**-45 или ***-**-46",
    "пароль *** и ****",
    "п*здец, б**дь, ***ть и ещё х***й",
    "---\n***\n___",
    "* * *",
    # faces
    "¯\\_(ツ)_/¯",
    ":* и ещё :*",
    "*_* и ^_^ и >_< и T_T и -_- и o_O",
    ">:( и >.<\n>:(",
    "(*_*) и (*^_^*)",
    # Russian signs
    "— Привет, — сказал он. — Как ты?",
    "- Привет!\n- Привет, - сказал *ли* он?".replace("*", ""),
    "«Лес» и „поле“ и 'дом'",
    "д`Артаньян и О`Нил",
    "5` и 6`, 7'' и 8''",
    # what looks like something else
    "<b>да</b> и <br> и <!-- тайна --> и <answer>",
    "&nbsp; &copy; &lt;b&gt;",
    "[нет](такой) [ссылки][1] и [x] и [ ]",
    "[^1] сноска\n\n[^1]: текст",
    "3. третье\n7. седьмое\n1) раз",
    "#хэштег и №5\n#1 совет\n# 1",
    "> 5 баллов\n>= 3\n>>> print(1)",
    "слово\n===\nслово\n---",
    "    отступ\n  - и ещё",
    "\\*не курсив\\* и \\# не заголовок",
    "| один столбец |\n| и ещё |",
    # signs that are spoken of, and forms to fill in
    "«*» и «*», (_) и (_)",
    'нажмите "*", потом "#", потом "*"',
    "'_' и '_' — разные знаки",
    "от «__» ________ 20__ г. до «___» ________ 20___ г.",
    "клавиша «*\ufe0f\u20e3» и «*\ufe0f\u20e3»",
    "методы __init__, __new__ и __call__",
    "поля _id_ и _name_, потом __slots__ и _",
    # letters that are built of several
    "👩‍👩‍👧 и ❤️ и 🏳️‍🌈 и е́ли",
    "שלום *עולם и \u200fعربى\u200f",
]
"""Nothing here is formatting, or nobody can tell."""

FORMATTED = [
    ("**{}**", "{}"),
    ("*{}*", "{}"),
    ("_{}_", "{}"),
    ("__{}__", "{}"),
    ("***{}***", "{}"),
    ("~~{}~~", "{}"),
    ("||{}||", "{}"),
    ("**важно: {}**", "важно: {}"),
    ("**да *{}***", "да {}"),
    ("*да **{}** нет*", "да {} нет"),
    ("[{}](https://example.com/a_b_(c)?d=*e*)", "{}"),
    ("✅ **{}**", "✅ {}"),
    ("✅**{}**✅", "✅{}✅"),
    ("«*{}*»", "«{}»"),
    ("(**{}**)", "({})"),
    ("**{}**, да", "{}, да"),
    ("**{}**/**нет**", "{}/нет"),
    ("*{}*/*нет*", "{}/нет"),
    ("**{}**(да)", "{}(да)"),
    ("**{}**[1]", "{}[1]"),
    ("1\ufe0f\u20e3**{}**", "1\ufe0f\u20e3{}"),
    ("**{} C++** и **C#**", "{} C++ и C#"),
    ("**{} 18+**", "{} 18+"),
    ("**{} 100$**", "{} 100$"),
]
"""(Markdown, what is read): formatting that people would call so."""
WORDS = ["лес", "Представь рассвет", "да, и нет", "ёлка № 5", "слышишь?", "в 1990-м", "лес 🌲"]


def entities(rich: Rich) -> list[tuple[str, str]]:
    return [(rich.text[span.start : span.end], span.entity["type"]) for span in rich.spans]


@pytest.mark.parametrize("text", LETTER_FOR_LETTER)
def test_sign_is_a_sign(text: str):
    """Also at the end of words that are formatted, and before them."""
    assert formatted(text).text == text.strip()
    assert entities(formatted(text)) == []
    assert formatted(f"Вот: {text}\n\n**и всё**").text == f"Вот: {text}\n\nи всё"
    assert formatted(f"**Вот**\n\n{text}").text == f"Вот\n\n{text}"


@pytest.mark.parametrize(("source", "read"), FORMATTED)
@pytest.mark.parametrize("word", WORDS)
def test_formatting_is_formatting(source: str, read: str, word: str):
    rich = formatted(f"Так {source.format(word)} вот")

    assert rich.text == f"Так {read.format(word)} вот"
    assert rich.spans


BLOCKS = [
    ("# Лес", "Лес", [("Лес", "bold")]),
    ("## 1. Лес **и поле**", "1. Лес и поле", [("1. Лес и поле", "bold")]),
    ("> *Ах* тут\n>\n> и", "Ах тут\n\nи", [("Ах тут\n\nи", "blockquote"), ("Ах", "italic")]),
    ("> > глубже", "глубже", [("глубже", "blockquote")]),
    ("```python\nx = 2 ** 3  # *\n```", "x = 2 ** 3  # *", [("x = 2 ** 3  # *", "pre")]),
    ("~~~\n```\n~~~", "```", [("```", "pre")]),
    ("```\nнет конца", "нет конца", [("нет конца", "pre")]),
    ("```Ура, это не код", "```Ура, это не код", []),
    ("`` a`b `` и `x**y`", " a`b  и x**y", [(" a`b ", "code"), ("x**y", "code")]),
    ("* лес\n* **поле**", "• лес\n• поле", [("поле", "bold")]),
    ("цена*\n\n* без НДС", "цена*\n\n* без НДС", []),
    ("| a | b |\n|---|:-:|\n| **вг** | |", "a  | b\nвг |", [("a  | b\nвг |", "pre")]),
    ("| a |\n|---|\n| b | c |", "| a |\n|---|\n| b | c |", []),
    ("| a | b |\n|---|---|\n| > нормы | * |", "a       | b\n> нормы | *",
        [("a       | b\n> нормы | *", "pre")]),
    ("| a | b |\n|---|---|\n| ~~100~~ 80 | [т](https://a.b) |",
        "a          | b\n~~100~~ 80 | [т](https://a.b)",
        [("a          | b\n~~100~~ 80 | [т](https://a.b)", "pre")]),
    ("100 ₽*\n* без НДС", "100 ₽*\n* без НДС", []),
    ("«Лайт»* и «Про»**\n\n* на год", "«Лайт»* и «Про»**\n\n* на год", []),
    ("**Лес**\n\n* *тут*\n* там", "Лес\n\n• тут\n• там", [("Лес", "bold"), ("тут", "italic")]),
    ("`char*` и `p`\n\n* лес", "char* и p\n\n• лес", [("char*", "code"), ("p", "code")]),
    ("| № | Цена* |\n|:-:|--:|\n| 1 | 5 |\n\n* без НДС", "№ | Цена*\n1 | 5\n\n* без НДС",
        [("№ | Цена*\n1 | 5", "pre")]),
    ("Вот:\na | b\n--|--\n1 | 2\nи *всё*", "Вот:\na | b\n1 | 2\nи всё",
        [("a | b\n1 | 2", "pre"), ("всё", "italic")]),
    ("( o.o )\n > ^ <", "( o.o )\n > ^ <", []),
    ("> — Ты где? <", "> — Ты где? <", []),
    ("> — Ты где?", "— Ты где?", [("— Ты где?", "blockquote")]),
    ("**🔥**", "🔥", [("🔥", "bold")]),
    ("Смотри![тут](https://a.b)", "Смотри!тут", [("тут", "text_link")]),
    ("Вот ![фото](https://a.b)", "Вот фото", [("фото", "text_link")]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "read", "marked"), BLOCKS)
def test_blocks(source: str, read: str, marked: list[tuple[str, str]]):
    rich = formatted(source)

    assert rich.text == read.strip()
    assert [(words.strip(), kind) for words, kind in entities(rich)] == [
        (words.strip(), kind) for words, kind in marked
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_only_formatting_differs(seed: int):
    """A thousand texts a seed, put together from nasty prose and from formatting."""
    rng = random.Random(seed)
    for _ in range(1_000):
        source, read = _paragraphs(rng)

        assert "".join(shown(screen) for screen in views.whole(RU, source)) == read, source


def _paragraphs(rng: random.Random) -> tuple[str, str]:
    """A text, and what a person has to read of it."""
    pairs = [_paragraph(rng) for _ in range(rng.randrange(1, 4))]
    return "\n\n".join(source for source, _ in pairs), "\n\n".join(read for _, read in pairs)


def _paragraph(rng: random.Random) -> tuple[str, str]:
    if rng.random() < 0.2:
        source, read, _ = rng.choice(BLOCKS[:3])
        return source, read
    parts = [("Так",) * 2]
    for _ in range(rng.randrange(1, 4)):
        source, read = rng.choice(FORMATTED) if rng.random() < 0.5 else ("{}", "{}")
        word = rng.choice(WORDS)
        parts.append((source.format(word), read.format(word)))
    if rng.random() < 0.6:  # only one, because two halves of formatting could meet
        sign = rng.choice([text for text in LETTER_FOR_LETTER if "\n" not in text]).strip()
        parts.insert(rng.randrange(1, len(parts) + 1), (sign, sign))
    mark = rng.choice([" ", ", ", " — ", ". ", "\n" if len(parts) < 3 else " "])
    return mark.join(source for source, _ in parts), mark.join(read for _, read in parts)


SIGNS = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "|",
    "||",
    "`",
    "```",
    "#",
    ">",
    "- ",
    "[",
    "](",
    ")",
    "\\",
    "!",
]
CRUMBS = [*SIGNS, *"аб1 5.,!?()«»—\n", "\n\n", "слово", "лес ", " 🌲", "x_y", "https://a.b", "<b>"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_nothing_disappears_and_nothing_joins(seed: int):
    """In any rubble of signs: words and numbers stay, in their order, and only signs are hidden."""
    rng = random.Random(seed)
    for _ in range(1_000):
        source = "".join(rng.choices(CRUMBS, k=rng.randrange(1, 25)))
        rich = formatted(source)
        hidden = _hidden(source.strip(), rich.text)

        assert hidden is not None, source
        said = [span.entity.get("url", span.entity.get("language", "")) for span in rich.spans]
        assert sorted(_without_markup(hidden)) == sorted(_without_markup("".join(said))), source
        assert bool(hidden.strip()) <= bool(rich.spans), source


def _without_markup(text: str) -> str:
    return re.sub(r"[*_~|`#>\[\]()! \n]", "", text)


def _hidden(source: str, read: str) -> str | None:
    """The characters of the source that are not read; None: something else is read."""
    hidden, position = [], 0
    for sign in read:
        wanted = "*" if sign == "•" else sign
        found = source.find(wanted, position)
        if found < 0:
            return None
        hidden.append(source[position:found])
        position = found + 1
    return "".join([*hidden, source[position:]])


# While the answer grows


WHOLE = (
    "Ты стоишь **в лесу *на рассвете* и ~~боишься~~** слушаешь `воду`: 2*3, a\\*b.\n\n"
    "* **Раз**\n* *два*\n\n```python\nx = 2 ** 3  # *\n```\nИ **всё**, 5*5=25."
)


@pytest.mark.parametrize(
    ("text", "read", "marked"),
    [
        ("Ты стоишь **в лесу", "Ты стоишь в лесу", [("в лесу", "bold")]),
        ("Ты стоишь **в лесу ", "Ты стоишь в лесу", [("в лесу", "bold")]),
        ("Ты стоишь **", "Ты стоишь", []),
        ("Ты стоишь *", "Ты стоишь", []),
        ("**в лесу*", "в лесу", [("в лесу", "bold")]),
        ("**в лесу** и *на", "в лесу и на", [("в лесу", "bold"), ("на", "italic")]),
        ("**в лесу *на рас", "в лесу на рас", [("в лесу на рас", "bold"), ("на рас", "italic")]),
        ("~~нет", "нет", [("нет", "strikethrough")]),
        ("~~нет~", "нет", [("нет", "strikethrough")]),
        ("вот `x = 2 ** 3", "вот x = 2 ** 3", [("x = 2 ** 3", "code")]),
        ("вот `x` и", "вот x и", [("x", "code")]),
        ("2 * 2 = 4", "2 * 2 = 4", []),
        ("2*2", "2*2", []),
        ("5*5=25, 6*", "5*5=25, 6*", []),
        ("a \\*b", "a \\*b", []),
        ("* пункт", "• пункт", []),
        ("**первое\n\nвторое", "**первое\n\nвторое", []),
        ("```\nx = **y", "x = **y", [("x = **y", "pre")]),
        ("вот:\n```pyth", "вот:", []),
        ("```\n**\n```\nи **вот", "**\nи вот", [("**", "pre"), ("вот", "bold")]),
        ("", "", []),
        ("**", "", []),
    ],
)
def test_what_is_open_is_closed(text: str, read: str, marked: list[tuple[str, str]]):
    """Nobody reads the signs of formatting whose end is still to come."""
    assert growing(text).text == read
    assert entities(growing(text)) == marked


@pytest.mark.parametrize("text", [*LETTER_FOR_LETTER, WHOLE])
def test_frames_and_the_final_text_agree(text: str):
    """At whatever character the model pauses, what is read is the beginning of what will be read.

    Only a sign that may open formatting is not shown before the other half of it has come.
    """
    end = _without_signs(formatted(text).text)
    for n in range(1, len(text) + 1):
        assert end.startswith(_without_signs(growing(text[:n]).text)), text[:n]


def _without_signs(text: str) -> str:
    return re.sub(r"[*_~|`]", "", text)


def test_a_stopped_answer_shows_no_bare_signs():
    """What is stored stays as the model said it; only its picture is changed."""
    (screen,) = views.whole(RU, "Ты стоишь **в лесу на рас", mark="остановлено")

    assert screen.text == "Ты стоишь в лесу на рас … (остановлено)"
    assert [each["type"] for each in screen.entities or []] == ["bold", "italic"]


@pytest.mark.parametrize(
    "text",
    [
        "**a *b " * 3_000,
        "_a " * 3_000 + "b* " * 3_000,
        "`a" * 5_000,
        "[a](" * 5_000,
        "> " * 5_000,
        "|a" * 5_000 + "\n" + "|-" * 5_000 + "|",
        "a\n\n" * 17_000,
        "a|b\n" + " " * 50_000 + "|",
        "# a\n" * 12_500,
        "```\na\n" * 8_000,
        "`a\n" * 17_000,
        "_a*" * 17_000,
        "*_~|`" * 10_000,
    ],
)
def test_long_rubble_is_read_at_once(text: str):
    """A model that runs wild must not keep the other chats waiting."""
    assert formatted(text).text
