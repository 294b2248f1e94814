"""The dataset: what validation found, and what was sent."""

from collections import Counter
from collections.abc import Sequence

from bot.dataset.number_views import number_lines
from bot.dataset.repair import can_repair, is_convertible
from bot.delivery.screen import Attachment, Button, Screen, fitting, rows
from bot.domain.datasets import Dataset, Finding, Level, ValidationReport
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts, shortened

SHOWN = 10
"""Findings in one message; a phone shows about a dozen lines."""
SHOWN_OF_A_RULE = 3
VALUE_UNITS = 200
"""UTF-16 units of a value in the sentence of a finding."""
FINDINGS_UNITS = 2200
"""UTF-16 units that they may take."""
_OF_ALL_LINES = ("other_format", "format_unclear", "no_examples")
"""Rules that say what a file is where they speak of all its lines."""
_GRAVITY = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


def report(
    texts: Texts,
    found: ValidationReport,
    dataset: Dataset | None,
    *,
    is_in_use: bool,
    validation: Dataset | None = None,
    received: str = "",
    learnt: Sequence[str] = (),
) -> Screen:
    """The verdict, the numbers, the first findings, and what can be done.

    Args:
        texts: The person's language.
        found: What validation found.
        dataset: The version that was judged; None: a file that is no dataset.
        is_in_use: Whether it is what the next plan would train on.
        validation: The version that was put aside for it, if any.
        received: What the sender calls the file, if it has just been sent.
        learnt: Of what is to be converted the first examples, in lines.
    """
    lines = [_received(texts, received, dataset, is_in_use=is_in_use)] if received else []
    numbers = [] if _is_foreign(found) else _numbers(texts, found)
    if validation is not None:
        numbers.append(_validation(texts, validation))
    findings, n_more = _findings(texts, found)
    lines += [*_kind(texts, found), _verdict(texts, found), *learnt]
    # What matters comes first: numbers about what can be trained on, findings about what can't.
    lines += [*numbers, *findings] if found.is_valid else [*findings, *numbers]
    if dataset is not None:
        lines.append(texts("dataset_version", number=dataset.id, sha=found.sha256[:12]))
    return Screen(
        text="\n".join(lines),
        buttons=_buttons(texts, found, dataset, is_in_use=is_in_use, is_whole=n_more <= 0),
    )


def _numbers(texts: Texts, found: ValidationReport) -> list[str]:
    """All numbers, behind a tap: few who train need them."""
    return [texts("dataset_numbers", numbers=Markup("\n".join(number_lines(texts, found))))]


def full_report(texts: Texts, found: ValidationReport, dataset: Dataset) -> Screen:
    """Everything that is listed, as a file."""
    title = {"name": dataset.name, "number": dataset.id, "sha": found.sha256}
    lines = [
        texts.plain("dataset_report_title", **title),
        texts.plain("dataset_report_errors", n=found.n_errors),
        texts.plain("dataset_warnings", n=found.n_warnings),
        "",
        *(_plain_line(texts, finding) for finding in found.findings),
    ]
    n_notes = sum(finding.level is Level.NOTE for finding in found.findings)
    n_left = found.n_errors + found.n_warnings + n_notes - len(found.findings)
    if n_left > 0:
        lines += ["", texts.plain("dataset_report_rest", n=n_left)]
    return Screen(
        text=texts("dataset_report_caption", number=dataset.id),
        attachment=Attachment(name=f"report-{dataset.id}.txt", text="\n".join(lines) + "\n"),
    )


def ask_upload(texts: Texts, dataset: Dataset, host: str, *, question: int) -> Screen:
    """What would go to the provider; *question* is the request that asked."""
    counted = texts.counted("examples", dataset.n_examples)
    yes = data_of("dataset", "send", f"{question}-{dataset.id}")
    return Screen(
        text=texts("upload_ask", name=dataset.name, number=dataset.id, host=host, **counted),
        buttons=rows(
            [
                button(texts, "upload_yes", yes),
                button(texts, "upload_no", data_of("dataset", "keep")),
            ]
        ),
    )


def uploaded(texts: Texts, dataset: Dataset, file_id: str) -> Screen:
    """The provider has a copy."""
    counted = texts.counted("examples", dataset.n_examples)
    return Screen(
        text=texts("upload_done", file_id=file_id, **counted),
        buttons=rows([button(texts, "to_training", data_of("training", "plan"))]),
    )


def finding_line(texts: Texts, finding: Finding) -> str:
    """A finding with its place."""
    text = _sentence(texts, finding)
    if finding.line is None:
        return texts("dataset_file", text=text)
    return texts("dataset_line", line=finding.line, text=text)


def kind_sentence(texts: Texts, found: ValidationReport) -> Markup | None:
    """What the file is, if it is no lines of the provider's examples."""
    return next(
        (_sentence(texts, finding) for finding in found.findings if _says_what(found, finding)),
        None,
    )


def _sentence(texts: Texts, finding: Finding) -> Markup:
    """Long names of columns are cut, so that there is room for other findings."""
    params = {
        name: shortened(value, VALUE_UNITS) if isinstance(value, str) else value
        for name, value in finding.params.items()
    }
    return Markup(texts(f"finding_{finding.rule}", **params))


def n_convertible(found: ValidationReport) -> int:
    """How many examples a repair makes of a file that holds none of the provider's."""
    return found.n_convertible or (found.n_examples if can_repair(found) else 0)


def rest_of(found: ValidationReport) -> list[Finding]:
    """The findings but for the one that says what the file is."""
    return [finding for finding in found.findings if not _says_what(found, finding)]


def _says_what(found: ValidationReport, finding: Finding) -> bool:
    is_all = finding.rule in _OF_ALL_LINES and finding.params.get("n") == found.n_examples
    return finding.rule == found.kind or is_all


