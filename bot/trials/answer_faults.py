"""Faults of any answer: a loop, and marks of the template that a model was trained with."""

import re
from typing import Final

from bot.dataset.validation.language import normalised, special_tokens_in, words_of

LONGEST_PERIOD: Final = 30
"""Words that may repeat as one."""
FEWEST_LOOPED: Final = 8
"""Words; a shorter repetition is a manner of speaking."""
_TIMES: Final = 3
_GRAM: Final = 4
_MANY_WORDS: Final = 40
_FRESH: Final = 0.6
"""The share of different word groups below which a long answer goes in circles."""

_MARKS: Final = re.compile(
    r"""
      <\|\w | <｜ | </?think(?:ing)?> | \[/?inst\] | <</?sys>> | </?s>
    | ^\W{0,4}\#{2,}\s*(?:instruction|response|input|question|answer|human|assistant|user|system
        |инструкция|ответ|вопрос)\b
    | ^\W{0,4}(?:question|user|assistant|human|system|response|instruction|пользователь|ассистент)
        \W{0,3}:
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[.!?…\n]+")


def has_marks(answer: str) -> bool:
    """Whether an answer shows marks that belong to prompts, such as `<|im_end|>` or "User:".

    >>> has_marks("Лес.<|eot_id|>"), has_marks("Вопрос в другом: где лес?")
    (True, False)
    """
    return bool(special_tokens_in(answer)) or _MARKS.search(answer) is not None


def loops(answer: str) -> bool:
    """Whether an answer says the same again and again.

    >>> loops("Лес растёт медленно. " * 3), loops("Очень, очень медленно растёт лес.")
    (True, False)
    """
    words = words_of(answer)
    return _repeats_at_once(words) or _goes_in_circles(words) or _repeats_sentences(answer)


def _repeats_at_once(words: list[str]) -> bool:
    """The same group of words thrice in a row, or a short one even more often."""
    for period in range(1, min(LONGEST_PERIOD, len(words) // _TIMES) + 1):
        wanted, run = max((_TIMES - 1) * period, FEWEST_LOOPED - period), 0
        for word, before in zip(words[period:], words, strict=False):
            run = run + 1 if word == before else 0
            if run >= wanted:
                return True
    return False


def _goes_in_circles(words: list[str]) -> bool:
    grams = [tuple(words[n : n + _GRAM]) for n in range(len(words) - _GRAM + 1)]
    return len(words) >= _MANY_WORDS and len(set(grams)) < _FRESH * len(grams)


def _repeats_sentences(answer: str) -> bool:
    said = [normalised(part) for part in _SENTENCE_END.split(answer)]
    long = [part for part in said if part.count(" ") >= 2]
    return any(long.count(part) >= _TIMES for part in set(long))
