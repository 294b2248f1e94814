"""Trials: the verdict, the answers of both models side by side, and a model that is not served."""

import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from bot.delivery.screen import MAX_UNITS, Button, Screen, fitting, rows
from bot.domain.models import Ending
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts, shortened, unmarked, utf16_length
from bot.trials.entities import (
    Judgement,
    ProbeFigures,
    Trial,
    TrialAnswer,
    TrialState,
    Verdict,
)

TITLE_UNITS = 100
GLANCE_UNITS = 180
"""The longest answer that a small phone shows whole, with all else that a training's end says."""


class ModelUse(StrEnum):
    """Whether a model is used, and what is left to decide."""

    UNJUDGED = "unjudged"
    """It was not yet asked everything."""
    PROMOTED = "promoted"
    """The first model: it has gone live automatically."""
    WITHHELD = "withheld"
    """The first model, but not good enough to go live automatically."""
    SERVING = "serving"
    UNFIT = "unfit"
    """It answers in chats although its verdict is not to use it."""
    OFFERED = "offered"
    LEFT = "left"
    """An admin decided not to use it."""


_OPEN: Final = (ModelUse.UNJUDGED, ModelUse.OFFERED, ModelUse.WITHHELD)


def verdict(
    texts: Texts,
    trial: Trial,
    model_use: ModelUse,
    *,
    headline: str = "",
    has_former: bool = False,
) -> Screen:
    """What is to be thought of a model in a sentence, its answers, and what can be done.

    *headline* tells of the end of its training; empty: an admin asked for the trial. *has_former*
    says whether another model answers in chats now.
    """
    title = headline or texts("voice_title", model=shortened(trial.model.title, TITLE_UNITS))
    lines = [title, *_opinion(texts, trial)]
    if model_use is not ModelUse.OFFERED:
        lines.append(texts(f"trial_standing_{model_use.value}"))
    said = [each for each in trial.sampled if each.answer or trial.state is not TrialState.PENDING]
    bare = "\n".join([*lines, "", *_voice(texts, said, 2)])
    share = _share([_length(each) for each in said], MAX_UNITS - _units(bare))
    return Screen(
        text="\n".join([*lines, "", *_voice(texts, said, share)]).strip(),
        buttons=_steps(texts, trial, model_use, has_former=has_former),
    )


def _opinion(texts: Texts, trial: Trial) -> Iterator[str]:
    """The verdict as a sentence: what is good about the answers, or the gravest fault."""
    judgement = trial.judgement
    if judgement is None:
        yield texts("voice_silent")
    elif judgement.verdict is Verdict.PUT:
        counted = judgement.answers
        key = "voice_asks_always" if counted.n_asking == counted.n_answered else "voice_asks"
        asking = texts(key, n=counted.n_asking, of=counted.n_answered) if counted.n_asking else ""
        yield texts("voice_fine", asking=Markup(asking))
    else:
        first = judgement.reasons[0]
        reason = Markup(texts(f"verdict_{first.rule}", **first.params))
        yield texts(f"voice_{judgement.verdict.value}", reason=reason)


def _voice(texts: Texts, said: Sequence[TrialAnswer], share: int) -> Iterator[str]:
    """An answer that is read at a glance, all others below one tap; none longer than *share*."""
    if not said:
        return
    shown = next((each for each in said if 0 < _length(each) <= GLANCE_UNITS), said[0])
    key = "voice_first" if _length(shown) <= GLANCE_UNITS else "voice_first_long"
    yield _answer(texts, key, shown, share)
    others = [_answer(texts, "voice_other", each, share) for each in said if each is not shown]
    if others:
        yield texts("voice_others", n=len(others), answers=Markup("\n\n".join(others)))


def _answer(texts: Texts, key: str, said: TrialAnswer, share: int) -> str:
    words = shortened(said.answer, share) if said.answer else _silence(texts, said.ending)
    marks = Markup("".join(f"\n{mark}" for mark in _mark(texts, said.answer, said.ending)))
    return texts(key, prompt=said.prompt, answer=words, marks=marks)


def _length(said: TrialAnswer) -> int:
    return utf16_length(said.answer or "")


