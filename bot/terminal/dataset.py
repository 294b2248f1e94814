"""`validate`: whether a file may be sent to training."""

import json
from pathlib import Path

from bot.catalogue import load_catalogue
from bot.config import Needs, load_settings
from bot.dataset import validation
from bot.domain import JsonDict
from bot.domain.datasets import ValidationReport
from bot.errors import UserError
from bot.terminal import console, report
from bot.texts import Texts


@console.command
def validate(file: Path | None, *, is_json: bool) -> int:
    """Print what *file*, by default the settings' dataset, holds; 0 when it has no errors."""
    settings = load_settings(Needs.NOTHING)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    path = file or settings.dataset_path
    try:
        found = read(path, base_model=settings.base_model)
    except UserError as exc:
        return console.complain(texts, exc)
    if is_json:
        print_json(report.as_json(texts, path, found))
    else:
        print_report(texts, found)
    return 0 if found.is_valid else 1


def read(path: Path, *, base_model: str) -> ValidationReport:
    """Judge a file by the rules of the model to be trained, showing how far it is.

    Raises:
        DatasetMissing: there is no such file, or it can't be read.
    """
    catalogue = load_catalogue()
    with console.progress_bar(path) as progress:
        return validation.validate(
            path,
            encoding=catalogue.encoding(base_model),
            max_example_tokens=catalogue.max_example_tokens(base_model),
            progress=progress,
        )


def print_report(texts: Texts, found: ValidationReport) -> None:
    """For people."""
    for line in report.lines(texts, found):
        print(line)


def print_json(values: JsonDict) -> None:
    """For programs: one object, in ASCII, whatever the terminal's encoding is."""
    print(json.dumps(values, indent=2, default=str))
