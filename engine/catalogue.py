"""The base models on offer, read from `models.toml`."""

import tomllib
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


_TABLE = Path(__file__).with_name("models.toml")


def base_models() -> dict[str, BaseModel]:
    """All base models by name, in the order of the file."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    models = [BaseModel(**row) for row in table["model"]]
    return {model.name: model for model in models}
