"""Words as people type them: phones write other dashes and quotes, and invisible characters."""

import re
from typing import Final

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_QUOTES: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_INVISIBLE: Final = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_PLAIN: Final = str.maketrans(
    dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_INVISIBLE, "")
    | {"\uff1d": "=", "\uff1a": ":"}
)
_WORD: Final = re.compile(r'(?:[^\s"]|"[^"]*"|")+')
_SINGLE: Final = "'`\u2018\u2019\u201a"
_SINGLE_QUOTED: Final = re.compile(rf"(?<![^\s=:])[{_SINGLE}]([^{_SINGLE}]*)[{_SINGLE}](?![^\s,;])")
"""Not an apostrophe inside a word."""


def words_of(text: str) -> list[str]:
    """The words of *text*; a quoted passage belongs to one word, without its quotes.

    >>> words_of("/train \u2014epochs 5 suffix=\u201cnatasha v2\u201d")
    ['/train', '-epochs', '5', 'suffix=natasha v2']
    """
    text = _SINGLE_QUOTED.sub(r'"\1"', text.translate(_PLAIN))
    found = (word.replace('"', "").strip(f" {_SINGLE}") for word in _WORD.findall(text))
    return [word for word in found if word]


def as_flag(argument: str) -> str:
    """A flag of the command line with the dashes that its author meant; other words unchanged.

    >>> as_flag("\u2014epochs"), as_flag("\u2013\u2013epochs=5"), as_flag("\u2014")
    ('--epochs', '--epochs=5', '\u2014')
    """
    found = re.fullmatch(rf"[-{_DASHES}]+([A-Za-z][\w-]*(=.*)?)", argument, re.DOTALL)
    has_other = found is not None and any(dash in argument[:2] for dash in _DASHES)
    return f"--{found[1]}" if found and has_other else argument


def key_of(word: str) -> str:
    """A word for comparison: without case and leading dashes, "_" as "-".

    >>> key_of("--Learning_Rate")
    'learning-rate'
    """
    return word.casefold().strip().lstrip("-").replace("_", "-")


def name_key(name: str) -> str:
    """The name of a model or a job for comparison: without case, blanks and "_" as "-".

    >>> name_key(" Natasha_V2")
    'natasha-v2'
    """
    return re.sub(r"[\s_]+", "-", name.strip().casefold())


def list_number(name: str) -> str:
    """The number of a list that people mean, without zeros before it; empty: it is none.

    >>> list_number("№3"), list_number("# 03"), list_number("v3")
    ('3', '3', '')
    """
    found = re.fullmatch(r"[№#]?\s*0*(\d{1,9})", name, re.ASCII)
    return found[1] if found else ""
