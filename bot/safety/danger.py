"""Whether a person who wrote a text may be in danger, by signs and by weights of its pieces.

A sign names the danger. The weights decide about signs that stand in everyday speech, and about
texts without a sign. No model is asked.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from functools import reduce
from operator import or_

from bot.safety.entities import Danger, DangerKind, Grade
from bot.safety.normal import END, Word, words_of
from bot.safety.signs import LANGUAGES, signs_in
from bot.safety.weights import weights

_PAUSE = 6
"""Empty places after a sentence: more than a phrase may skip."""
_WINDOW, _OVERLAP = 4096, 400
"""A long text is looked at in parts, in characters: the sets of positions stay short."""
_ORDER = (
    DangerKind.OVERDOSE,
    DangerKind.MEDICAL,
    DangerKind.SUICIDE,
    DangerKind.CHILD,
    DangerKind.VIOLENCE,
    DangerKind.OTHERS,
    DangerKind.PSYCHOSIS,
    DangerKind.SELF_HARM,
    DangerKind.STARVING,
    DangerKind.UNNAMED,
)
SIGN, LEAST = 2.0, 0.75
"""What a sign adds to a text's score, and the least score of danger; docs/safety.md has why."""


def danger_in(text: str) -> Danger | None:
    """The gravest sign of danger in a text, Russian or English; None without one.

    Never raises. Its time grows with the length of the text, whatever the text says.
    """
    starts = range(0, max(len(text) - _OVERLAP, 1), _WINDOW - _OVERLAP)
    dangers = (danger for start in starts for danger in _dangers(text[start : start + _WINDOW]))
    return max(dangers, key=_gravity, default=None)


def _dangers(text: str) -> Iterator[Danger]:
    words = list(words_of(text))
    signs = list(_signs(words))
    score = weights().score([word.folded for word in words]) + (SIGN if signs else 0)
    if score >= LEAST:
        yield from signs or [Danger(DangerKind.UNNAMED, Grade.SERIOUS)]


def _signs(words: list[Word]) -> Iterator[Danger]:
    read = []
    for language in LANGUAGES:
        signs, found = signs_in(language), _found(language, words)
        read.append((signs, found, signs.ends_in(found)))
    calm = reduce(or_, (signs.calm(ends) for signs, _, ends in read))
    for signs, found, ends in read:
        yield from signs.dangers(found, ends, calm)


def _found(language: str, words: list[Word]) -> dict[int, int]:
    """The families of words that a text has, with their places as bits."""
    lexicon = signs_in(language).lexicon
    found: dict[int, int] = defaultdict(int)
    spellings = [lexicon.corrected(word.spelling(language)) for word in words]
    for word, places in _places(spellings, lexicon.heads).items():
        for family in lexicon.families(word):
            found[family] |= places
    return found


def _places(words: list[str], heads: Container[str]) -> dict[str, int]:
    """Where each word stands, and each pair that begins with a head (where it ends), as bits."""
    places: dict[str, int] = defaultdict(int)
    place, before = 1, END
    for word in words:
        place += _PAUSE if word == END else 1
        places[word] |= 1 << place
        if before in heads:
            places[f"{before} {word}"] |= 1 << place
        before = word
    return places


def _gravity(danger: Danger) -> tuple[int, int]:
    return danger.grade, -_ORDER.index(danger.kind)
