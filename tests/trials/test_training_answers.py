"""What the answers of a training file are like, read from the file."""

import json
from pathlib import Path

import pytest

from bot.dataset.validation.language import normalised
from bot.errors import DatasetMissing
from bot.trials import training_answers
from bot.trials.training_answers import TrainingAnswers, read_training_answers
from tests.world import DATASET

LONG = "Представь, что ты стоишь в лесу на рассвете. Куда ты пойдёшь?"


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "data.jsonl"
    path.write_text(
        "".join(
            (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n"
            for line in lines
        )
    )
    return path


def example(*answers: str, **more: object) -> dict[str, object]:
    turns = [
        message
        for answer in answers
        for message in (
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": answer} | more,
        )
    ]
    return {"messages": [{"role": "system", "content": "Кто ты?"}, *turns]}


def read(path: Path, *said: str) -> TrainingAnswers:
    found = read_training_answers(path, said)
    assert found is not None
    return found


def test_every_answer_that_is_learned_counts(tmp_path):
    """Not what users say, not answers with weight 0, and no line that is none."""
    learned = example("Да", "Кто там?")
    silent = {"messages": [{"role": "assistant", "content": None}]}
    others = (example("Тихо.", weight=0), example("", " "), silent, {"messages": 5}, "{", "[]", "")
    path = a_file(tmp_path, learned, *others)
    figures = read(path).figures

    assert (figures.n_answers, figures.share_asking, figures.characters) == (2, 0.5, 2)


def test_repeats_are_found_word_by_word_or_nearly_so(tmp_path):
    near = LONG.replace("рассвете", "рассветах")
    path = a_file(tmp_path, example("Лес."), example(LONG.upper()))

    assert read(path, LONG).repeated == {normalised(LONG)}
    assert read(path, near).repeated == {normalised(near)}
    assert read(path, LONG.replace("лесу", "поле и думаешь о другом")).repeated == frozenset()


def test_short_answer_repeats_nothing(tmp_path):
    """Anybody says that."""
    assert read(a_file(tmp_path, example("Да, конечно.")), "Да, конечно.").repeated == frozenset()


def test_file_without_answers_teaches_nothing(tmp_path):
    assert read_training_answers(a_file(tmp_path, {"messages": []}), []) is None
    with pytest.raises(DatasetMissing):
        read_training_answers(tmp_path / "gone.jsonl", [])


def test_large_file_is_sampled(tmp_path, monkeypatch):
    monkeypatch.setattr(training_answers, "MOST_ANSWERS", 3)

    assert read(a_file(tmp_path, *[example("Да")] * 9)).figures.n_answers == 3


def test_of_pairs_the_preferred_answers_are_learned(tmp_path):
    pair = {
        "input": {"messages": [{"role": "user", "content": "Как быть?"}]},
        "preferred_output": [{"role": "assistant", "content": LONG}],
        "non_preferred_output": [{"role": "assistant", "content": "Не знаю."}],
    }
    figures = read(a_file(tmp_path, pair)).figures

    assert (figures.n_answers, figures.characters) == (1, len(LONG))


def test_shipped_dataset():
    """Its voice mostly asks, also where a conversation goes on."""
    told: list[int] = []
    found = read_training_answers(DATASET, [], progress=told.append)

    assert found is not None
    assert found.figures.n_answers > 321
    assert 0.8 < found.figures.share_asking < 1
    assert 300 < found.figures.characters < 600
    assert found.script == "cyrillic"
    assert told
