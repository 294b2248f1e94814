"""A bad answer with what can be done about it."""

from bot.delivery.screen import Button, Screen, rows
from bot.domain import JsonDict
from bot.edge.buttons import button, data_of
from bot.editing.readiness import GOAL, Ready
from bot.export import LeftOut
from bot.ratings.entities import RatedTurn
from bot.ratings.views import complaint_label
from bot.texts import Texts, shortened

_QUESTION_UNITS = 700
_ANSWER_UNITS = 1500
_CORRECTION_UNITS = 900
DRAFT_UNITS = 3000
"""UTF-16 units of an answer that is shown to be copied."""


def answer(
    texts: Texts, found: RatedTurn | None, ready: Ready | None, *, n: int, note: str = ""
) -> Screen:
    """The card: one of *n* bad answers, or that none is left. *note* says what was done before."""
    lines = [note] if note else []
    buttons: list[list[Button]] = []
    if found is None:
        lines.append(texts("edit_none"))
    else:
        lines += [texts("edit_title", n=texts.number(n)), *_words(texts, found)]
        buttons = _verdicts(texts, found.request_id)
    lines += counter(texts, ready)
    screen = Screen(text="\n".join(lines), buttons=rows(*buttons, _learn(texts, ready)))
    return screen.named("editing", texts("edit_later"))


def beside_quality(texts: Texts, ready: Ready | None, *, n: int) -> Screen | None:
    """What stands under /quality; None: nothing is to be done."""
    start = [button(texts, "edit_answers", data_of("editing", "start"), n=texts.number(n))]
    lines, buttons = counter(texts, ready), rows(start if n else [], _learn(texts, ready))
    return Screen(text="\n".join(["", *lines]), buttons=buttons) if buttons else None


def ask_words(texts: Texts, found: RatedTurn) -> Screen:
    """The question whose replies are better answers; the bad one can be copied by a tap."""
    draft = shortened(found.assistant_text, DRAFT_UNITS)
    lines = [texts("edit_prompt", turn=found.request_id), texts("edit_draft", text=draft)]
    return Screen(text="\n".join(lines), placeholder=texts.plain("edit_placeholder"))


def noted(texts: Texts, example: JsonDict | LeftOut) -> str:
    """The words are stored; if nothing is learnt of them, why."""
    if not isinstance(example, LeftOut):
        return texts("edit_noted")
    return texts("edit_unlearnt", reason=texts.plain(f"export_left_{example}")) + "\n"


def counter(texts: Texts, ready: Ready | None) -> list[str]:
    """How far it is to the next training."""
    if ready is None or not ready.n:
        return []
    if ready.n >= GOAL:
        return [texts("edit_counter_full", n=texts.number(ready.n))]
    return [texts("edit_counter", n=ready.n, goal=GOAL)]


def _learn(texts: Texts, ready: Ready | None) -> list[Button]:
    if ready is None or not ready.n:
        return []
    data = data_of("editing", "learn")
    if not ready.price_usd:
        return [button(texts, "edit_learn_unpriced", data)]
    return [button(texts, "edit_learn", data, price=texts.roughly(ready.price_usd))]


def _words(texts: Texts, found: RatedTurn) -> list[str]:
    rating = found.rating
    lines = [
        texts("quality_question", text=shortened(found.user_text, _QUESTION_UNITS)),
        texts("quality_answer", text=shortened(found.assistant_text, _ANSWER_UNITS)),
    ]
    if rating.complaint is not None:
        lines.append(texts("quality_complaint", reason=complaint_label(texts, rating.complaint)))
    if rating.correction is not None:
        text = shortened(rating.correction, _CORRECTION_UNITS)
        lines.append(texts("edit_correction", text=text))
    return lines


def _verdicts(texts: Texts, turn_id: int) -> list[list[Button]]:
    return [
        [button(texts, "edit_say", data_of("editing", "say", turn_id))],
        [
            button(texts, "edit_fine", data_of("editing", "fine", turn_id)),
            button(texts, "edit_skip", data_of("editing", "skip", turn_id)),
        ],
    ]
