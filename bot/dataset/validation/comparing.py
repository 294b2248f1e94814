"""Each example compared with those before it: the same, the same question, the same answer."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bot.dataset.validation.similarity import MOST_TEXTS, Nearby

_REMEMBERED: Final = 500_000
"""Examples of which exact duplicates are looked for; later ones are compared with these."""
_FEW_LETTERS: Final = 20
"""A shorter answer may well be given twice."""


class Kinship(Enum):
    """What two examples have in common."""

    SAME = auto()
    """Every word of every message."""
    SAME_WORDS = auto()
    """Question and answer, apart from case, blanks and punctuation."""
    SAME_QUESTION = auto()
    """The question, but not the answer."""
    SIMILAR = auto()
    """Nearly the question."""
    SAME_ANSWER = auto()
    """The answer, but not the question."""


@dataclass(frozen=True, slots=True)
class Kin:
    """An earlier example that this one repeats."""

    kinship: Kinship
    line: int


class Preferences:
    """Remembers, in bounded memory, what was preferred to what."""

    def __init__(self) -> None:
        self._first_lines: dict[int, int] = {}

    def contradicted(self, asked: Hashable, preferred: str, rejected: str, line: int) -> int | None:
        """An earlier line that prefers just the other of two answers, normalised, to the same."""
        if len(self._first_lines) < _REMEMBERED:
            self._first_lines.setdefault(hash((asked, preferred, rejected)), line)
        return self._first_lines.get(hash((asked, rejected, preferred)))


class Comparison:
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

    def kin(
        self, identity: Hashable, question: list[str], answer: str, line: int, *, rejected: str = ""
    ) -> Kin | None:
        """The gravest repetition by the example on *line*.

        Args:
            identity: equal for examples that are the same.
            question: its words.
            answer: the normalised answer.
            line: where it stands in the file.
            rejected: of a pair, the other answer, normalised.
        """
        is_kept = not self._nearby.is_full
        self.n_compared += 1
        self.n_kept += is_kept
        asked, answered = hash(" ".join(question)), hash(answer)
        self._same_answer_everywhere(answered)
        same = self._same(hash(identity), line)
        if same is not None:
            return Kin(Kinship.SAME, same)
        told = hash((answer, rejected)) if rejected else answered
        kin = self._by_question(question, asked, told, line, is_kept=is_kept)
        if kin is not None or len(answer) < _FEW_LETTERS:
            return kin
        first = self._answers.setdefault(answered, line) if is_kept else self._answers.get(answered)
        return None if first is None or first == line else Kin(Kinship.SAME_ANSWER, first)

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
    ) -> Kin | None:
        if not question:
            return None
        known = self._questions.get(asked)
        if known is not None:
            first, first_told = known
            same = first_told == told
            return Kin(Kinship.SAME_WORDS if same else Kinship.SAME_QUESTION, first)
        if is_kept:
            self._questions[asked] = (line, told)
        near = self._nearby.find_or_add(question, line)
        return None if near is None else Kin(Kinship.SIMILAR, near)
