"""From one file to two, and what both have in common."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from bot.dataset.split.groups import Groups
from bot.dataset.split.known import Known
from bot.dataset.validation.learnt import learnt_of_row
from bot.domain.datasets import Finding, Level
from bot.gateways.dataset_file import Line, Progress, lines_of, open_dataset

MAX_LEAKS: Final = 200
"""So many leaks are listed."""

_MORE_ROOM: Final = 1.5
"""`leaks` remembers the training part only, and so reaches further down the file than we would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Two parts of a dataset."""

    n_training: int
    n_validation: int
    n_kept_together: int
    """Examples that have others like them, all in the same part."""


def split(
    source: Path,
    training: Path,
    validation: Path,
    *,
    share: float,
    seed: int,
    progress: Progress | None = None,
) -> Split:
    """Copy each line of a sound dataset to one of two files; blocking.

    Examples with nearly the same question, or with the same answer, stay together: what the model
    has learnt proves nothing about it. The same file, share and seed give the same parts.

    Args:
        source: examples, one a line; blank lines and a byte order mark are left out.
        training: a file to be written; lines keep their order and their bytes.
        validation: a file to be written, likewise.
        share: of the examples, for the validation part; kept to as closely as groups allow.
        seed: another one gives another choice.
        progress: told the number of bytes read; while they are read again, that number once more.

    Raises:
        TooFewToSplit: fewer different examples than both parts need; no file is left behind.
        DatasetMissing: there is no such file, or it can't be read.
    """
    told = _Told(progress)
    try:
        groups = _grouped(source, seed, told)
        while True:
            chosen = groups.chosen(share)
            lines = _copy(source, (training, validation), chosen, told)
            found = list(_alike(training, validation, told, has_answers=False))
            if not found:
                break
            # Only with less around them do these turn out to be alike.
            for trained, validated in found:
                groups.unite(lines[0][trained - 1], lines[1][validated - 1])
    except BaseException:
        training.unlink(missing_ok=True)
        validation.unlink(missing_ok=True)
        raise
    return Split(
        n_training=len(lines[0]),
        n_validation=len(lines[1]),
        n_kept_together=groups.n_kept_together(),
    )


def leaks(training: Path, validation: Path, *, progress: Progress | None = None) -> list[Finding]:
    """Examples of the validation part that the model has learnt already; blocking.

    Their question is nearly one of the training's, or their answer is the same. At most
    `MAX_LEAKS`, each with its line in the validation part and `first`, the training's line.

    Raises:
        DatasetMissing: one of the files is not there, or it can't be read.
    """
    found = islice(_alike(training, validation, progress), MAX_LEAKS)
    return [
        Finding(level=Level.WARNING, rule="leak", line=line, params={"first": first})
        for first, line in found
    ]


def _grouped(source: Path, seed: int, progress: Progress) -> Groups:
    groups, known = Groups(seed), Known(_MORE_ROOM)
    for line in _examples(source, progress):
        if line.is_rest:
            continue
        learnt = learnt_of_row(line.row())
        number = groups.add(is_fixed=not learnt.turns)
        asked = known.question_or_add(learnt.question, number)
        answered = [known.answer_or_add(answer, number) for answer in learnt.answers[-1:]]
        for other in (asked, *answered):
            if other is not None:
                groups.unite(number, other)
    return groups


def _copy(
    source: Path, parts: tuple[Path, Path], chosen: bytearray, progress: Progress
) -> tuple["array[int]", "array[int]"]:
    """Write both parts; which examples stand on the lines of each."""
    written = array("Q"), array("Q")
    number = -1
    with parts[0].open("wb") as first, parts[1].open("wb") as second:
        for line in _examples(source, progress):
            number += not line.is_rest
            part = chosen[number]
            (first, second)[part].write(line.data)
            if not line.is_rest:
                written[part].append(number)
    return written


def _alike(
    training: Path, validation: Path, progress: Progress | None, *, has_answers: bool = True
) -> Iterator[tuple[int, int]]:
    """Lines of the training part and lines of the validation part that say the same."""
    known, size = Known(), 0

    def further(n: int) -> None:
        if progress:
            progress(size + n)

    for line in _examples(training, further):
        learnt = learnt_of_row(line.row())
        known.add_question(learnt.question, line.number)
        for answer in learnt.answers[-1:] if has_answers else ():
            known.answer_or_add(answer, line.number)
    size = training.stat().st_size
    for line in _examples(validation, further):
        learnt = learnt_of_row(line.row())
        found = [known.question(learnt.question)]
        found += [known.answer(answer) for answer in learnt.answers[-1:] if has_answers]
        first = next((number for number in found if number is not None), None)
        if first is not None:
            yield first, line.number


def _examples(path: Path, progress: Progress | None) -> Iterator[Line]:
    """All lines with something on them."""
    with open_dataset(path, progress) as file:
        yield from (line for line in lines_of(file) if line.is_rest or line.data.strip())


class _Told:
    """Passes progress on while a file is read again and again: it never goes back."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._most = 0

    def __call__(self, n: int) -> None:
        self._most = max(self._most, n)
        if self._progress:
            self._progress(self._most)
