"""The repair of a version: what it would change, what would be learnt, which columns are meant."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.dataset.recognition import Columns
from bot.dataset.repair import Repair, RepairChange
from bot.dataset.version_views import back_to
from bot.dataset.views import finding_line
from bot.delivery.screen import Button, Screen, fitting, rows
from bot.domain.datasets import Dataset
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts, shortened

_EXCERPT_UNITS = 120
_SAMPLE_UNITS = 220
_SHOWN_SAMPLES, _SHOWN_UNITS = 2, 120
"""In a report."""
_COLUMN_UNITS = 40
_LABEL_LENGTH = 20
_MESSAGES = 4
"""Of a sample; a phone shows about a dozen lines."""
_MOST_COLUMNS = 8
_ROLES: Final = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


def ask_repair(
    texts: Texts, dataset: Dataset, repair: Repair, columns: Columns | None = None
) -> Screen:
    """What a repair would change, before it is made."""
    key = "convert_yes" if repair.samples else "repair_yes"
    chosen = f"{dataset.id}-{columns.question}-{columns.answer}" if columns else dataset.id
    train = [button(texts, "use_and_train", data_of("training", "on", chosen))]
    return Screen(
        text="\n".join(
            [
                texts("repair_title", number=dataset.id),
                *repair_lines(texts, repair),
            ]
        ),
        buttons=rows(
            train if repair.samples else [],
            [button(texts, key, data_of("dataset", "mend", chosen))],
            [back_to(texts, dataset)],
        ),
    )


def repaired(texts: Texts, dataset: Dataset, screen: Screen) -> Screen:
    """The repaired version's report."""
    done = texts("repair_done", number=dataset.id)
    return Screen(text=f"{done}\n\n{screen.text}", buttons=screen.buttons)


def ask_columns(texts: Texts, dataset: Dataset, columns: Mapping[int, tuple[str, str]]) -> Screen:
    """Which column holds the questions; of two, which way round they are."""
    shown = dict(list(columns.items())[:_MOST_COLUMNS])
    key = "repair_columns" if len(shown) == 2 else "repair_question_column"
    if len(shown) == 2:
        one, other = shown
        ways = [(one, other), (other, one)]
        buttons = [_pair_button(texts, dataset, shown, way) for way in ways]
    else:
        buttons = [
            button(
                texts,
                "column",
                data_of("dataset", "question", f"{dataset.id}-{at}"),
                name=_label(name),
            )
            for at, (name, _) in shown.items()
        ]
    lines = [
        texts("repair_column", name=_short(name), text=_short(text))
        for name, text in shown.values()
    ]
    return Screen(
        text="\n".join([texts(key, number=dataset.id), *lines]),
        buttons=rows(*([each] for each in buttons), [back_to(texts, dataset)]),
    )


def ask_answers(
    texts: Texts, dataset: Dataset, columns: Mapping[int, tuple[str, str]], question: int
) -> Screen:
    """Which of the other columns holds the answers."""
    others = [at for at in columns if at != question][:_MOST_COLUMNS]
    buttons = [
        button(
            texts,
            "column",
            data_of("dataset", "repair", f"{dataset.id}-{question}-{at}"),
            name=_label(columns[at][0]),
        )
        for at in others
    ]
    return Screen(
        text=texts("repair_answer_column", question=_short(columns[question][0])),
        buttons=rows(*([each] for each in buttons), [back_to(texts, dataset)]),
    )


def repair_lines(texts: Texts, repair: Repair) -> list[str]:
    """What will be learnt of what is converted, what is left out, what changes, and how many."""
    changes = [
        line
        for change in repair.changes
        for line in _change(texts, change, is_short=bool(repair.samples))
    ]
    numbers = {"before": texts.number(repair.n_before), "after": texts.number(repair.n_after)}
    return [
        *fitting(_learnt(texts, repair), units=1800),
        *fitting(_left_out(texts, repair), units=700),
        *fitting(changes, units=600 if repair.samples else 3000),
        texts("repair_count", **numbers),
    ]


def sample_lines(
    texts: Texts, samples: Sequence[Sequence[tuple[str, str]]], units: int = _SAMPLE_UNITS
) -> list[str]:
    """The first examples as they will be learnt, *units* of each message."""
    return [
        texts("repair_sample", n=n, messages=Markup("\n".join(_said(texts, sample, units))))
        for n, sample in enumerate(samples, 1)
    ]


def first_learnt(texts: Texts, samples: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """Of what is to be converted the first examples, as short as a report has room for."""
    shown = sample_lines(texts, samples[:_SHOWN_SAMPLES], _SHOWN_UNITS)
    return [texts("repair_learnt"), *shown] if shown else []


def _learnt(texts: Texts, repair: Repair) -> list[str]:
    samples = sample_lines(texts, repair.samples)
    return [texts("repair_learnt"), *samples] if samples else []


def _said(texts: Texts, sample: Sequence[tuple[str, str]], units: int) -> list[str]:
    lines = [
        texts(
            "repair_said",
            role=Markup(texts(f"repair_role_{_ROLES.get(role, 'other')}")),
            text=shortened(text, units),
        )
        for role, text in sample[:_MESSAGES]
    ]
    n_more = len(sample) - _MESSAGES
    return [*lines, texts("repair_more_messages", n=n_more)] if n_more > 0 else lines


def _left_out(texts: Texts, repair: Repair) -> list[str]:
    if not repair.n_left_out:
        return []
    first = texts("repair_left_out", n=texts.number(repair.n_left_out))
    return [first, *(finding_line(texts, finding) for finding in repair.left_out)]


def _pair_button(
    texts: Texts, dataset: Dataset, columns: Mapping[int, tuple[str, str]], way: tuple[int, int]
) -> Button:
    question, answer = way
    return button(
        texts,
        "columns",
        data_of("dataset", "repair", f"{dataset.id}-{question}-{answer}"),
        question=_label(columns[question][0]),
        answer=_label(columns[answer][0]),
    )


def _label(name: str) -> str:
    return name if len(name) <= _LABEL_LENGTH else f"{name[: _LABEL_LENGTH - 1]}…"


def _short(text: str) -> Markup:
    return shortened(text, _COLUMN_UNITS)


def _change(texts: Texts, change: RepairChange, *, is_short: bool) -> list[str]:
    what = Markup(texts(f"mend_{change.kind}"))
    n = texts.number(change.n)
    if change.line is None:
        lines = [texts("repair_line", what=what, n=n)]
    else:
        lines = [texts("repair_line_first", what=what, n=n, line=change.line)]
    if change.before and change.after and not is_short:
        lines.append(texts("repair_was", text=shortened(change.before, _EXCERPT_UNITS)))
        lines.append(texts("repair_becomes", text=shortened(change.after, _EXCERPT_UNITS)))
    return lines
