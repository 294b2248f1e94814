"""What examples ask and answer, remembered to find those who do so again."""

from typing import Final

from bot.dataset.validation.language import normalised, words_of
from bot.dataset.validation.similarity import MOST_CHARACTERS, MOST_TEXTS, Nearby

_REMEMBERED: Final = 1_000_000
_FEW_LETTERS: Final = 20
"""A shorter answer may well be given twice, as for validation."""


class Known:
    """Remembers what examples say, in bounded memory."""

    def __init__(self, room: float = 1.0) -> None:
        self._nearby = Nearby(
            most_texts=int(MOST_TEXTS * room), most_characters=int(MOST_CHARACTERS * room)
        )
        self._questions: dict[int, int] = {}
        self._answers: dict[int, int] = {}

    def question(self, text: str) -> int | None:
        """The number of an example that asks nearly the same."""
        words = normalised(text)
        if not words:
            return None
        same = self._questions.get(hash(words))
        return same if same is not None else self._nearby.find(words)

    def add_question(self, text: str, number: int) -> None:
        """Remember what an example asks."""
        words = normalised(text)
        if words and hash(words) not in self._questions:
            self._nearby.add(words, number)
            _remember(self._questions, hash(words), number)

    def question_or_add(self, text: str, number: int) -> int | None:
        """Both in one; of several that ask nearly the same only one is remembered."""
        words = words_of(text)
        asked = hash(" ".join(words))
        if not words or asked in self._questions:
            return self._questions.get(asked)
        _remember(self._questions, asked, number)
        return self._nearby.find_or_add(words, number)

    def answer(self, text: str) -> int | None:
        """The number of an example that answers in the same words."""
        return self._answers.get(hash(normalised(text)))

    def answer_or_add(self, text: str, number: int) -> int | None:
        """Likewise; else remember this one, unless it says next to nothing."""
        words = normalised(text)
        if len(words) < _FEW_LETTERS:
            return None
        answered = hash(words)
        same = self._answers.get(answered)
        if same is None:
            _remember(self._answers, answered, number)
        return same


def _remember(numbers: dict[int, int], words: int, number: int) -> None:
    if len(numbers) < _REMEMBERED:
        numbers.setdefault(words, number)
