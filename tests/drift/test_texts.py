"""Both languages say the same, every sentence can be shown, and none is missing or left over."""

import ast
import re
import zoneinfo
from html.parser import HTMLParser
from string import Formatter

import pytest

from bot.texts import LANGUAGE_NAMES, LANGUAGES, Texts
from tests.drift.project import sources, tree
from tests.drift.text_keys import FAMILIES, KEYS, error_leaves, uses

RU, EN = LANGUAGES["ru"], LANGUAGES["en"]
MESSAGES = [
    (name, key, text) for name, lang in LANGUAGES.items() for key, text in lang.messages.items()
]
TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote",
    "tg-spoiler",
}  # fmt: skip
"""https://core.telegram.org/bots/api#html-style (looked up 2026-11-22)"""
ATTRIBUTES = {"a": {"href"}, "blockquote": {"expandable"}}
BUTTON = "button_"
"""`button(texts, key)` puts its keys together itself; they are checked where it is called."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_languages_have_the_same_keys():
    assert RU.messages.keys() == EN.messages.keys()
    assert RU.plurals.keys() == EN.plurals.keys()
    assert LANGUAGES.keys() == LANGUAGE_NAMES.keys()
    assert len(RU.months) == len(EN.months) == 12


@pytest.mark.parametrize("key", sorted(KEYS))
def test_languages_say_the_same_things(key):
    """What a sentence tells in one language it tells in the other."""
    assert placeholders(RU.messages[key]) == placeholders(EN.messages[key])


def test_placeholders_are_plain_names():
    """Formatting is done by whoever gives the value, so that languages can differ in it."""
    fields = [
        (name, key, field)
        for name, key, text in MESSAGES
        for field in Formatter().parse(text)
        if field[1] is not None
    ]

    assert [f for f in fields if not str(f[2][1]).isidentifier() or f[2][2] or f[2][3]] == []


class Tags(HTMLParser):
    """Collects what Telegram would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.problems: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append(f"<{tag}> is none of Telegram's")
        wrong = {name for name, _ in attrs} - ATTRIBUTES.get(tag, set())
        self.problems += [f"<{tag} {name}>" for name in sorted(wrong)]
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.problems.append(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_entityref(self, name: str) -> None:
        if name not in {"lt", "gt", "amp", "quot"}:
            self.problems.append(f"&{name};")

    def handle_data(self, data: str) -> None:
        self.problems += re.findall("[<>&]", data)


@pytest.mark.parametrize(("language", "key", "text"), MESSAGES)
def test_tags_are_telegrams_and_closed(language, key, text):
    parser = Tags()
    parser.feed(text)
    parser.close()

    assert (parser.problems, parser.open) == ([], [])


def test_what_is_said_without_html_has_none():
    """Buttons, menus and the like would show the tags."""
    plain = {use.key for use in uses() if use.is_plain} | {k for k in KEYS if k.startswith("menu_")}

    assert len(plain) > 20
    assert [
        (lang, k) for lang, k, text in MESSAGES if k in plain and re.search("[<>&]", text)
    ] == []


def test_menu_entries_are_as_telegram_wants_them():
    """https://core.telegram.org/bots/api#botcommand: 1-256 characters, shown in one line."""
    entries = [text for _, key, text in MESSAGES if key.startswith("menu_")]

    assert all(1 <= len(text) <= 60 and "\n" not in text for text in entries)


def test_every_text_that_is_asked_for_exists():
    """A misspelt key would be an incident instead of an answer."""
    missing = [
        (use.key, use.place)
        for use in uses()
        if use.key not in KEYS and use.key not in FAMILIES and use.key != BUTTON
    ]

    assert missing == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_text_of_a_family_exists(family):
    """Keys that are put together: one text for each ending that may come."""
    expected = {f"{family}{ending}" for ending in FAMILIES[family]}
    # What Telegram refused is no error of a person's, but they are told of it in the same way.
    own = {"error_not_delivered"}

    assert {key for key in KEYS if key.startswith(family)} - own == expected


def test_every_text_is_used():
    """A sentence that nobody says is translated and kept up for nothing."""
    said = {use.key for use in uses()}
    unused = {key for key in KEYS if key not in said and not key.startswith(tuple(FAMILIES))}

    assert unused == set()


def test_every_text_gets_what_it_needs():
    """A forgotten parameter would be an incident instead of an answer."""
    short = [
        (use.key, use.place, needed - use.given)
        for use in uses()
        if use.given is not None and use.key in KEYS
        for needed in [placeholders(RU.messages[use.key])]
        if not needed <= use.given
    ]

    assert short == []


def test_every_error_says_what_its_text_needs():
    """`raise JobUnknown(job_id=...)`: the words of the text, wherever it is raised."""
    leaves = error_leaves()
    short = []
    for path in sources("bot"):
        for node in ast.walk(tree(path)):
            match node:
                case ast.Raise(exc=ast.Name(name) | ast.Attribute(attr=name)) if name in leaves:
                    given = set()
                case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)) if name in leaves:
                    given = {keyword.arg for keyword in node.keywords}
                case _:
                    continue
            needed = placeholders(RU.messages[leaves[name].key])
            if None not in given and not needed <= given:
                short.append((name, f"{path}:{node.lineno}", needed - given))

    assert short == []


def test_what_a_provider_refuses_needs_only_its_message():
    """`views.plan.reason` knows no more than the provider's sentence and, when silent, its code."""
    families = {key: placeholders(text) for _, key, text in MESSAGES if key.startswith("refusal_")}

    assert families.pop("refusal_silent") <= {"code"}
    assert [key for key, needed in families.items() if not needed <= {"message"}] == []


@pytest.mark.parametrize(
    ("n", "russian", "english"),
    [
        (0, "примеров", "examples"), (1, "пример", "example"), (2, "примера", "examples"),
        (4, "примера", "examples"), (5, "примеров", "examples"), (11, "примеров", "examples"),
        (12, "примеров", "examples"), (21, "пример", "examples"), (22, "примера", "examples"),
        (111, "примеров", "examples"), (321, "пример", "examples"),
    ],
)  # fmt: skip
def test_words_follow_their_number(n, russian, english):
    zone = zoneinfo.ZoneInfo("Europe/Moscow")

    assert Texts("ru", zone).plural("examples", n) == russian
    assert Texts("en", zone).plural("examples", n) == english


def test_every_counted_word_is_known_and_used():
    used = {
        node.args[0].value
        for path in sources("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "plural"
        and isinstance(node.args[0], ast.Constant)
    }

    assert used == RU.plurals.keys()
    assert all(len(forms) == 3 for lang in LANGUAGES.values() for forms in lang.plurals.values())
