"""What names of fields, columns and speakers mean, in English and Russian."""

import functools
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_NAMES: Final = Path(__file__).with_name("names.toml")
FEW: Final = 5
"""A column whose values are each used by more rows than this, on average, is none of texts."""
_LEAST_ROWS: Final = 10


def meaning_of(name: str) -> str:
    """What a field or a column of that name holds; "" when the name tells nothing.

    >>> meaning_of(" Вопрос: "), meaning_of("system_prompt"), meaning_of("Comment")
    ('user', 'system', '')
    """
    return _words("fields").get(_plain(name), "")


def speaker_of(word: str) -> str:
    """The role of a speaker: "system", "user" or "assistant"; "" for an unknown one."""
    return _words("speakers").get(word.strip().casefold(), "")


def are_few(values: Iterable[str]) -> bool:
    """Whether these are labels: so few different ones that they are no texts of people."""
    found = [value for value in values if value]
    return len(found) >= _LEAST_ROWS and len(set(found)) * FEW <= len(found)


def are_texts(values: Iterable[str]) -> bool:
    """Whether these may be what people say: neither labels nor numbers and dates."""
    found = [value for value in values if value]
    n_words = sum(any(map(str.isalpha, value)) for value in found)
    return 2 * n_words > len(found) and not are_few(found)


def are_sentences(values: Iterable[str]) -> bool:
    """Whether most of these are different texts of several words: no topics, dates or links."""
    found = [value for value in values if value]
    n_several = sum(" " in value for value in found)
    return are_texts(found) and 2 * n_several > len(found) < 2 * len(set(found))


def _plain(name: str) -> str:
    bare = name.strip(" \t\r\n\ufeff\"':.?!*").casefold().replace("ё", "е")
    return " ".join(bare.replace("_", " ").replace("-", " ").split())


@functools.cache
def _words(table: str) -> dict[str, str]:
    names = tomllib.loads(_NAMES.read_text(encoding="utf-8"))[table]
    return {word: meaning for meaning, words in names.items() for word in words}
