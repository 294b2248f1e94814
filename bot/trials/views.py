"""Trials: the verdict on a model, its answers side by side, and models that do not answer yet."""

import html
import re
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bot.delivery.screen import MAX_UNITS, Button, Screen, fitting, rows
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts, shortened, utf16_length
from bot.trials.entities import AnswerFigures, Judgement, Trial, TrialAnswer, Verdict

TITLE_UNITS = 100


class ModelUse(StrEnum):
    """Where a judged model stands."""

    PROMOTED = "promoted"
    """The first one: it serves by itself."""
    WITHHELD = "withheld"
    """The first one, but not good enough to serve by itself."""
    SERVING = "serving"
    OFFERED = "offered"
    LEFT = "left"
    """Offered, and an admin left it as it is."""


def verdict(
    texts: Texts, trial: Trial, standing: ModelUse, *, job_number: int | None = None
) -> Screen:
    """What to think of a model: the verdict, figures, reasons, and what may be done about it.

    Args:
        texts: The person's language.
        trial: It has a judgement.
        standing: Where the model stands.
        job_number: Of the job that it came from, whose remedies are offered; None: unknown.
    """
    judgement = trial.judgement
    assert judgement is not None
    lines = [
        texts(
            "trial_title",
            model=shortened(trial.model.title, TITLE_UNITS),
            verdict=Markup(texts(f"verdict_word_{judgement.verdict.value}")),
        ),
        *_figures(texts, trial, judgement),
        *(
            texts("trial_reason", reason=Markup(texts(f"verdict_{r.rule}", **r.params)))
            for r in judgement.reasons
        ),
        texts(f"trial_standing_{standing.value}"),
    ]
    return Screen(
        text="\n".join(fitting(lines)),
        buttons=rows(
            *_buttons(texts, trial, standing), _remedies(texts, judgement, standing, job_number)
        ),
    )


def _figures(texts: Texts, trial: Trial, judgement: Judgement) -> Iterator[str]:
    counted, base, training = judgement.answers, judgement.base, judgement.training
    yield texts(
        "trial_figures",
        answered=counted.n_answered,
        n=counted.n_asked,
        asking=counted.n_asking,
    )
    if counted.n_answered:
        yield texts(
            "trial_repeats",
            repeating=counted.n_repeating,
            refusing=counted.n_refusing,
            characters=texts.number(counted.characters),
        )
    if training is not None:
        yield texts(
            "trial_training",
            percent=round(100 * training.share_asking),
            characters=texts.number(training.characters),
        )
    if base is not None:
        yield _of_base(texts, base)
    elif trial.base_model is not None:
        yield texts("trial_base_silent")


def _of_base(texts: Texts, base: AnswerFigures) -> str:
    return texts(
        "trial_base",
        asking=base.n_asking,
        n=base.n_answered,
        characters=texts.number(base.characters),
    )


def _buttons(texts: Texts, trial: Trial, standing: ModelUse) -> Sequence[Sequence[Button]]:
    use = button(texts, "use", data_of("models", "use", trial.model.id))
    compare = button(texts, "compare", data_of("trials", "page", f"{trial.id}.0"))
    leave = button(texts, "leave", data_of("trials", "leave", trial.id))
    is_open = standing in (ModelUse.OFFERED, ModelUse.WITHHELD)
    return [use] if is_open else [], [compare], [leave] if is_open else []


def _remedies(
    texts: Texts, judgement: Judgement, standing: ModelUse, job_number: int | None
) -> Sequence[Button]:
    is_good = judgement.verdict is Verdict.PUT
    if job_number is None or is_good or standing is ModelUse.LEFT:
        return []
    return [button(texts, "remedies", data_of("training", "remedies", job_number))]


def side_by_side(texts: Texts, trial: Trial, n: int) -> Screen:
    """What both models said to prompt number *n*, from 0, which the trial has."""
    answer = trial.answers[n]
    title = texts(
        "trial_page",
        model=shortened(trial.model.title, TITLE_UNITS),
        n=n + 1,
        of=len(trial.answers),
        prompt=answer.prompt,
    )
    said = [answer.answer or "", *([answer.base_answer or ""] if trial.base_model else [])]
    bare = "\n\n".join([title, *_columns(texts, trial, answer, 2)])  # "…" at least
    share = _share([utf16_length(text) for text in said], MAX_UNITS - _units(bare))
    before = button(texts, "question_before", data_of("trials", "turn", f"{trial.id}.{n - 1}"), n=n)
    after = button(
        texts, "question_after", data_of("trials", "turn", f"{trial.id}.{n + 1}"), n=n + 2
    )
    return Screen(
        text="\n\n".join([title, *_columns(texts, trial, answer, share)]),
        buttons=rows([*([before] if n else []), *([after] if n + 1 < len(trial.answers) else [])]),
    )


def _columns(texts: Texts, trial: Trial, answer: TrialAnswer, share: int) -> Iterator[str]:
    """The base model's answer and the model's, each at most *share* units long."""
    if trial.base_model is not None:
        yield texts("trial_of_base", answer=_base_answer(texts, trial, answer, share))
    said = Markup(texts("trial_no_answer"))
    if answer.answer:
        said = shortened(answer.answer, share)
    yield texts("trial_of_model", model=shortened(trial.model.title, TITLE_UNITS), answer=said)
    if answer.is_cut:
        yield texts("trial_cut")


def _base_answer(texts: Texts, trial: Trial, answer: TrialAnswer, share: int) -> Markup:
    if answer.base_answer:
        return shortened(answer.base_answer, share)
    if trial.base_trouble is None:
        return Markup(texts("trial_no_answer"))
    reason = Markup(texts(trial.base_trouble.key, **trial.base_trouble.params))
    return Markup(texts("trial_no_base_answer", reason=reason))


def unserved(texts: Texts, trial: Trial) -> Screen:
    """Nobody answers under the model's name, which may be trained or mistyped: what to do."""
    trouble = trial.trouble
    model = shortened(trial.model.title, TITLE_UNITS)
    reason = Markup(texts(trouble.key, **trouble.params) if trouble else "")
    key = "trial_unserved" if trial.model.job_id else "trial_unknown"
    following = texts("trial_no_next")
    if trial.next_at:
        following = texts("trial_next", pause=texts.duration(trial.next_at - time.time()))
    return Screen(
        text=f"{texts(key, model=model, reason=reason)}\n{following}",
        buttons=rows([button(texts, "check_now", data_of("trials", "now", trial.id))]),
    )


def _units(markup: str) -> int:
    """How long Telegram will think that this HTML is."""
    return utf16_length(html.unescape(re.sub("<[^>]*>", "", markup)))


def _share(lengths: Sequence[int], units: int) -> int:
    """How much of *units* each text may have, so that only the longest are shortened."""
    left = units
    for n, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - n)
        if length > share:
            return share
        left -= length
    return units
