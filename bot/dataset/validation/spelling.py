"""Roles, keys and weights that are misspelt, and what they certainly mean."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from bot.dataset.recognition.names import speaker_of

ROLES: Final = ("system", "developer", "user", "assistant", "tool")

# Cyrillic and Greek letters that look like Latin ones, in small letters.
_LOOKALIKES: Final = str.maketrans("авекмнорстухіјѕԁһԛԝοαρυν", "abekmhopctyxijsdhqwoapuv")
_MARKS: Final = " :.*#<>[]|\"'"
"""Signs that people and templates put around a role."""
_WEIGHTS: Final[Mapping[str, int]] = {
    "0": 0, "0.0": 0, "0,0": 0, "false": 0, "1": 1, "1.0": 1, "1,0": 1, "true": 1,
}  # fmt: skip
_SEVERAL_BLANKS: Final = re.compile(r"\s+")
_SHOWN: Final = 40
_MOST_NAMED: Final = 3


def meant_role(role: object) -> str | None:
    """The role that *role* certainly means; None for a right one and for any other."""
    if not isinstance(role, str) or role in ROLES or len(role) > _SHOWN:
        return None
    bare = _bare(role).strip(_MARKS)
    return next(filter(None, map(_role, (bare, bare.translate(_LOOKALIKES)))), None)


def _role(word: str) -> str:
    return word if word in ROLES else speaker_of(word)


def misspelt_keys(found: Collection[str], known: Collection[str]) -> dict[str, str]:
    """The right key for each misspelt one, unless that is there as well.

    Only case, blanks, invisible characters and letters that look alike may differ.
    """
    right: dict[str, str] = {}
    for key in found:
        if key not in known and len(key) <= _SHOWN:
            meant = _bare(key).rstrip(":").translate(_LOOKALIKES)
            if meant in known and meant not in found and meant not in right.values():
                right[key] = meant
    return right


def meant_weight(weight: object) -> int | None:
    """The weight that something else than 0 and 1 certainly means; None for a right one, too."""
    if type(weight) is int or not isinstance(weight, str | float | bool):
        return None
    return _WEIGHTS.get(_bare(weight) if isinstance(weight, str) else str(weight).lower())


def spelt(text: str) -> str:
    """A text in quotes, with the characters named that nobody sees or expects."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    odd = list(dict.fromkeys(_odd(text)))[:_MOST_NAMED]
    shown = "".join(c if c.isprintable() or c == "\N{NO-BREAK SPACE}" else "�" for c in cut)
    return f'"{shown}" ({", ".join(odd)})' if odd else f'"{shown}"'


def name_of(character: str) -> str:
    """How Unicode numbers and names it, such as "U+00A0 NO-BREAK SPACE"."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _bare(word: str) -> str:
    """A word in small letters, without what nobody sees."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", word) if not _is_invisible(c))
    return _SEVERAL_BLANKS.sub(" ", seen).strip().casefold()


def _odd(text: str) -> Iterator[str]:
    """Names of blanks at the ends, of invisible characters, and of letters among Latin ones."""
    has_latin = any(c.isascii() and c.isalpha() for c in text)
    inner = text.strip()
    at = text.find(inner) if inner else len(text)
    for place, c in enumerate(text):
        is_outside = not at <= place < at + len(inner)
        is_strange = has_latin and c.isalpha() and not c.isascii()
        if is_outside or is_strange or _is_invisible(c) or (c.isspace() and c != " "):
            yield name_of(c)


def _is_invisible(c: str) -> bool:
    """Whether it is a control or format character, such as a zero-width blank; or half of one."""
    return unicodedata.category(c) in ("Cc", "Cf", "Cs") and not c.isspace()
