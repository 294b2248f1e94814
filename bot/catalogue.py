"""Models, prices, limits, end dates and presets: `catalogue.toml` as frozen values."""

import functools
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.domain.datasets import TrainingMethod
from bot.errors import MethodUnknown, ModelShutDown, SuffixForbidden, SuffixTooLong, TuningClosed

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
    dpo_usd: float | None = None
    """The same for training on pairs of answers."""
    input_usd: float | None = None
    """USD per 1 million prompt tokens of a model tuned from this one."""
    output_usd: float | None = None
    encoding: str
    """Its tokenizer, "o200k_base" or "cl100k_base"."""
    max_example_tokens: int
    """The provider silently cuts a longer training example."""
    tunable_until: date | None = None
    """From this day on the provider takes no new jobs; None if the model no longer exists."""
    shutdown: date | None = None
    """From this day on it and the models tuned from it do not answer; None: not announced."""
    strength: int = 0
    """Only for ordering: a larger number is stronger."""

    def training_price(self, method: str) -> float | None:
        """USD per 1 million tokens trained by that method; None: not known."""
        prices: dict[str, float | None] = {
            TrainingMethod.SUPERVISED: self.training_usd,
            TrainingMethod.DPO: self.dpo_usd,
        }
        return prices.get(method)

    def is_shut_down(self, today: date) -> bool:
        """Whether the model no longer answers on *today*."""
        return self.shutdown is not None and today >= self.shutdown

    def days_left(self, today: date) -> int | None:
        """Days until it is switched off, 0 if it already is; None: no day is announced."""
        return None if self.shutdown is None else max(0, (self.shutdown - today).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named set of hyperparameters for /train."""

    name: str
    n_epochs: int
    learning_rate_multiplier: float
    suffix: str
    base_model: str | None = None
    """None: that of the settings."""
    guide_minutes: tuple[int, int]
    """The duration that the guide states, from and to; our own estimates differ."""
    guide_usd: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixRule:
    """Which suffixes of a tuned model's name a provider takes."""

    longest: int
    """Characters."""
    forbidden: str = ""
    """Characters that are not allowed."""

    def takes(self, suffix: str) -> bool:
        """Whether the provider would take it; an empty one is always taken."""
        return len(suffix) <= self.longest and not set(self.forbidden) & set(suffix)

    def check(self, suffix: str) -> None:
        """Raise SuffixTooLong or SuffixForbidden if the provider does not take it."""
        if len(suffix) > self.longest:
            raise SuffixTooLong(suffix=suffix, n=len(suffix), longest=self.longest)
        if not self.takes(suffix):
            raise SuffixForbidden(suffix=suffix, forbidden=" ".join(self.forbidden))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider takes, at some hosts."""

    hosts: Sequence[str] = ()
    """Host names; one that begins with a dot means all its subdomains."""
    suffix: SuffixRule
    methods: Collection[TrainingMethod] = (TrainingMethod.SUPERVISED,)

    def is_at(self, host: str) -> bool:
        """Whether *host* is one of them."""
        return any(host == own or (own[0] == "." and host.endswith(own)) for own in self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a provider takes if the catalogue does not know it."""

    longest_suffix: int
    """Characters."""
    min_examples: int
    max_file_bytes: int
    max_example_tokens: int
    """For models that the catalogue does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All of `catalogue.toml`."""

    looked_up: date
    """The day of the prices and dates, to be shown with every estimate."""
    sources: Mapping[str, str]
    """The URLs where they were looked up."""
    pages: Mapping[str, str]
    """The provider's help pages: fine_tuning, error_codes, deprecations."""
    hosts: Sequence[str]
    """The provider's hosts, for which the prices and days are valid."""
    job_page_pattern: str
    """The URL of a job's page there, with the placeholder `job_id`."""
    limits: Limits
    providers: Sequence[Provider]
    minutes_per_epoch: tuple[int, int]
    """The guide's figures, from and to."""
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

    def tunable(self, today: date, *, base_url: str | None = None) -> list[CatalogueModel]:
        """Models that still take new jobs on *today*, strongest first; *base_url* as below."""
        day = self._day_at(base_url, today)
        return [m for m in self.models if m.tunable_until is not None and day < m.tunable_until]

    def stronger(self, name: str, today: date, *, base_url: str) -> CatalogueModel | None:
        """The next stronger one that still takes jobs; None: none does, or *name* is unknown."""
        model = self.model(name)
        if model is None:
            return None
        tunable = self.tunable(today, base_url=base_url)
        return next((other for other in reversed(tunable) if other.strength > model.strength), None)

    def suffix_rule(self, base_url: str) -> SuffixRule:
        """Which suffixes the provider at that address takes."""
        return self._provider_at(base_url).suffix

    def check_method(self, method: TrainingMethod, base_url: str) -> None:
        """Raise MethodUnknown if the provider there is not known to take the method."""
        if method not in self._provider_at(base_url).methods:
            raise MethodUnknown(method=method, host=urlsplit(base_url).hostname or base_url)

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
        """Check that the model takes jobs on *today*; models not in the catalogue pass.

        At a *base_url* of another provider, only models that had ended when the catalogue was
        looked up are refused: its later days do not apply there.

        Raises:
            ModelShutDown: has the name as it was asked for, and the day.
            TuningClosed: the model still answers, but takes no new jobs; has the same.
        """
        model, day = self.model(name), self._day_at(base_url, today)
        if model and model.is_shut_down(day):
            raise ModelShutDown(model=name, day=model.shutdown)
        if model and model.tunable_until and day >= model.tunable_until:
            raise TuningClosed(model=name, day=model.tunable_until)

    def shutdown(self, name: str, *, base_url: str) -> date | None:
        """The day from which a model does not answer at that provider; None: not known."""
        model = self.model(name)
        return model.shutdown if model and self.is_at_home(base_url) else None

    def job_page(self, base_url: str, job_id: str) -> str | None:
        """The provider's own page of a job; None: it has none."""
        return self.job_page_pattern.format(job_id=job_id) if self.is_at_home(base_url) else None

    def is_at_home(self, base_url: str) -> bool:
        """Whether that address belongs to the provider of these prices and days."""
        return urlsplit(base_url).hostname in self.hosts

    def _provider_at(self, base_url: str) -> Provider:
        host = urlsplit(base_url).hostname or ""
        known = (provider for provider in self.providers if provider.is_at(host))
        return next(known, Provider(suffix=SuffixRule(longest=self.limits.longest_suffix)))

    def _day_at(self, base_url: str | None, today: date) -> date:
        """*today*, but at another provider at most the day when the catalogue was looked up."""
        return (
            today if base_url is None or self.is_at_home(base_url) else min(today, self.looked_up)
        )


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
        providers=[_provider(fields) for fields in data["providers"]],
        minutes_per_epoch=(data["minutes_per_epoch"]["low"], data["minutes_per_epoch"]["high"]),
        default_encoding=data["encodings"]["default"],
        encoding_prefixes=data["encodings"]["prefixes"],
        presets={
            name: _preset(name, fields, strongest=models[0].name)
            for name, fields in data["presets"].items()
        },
        models=tuple(models),
    )


def _provider(fields: Mapping[str, Any]) -> Provider:
    return Provider(
        hosts=tuple(fields["hosts"]),
        suffix=SuffixRule(
            longest=fields["longest_suffix"], forbidden=fields.get("forbidden_in_suffix", "")
        ),
        methods=frozenset(map(TrainingMethod, fields["methods"])),
    )


def _preset(name: str, fields: Mapping[str, Any], *, strongest: str) -> Preset:
    base_model = fields.get("base_model")
    resolved = strongest if base_model == _STRONGEST else base_model
    guide = {field: tuple(fields[field]) for field in ("guide_minutes", "guide_usd")}
    return Preset(**{**fields, **guide, "name": name, "base_model": resolved})