def _steps(
    texts: Texts, trial: Trial, model_use: ModelUse, *, has_former: bool
) -> Sequence[Sequence[Button]]:
    if trial.judgement is None:
        return ()
    talk, leave = [button(texts, "talk", data_of("models", "talk", trial.model.id))], []
    if model_use in _OPEN:
        talk.append(button(texts, "use_all", data_of("models", "use", trial.model.id)))
        is_whole = has_former and all(each.answer for each in trial.sampled)
        if is_whole or model_use is not ModelUse.UNJUDGED:  # else an edit may come, or it goes live
            key = "leave_former" if has_former else "leave"
            leave = [button(texts, key, data_of("trials", "leave", trial.id))]
    more = [button(texts, "why", data_of("trials", "why", trial.id))]
    if trial.base_model:
        more.append(button(texts, "compare", data_of("trials", "page", f"{trial.id}.0")))
    return rows(talk, leave, more)


def why(
    texts: Texts,
    trial: Trial,
    details: Sequence[str],
    *,
    job_number: int | None,
    page: Sequence[Button] = (),
) -> Screen:
    """The figures and all reasons of a verdict, and the *details* of the training.

    *job_number* names the job that made the model; None: unknown. *page* leads to the provider.
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
        *details,
    ]
    probes, job = [], []
    if judgement.probes is not None:
        probes.append(button(texts, "probes", data_of("trials", "probes", f"{trial.id}.0")))
    if job_number is not None:
        probes.append(button(texts, "chart", data_of("jobs", "chart", job_number)))
        job.append(button(texts, "remedies", data_of("training", "remedies", job_number)))
    back = button(texts, "back_to_voice", data_of("trials", "voice", trial.id))
    return Screen(text="\n".join(fitting(lines)), buttons=rows(probes, [*job, back], page))


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
    if judgement.probes is not None:
        yield probes_line(texts, judgement.probes)
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


def probes_line(texts: Texts, probes: ProbeFigures) -> str:
    """How many probes the model passed and, to compare, its base."""
    line = texts("trial_probes", n=probes.n_passed, of=probes.n_asked)
    if probes.n_base_asked:
        line += texts("trial_probes_base", n=probes.n_base_passed, of=probes.n_base_asked)
    return line


def side_by_side(texts: Texts, trial: Trial, n: int) -> Screen:
    """The answers of both models to sample prompt *n*, counted from 0; the trial has it."""
    answer, of = trial.sampled[n], len(trial.sampled)
    title = texts(
        "trial_page",
        model=shortened(trial.model.title, TITLE_UNITS),
        n=n + 1,
        of=of,
        prompt=answer.prompt,
    )
    return answers_page(texts, trial, answer, title=title, turners=turners(texts, trial, n, of))


def turners(texts: Texts, trial: Trial, n: int, of: int, *, action: str = "turn") -> list[Button]:
    """The buttons to the pages before and after page *n*, counted from 0."""
    before = button(texts, "question_before", data_of("trials", action, f"{trial.id}.{n - 1}"), n=n)
    after = button(
        texts, "question_after", data_of("trials", action, f"{trial.id}.{n + 1}"), n=n + 2
    )
    return [*([before] if n else []), *([after] if n + 1 < of else [])]


def answers_page(
    texts: Texts, trial: Trial, answer: TrialAnswer, *, title: str, turners: Sequence[Button]
) -> Screen:
    """Both models' answers to a prompt below *title*, each as long as there is room."""
    said = [answer.answer or "", *([answer.base_answer or ""] if trial.base_model else [])]
    bare = "\n\n".join([title, *_columns(texts, trial, answer, 2)])  # room for "…" at least
    share = _share([utf16_length(text) for text in said], MAX_UNITS - _units(bare))
    return Screen(
        text="\n\n".join([title, *_columns(texts, trial, answer, share)]), buttons=rows(turners)
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


def unserved(texts: Texts, trial: Trial, *, headline: str = "") -> Screen:
    """The provider does not serve a model of that name, which may be new or mistyped.

    *headline* tells of the end of its training, where that was not told before.
    """
    trouble = trial.trouble
    model = shortened(trial.model.title, TITLE_UNITS)
    reason = Markup(texts(trouble.key, **trouble.params) if trouble else "")
    key = "trial_unserved" if trial.model.job_id else "trial_unknown"
    following = texts("trial_no_next")
    if trial.next_at:
        following = texts("trial_next", pause=texts.duration(trial.next_at - time.time()))
    return Screen(
        text=f"{headline}\n{texts(key, model=model, reason=reason)}\n{following}".strip(),
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
