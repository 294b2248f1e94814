"""Models, prices, limits, end dates and presets: `catalogue.toml` as frozen values."""

import functools
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
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
    learning_rate_multiplier: float | None
    """None: the provider chooses."""
    suffix: str
    base_model: str | None = None
    """None: that of the settings."""
    guide_minutes: tuple[int, int]
    """The duration that the guide states, from and to; our own estimates differ."""
    guide_usd: tuple[int, int]
    words: Sequence[str] = ()
    """What people call it besides its name."""


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
    is_own_machine: bool = False
    """The server runs on this machine: it takes no money, unless it is a gateway."""
    usual_multiplier: float | None = None
    """The factor on its learning rate that a plan begins with; None: it chooses itself."""


class Pricing(StrEnum):
    """Whether the catalogue's prices are those of a server."""

    KNOWN = "known"
    """They are: it is the provider of the catalogue."""
    UNKNOWN = "unknown"
    """It has prices of its own."""
    OWN_MACHINE = "own_machine"
    """It runs on this machine and takes no money itself; a gateway's provider may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What people call the parts of a plan; all in lower case, with "-" and never "_"."""

    fields: Mapping[str, str]
    """The name that is typed -> the field of `Hyperparameters`, or "preset"."""
    presets: Mapping[str, str]
    """The word that is typed -> the preset."""
    phrases: Mapping[str, str]
    """Several words, or one for a value -> the one that means the same."""
    also: Collection[str]
    """Words between two parts, which mean nothing."""


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
    """The hosts of the provider, as in `Provider`, for which the prices and days are valid."""
    provider_name: str
    """Whose prices and days these are."""
    job_page_pattern: str
    """The URL of a job's page there, with the placeholder `job_id`."""
    limits: Limits
    providers: Sequence[Provider]
    minutes_per_epoch: tuple[int, int]
    """The guide's figures, from and to."""
    default_encoding: str
    encoding_prefixes: Mapping[str, str]
    presets: Mapping[str, Preset]
    words: Words
    spellings: Mapping[str, str]
    """Pieces of models' names that people spell in their own way -> as the maker spells them."""
    models: Sequence[CatalogueModel]
    """Strongest first."""

    def model(self, name: str) -> CatalogueModel | None:
        """The model of that name or alias, or the one that an `ft:` name was tuned from.

        None for names that the catalogue does not know.
        """
        base = base_of(name)
        return next((m for m in self.models if base == m.name or base in m.aliases), None)

    def names_of(self, name: str) -> set[str]:
        """The name and all others of the same model."""
        same = [m for m in self.models if name == m.name or name in m.aliases]
        return {name, *(other for model in same for other in (model.name, *model.aliases))}

    def short(self, name: str) -> str:
        """A base model's name without its date, where it has one; other names as they are."""
        model = self.model(name)
        return model.aliases[0] if model and model.aliases and name == model.name else name

    def model_called(self, word: str) -> str | None:
        """The name of the model that people call so, such as "4.1 мини"; None: no such model.

        A name or an alias of the catalogue is returned as it is.
        """
        if any(word == model.name or word in model.aliases for model in self.models):
            return word
        wanted = self._spelt(word)
        found = (m for m in self.models if wanted in map(self._spelt, (m.name, *m.aliases)))
        model = next(found, None)
        return model.name if model else None

    def priced(self, name: str, base_url: str) -> CatalogueModel | None:
        """The model, if the server at that address is known to have these prices; else None."""
        return self.model(name) if self.is_at_home(base_url) else None

    def pricing(self, base_url: str) -> Pricing:
        """What is known of the prices of the server at that address."""
        if self.is_at_home(base_url):
            return Pricing.KNOWN
        is_own = self._provider_at(base_url).is_own_machine
        return Pricing.OWN_MACHINE if is_own else Pricing.UNKNOWN

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

    @property
    def preset_models(self) -> Collection[str]:
        """The models that presets bring."""
        return {preset.base_model for preset in self.presets.values() if preset.base_model}

    def usual_multiplier(self, base_url: str) -> float | None:
        """The multiplier that a plan begins with at that server; None: the server chooses."""
        return self._provider_at(base_url).usual_multiplier

    def at(self, base_url: str) -> "Catalogue":
        """The same for that server: multipliers of presets are meant for the rates of OpenAI."""
        if self.usual_multiplier(base_url) is not None:
            return self
        presets = {
            name: replace(preset, learning_rate_multiplier=None)
            for name, preset in self.presets.items()
        }
        return replace(self, presets=presets)

    def suffix_rule(self, base_url: str) -> SuffixRule:
        """Which suffixes the provider at that address takes."""
        return self._provider_at(base_url).suffix

    def check_method(self, method: TrainingMethod, base_url: str) -> None:
        """Raise MethodUnknown if the provider there is not known to take the method."""
        if method not in self._provider_at(base_url).methods:
            raise MethodUnknown(method=method, host=host_of(base_url))

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
        return _is_one_of(self.hosts, base_url)

    def _spelt(self, word: str) -> str:
        """A model's name for comparison: without "gpt", dashes and blanks, as its maker spells."""
        word = word.casefold()
        for own, makers in self.spellings.items():
            word = word.replace(own, makers)
        return re.sub(r"[^\w.]|_", "", word).removeprefix("gpt")

    def _provider_at(self, base_url: str) -> Provider:
        known = (each for each in self.providers if _is_one_of(each.hosts, base_url))
        return next(known, Provider(suffix=SuffixRule(longest=self.limits.longest_suffix)))

    def _day_at(self, base_url: str | None, today: date) -> date:
        """*today*, but at another provider at most the day when the catalogue was looked up."""
        return (
            today if base_url is None or self.is_at_home(base_url) else min(today, self.looked_up)
        )


def host_of(base_url: str) -> str:
    """The host of an address, for people; "?" where it has none.

    >>> host_of("https://user@Api.OpenAI.com.:443/v1")
    'api.openai.com'
    """
    return (urlsplit(base_url).hostname or "?").rstrip(".")


def _is_one_of(hosts: Collection[str], base_url: str) -> bool:
    """Whether the address has one of these hosts; one with a dot in front means those below it."""
    host = host_of(base_url)
    return any(host == own or (own[0] == "." and host.endswith(own)) for own in hosts)


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
        provider_name=data["provider"]["name"],
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
        words=_words(data["words"], data["presets"]),
        spellings=data["words"]["spellings"],
        models=tuple(models),
    )


def _words(data: Mapping[str, Any], presets: Mapping[str, Any]) -> Words:
    fields = {
        word: field
        for field, words in data.items()
        if field not in ("also", "phrases", "spellings")
        for word in words
    }
    called = {word: name for name, preset in presets.items() for word in (name, *preset["words"])}
    return Words(fields=fields, presets=called, phrases=data["phrases"], also=data["also"])


def _provider(fields: Mapping[str, Any]) -> Provider:
    return Provider(
        hosts=tuple(fields["hosts"]),
        suffix=SuffixRule(
            longest=fields["longest_suffix"], forbidden=fields.get("forbidden_in_suffix", "")
        ),
        methods=frozenset(map(TrainingMethod, fields["methods"])),
        is_own_machine=fields.get("is_own_machine", False),
        usual_multiplier=fields.get("usual_multiplier"),
    )


def _preset(name: str, fields: Mapping[str, Any], *, strongest: str) -> Preset:
    base_model = fields.get("base_model")
    resolved = strongest if base_model == _STRONGEST else base_model
    guide = {field: tuple(fields[field]) for field in ("guide_minutes", "guide_usd")}
    return Preset(**{**fields, **guide, "name": name, "base_model": resolved})
