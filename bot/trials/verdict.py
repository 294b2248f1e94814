"""A verdict on a model, from its answers to the sample prompts and the probes; it costs nothing.

The rules count what can be counted. They find answers that are plainly bad, and never say that
answers are good. No rule can tell, for instance, whether an answer contains an image: one in seven
answers of the shipped dataset has a word such as "like". That is left to the reader.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

from bot.dataset.validation.language import is_refusal, normalised, script_of
from bot.domain.models import Ending
from bot.trials.answer_faults import has_marks, loops
from bot.trials.entities import (
    AnswerFigures,
    Judgement,
    Reason,
    TrialAnswer,
    Verdict,
)
from bot.trials.gate import FINDINGS, findings, probe_figures
from bot.trials.training_answers import Repeats, TrainingAnswers, asks

MOST: Final = 0.5
"""A fault in a larger share of the answers is a habit of the model: do not use it."""
ASKS_AS_A_RULE: Final = 0.6
"""From this share of training answers with a question, asking belongs to the style."""
KEPT_UP: Final = 0.5
"""So much of that share is enough, because the sample prompts are few."""
FAR: Final = 3.0
"""The usual length of answers may differ by this factor; the prompts may cause a factor of two."""
WORTH_MEASURING: Final = 20
"""Characters; the lengths of shorter training answers say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that a verdict is based on."""

    answers: Sequence[TrialAnswer]
    """To the sample prompts."""
    training: TrainingAnswers | None
    """None: there is no training file to compare with."""
    is_rehearsed: bool = False
    """No weights were trained: the model repeats answers of the training file."""
    probed: Sequence[TrialAnswer] = ()
    """The answers to the probes."""

    @property
    def said(self) -> list[str]:
        """Every answer that has words."""
        return [each.answer for each in [*self.answers, *self.probed] if each.answer]


Found = tuple[Verdict, Mapping[str, Any]] | None
"""The verdict of one rule, and the parameters of its sentence; None: the rule finds no fault."""


def judge(evidence: Evidence) -> Judgement:
    """The worst verdict of the rules; "ready to use" where they find no fault."""
    figures = _figures([a.answer for a in evidence.answers], evidence.training)
    probes = probe_figures(evidence.probed)
    base = [a.base_answer for a in evidence.answers]
    rules = REHEARSAL_RULES if evidence.is_rehearsed else RULES
    found = [*findings(probes)] + [
        (name, *said)
        for name, rule in rules.items()
        if (said := rule(evidence, figures)) is not None
    ]
    found.sort(key=lambda one: one[1] is not Verdict.LEAVE)  # otherwise in the order of the rules
    return Judgement(
        verdict=found[0][1] if found else Verdict.PUT,
        reasons=[Reason(rule=name, params=params) for name, _, params in found]
        or [Reason(rule="fine")],
        answers=figures,
        base=_figures(base, evidence.training) if any(base) else None,
        training=evidence.training.figures if evidence.training else None,
        probes=probes,
    )


def _figures(answers: Sequence[str | None], training: TrainingAnswers | None) -> AnswerFigures:
    said = [answer for answer in answers if answer]
    repeated = training.repeated if training else frozenset()
    return AnswerFigures(
        n_asked=len(answers),
        n_answered=len(said),
        n_asking=sum(map(asks, said)),
        n_refusing=sum(is_refusal(normalised(answer)) for answer in said),
        n_repeating=sum(normalised(answer) in repeated for answer in said),
        n_foreign=sum(_is_foreign(answer, training.script) for answer in said) if training else 0,
        characters=median_low(map(len, said)) if said else 0,
    )


def _is_foreign(answer: str, usual: str) -> bool:
    script = script_of(answer)
    return bool(script and usual) and script != usual


def _silent(evidence: Evidence, figures: AnswerFigures) -> Found:
    told = (Ending.CUT_BY_LENGTH, Ending.FILTERED)  # by rules of their own
    n = sum(not a.answer and a.ending not in told for a in evidence.answers)
    return _counted(n, figures.n_asked)


def _no_room(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The model's reasoning took all tokens, and no word was left."""
    n = sum(a.is_cut for a in evidence.answers if not a.answer)
    return _counted(n, figures.n_asked)


