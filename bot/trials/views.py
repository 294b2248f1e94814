"""Trials: the verdict, the answers of both models side by side, and a model that is not served."""

import time
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bot.delivery.screen import MAX_UNITS, Screen, fitting, rows
from bot.domain.models import Ending
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts, shortened, unmarked, utf16_length
from bot.trials.entities import Judgement, Trial, TrialAnswer, Verdict

TITLE_UNITS = 100


class ModelUse(StrEnum):
    """Whether a judged model is used."""

    PROMOTED = "promoted"
    """The first model: it has gone live automatically."""
    WITHHELD = "withheld"
    """The first model, but not good enough to go live automatically."""
    SERVING = "serving"
    OFFERED = "offered"
    LEFT = "left"
    """An admin decided not to use it."""


def verdict(
    texts: Texts, trial: Trial, model_use: ModelUse, *, job_number: int | None = None
) -> Screen:
    """The verdict of a judged trial, with figures, reasons and buttons.

    *job_number* names the job that made the model, for its remedies; None: unknown.
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
        texts(f"trial_standing_{model_use.value}"),
    ]
    use = button(texts, "use", data_of("models", "use", trial.model.id))
    compare = button(texts, "compare", data_of("trials", "page", f"{trial.id}.0"))
    leave = button(texts, "leave", data_of("trials", "leave", trial.id))
    is_open = model_use in (ModelUse.OFFERED, ModelUse.WITHHELD)
    remedies = []
    is_poor = judgement.verdict is not Verdict.PUT
    if job_number is not None and is_poor and model_use is not ModelUse.LEFT:
        remedies.append(button(texts, "remedies", data_of("training", "remedies", job_number)))
    return Screen(
        text="\n".join(fitting(lines)),
        buttons=rows([use] if is_open else [], [compare], [leave] if is_open else [], remedies),
    )


def _figures(texts: Texts, trial: Trial, judgement: Judgement) -> Iterator[str]:
    counted, base, training = judgement.answers, judgement.base, judgement.training
    yield texts(
        "trial_figures", answered=counted.n_answered, n=counted.n_asked, asking=counted.n_asking
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
        characters = texts.number(base.characters)
        yield texts("trial_base", asking=base.n_asking, n=base.n_answered, characters=characters)
    elif trial.base_model is not None:
        yield texts("trial_base_silent")


def side_by_side(texts: Texts, trial: Trial, n: int) -> Screen:
    """The answers of both models to prompt number *n*, counted from 0; the trial has it."""
    answer = trial.answers[n]
    title = texts(
        "trial_page",
        model=shortened(trial.model.title, TITLE_UNITS),
        n=n + 1,
        of=len(trial.answers),
        prompt=answer.prompt,
    )
    said = [answer.answer or "", *([answer.base_answer or ""] if trial.base_model else [])]
    bare = "\n\n".join([title, *_columns(texts, trial, answer, 2)])  # room for "…" at least
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
        yield from _mark(texts, answer.base_answer, answer.base_ending)
    said = shortened(answer.answer, share) if answer.answer else _silence(texts, answer.ending)
    yield texts("trial_of_model", model=shortened(trial.model.title, TITLE_UNITS), answer=said)
    yield from _mark(texts, answer.answer, answer.ending)


def _mark(texts: Texts, said: str | None, ending: Ending | None) -> Iterator[str]:
    """Why an answer with words is only a part."""
    if said and ending is Ending.CUT_BY_LENGTH:
        yield texts("trial_cut")
    elif said and ending is Ending.FILTERED:
        yield texts("trial_filtered")


def _silence(texts: Texts, ending: Ending | None) -> Markup:
    """Why there are no words; admins can do something about some of the reasons."""
    match ending:
        case Ending.CUT_BY_LENGTH:
            return Markup(texts("trial_no_room"))
        case Ending.FILTERED:
            return Markup(texts("trial_hidden"))
    return Markup(texts("trial_no_answer"))


def _base_answer(texts: Texts, trial: Trial, answer: TrialAnswer, share: int) -> Markup:
    if answer.base_answer:
        return shortened(answer.base_answer, share)
    if trial.base_trouble is None or answer.base_ending is not None:
        return _silence(texts, answer.base_ending)
    reason = Markup(texts(trial.base_trouble.key, **trial.base_trouble.params))
    return Markup(texts("trial_no_base_answer", reason=reason))


def unserved(texts: Texts, trial: Trial) -> Screen:
    """The provider does not serve a model of that name, which may be new or mistyped."""
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
    """The length of this HTML as Telegram counts it, without tags."""
    return utf16_length(unmarked(markup))


def _share(lengths: Sequence[int], units: int) -> int:
    """The share of *units* for each text, so that only the longest are shortened."""
    left = units
    for n, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - n)
        if length > share:
            return share
        left -= length
    return units
