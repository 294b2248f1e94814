"""What people read keeps to the settled words, to plain English, and says where help is."""

import re

import pytest

from bot.delivery.messages import Unread
from bot.texts import LANGUAGES, unmarked

RU, EN = LANGUAGES["ru"].messages, LANGUAGES["en"].messages

ENGLISH_HABITS = re.compile(
    r"""(?ix) \b(?:
        shall | anew | mend(?:s|ed|ing)? | kin | dearer | beside | crams? | crammed
        | (?: by\ (?:it|my|them)sel(?:f|ves) )
        | (?: puts?|putting )\ (?:\S+\ ){0,4}?to\ use
        | lies\ (?:at|here|there|in) | in\ the\ place\ of | all\ the\ same
        | any\ more\b(?!\ ) | takes?\ no\b | look\ in\ later | go(?:es)?\ on\b
    )\b
    | (?<!there\ )\bis\ no\ (?!longer)
    | \d\ an?\ (?:day|line|example|epoch)\b
    | \b(?:answers|examples?|tokens|characters)\ (?:an?|the)\ (?:day|line|example|epoch|answer)\b
    """
)
"""How a Russian speaker writes English."""
STILL_ENGLISH = {"chat_go_on"}
"""Texts with such words that a native would write: "Go on from where you stopped"."""

SETTLED = {
    r"подсказк": "системный промпт",
    r"\b(?:ваш|мой|свой) номер\b|(?:^|\n)номер: ": "ID",
    r"\bсервис": "провайдер",
    r"дообуч": "обучение",
    r"\bпотер(?:и|ь|ям|ях|ями)\b": "ошибка",
    r"\bпроб[аеуы]\b|\bиспыта": "пробные вопросы",
    r"\bприостановлен": "на паузе",
    r"\bсуффикс": "имя",
    r"\bмножител": "темп",
    r"\bучебн": "обучающие",
    r"\b(?:SFT|DPO)\b": "примеры, пары ответов",
    r"\bn=": "оценок",
    r"^(?:не )?ставить$": "можно включать, лучше не включать",
    r"^использовать$": "взять в работу",
}
"""A word that was given up -> the one that says it."""

UNANSWERED = [
    "door_stranger", "door_busy", "door_removed", "join_denied", "access_closed",
    "error_daily_limit_reached", "error_no_model", "error_model_gone", "error_incident",
    "error_empty_answer", "error_answer_filtered", "error_context_too_long",
    "failure_later", "failure_busy", "failure_refused", "failure_question", "failure_no_room",
    "failure_admin", "failure_not_ready",
    *(f"unread_{kind.value}" for kind in Unread),
]  # fmt: skip
"""Texts that a person gets instead of an answer."""


def test_english_is_what_a_native_writes():
    found = {
        key: match[0]
        for key, text in EN.items()
        if (match := ENGLISH_HABITS.search(unmarked(text))) and key not in STILL_ENGLISH
    }

    assert found == {}


@pytest.mark.parametrize("word", SETTLED)
def test_russian_has_one_word_for_a_thing(word):
    found = {key for key, text in RU.items() if re.search(f"(?i){word}", unmarked(text))}

    assert found == set(), f"settled: {SETTLED[word]}"


@pytest.mark.parametrize("key", UNANSWERED)
def test_who_gets_no_answer_reads_where_help_is(key):
    assert RU[key].endswith("Если вам плохо или опасно — 112.")
    assert EN[key].endswith(
        "If you are in crisis or in danger, call 112 (or your local emergency number)."
    )


@pytest.mark.parametrize("messages", [RU, EN], ids=["ru", "en"])
def test_who_comes_reads_what_natasha_is(messages):
    """Before the first question: a program that errs and is no doctor, and who can read along."""
    for said in ("112", "18+", "/privacy"):
        assert said in messages["start_tester"]
    for key in ("help_tester", "invitation"):
        assert "112" in messages[key]
    assert re.search("программа|program", messages["start_tester"])
    assert re.search("врач|doctor", messages["start_tester"])