def _filtered(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The provider's filter hid answers, which may be about the prompts."""
    n = sum(a.ending is Ending.FILTERED for a in evidence.answers)
    return (Verdict.CHECK, {"n": n, "of": figures.n_asked}) if n else None


def _monotonous(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The model gives one answer to different prompts."""
    said = [normalised(a.answer) for a in evidence.answers if a.answer]
    return _counted(len(said) - len(set(said)), len(said))


def _like_base(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The model answers like its base model: the training has no effect."""
    n = sum(_is_same(a.answer, a.base_answer) for a in evidence.answers)
    return (Verdict.CHECK, {"n": n, "of": figures.n_answered}) if n else None


def _is_same(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    repeats = Repeats([one])
    repeats.look_at(other)
    return bool(repeats.found)


def _looping(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The model says the same again and again within an answer."""
    return _counted(sum(map(loops, evidence.said)), len(evidence.said))


def _marked(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Answers show marks of the template that the model was trained with."""
    return _counted(sum(map(has_marks, evidence.said)), len(evidence.said))


def _cut(evidence: Evidence, figures: AnswerFigures) -> Found:
    """Answers are cut off; that limit is a setting of ours, so it is no reason against a model."""
    n = sum(a.is_cut for a in evidence.answers if a.answer)
    is_told = not n or n == figures.n_answered
    return None if is_told else (Verdict.CHECK, {"n": n, "of": figures.n_answered})


def _all_cut(evidence: Evidence, figures: AnswerFigures) -> Found:
    """No answer has an end: the limit is too small for this model, or it never stops."""
    n = sum(a.is_cut for a in evidence.answers if a.answer)
    return (Verdict.CHECK, {"n": n}) if n and n == figures.n_answered else None


def _uncut(evidence: Evidence) -> list[str]:
    """The answers that came to their end, where most of them ask their question."""
    return [a.answer for a in evidence.answers if a.answer and not a.is_cut]


def _not_asking(evidence: Evidence, figures: AnswerFigures) -> Found:
    """The model asks less than half as often as its training answers, which usually ask."""
    said = _uncut(evidence)
    if evidence.training is None or not said:
        return None
    share, n_asking = evidence.training.figures.share_asking, sum(map(asks, said))
    if share < ASKS_AS_A_RULE or n_asking >= KEPT_UP * share * len(said):
        return None
    return Verdict.CHECK, {"n": n_asking, "of": len(said), "percent": round(100 * share)}


def _shorter(evidence: Evidence, figures: AnswerFigures) -> Found:
    usual, said = _usual(evidence), _uncut(evidence)
    characters = median_low(map(len, said)) if said else usual
    if characters * FAR >= usual:
        return None
    return Verdict.CHECK, {"n": characters, "usual": usual}


def _longer(evidence: Evidence, figures: AnswerFigures) -> Found:
    usual = _usual(evidence)
    if not usual or figures.characters <= usual * FAR:
        return None
    return Verdict.CHECK, {"n": figures.characters, "usual": usual}


def _usual(evidence: Evidence) -> int:
    """The usual length of training answers; 0 where it says nothing."""
    usual = evidence.training.figures.characters if evidence.training else 0
    return usual if usual >= WORTH_MEASURING else 0


def _rehearsed(evidence: Evidence, figures: AnswerFigures) -> Found:
    """All answers come from the training file by design, so they say nothing about quality."""
    return Verdict.CHECK, {"n": figures.n_repeating, "of": figures.n_answered}


def _counted(n: int, of: int) -> Found:
    """The verdict on a fault that is acceptable once, but not in most answers."""
    if not n:
        return None
    return (Verdict.LEAVE if n > MOST * of else Verdict.CHECK), {"n": n, "of": of}


Rule = Callable[[Evidence, AnswerFigures], Found]

RULES: Final[Mapping[str, Rule]] = {
    "silent": _silent,
    "no_room": _no_room,
    "all_cut": _all_cut,
    "marked": _marked,
    "looping": _looping,
    "foreign": lambda _, figures: _counted(figures.n_foreign, figures.n_answered),
    "refusing": lambda _, figures: _counted(figures.n_refusing, figures.n_answered),
    "monotonous": _monotonous,
    "repeating": lambda _, figures: _counted(figures.n_repeating, figures.n_answered),
    "like_base": _like_base,
    "not_asking": _not_asking,
    "shorter": _shorter,
    "longer": _longer,
    "cut": _cut,
    "filtered": _filtered,
    "without_lesson": lambda evidence, _: None if evidence.training else (Verdict.CHECK, {}),
}
"""By name; `verdict_<name>` is the key of the sentence. The most telling rule comes first."""

REHEARSAL_RULES: Final[Mapping[str, Rule]] = {
    "silent": _silent,
    "rehearsed": _rehearsed,
    "all_cut": _all_cut,
    "marked": _marked,
    "looping": _looping,
    "cut": _cut,
}
"""For models without weights of their own: only the training file decides how they answer."""

REASONS: Final = frozenset({*FINDINGS, *RULES, *REHEARSAL_RULES, "fine"})
"""Every reason that a verdict may have."""
