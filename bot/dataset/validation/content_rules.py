"""Rules that no provider asks: repetitions, refusals, personal data and keys."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.dataset.validation.language import is_refusal
from bot.dataset.validation.personal_data import Personal, secrets_in
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params
from bot.dataset.validation.similarity import MOST_TEXTS, Nearby

_REMEMBERED: Final = 500_000
"""Examples of which exact duplicates are looked for; later ones are compared with these."""
_FEW_LETTERS: Final = 20
"""A shorter answer may well be given twice."""


class RepetitionRule(StrEnum):
    """What two examples have in common, by the rule that complains about it."""

    SAME = "duplicate_example"
    """Every word of every message."""
    NEARLY_SAME = "near_duplicate"
    """Nearly the question, or question and answer apart from case, blanks and punctuation."""
    SAME_QUESTION = "different_answers"
    """The question, but not the answer."""
    SAME_ANSWER = "repeated_answer"
    """The answer, but not the question."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """An earlier example that this one repeats."""

    rule: RepetitionRule
    line: int


class Preferences:
    """Remembers, in bounded memory, what was preferred to what."""

    def __init__(self) -> None:
        self._first_lines: dict[int, int] = {}

    def contradicted(self, asked: Hashable, preferred: str, rejected: str, line: int) -> int | None:
        """An earlier line with the same question and the same two answers, the other one preferred.

        Question and answers are compared as normalised words.
        """
        if len(self._first_lines) < _REMEMBERED:
            self._first_lines.setdefault(hash((asked, preferred, rejected)), line)
        return self._first_lines.get(hash((asked, rejected, preferred)))


class RepetitionIndex:
    """Remembers examples, in bounded memory, and tells which one comes again.

    The questions and answers of the first 50,000 are kept (`similarity.MOST_TEXTS`); later ones
    are compared with these.
    """

    def __init__(self) -> None:
        self._first_lines: dict[int, int] = {}
        self._questions: dict[int, tuple[int, int]] = {}
        self._answers: dict[int, int] = {}
        self._nearby = Nearby(most_texts=MOST_TEXTS)
        self._answer: int | None = None
        self.n_kept = 0
        """Examples that later ones are compared with."""
        self.n_compared = 0
        self.has_one_answer = True
        """Whether all answers so far say the same."""

    def find_or_add(
        self, identity: Hashable, question: list[str], answer: str, line: int, *, rejected: str = ""
    ) -> Repetition | None:
        """The most serious repetition by the example on *line*.

        Args:
            identity: equal for examples that are the same.
            question: its words.
            answer: the normalised answer.
            line: its number in the file.
            rejected: of a pair, the other answer, normalised.
        """
        is_kept = not self._nearby.is_full
        self.n_compared += 1
        self.n_kept += is_kept
        asked, answered = hash(" ".join(question)), hash(answer)
        self._same_answer_everywhere(answered)
        same = self._same(hash(identity), line)
        if same is not None:
            return Repetition(RepetitionRule.SAME, same)
        told = hash((answer, rejected)) if rejected else answered
        found = self._by_question(question, asked, told, line, is_kept=is_kept)
        if found is not None or len(answer) < _FEW_LETTERS:
            return found
        first = self._answers.setdefault(answered, line) if is_kept else self._answers.get(answered)
        if first is None or first == line:
            return None
        return Repetition(RepetitionRule.SAME_ANSWER, first)

    def _same_answer_everywhere(self, answered: int) -> None:
        if self._answer is None:
            self._answer = answered
        self.has_one_answer = self.has_one_answer and self._answer == answered

    def _same(self, identity: int, line: int) -> int | None:
        if len(self._first_lines) >= _REMEMBERED:
            return self._first_lines.get(identity)
        first = self._first_lines.setdefault(identity, line)
        return None if first == line else first

    def _by_question(
        self, question: list[str], asked: int, told: int, line: int, *, is_kept: bool
    ) -> Repetition | None:
        if not question:
            return None
        known = self._questions.get(asked)
        if known is not None:
            first, first_told = known
            is_same = first_told == told
            rule = RepetitionRule.NEARLY_SAME if is_same else RepetitionRule.SAME_QUESTION
            return Repetition(rule, first)
        if is_kept:
            self._questions[asked] = (line, told)
        near = self._nearby.find_or_add(question, line)
        return None if near is None else Repetition(RepetitionRule.NEARLY_SAME, near)


@dataclass(frozen=True, slots=True)
class Content:
    """What a sound example says, and which earlier one says it too."""

    answer: str
    """The last answer, normalised."""
    repetition: Repetition | None
    contradicted: int | None = None
    """An earlier line that prefers the other answer."""


def repeats(rule: RepetitionRule) -> Callable[[Content], Params | None]:
    """The check of one kind of repetition."""

    def check(content: Content) -> Params | None:
        found = content.repetition
        return {"first": found.line} if found is not None and found.rule is rule else None

    return check


def contradicting_preferences(content: Content) -> Params | None:
    """An earlier pair for the same conversation prefers the answer that this one rejects."""
    return None if content.contradicted is None else {"first": content.contradicted}


def refusal(content: Content) -> Params | None:
    """An answer as of an assistant that refuses."""
    return NOTHING_TO_ADD if is_refusal(content.answer) else None


def holds(kind: str) -> Callable[[Personal], Params | None]:
    """The check of one kind of personal data."""

    def check(personal: Personal) -> Params | None:
        values = personal.get(kind)
        return {"value": _few(values)} if values else None

    return check


def secret_key(text: str) -> Params | None:
    """A key that opens somebody's account."""
    found = secrets_in(text)
    return {"value": _few(found)} if found else None


def _few(values: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(values[:3]))
