"""A verdict on a model, from what it said to the sample prompts; costs nothing and asks nobody.

The checks count what can be counted honestly: they find answers that are plainly bad, and never
say that answers are good. Whether an answer has an image in it, say, no rule of words can tell (one
in seven of the shipped dataset's has a word such as "like"), so that is left to the reader.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

from bot.dataset.validation.language import is_refusal, normalised, script_of
from bot.trials.entities import AnswerFigures, Judgement, Reason, TrialAnswer, Verdict
from bot.trials.training_answers import Repeats, TrainingAnswers, asks

MOST: Final = 0.5
"""A fault in more of the answers than this is the model's manner and no slip: leave it alone."""
ASKS_AS_A_RULE: Final = 0.6
"""The share of training answers with a question from which on asking belongs to the voice."""
KEPT_UP: Final = 0.5
"""So much of that share is enough: a few sample prompts are too few to tell more."""
FAR: Final = 3.0
"""The usual length of answers may differ by this factor: twice as long may be the prompts'."""
WORTH_MEASURING: Final = 20
"""Characters; where training answers are shorter, lengths say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verdict rests on."""

    answers: Sequence[TrialAnswer]
    lesson: TrainingAnswers | None
    """None: there is no training file to compare with."""
    is_rehearsed: bool = False
    """No weights were trained: the model answers with the training file."""


Found = tuple[Verdict, Mapping[str, Any]] | None
"""How grave it is, and the parameters of its sentence; None: the rule has nothing to say."""


def judge(evidence: Evidence) -> Judgement:
    """The gravest of what the rules find; where they find nothing: put it to use."""
    figures = _figures([a.answer for a in evidence.answers], evidence.lesson)
    base = [a.base_answer for a in evidence.answers]
    rules = REHEARSAL_RULES if evidence.is_rehearsed else RULES
    found = [
        (name, *said)
        for name, rule in rules.items()
        if (said := rule(evidence, figures)) is not None
    ]
    found.sort(key=lambda one: one[1] is not Verdict.LEAVE)  # keeps the rules' order otherwise
    return Judgement(
        verdict=found[0][1] if found else Verdict.PUT,
        reasons=[Reason(rule=name, params=params) for name, _, params in found]
        or [Reason(rule="fine")],
        answers=figures,
        base=_figures(base, evidence.lesson) if any(base) else None,
        training=evidence.lesson.figures if evidence.lesson else None,
    )


def _figures(answers: Sequence[str | None], lesson: TrainingAnswers | None) -> AnswerFigures:
    said = [answer for answer in answers if answer]
    return AnswerFigures(
        n_asked=len(answers),
        n_answered=len(said),
        n_asking=sum(map(asks, said)),
        n_refusing=sum(is_refusal(normalised(answer)) for answer in said),
        n_repeating=sum(normalised(answer) in lesson.repeated for answer in said) if lesson else 0,
        n_foreign=sum(_is_foreign(answer, lesson) for answer in said) if lesson else 0,
        characters=median_low(map(len, said)) if said else 0,
    )


def _is_foreign(answer: str, lesson: TrainingAnswers) -> bool:
    script = script_of(answer)
    return bool(script and lesson.script) and script != lesson.script


def _silent(evidence: Evidence, figures: AnswerFigures) -> Found:
    return _counted(figures.n_asked - figures.n_answered, figures.n_asked)


def _refusing(evidence: Evidence, figures: AnswerFigures) -> Found:
    return _counted(figures.n_refusing, figures.n_answered)


def _foreign(evidence: Evidence, figures: AnswerFigures) -> Found:
    return _counted(figures.n_foreign, figures.n_answered)


def _repeating(evidence: Evidence, figures: AnswerFigures) -> Found:
    return _counted(figures.n_repeating, figures.n_answered)


def _monotonous(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Says the same to different prompts."""
    said = [normalised(a.answer) for a in evidence.answers if a.answer]
    return _counted(len(said) - len(set(said)), len(said))


def _like_base(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Answers as the model that it was made from: the training does not show."""
    n = sum(_is_same(a.answer, a.base_answer) for a in evidence.answers)
    return (Verdict.CHECK, {"n": n, "of": figures.n_answered}) if n else None


def _is_same(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    repeats = Repeats([one])
    repeats.look_at(other)
    return bool(repeats.found)


def _cut(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The limit is a setting of ours, so this is nothing to leave a model for."""
    n = sum(a.is_cut for a in evidence.answers if a.answer)
    return (Verdict.CHECK, {"n": n, "of": figures.n_answered}) if n else None


def _not_asking(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Asks less than half as often as its training answers, which ask as a rule."""
    if evidence.lesson is None or not figures.n_answered:
        return None
    share = evidence.lesson.figures.share_asking
    if share < ASKS_AS_A_RULE or figures.n_asking >= KEPT_UP * share * figures.n_answered:
        return None
    params = {"n": figures.n_asking, "of": figures.n_answered, "percent": round(100 * share)}
    return Verdict.CHECK, params


def _shorter(evidence: Evidence, figures: AnswerFigures) -> Found:
    usual = _usual(evidence)
    if not usual or not figures.n_answered or figures.characters * FAR >= usual:
        return None
    return Verdict.CHECK, {"n": figures.characters, "usual": usual}


def _longer(evidence: Evidence, figures: AnswerFigures) -> Found:
    usual = _usual(evidence)
    if not usual or figures.characters <= usual * FAR:
        return None
    return Verdict.CHECK, {"n": figures.characters, "usual": usual}


def _usual(evidence: Evidence) -> int:
    """The usual length of training answers; 0 where it says nothing."""
    usual = evidence.lesson.figures.characters if evidence.lesson else 0
    return usual if usual >= WORTH_MEASURING else 0


def _without_lesson(evidence: Evidence, figures: AnswerFigures) -> Found:
    return None if evidence.lesson else (Verdict.CHECK, {})


def _rehearsed(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Every answer comes from the training file by design, which says nothing of its quality."""
    return Verdict.CHECK, {"n": figures.n_repeating, "of": figures.n_answered}


def _counted(n: int, of: int) -> Found:
    """A fault that a model may slip into once, but not as a rule."""
    if not n:
        return None
    return (Verdict.LEAVE if n > MOST * of else Verdict.CHECK), {"n": n, "of": of}


Rule = Callable[[Evidence, AnswerFigures], Found]

RULES: Final[Mapping[str, Rule]] = {
    "silent": _silent,
    "foreign": _foreign,
    "refusing": _refusing,
    "monotonous": _monotonous,
    "repeating": _repeating,
    "like_base": _like_base,
    "not_asking": _not_asking,
    "shorter": _shorter,
    "longer": _longer,
    "cut": _cut,
    "without_lesson": _without_lesson,
}
"""By the name that its sentence has: `verdict_<name>`. What tells most stands first."""

REHEARSAL_RULES: Final[Mapping[str, Rule]] = {"silent": _silent, "rehearsed": _rehearsed}
"""For models without weights of their own: how they speak is the training file's merit or fault."""

REASONS: Final = frozenset({*RULES, *REHEARSAL_RULES, "fine"})
"""Every reason that a verdict may have."""
