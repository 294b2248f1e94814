"""The usual answers of a training file, to compare a model's answers with them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median_low
from typing import Final

from bot.dataset.validation.language import normalised
from bot.dataset.validation.learnt import learnt_of_row
from bot.dataset.validation.similarity import Nearby
from bot.gateways.dataset_file import Line, Progress, lines_of, open_dataset
from bot.trials.entities import TrainingFigures

MOST_ANSWERS: Final = 20_000
"""So many answers are read: a sample of a large file, and all that our own engine answers with."""

TELLING: Final = 20
"""Characters; the repetition of a shorter answer means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAnswers:
    """The answers that a model was trained on."""

    figures: TrainingFigures
    script: str
    """The script of most answers; "" when that is not clear."""
    repeated: frozenset[str] = frozenset()
    """Those of the given texts, normalised, that the file has word by word or nearly so."""


def asks(text: str) -> bool:
    """Whether *text* has a question mark."""
    return any(sign in text for sign in "?？؟")


def read_training_answers(
    path: Path, said: Sequence[str], *, progress: Progress | None = None
) -> TrainingAnswers | None:
    """Read the file's answers and look for those of *said* among them; blocking.

    None: it holds no answer. Raises DatasetMissing where it does not exist or can't be read.
    """
    from bot.dataset.validation.profile import Scripts  # noqa: PLC0415 - brings many rules

    repeats, scripts = Repeats(said), Scripts()
    lengths: list[int] = []
    n_asking = 0
    with open_dataset(path, progress) as file:
        for number, answer in enumerate(islice(_answers(lines_of(file)), MOST_ANSWERS), 1):
            lengths.append(len(answer))
            n_asking += asks(answer)
            scripts.add(answer, number)
            repeats.look_at(answer)
    if not lengths:
        return None
    return TrainingAnswers(
        figures=TrainingFigures(
            n_answers=len(lengths),
            share_asking=n_asking / len(lengths),
            characters=median_low(lengths),
        ),
        script=scripts.main,
        repeated=frozenset(repeats.found),
    )


class Repeats:
    """Finds which of a few texts are repeated, word by word or nearly so."""

    def __init__(self, said: Sequence[str]) -> None:
        self._said = [words for text in said if len(words := normalised(text)) >= TELLING]
        self._nearby = Nearby()
        for number, words in enumerate(self._said):
            self._nearby.add(words, number)
        self.found: set[str] = set()
        """The texts that were repeated so far, normalised."""

    def look_at(self, text: str) -> None:
        """Compare with one more text."""
        words = normalised(text)
        if words in self._said:
            self.found.add(words)
        elif (number := self._nearby.find(words)) is not None:
            self.found.add(self._said[number])


def _answers(lines: Iterable[Line]) -> Iterator[str]:
    """Every answer that is learned; of a pair, the preferred one. Invalid lines are skipped."""
    for line in lines:
        yield from (answer for answer in learnt_of_row(line.row()).answers if answer.strip())
