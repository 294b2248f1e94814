"""`validate`: whether a file may be sent to training, as lines to read or as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

from bot.catalogue import load_catalogue
from bot.config import Needs, Settings
from bot.dataset.number_views import number_lines
from bot.dataset.recognition import Columns
from bot.dataset.repair import Repair, can_repair
from bot.dataset.repair.run import repair
from bot.dataset.repair_views import repair_lines
from bot.dataset.validation import scan
from bot.dataset.views import kind_sentence, n_convertible, rest_of
from bot.domain import JsonDict
from bot.domain.datasets import Finding, ValidationReport
from bot.errors import CannotRepair, DatasetMissing, FileIsThere
from bot.terminal.console import command, one_line, progress_bar
from bot.texts import Markup, Texts, unmarked


@command(Needs.NOTHING)
def validate(
    settings: Settings,
    texts: Texts,
    file: Path | None,
    *,
    is_json: bool,
    repaired: Path | None = None,
    columns: tuple[int, int] | None = None,
) -> int:
    """Print what *file*, by default the settings' dataset, holds; 0 when it has no errors.

    Args:
        settings: Whose dataset it is by default, and for which model it is.
        texts: The language.
        file: What to look at.
        is_json: Whether a program reads the answer.
        repaired: A new file for a repaired copy, whose report follows; None: look only.
        columns: Of a table, the numbers from 1 of those with the questions and the answers.
    """
    path = file or settings.dataset_path
    if repaired is not None:
        try:
            done = _repaired(path, repaired, columns)
        except CannotRepair:
            print_report(texts, read(path, base_model=settings.base_model))
            raise
        path = repaired
        if not is_json:
            _print_repair(texts, done)
    found = read(path, base_model=settings.base_model)
    if is_json:
        print_json(report_as_json(texts, path, found))
    else:
        print_report(texts, found)
    return 0 if found.is_valid else 1


def _repaired(path: Path, repaired: Path, columns: tuple[int, int] | None) -> Repair:
    """Write a repaired copy; raises CannotRepair, FileIsThere, DatasetMissing."""
    if repaired.exists():
        raise FileIsThere(path=repaired)
    chosen = Columns(columns[0] - 1, columns[1] - 1) if columns else None
    try:
        return repair(path, repaired, columns=chosen)
    except OSError as exc:
        raise DatasetMissing(path=repaired) from exc


def _print_repair(texts: Texts, done: Repair) -> None:
    """What the copy will teach."""
    for text in repair_lines(texts, done):
        for line in unmarked(text).splitlines():
            print(one_line(line))


def read(path: Path, *, base_model: str) -> ValidationReport:
    """Validate a file by the rules of the model to be trained, with a progress bar.

    Raises:
        DatasetMissing: there is no such file, or it can't be read.
    """
    catalogue = load_catalogue()
    with progress_bar(path) as progress:
        return scan.validate(
            path,
            encoding=catalogue.encoding(base_model),
            max_example_tokens=catalogue.max_example_tokens(base_model),
            progress=progress,
        )


def print_report(texts: Texts, found: ValidationReport) -> None:
    """Print the report for people."""
    for line in report_lines(texts, found):
        print(line)


def print_json(values: JsonDict) -> None:
    """Print one JSON object for programs, in ASCII, whatever the terminal's encoding is."""
    print(json.dumps(values, indent=2, default=str))


def report_lines(texts: Texts, report: ValidationReport) -> Iterator[str]:
    """What the file is, the numbers, the findings, what can be done, and last the verdict."""
    kind = kind_sentence(texts, report)
    if kind is not None:
        yield one_line(unmarked(texts("dataset_kind", text=kind)))
        yield texts.plain("validate_repaired", n=n_convertible(report))
    else:
        yield texts.plain("validate_examples", n=report.n_examples)
        yield from (one_line(unmarked(line)) for line in number_lines(texts, report))
    yield texts.plain("dataset_report_errors", n=report.n_errors)
    yield texts.plain("dataset_warnings", n=report.n_warnings)
    for finding in rest_of(report):
        yield _with_place(texts, finding)
    n_more = sum(report.counts.values()) - len(report.findings)
    if n_more > 0:
        yield unmarked(texts("dataset_more", n=texts.number(n_more)))
    yield from _advice(texts, report)
    yield verdict(texts, report)


def _advice(texts: Texts, report: ValidationReport) -> Iterator[str]:
    """How the file is repaired here."""
    if can_repair(report):
        yield unmarked(texts("dataset_repair_command"))
    elif report.columns:
        for at, (name, text) in report.columns.items():
            shown = texts("dataset_column_number", n=at + 1, name=name, text=text)
            yield one_line(unmarked(shown))
        yield unmarked(texts("dataset_columns_command"))


def verdict(texts: Texts, report: ValidationReport) -> str:
    """In English the guide's own wording, which scripts look for."""
    if report.is_valid:
        return texts.plain("validate_passed", n=report.n_examples)
    return texts.plain("validate_failed", n_errors=report.n_errors, n=report.n_examples)


def report_as_json(texts: Texts, path: Path, report: ValidationReport) -> JsonDict:
    """The report for programs; an empty system prompt means none, lines count from 1."""
    tokens = report.tokens
    return {
        "file": str(path),
        "sha256": report.sha256,
        "size_bytes": report.size_bytes,
        "is_valid": report.is_valid,
        "method": report.method.value,
        "examples": report.n_examples,
        "messages": report.n_messages,
        "tokens": tokens
        and {
            "encoding": tokens.encoding,
            "total": tokens.total,
            "min": tokens.smallest,
            "median": tokens.median,
            "p95": tokens.p95,
            "max": tokens.largest,
        },
        "turns": dict(report.turns),
        "system_prompts": dict(report.system_prompts),
        "themes": dict(report.themes),
        "themes_noted": report.themes_noted,
        "findings": [_finding_as_json(texts, finding) for finding in report.findings],
        "n_errors": report.n_errors,
        "n_warnings": report.n_warnings,
        "counts": dict(report.counts),
        "kind": report.kind,
        "convertible_examples": report.n_convertible,
        "columns": [
            {"number": at + 1, "name": name, "first_text": text}
            for at, (name, text) in report.columns.items()
        ],
    }


def _with_place(texts: Texts, finding: Finding) -> str:
    key = "dataset_file" if finding.line is None else "dataset_line"
    sentence = texts(key, line=finding.line, text=Markup(_sentence(texts, finding)))
    return one_line(unmarked(sentence))


def _sentence(texts: Texts, finding: Finding) -> str:
    return texts(f"finding_{finding.rule}", **finding.params)


def _finding_as_json(texts: Texts, finding: Finding) -> JsonDict:
    return {
        "level": finding.level.value,
        "rule": finding.rule,
        "line": finding.line,
        "message": unmarked(_sentence(texts, finding)),
        "params": dict(finding.params),
    }
