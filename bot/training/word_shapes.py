"""The shapes of typed words: numbers, phrases of several words, and slips."""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.catalogue import Catalogue
from bot.domain.typed import key_of
from bot.training.parameters import MOST_EPOCHS, is_auto

_SIMILAR: Final = 0.8
_SHORTEST_GUESS: Final = 4


def joined(words: Sequence[str], catalogue: Catalogue) -> list[str]:
    """The words, divided at commas, and with each phrase that means one part as one word.

    A word with a blank was quoted, and is one as it is.
    """
    between = r"[,;](?!\d)|(?<!\d)[,;]"
    divided = (
        part for word in words for part in ([word] if " " in word else re.split(between, word))
    )
    # A full stop behind a number or a word alone ends a sentence; it may belong to a value.
    ends = r"(?<=\d)[.!?…]+$|^([^=:]*\w)[.!?…]+$"
    found_words = [re.sub(ends, r"\1", part) for part in divided if part]
    for phrase, word in catalogue.words.phrases.items():
        parts = phrase.split()
        for at in range(len(found_words) - len(parts) + 1):
            found = found_words[at : at + len(parts)]
            last, sign, value = re.split(r"([=:]|$)", found[-1] if found else "", maxsplit=1)
            if [key_of(each) for each in (*found[:-1], last)] == parts:
                found_words[at : at + len(parts)] = [f"{word}{sign}{value}"]
    return found_words


def is_number(word: str) -> bool:
    """Whether it is a number in digits, with a point or a comma, or stands for one."""
    if is_auto(word):
        return True
    number = r"[-+]?(\d+([.,]\d+)?|\.\d+)(e-?\d+)?"
    return re.fullmatch(number, word, re.ASCII | re.IGNORECASE) is not None


def fits(name: str, word: str) -> bool:
    """Whether a number without a name can only be that one: epochs are whole, the other is not.

    Only the other one can be left to the provider.

    A zero in front, as in "lr 0, 05", makes it part of something else.
    """
    if name == "n_epochs":
        return re.fullmatch(r"[1-9]\d?", word, re.ASCII) is not None and int(word) <= MOST_EPOCHS
    number = re.fullmatch(r"\d*[.,]\d*[1-9]\d*|\d+[Ee]-\d+", word, re.ASCII)
    return number is not None or is_auto(word)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that differs only by a slip; empty: none does."""
    if len(word) < _SHORTEST_GUESS:
        return ""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=_SIMILAR)
    return found[0] if found else ""
