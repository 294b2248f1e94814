"""Joins an answer that was cut and its continuation, without gluing or doubling words.

The cut is mostly in the middle of a word, and models begin a continuation without a space. So the
last word of the first part is neither shown to the model nor kept: the model says it again, whole.
"""

import re
from typing import Final

LEAST_OVERLAP: Final = 20
"""Characters. A shorter repetition of a sentence may be meant, as in "Дыши. Дыши."."""
_LEAST_IN_SENTENCE: Final = 8
"""The same inside of a sentence, where nobody says some words twice."""
_LONGEST_WORD: Final = 40
"""Characters. A longer run without a space is no word, and the text goes on right behind it."""

_LAST_WORD: Final = re.compile(r"(?<=\s)\S+\Z")
_IS_OVER: Final = re.compile(r"(?:(?<!\d)[.,:]|[!?…;»”)\]]|[^\s*]\*\*|[^\s`]`{1,3})\Z")
"""The end of a word that nothing was cut from; the dot in "3." may be one of "3.14"."""
_NUMBER: Final = re.compile(r"\d+[.)]")
"""Begins a line of a list."""


def kept(text: str) -> str:
    """The part of a cut answer that its continuation follows, without white space at its end."""
    word = _LAST_WORD.search(text)
    is_fenced = text.endswith("```") and text.count("```") % 2 == 0
    if word is None or is_fenced or _IS_OVER.search(text) or len(word[0]) > _LONGEST_WORD:
        return text.rstrip()
    return text[: word.start()].rstrip()


def joined(text: str, rest: str) -> tuple[str, int]:
    """A cut answer and its continuation in one text, and where in it the continuation begins.

    What the continuation repeats of the answer's end, word by word, is there once.
    """
    first, new = kept(text), rest.lstrip()
    if not new:
        return text, len(text)
    n_repeated = _overlap(first, new)
    if n_repeated:
        return first + new[n_repeated:], len(first)
    gap = _gap(text[len(first) :], rest[: len(rest) - len(new)], first)
    return first + gap + new, len(first + gap)


def _overlap(first: str, new: str) -> int:
    """How many characters at the start of *new* are the end of *first*, or all of it again."""
    is_in_sentence = not first.endswith((".", "!", "?", "…"))
    before, _, line = first.rpartition("\n")
    is_begun = before and (is_in_sentence or _NUMBER.fullmatch(line.strip()))
    if is_begun and re.match(rf"{re.escape(line.strip())}(?!\w)", new):
        return len(line.strip())
    least = _LEAST_IN_SENTENCE if is_in_sentence else LEAST_OVERLAP
    beginning = new[:least]
    if len(beginning) < least and new != first:
        return 0
    if first.startswith(new):
        return len(new)
    place = first.find(beginning)
    while place >= 0:
        is_word = not first[place - 1 : place].isalnum()
        if is_word and new.startswith(first[place:]):
            return len(first) - place
        place = first.find(beginning, place + 1)
    return 0


def _gap(after: str, before: str, first: str) -> str:
    """The white space between both parts: what *after* or *before* has, the larger of them."""
    spaces = [after[: len(after) - len(after.lstrip())], before]
    gap = max(spaces, key=lambda space: (space.count("\n"), len(space)))
    if gap:
        return gap
    return " " if len(first.rsplit(maxsplit=1)[-1]) <= _LONGEST_WORD else ""
