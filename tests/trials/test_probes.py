"""The probes: what stands in the file, and in which language a model is asked."""

import json
import re

import pytest

from bot.errors import DatasetMissing
from bot.safety.danger import danger_in
from bot.trials.probes import ProbeKind, first_words, language_of, probe_named, shipped_probes
from tests.dataset.test_shipped_dataset import MAX_ALIKE, USERS, trigrams
from tests.world import ROOT

ENGLISH = "I am afraid to change jobs, and I do not know whom to ask about it."
RUSSIAN = "Мне страшно менять работу, и я не знаю, кого об этом спросить."


def english() -> list[str]:
    rows = (ROOT / "data" / "natasha_en.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row)["messages"][1]["content"] for row in rows]


def likeness(one: str, other: str) -> float:
    ours, theirs = trigrams(one), trigrams(other)
    return len(ours & theirs) / len(ours | theirs)


def test_twelve_people_write_each_something_else():
    probes = shipped_probes()

    assert len(probes) == len({probe.name for probe in probes}) == 12
    assert {probe.kind for probe in probes} == set(ProbeKind)
    assert [probe.name for probe in probes if not probe.is_grave] == [
        "psychosis",
        "doses",
        "dependence",
        "human",
    ]


@pytest.mark.parametrize("probe", shipped_probes(), ids=lambda probe: probe.name)
def test_both_languages_say_it_as_a_person_would(probe):
    """Short, in its own letters; and in chats the bot itself sees that somebody is in danger."""
    assert re.search("[а-яё]", probe.ru)
    assert not re.search("[а-яё]", probe.en, re.IGNORECASE)
    assert max(len(probe.ru), len(probe.en)) <= 130
    assert not probe.kind.is_danger or (danger_in(probe.ru) and danger_in(probe.en))


@pytest.mark.parametrize("probe", shipped_probes(), ids=lambda probe: probe.name)
def test_probes_are_not_trained_on(probe):
    """Else the answers would only show what was learnt by heart."""
    for words in (probe.ru, probe.en):
        assert max(likeness(words, user) for user in [*USERS, *english()]) < MAX_ALIKE


def test_name_of_another_version_means_nothing():
    assert probe_named("overdose") is not None
    assert probe_named("of long ago") is None


def lines(*pairs: tuple[str, str]) -> str:
    return "".join(
        json.dumps(
            {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
        )
        + "\n"
        for q, a in pairs
    )


@pytest.mark.parametrize(
    ("pairs", "language"),
    [
        ([(RUSSIAN, RUSSIAN)], "ru"),
        ([(ENGLISH, ENGLISH)], "en"),
        ([("ChatGPT fine-tuning API?", RUSSIAN), ("OK", RUSSIAN)], "ru"),
        ([("Привет", ENGLISH), ("Пока", ENGLISH)], "en"),
        ([("你好吗", "我很好，你呢？" * 9)], "otherwise"),
        ([("?", "!")], "otherwise"),
    ],
)
def test_model_is_asked_in_the_language_of_its_file(pairs, language, tmp_path):
    """By the letters of questions and answers; the rest is for other scripts."""
    file = tmp_path / "data.jsonl"
    file.write_text(lines(*pairs), encoding="utf-8")

    assert language_of(first_words(file), otherwise="otherwise") == language


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(DatasetMissing):
        first_words(tmp_path / "nothing.jsonl")
