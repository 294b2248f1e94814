"""Models, prices, limits, end dates and presets: `catalogue.toml` as frozen values."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import ModelShutDown

_FILE = Path(__file__).with_name("catalogue.toml")
_STRONGEST = "strongest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueModel:
    """A base model as its provider described it on the day the catalogue was looked up."""

    name: str
    """The dated name, as the provider's own jobs carry it."""
    aliases: Sequence[str] = ()
    training_usd: float | None = None
    """USD per 1 million trained tokens; None: not known."""
    input_usd: float | None = None
    """USD per 1 million prompt tokens of a model tuned from this one."""
    output_usd: float | None = None
    encoding: str
    """Its tokenizer, "o200k_base" or "cl100k_base"."""
    max_example_tokens: int
    """A longer training example is cut by the provider without a word."""
    tunable_until: date | None = None
    """From this day on the provider takes no new jobs; None for models that are gone already."""
    shutdown: date | None = None
    """From this day on it and all that was tuned from it answer no more; None: not announced."""
    strength: int = 0
    """Only orders: more is stronger."""

    def is_shut_down(self, today: date) -> bool:
        """Whether the model is gone on *today*."""
        return self.shutdown is not None and today >= self.shutdown

    def days_left(self, today: date) -> int | None:
        """Days until it is switched off, 0 when it already is; None: no day is announced."""
        return None if self.shutdown is None else max(0, (self.shutdown - today).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named set of hyperparameters for /train."""

    name: str
    n_epochs: int
    learning_rate_multiplier: float
    suffix: str
    base_model: str | None = None
    """None: the one that the settings name."""
    guide_minutes: tuple[int, int]
    """What the guide says that it takes, from and to; our own estimates differ."""
    guide_usd: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the provider takes as a training file."""

    min_examples: int
    max_file_bytes: int
    max_example_tokens: int
    """For models that the catalogue does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All of `catalogue.toml`."""

    looked_up: date
    """The day of prices and dates: say it beside every estimate."""
    sources: Mapping[str, str]
    """Addresses where they were looked up."""
    pages: Mapping[str, str]
    """The provider's own pages on trouble: fine_tuning, error_codes, deprecations."""
    hosts: Sequence[str]
    """Where the days of shutdown hold."""
    job_page_pattern: str
    """Address of a job's page there, with a place for `job_id`."""
    limits: Limits
    minutes_per_epoch: tuple[int, int]
    """The guide's hint: from, to."""
    default_encoding: str
    encoding_prefixes: Mapping[str, str]
    presets: Mapping[str, Preset]
    models: Sequence[CatalogueModel]
    """Strongest first."""

    def model(self, name: str) -> CatalogueModel | None:
        """The model of that name or alias, or the one that an `ft:` name was tuned from.

        None for names that the catalogue does not know.
        """
        base = base_of(name)
        return next((m for m in self.models if base == m.name or base in m.aliases), None)

    @property
    def strongest(self) -> CatalogueModel:
        """The strongest model that could be tuned when the catalogue was looked up."""
        return self.models[0]

    def tunable(self, today: date) -> list[CatalogueModel]:
        """Models that still take new jobs on *today*, strongest first."""
        return [m for m in self.models if m.tunable_until is not None and today < m.tunable_until]

    def encoding(self, name: str) -> str:
        """The tokenizer of any model, known or not."""
        if model := self.model(name):
            return model.encoding
        base = base_of(name)
        fits = (e for prefix, e in self.encoding_prefixes.items() if base.startswith(prefix))
        return next(fits, self.default_encoding)

    def max_example_tokens(self, name: str) -> int:
        """How long a training example may be for any model, known or not."""
        model = self.model(name)
        return model.max_example_tokens if model else self.limits.max_example_tokens

    def check_tunable(self, name: str, today: date, *, base_url: str | None = None) -> None:
        """Let every model pass that is not known to be gone on *today*; unknown ones pass.

        With a *base_url* elsewhere than at the catalogue's own provider, only models that were
        gone when it was looked up are refused: its later days of shutdown are not theirs.

        Raises:
            ModelShutDown: with the name as it was asked for and the day.
        """
        model = self.model(name)
        day = today if base_url is None or self.is_at_home(base_url) else min(today, self.looked_up)
        if model and model.is_shut_down(day):
            raise ModelShutDown(model=name, day=model.shutdown)

    def shutdown(self, name: str, *, base_url: str) -> date | None:
        """The day from which a model answers no more at that provider; None: not known."""
        model = self.model(name)
        return model.shutdown if model and self.is_at_home(base_url) else None

    def job_page(self, base_url: str, job_id: str) -> str | None:
        """The provider's own page of a job, where there is one."""
        return self.job_page_pattern.format(job_id=job_id) if self.is_at_home(base_url) else None

    def is_at_home(self, base_url: str) -> bool:
        """Whether that address is the provider's whose prices and days these are."""
        return urlsplit(base_url).hostname in self.hosts


def base_of(name: str) -> str:
    """The base model in an `ft:` name; other names as they are.

    >>> base_of("ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC")
    'gpt-4.1-mini-2025-04-14'
    """
    return name.split(":")[1] if name.startswith("ft:") else name


@functools.cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the bot, read once."""
    return parse_catalogue(_FILE.read_text(encoding="utf-8"))


def parse_catalogue(toml: str) -> Catalogue:
    """Build a catalogue from text such as `catalogue.toml`."""
    data = tomllib.loads(toml)
    models = sorted(
        (CatalogueModel(**fields) for fields in data["models"]),
        key=lambda model: model.strength,
        reverse=True,
    )
    return Catalogue(
        looked_up=data["looked_up"],
        sources=data["sources"],
        pages=data["pages"],
        hosts=tuple(data["provider"]["hosts"]),
        job_page_pattern=data["provider"]["job_page"],
        limits=Limits(**data["limits"]),
        minutes_per_epoch=(data["minutes_per_epoch"]["low"], data["minutes_per_epoch"]["high"]),
        default_encoding=data["encodings"]["default"],
        encoding_prefixes=data["encodings"]["prefixes"],
        presets={
            name: _preset(name, fields, strongest=models[0].name)
            for name, fields in data["presets"].items()
        },
        models=tuple(models),
    )


def _preset(name: str, fields: Mapping[str, Any], *, strongest: str) -> Preset:
    base_model = fields.get("base_model")
    resolved = strongest if base_model == _STRONGEST else base_model
    guide = {field: tuple(fields[field]) for field in ("guide_minutes", "guide_usd")}
    return Preset(**{**fields, **guide, "name": name, "base_model": resolved})