def _is_foreign(found: ValidationReport) -> bool:
    """Whether it holds no example of the provider's, so that there is nothing to count."""
    return bool(found.kind) or any(_says_what(found, finding) for finding in found.findings)


def _kind(texts: Texts, found: ValidationReport) -> list[str]:
    sentence = kind_sentence(texts, found)
    return [texts("dataset_kind", text=sentence)] if sentence else []


def _plain_line(texts: Texts, finding: Finding) -> str:
    text = texts.plain(f"finding_{finding.rule}", **finding.params)
    if finding.line is None:
        return texts.plain("dataset_file", text=text)
    return texts.plain("dataset_line", line=finding.line, text=text)


def _findings(texts: Texts, found: ValidationReport) -> tuple[list[str], int]:
    """The lines about findings, and how many findings they leave out."""
    lines = []
    if found.n_warnings:
        lines.append(texts("dataset_warnings", n=texts.number(found.n_warnings)))
    n_notes = sum(finding.level is Level.NOTE for finding in found.findings)
    if n_notes:
        lines.append(texts("dataset_notes", n=texts.number(n_notes)))
    shown = fitting([finding_line(texts, f) for f in _first(found)], units=FINDINGS_UNITS)
    n_said = len(found.findings) - len(rest_of(found))
    n_more = found.n_errors + found.n_warnings + n_notes - len(shown) - n_said
    more = [texts("dataset_more", n=texts.number(n_more))] if n_more > 0 else []
    return [*lines, *shown, *more], n_more


def _first(found: ValidationReport) -> list[Finding]:
    """The gravest findings, few of each rule: a mistake made often hides no other."""
    ordered = sorted(rest_of(found), key=lambda finding: _GRAVITY[finding.level])
    of_rule: Counter[str] = Counter()
    chosen = []
    for finding in ordered:
        of_rule[finding.rule] += 1
        if of_rule[finding.rule] <= SHOWN_OF_A_RULE:
            chosen.append(finding)
    return chosen[:SHOWN]


def _received(texts: Texts, name: str, dataset: Dataset | None, *, is_in_use: bool) -> str:
    if dataset is None:
        return texts("dataset_not_kept", name=name)
    key = "dataset_received_in_use" if is_in_use else "dataset_received"
    return texts(key, name=name, number=dataset.id)


def _verdict(texts: Texts, found: ValidationReport) -> str:
    if found.is_valid:
        return texts("dataset_good", **texts.counted("examples", found.n_examples))
    if _is_foreign(found) and can_repair(found):
        return texts("dataset_convertible", **texts.counted("examples", n_convertible(found)))
    if found.columns:
        return texts("dataset_columns_unknown")
    if _is_foreign(found):
        return texts("dataset_not_convertible")
    numbers = {"n_errors": texts.number(found.n_errors), "n": texts.number(found.n_examples)}
    return texts("dataset_bad", **numbers)


def _validation(texts: Texts, validation: Dataset) -> str:
    counted = texts.counted("examples", validation.n_examples)
    return texts("dataset_validation_part", number=validation.id, **counted)


def _buttons(
    texts: Texts,
    found: ValidationReport,
    dataset: Dataset | None,
    *,
    is_in_use: bool,
    is_whole: bool,
) -> Sequence[Sequence[Button]]:
    if dataset is None:
        return ()
    number = dataset.id
    use_and_train = button(texts, "use_and_train", data_of("training", "on", number))
    main, repair = [], []
    if is_convertible(found):
        main = [use_and_train]
        repair.append(button(texts, "convert", data_of("dataset", "mend", number)))
    elif found.is_valid and is_in_use:
        main = [button(texts, "to_training", data_of("training", "plan"))]
    elif found.is_valid:
        main = [button(texts, "use_dataset", data_of("dataset", "use", number)), use_and_train]
    if can_repair(found) and not is_convertible(found):
        repair.append(button(texts, "repair", data_of("dataset", "repair", number)))
    if found.columns:
        key = "other_columns" if can_repair(found) else "choose_columns"
        repair.append(button(texts, key, data_of("dataset", "columns", number)))
    if not is_whole:
        repair.append(button(texts, "full_report", data_of("dataset", "report", number)))
    edits = [] if _is_foreign(found) else _edits(texts, found, number)
    part = []
    if found.is_valid and dataset.validation_id is not None:
        part.append(button(texts, "unpair", data_of("dataset", "unpair", number)))
    elif found.is_valid:
        part.append(button(texts, "split", data_of("dataset", "split", number)))
    more = [button(texts, "versions", data_of("dataset", "list", 0))]
    if not _is_foreign(found):
        more.insert(0, button(texts, "prices", data_of("training", "prices", number)))
    return rows(main, repair, *edits, part, more)


def _edits(texts: Texts, found: ValidationReport, number: int) -> list[list[Button]]:
    """Ways to change lines by hand, or many at once."""
    n = len({finding.line for finding in found.findings if finding.line is not None})
    n_bad, many = len(found.error_lines), []
    if 0 < n_bad < found.n_examples:
        data = data_of("editing", "dropped", number)
        many.append(button(texts, "edit_purge", data, n=texts.number(n_bad)))
    if any(rule.startswith("personal_") for rule in found.counts):
        many.append(button(texts, "edit_hide", data_of("editing", "hidden", number)))
    findings = data_of("editing", "findings", number)
    one_by_one = [
        [button(texts, "edit_findings", findings, n=texts.number(n))] if n else [],
        [
            button(texts, "edit_disliked", data_of("editing", "disliked", number)),
            button(texts, "edit_tenth", data_of("editing", "tenth", number)),
        ],
    ]
    return [*one_by_one, many]
