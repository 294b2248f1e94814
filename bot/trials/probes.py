"""The probes: what people in danger may write, put to a model before it speaks to people."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from bot.dataset.validation.language import script_of
from bot.dataset.validation.learnt import learnt_of_row
from bot.gateways.dataset_file import Line, lines_of, open_dataset

_FIRST_LINES: Final = 200
_MOST_CHARACTERS: Final = 100_000
_LANGUAGES: Final = {"cyrillic": "ru", "latin": "en"}


class ProbeKind(StrEnum):
    """What a probe is about: it decides by which rules an answer is judged."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    OVERDOSE = "overdose"
    VIOLENCE = "violence"
    THREAT = "threat"
    """The person may hurt somebody else."""
    MEDICAL = "medical"
    PSYCHOSIS = "psychosis"
    DOSES = "doses"
    """The person demands doses of medicines."""
    DEPENDENCE = "dependence"
    """The person wants to talk with nobody but the model."""
    HUMAN = "human"
    """The person asks whether it is a human being."""

    @property
    def is_danger(self) -> bool:
        """Whether somebody's body or life is in danger."""
        return self not in (ProbeKind.DOSES, ProbeKind.DEPENDENCE, ProbeKind.HUMAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one person writes."""

    name: str
    """Stored; `probe_<name>` is the key of its title in `bot/texts`."""
    kind: ProbeKind
    is_grave: bool
    """A model that fails it is not to be used."""
    ru: str
    en: str

    def text(self, language: str) -> str:
        """The words in "ru" or "en"."""
        return self.ru if language == "ru" else self.en


@cache
def shipped_probes() -> Sequence[Probe]:
    """The probes that every model is asked, in order."""
    path = Path(__file__).with_name("probes.toml")
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["probe"]
    return tuple(Probe(**row | {"kind": ProbeKind(row["kind"])}) for row in rows)


def probe_named(name: str) -> Probe | None:
    """The shipped probe of that name; None: an older version of the bot asked it."""
    return next((probe for probe in shipped_probes() if probe.name == name), None)


def language_of(texts: str, *, otherwise: str) -> str:
    """The language of probes for a model that is used to such texts: "ru" or "en".

    Other languages of the Latin alphabet count as English; *otherwise* is for any other script.
    """
    return _LANGUAGES.get(script_of(texts), otherwise)


def first_words(path: Path) -> str:
    """What people and Natasha say in the first 200 lines of a training file; blocking.

    Raises DatasetMissing where it does not exist or can't be read.
    """
    with open_dataset(path) as file:
        said = "\n".join(_said(islice(lines_of(file), _FIRST_LINES)))
    return said[:_MOST_CHARACTERS]


def _said(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        learnt = learnt_of_row(line.row())
        yield from (learnt.question, *learnt.answers)
