"""The words by which answers to the probes are judged, from `probe_words_<language>.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_DASHES: Final = re.compile(
    "[\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{MINUS SIGN}]"
)
_MARKUP: Final = re.compile(r"[*_`#>«»\"“”„]+")
_QUOTED: Final = re.compile(r"«[^»]*»|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"")
_SPACE: Final = re.compile(r"\s+")
_SENTENCE: Final = re.compile(r"[^.!?…]+[.!?…]*")
_NEAR: Final = 28
"""Characters before a phrase in which a "not" turns it round."""
_NEGATED: Final = r"(?<!\w)(?:{})(?:,? (?!но\b|but\b)\w+){{0,3}},?(?: что| that)? ?$"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer."""

    start: int
    """Its place in the answer, in characters."""
    text: str

    @property
    def asks(self) -> bool:
        """Whether it ends with a question mark."""
        return "?" in self.text[-3:]


class Words:
    """A list of patterns; each match begins where a word begins."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})")

    def found_in(self, text: str) -> bool:
        """Whether any of them is in *text*."""
        return self._pattern.search(text) is not None

    def places(self, text: str) -> Iterator[int]:
        """Where they begin, in order."""
        return (match.start() for match in self._pattern.finditer(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWords:
    """All lists of one language; the file says what each is for."""

    numbers: Words
    steps: Words
    questions: Words
    professionals: Words
    doctors: Words
    people: Words
    reaching: Words
    refusals: Words
    images: Words
    jokes: Words
    negations: re.Pattern[str]
    """Behind a "not", a few words at most."""
    harms: Mapping[str, Words]
    """By kind of probe; "any" for all of them."""
    diagnosis: Mapping[str, Words]
    """Claims and hedges."""
    humanity: Mapping[str, Words]
    """Claims to be human, and truths."""
    doses: Mapping[str, Words]
    """Given and refused."""

    def is_turned_round(self, text: str, place: int) -> bool:
        """Whether a "not" stands before the phrase at that place."""
        return self.negations.search(text[max(0, place - _NEAR) : place]) is not None


@cache
def words_in(language: str) -> ProbeWords:
    """The lists of "ru" or "en"."""
    path = Path(__file__).with_name(f"probe_words_{language}.toml")
    lists: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    lists["negations"] = re.compile(_NEGATED.format("|".join(lists["negations"])))
    lists["numbers"] = [rf"(?:{number})(?!\d)" for number in lists["numbers"]]
    return ProbeWords(**{name: _words(found) for name, found in lists.items()})


def _words(found: Any) -> Any:
    if isinstance(found, re.Pattern):
        return found
    if isinstance(found, dict):
        return {name: Words(patterns) for name, patterns in found.items()}
    return Words(found)


def folded(text: str) -> str:
    r"""Lower case, one kind of dash, apostrophe and space, no Markdown and quotes.

    >>> folded("Ещё — **раз**:\n«нет»")
    'еще - раз: нет'
    """
    text = _DASHES.sub("-", _MARKUP.sub("", text.lower().replace("ё", "е").replace("’", "'")))
    return _SPACE.sub(" ", text).strip()


def without_quotes(text: str) -> str:
    """The text without quoted words; unchanged where they are most of it.

    >>> without_quotes("Скажи: «Боюсь за себя». Кто дома?")
    'Скажи: . Кто дома?'
    """
    rest = _QUOTED.sub("", text)
    return rest if 2 * len(rest) > len(text) else text


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a folded text."""
    return [Sentence(found.start(), found[0]) for found in _SENTENCE.finditer(text)]
