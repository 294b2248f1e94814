"""Rules that no provider asks: repetitions, refusals, personal data and keys."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.dataset.validation.damage import (
    LOST,
    has_lost_characters,
    has_reasoning_inside,
    is_no_value,
    unescaped,
    without_reasoning,
)
from bot.dataset.validation.language import is_refusal
from bot.dataset.validation.mojibake import is_beyond_repair, restored
from bot.dataset.validation.personal_data import Personal, secrets_in
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params, shown
from bot.dataset.validation.similarity import MOST_TEXTS, Nearby

_REMEMBERED: Final = 500_000
"""Examples of which exact duplicates are looked for; later ones are compared with these."""
_FEW_LETTERS: Final = 20
"""A shorter answer may well be given twice."""
_AROUND: Final = 12
"""Characters that are shown before a lost one."""


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


@dataclass(slots=True)
class Said:
    """A learnt answer with what the user said since the one before, both normalised."""

    question: str
    answer: str


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
        self._differs = False
        self.n_kept = 0
        """Examples that later ones are compared with."""
        self.n_compared = 0
        self.n_answers = 0
        """Learnt answers so far."""

    @property
    def has_one_answer(self) -> bool:
        """Whether all learnt answers so far say the same."""
        return self._answer is not None and not self._differs

    def find_or_add(
        self,
        identity: Hashable,
        question: list[str],
        turns: Sequence[Said],
        line: int,
        *,
        rejected: str = "",
    ) -> Repetition | None:
        """The most serious repetition by the example on *line*.

        Args:
            identity: equal for examples that are the same.
            question: the words of all that the user said before the last learnt answer.
            turns: its learnt answers.
            line: its number in the file.
            rejected: of a pair, the other answer, normalised.
        """
        is_kept = not self._nearby.is_full
        self.n_compared += 1
        self.n_kept += is_kept
        for turn in turns:
            self._same_answer_everywhere(turn.answer)
        same = self._same(hash(identity), line)
        if same is not None:
            return Repetition(RepetitionRule.SAME, same)
        return self._by_question(
            question, turns, rejected, line, is_kept=is_kept
        ) or self._by_answer(turns, line, is_kept=is_kept)

    def _same_answer_everywhere(self, answer: str) -> None:
        if answer:
            self.n_answers += 1
            answered = hash(answer)
            if self._answer is None:
                self._answer = answered
            self._differs = self._differs or self._answer != answered

    def _same(self, identity: int, line: int) -> int | None:
        if len(self._first_lines) >= _REMEMBERED:
            return self._first_lines.get(identity)
        first = self._first_lines.setdefault(identity, line)
        return None if first == line else first

    def _by_question(
        self, question: list[str], turns: Sequence[Said], rejected: str, line: int, *, is_kept: bool
    ) -> Repetition | None:
        if not question:
            return None
        asked = n_letters = 0
        for turn in turns[:-1]:
            asked, n_letters = hash((asked, turn.question)), n_letters + len(turn.question)
            if n_letters >= _FEW_LETTERS:  # many conversations begin with the same greeting
                first, is_same = self._asked(asked, turn.answer, line, is_kept=is_kept)
                if first is not None and not is_same:
                    return Repetition(RepetitionRule.SAME_QUESTION, first)
        last = turns[-1] if turns else Said(" ".join(question), "")
        told = (last.answer, rejected) if rejected else last.answer
        asked = hash((asked, last.question))
        first, is_same = self._asked(asked, told, line, is_kept=is_kept)
        if first is not None:
            rule = RepetitionRule.NEARLY_SAME if is_same else RepetitionRule.SAME_QUESTION
            return Repetition(rule, first)
        near = self._nearby.find_or_add(question, line)
        return None if near is None else Repetition(RepetitionRule.NEARLY_SAME, near)

    def _asked(
        self, asked: int, told: Hashable, line: int, *, is_kept: bool
    ) -> tuple[int | None, bool]:
        """An earlier line with that question, and whether it has the same answer."""
        known = self._questions.get(asked)
        if known is None:
            if is_kept:
                self._questions[asked] = (line, hash(told))
            return None, False
        first, first_told = known
        return (None if first == line else first), first_told == hash(told)

    def _by_answer(self, turns: Sequence[Said], line: int, *, is_kept: bool) -> Repetition | None:
        found: Repetition | None = None
        for turn in turns:
            if len(turn.answer) < _FEW_LETTERS:
                continue
            said = hash(turn.answer)
            first = self._answers.setdefault(said, line) if is_kept else self._answers.get(said)
            if found is None and first is not None and first != line:
                found = Repetition(RepetitionRule.SAME_ANSWER, first)
        return found


@dataclass(frozen=True, slots=True)
class Content:
    """Which earlier example says what a sound one says."""

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


def refusal(answer: str) -> Params | None:
    """A learnt answer, normalised, as of an assistant that refuses."""
    return NOTHING_TO_ADD if is_refusal(answer) else None


def mojibake(text: str) -> Params | None:
    """Text that was read in a wrong encoding; repairing gives it back exactly."""
    right = restored(text)
    return None if right is None else {"value": shown(text), "right": shown(right)}


def broken_mojibake(text: str) -> Params | None:
    """Such text of which some characters are lost."""
    return {"value": shown(text)} if is_beyond_repair(restored(text) or text) else None


def lost_characters(text: str) -> Params | None:
    """Signs in place of letters that a wrong encoding has lost."""
    if not has_lost_characters(text):
        return None
    at = max(text.find(LOST), 0)
    return {"near": shown(text[max(at - _AROUND, 0) :])}


def escaped_twice(text: str) -> Params | None:
    r"""Line breaks as the two characters \n, and the like; repairing writes what is meant."""
    return NOTHING_TO_ADD if unescaped(text) is not None else None


def no_value(text: str) -> Params | None:
    """What programs and tables write where there is nothing."""
    return {"value": shown(text.strip())} if is_no_value(text) else None


def reasoning(answer: str) -> Params | None:
    """Reasoning of the model that wrote an answer, before it; repairing takes it away."""
    return NOTHING_TO_ADD if without_reasoning(answer) else None


def reasoning_inside(answer: str) -> Params | None:
    """Reasoning within an answer, or in place of one."""
    return NOTHING_TO_ADD if has_reasoning_inside(answer) else None


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
