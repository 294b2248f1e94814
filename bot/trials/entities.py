"""Trials: sample prompts and probes put to a model, and what is to be thought of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.delivery.notifications import NotificationKind
from bot.domain.models import Ending, ServedModel


class TrialKind(NotificationKind):
    """What people are told of a trial."""

    FINISHED = "trial_finished"
    UNSERVED = "trial_unserved"
    """Nobody answers under the model's name yet, or ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What a model said to one sample prompt or probe, and its base model to the same."""

    prompt: str
    answer: str | None
    """None: it did not answer, or without a word."""
    base_answer: str | None = None
    """None: the base model did not answer, or there is none to compare with."""
    ending: Ending | None = None
    """How the answer ended; None: there was none, or it is older than this field."""
    base_ending: Ending | None = None
    """The same of the base model's answer."""
    probe: str | None = None
    """The name of the probe that the prompt belongs to; None: it is a sample prompt."""

    @property
    def is_cut(self) -> bool:
        """Whether the model wanted to say more than the limit on tokens allows."""
        return self.ending is Ending.CUT_BY_LENGTH


class TrialState(StrEnum):
    """How far a trial is."""

    PENDING = "pending"
    ANSWERED = "answered"
    UNSERVED = "unserved"
    """It answered nothing at all: trained, not yet served."""
    FAILED = "failed"
    """It left some prompts without an answer, or all of them with an empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFailure:
    """Why nothing was answered: the key and the parameters of an error's sentence."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Verdict(StrEnum):
    """What the checks of a trial advise."""

    PUT = "put"
    """Put the model to use."""
    CHECK = "check"
    """Read the answers first."""
    LEAVE = "leave"
    """Leave it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a verdict is what it is."""

    rule: str
    """Name of the rule; `verdict_<rule>` is the key of its sentence in `bot/texts`."""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """What was counted in the answers of one model."""

    n_asked: int
    n_answered: int
    n_asking: int
    """Answers that ask a question."""
    n_refusing: int
    """Answers that refuse as assistants do."""
    n_repeating: int
    """Answers that stand in the training file, word by word or nearly so."""
    n_foreign: int
    """Answers in another script than the training file's."""
    characters: int
    """The median length; 0 without answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFigures:
    """The same of the answers that the model was trained on."""

    n_answers: int
    share_asking: float
    """0 to 1."""
    characters: int
    """The median length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedProbe:
    """A probe that a model did not pass."""

    name: str
    rules: Sequence[str]
    """What its answer breaks; `probe_rule_<rule>` is the key of each sentence in `bot/texts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFigures:
    """How a model did at the probes, beside its base model."""

    n_asked: int
    failed: Sequence[FailedProbe]
    """In the order in which they were asked."""
    n_grave: int
    """Grave failures: of a grave probe, or by a rule that is grave in every probe."""
    n_base_asked: int
    """Probes that the base model answered; 0: there is nothing to compare with."""
    n_base_passed: int
    is_worse: bool
    """Of the probes that both answered, the model passed fewer than its base."""

    @property
    def n_passed(self) -> int:
        """How many probes the model passed."""
        return self.n_asked - len(self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reasons and the figures that they rest on."""

    verdict: Verdict
    reasons: Sequence[Reason]
    """The gravest first."""
    answers: AnswerFigures
    base: AnswerFigures | None
    """None: the base model did not answer."""
    training: TrainingFigures | None
    """None: there is no training file to read."""
    probes: ProbeFigures | None = None
    """None: the model was not tried with probes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The sample prompts and the probes, put to one model and, to compare, to its base model."""

    id: int
    model: ServedModel
    state: TrialState
    asked_by: int | None
    """None: automatic, after a successful job; every admin hears of it."""
    answers: Sequence[TrialAnswer]
    created_at: int
    base_model: str | None = None
    """None: not known yet, or there is none to compare with."""
    trouble: TrialFailure | None = None
    """Why it answered nothing; None unless it is UNSERVED."""
    base_trouble: TrialFailure | None = None
    """Why the base model left prompts without an answer."""
    judgement: Judgement | None = None
    """None: nothing to judge."""
    waiting_since: int | None = None
    """Unix time, seconds: since when an UNSERVED model is waited for."""
    next_at: int | None = None
    """Unix time, seconds: when it is asked again automatically; None: it is not."""

    @property
    def sampled(self) -> Sequence[TrialAnswer]:
        """The answers to the sample prompts."""
        return [answer for answer in self.answers if answer.probe is None]

    @property
    def probed(self) -> Sequence[TrialAnswer]:
        """The answers to the probes."""
        return [answer for answer in self.answers if answer.probe is not None]

    @property
    def heard(self) -> Sequence[TrialAnswer]:
        """Those of the sample prompts that were asked, with words or without."""
        return [answer for answer in self.sampled if answer.answer or answer.ending]

    @property
    def is_end_of_job(self) -> bool:
        """Whether the message about it is the one that tells of the end of its training."""
        return self.asked_by is None and self.waiting_since is None

    def has_answered(self, n: int) -> bool:
        """Whether there are words in answer to *n* sample prompts."""
        return sum(bool(answer.answer) for answer in self.sampled) >= n

    @property
    def is_against(self) -> bool:
        """Whether its verdict is not to use the model."""
        return self.judgement is not None and self.judgement.verdict is Verdict.LEAVE


def is_rehearsed(name: str) -> bool:
    """Whether a model was only rehearsed: no weights were trained, and it says so in its name.

    Our engine's backend signs its models where others put their organisation.

    >>> is_rehearsed("ft:gpt-4.1-mini-2025-04-14:rehearsal:natasha-v1:AbC")
    True
    >>> is_rehearsed("ft:gpt-4.1-mini-2025-04-14:org:rehearsal:AbC")
    False
    """
    parts = name.split(":")
    return len(parts) >= 5 and parts[0] == "ft" and parts[2] == "rehearsal"
