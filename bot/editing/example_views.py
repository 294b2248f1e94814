"""A line of a dataset with what can be done about it, and who has edited what."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.dataset.views import finding_line
from bot.delivery.screen import Screen, fitting, rows
from bot.domain.datasets import Dataset, Finding
from bot.edge.buttons import button, data_of
from bot.edge.who import moment
from bot.editing.entities import Edit
from bot.editing.lines import FoundLine
from bot.editing.places import FINDINGS, Place
from bot.editing.views import DRAFT_UNITS
from bot.texts import Texts, shortened

_QUESTION_UNITS: Final = 700
_ANSWER_UNITS: Final = 1500
_FINDINGS_UNITS: Final = 900


def example(
    texts: Texts, dataset: Dataset, found: FoundLine | None, findings: Sequence[Finding], mode: int
) -> Screen:
    """The card of a line, or that there is none left to look at."""
    back = button(texts, "back_to_report", data_of("dataset", "version", dataset.id))
    if found is None:
        text = texts("edit_lines_none", number=dataset.id)
        screen = Screen(text=text, buttons=rows([back]))
        return screen.named("editing", texts("edit_later"))
    numbers = {"line": found.number, "number": dataset.id, "n": texts.number(found.n)}
    key = "edit_line_title" if mode == FINDINGS else "edit_reading_title"
    said = [finding_line(texts, each) for each in findings]
    lines = [texts(key, **numbers), *fitting(said, units=_FINDINGS_UNITS)]
    lines.append(texts("quality_question", text=shortened(found.question, _QUESTION_UNITS)))
    place = f"{dataset.id}-{found.number}-{mode}"
    say = []
    if found.answer:
        lines.append(texts("quality_answer", text=shortened(found.answer, _ANSWER_UNITS)))
        say = [button(texts, "edit_say", data_of("editing", "reword", place))]
    verdicts = [
        button(texts, "edit_drop", data_of("editing", "drop", place)),
        button(texts, "edit_keep", data_of("editing", "keep", place)),
    ]
    screen = Screen(text="\n".join(lines), buttons=rows(say, verdicts, [back]))
    return screen.named("editing", texts("edit_later"))


def ask_words(texts: Texts, place: Place, found: FoundLine) -> Screen:
    """The question whose replies are better answers; the present one can be copied by a tap."""
    asked = texts(
        "edit_line_prompt", line=place.line, version=place.dataset_id, mode=place.mode + 1
    )
    draft = texts("edit_draft", text=shortened(found.answer, DRAFT_UNITS))
    return Screen(text=f"{asked}\n{draft}", placeholder=texts.plain("edit_placeholder"))


def history(texts: Texts, edits: Sequence[Edit], people: Mapping[int, str]) -> Screen:
    """Who changed what and when, the newest first."""
    lines = [
        texts(
            f"edit_was_{each.kind}",
            n=texts.number(len(each.lines)),
            line=each.lines[0],
            who=people[each.edited_by],
            when=moment(texts, each.edited_at),
        )
        for each in reversed(edits)
    ]
    return Screen(text="\n".join(fitting([texts("edit_history"), *lines])))
