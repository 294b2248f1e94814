"""The example that a provider's refusal of a file names."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.dataset.checking import Checker
from bot.dataset.repair import can_repair
from bot.dataset.validation.examples import conversation_of
from bot.domain.datasets import Dataset, Finding, Level
from bot.domain.training import Refusal, TrainingRun
from bot.errors import DatasetMissing, TooMuchWork
from bot.gateways.dataset_file import Progress, lines_of, open_dataset

_LINE: Final = re.compile(r"\bline (\d{1,9})\b[:,.]?\s*([^;\n]*)", re.IGNORECASE)
_PART: Final = "invalid_validation_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """A line of a refused file."""

    number: int
    """From 1."""
    question: str
    """What its example asks; empty: it can't be read."""
    fault: str
    """What is wrong with it, in the provider's words."""
    finding: Finding | None
    """What is wrong with it by our own rules; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """What we know of a file that a provider did not take."""

    dataset: Dataset
    can_repair: bool
    line: NamedLine | None
    """None: the provider names no line."""


async def refused_file(run: TrainingRun | None, refusal: Refusal, checker: Checker) -> RefusedFile:
    """Look at the file of a run that was refused.

    Raises:
        LookupError: the refusal is about something else, or the file can't be read.
    """
    if run is None or refusal.code not in ("invalid_training_file", _PART):
        raise LookupError(refusal.code)
    dataset = (run.validation if refusal.code == _PART else None) or run.dataset
    try:
        report = await checker.report_of(dataset)
        named, line = _LINE.search(refusal.message), None
        if named is not None:
            number = int(named[1])
            found = (f for f in report.findings if f.line == number and f.level is Level.ERROR)
            line = NamedLine(
                number=number,
                question=await checker.run(_question, Path(dataset.path), number),
                fault=named[2] or refusal.message,  # "Bad JSON at line 7"
                finding=next(found, None),
            )
    except (DatasetMissing, TooMuchWork) as exc:
        raise LookupError(dataset.path) from exc
    return RefusedFile(dataset=dataset, can_repair=can_repair(report), line=line)


def _question(path: Path, number: int, *, progress: Progress | None = None) -> str:
    with open_dataset(path, progress) as file:
        row = next((line.row() for line in lines_of(file) if line.number == number), None)
    said = (each.get("content") for each in conversation_of(row) if each.get("role") == "user")
    return next((text for text in said if isinstance(text, str)), "")
