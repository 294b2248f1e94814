"""The base models on offer, read from `models.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """A model that training can start from."""

    name: str
    created_at: int
    """Unix time, seconds."""
    shutdown_date: str | None
    """Day (YYYY-MM-DD) on which the original provider ends it; None: not announced."""
    context_tokens: int
    """Upper limit of prompt and answer together."""
    answer_tokens: int
    """Upper limit of one answer."""
    example_tokens: int
    """Training examples are cut to this length."""
    alias: str | None = None
    """A second name, without a date, as OpenAI has it; None: there is none."""


class Bases(Mapping[str, BaseModel]):
    """Base models by name. They are found by their aliases as well, which are not listed."""

    def __init__(self, bases: Mapping[str, BaseModel]) -> None:
        self._bases = bases
        self._names = {base.alias: name for name, base in bases.items() if base.alias}

    def __getitem__(self, name: str) -> BaseModel:
        """The model with this name or alias."""
        return self._bases[self._names.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the catalogue."""
        return iter(self._bases)

    def __len__(self) -> int:
        """How many models there are."""
        return len(self._bases)


_TABLE = Path(__file__).with_name("models.toml")


def base_models() -> dict[str, BaseModel]:
    """All base models by name, in the order of the file."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    models = [BaseModel(**row) for row in table["model"]]
    return {model.name: model for model in models}
