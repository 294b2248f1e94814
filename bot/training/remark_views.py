"""What is said beside a plan about the words that were not taken as they were typed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.delivery.screen import Screen
from bot.texts import Markup, Texts, cut
from bot.training.remarks import Remark, RemarkKind

USAGE: Final = (
    "/train [quick|production|premium] [epochs=3] [learning-rate=0.1] [suffix=…] [model=…]"
)

_MOST_REMARKS: Final = 6
_VALUE_UNITS: Final = 80


def beside(texts: Texts, plan: Screen, remarks: Sequence[Remark]) -> Screen:
    """The plan, below what was not understood and what was taken instead."""
    if not remarks:
        return plan
    lines = [_line(texts, remark) for remark in remarks[:_MOST_REMARKS]]
    if n_more := len(remarks) - _MOST_REMARKS:
        lines += [texts("train_words_more", n=texts.number(n_more))] if n_more > 0 else []
    if any(remark.kind is not RemarkKind.GUESSED for remark in remarks):
        lines.append(texts("train_usage", usage=USAGE))
    return replace(plan, text="\n".join([*lines, "", plan.text]))


def _line(texts: Texts, remark: Remark) -> str:
    if remark.error is not None:
        params = {
            name: cut(value, _VALUE_UNITS) if isinstance(value, str) else value
            for name, value in remark.error.params.items()
        }
        return texts("words_refused", why=Markup(texts(remark.error.key, **params)))
    return texts(f"words_{remark.kind}", word=remark.word, taken=remark.taken)
