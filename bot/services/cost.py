"""What a training run or an answer costs: estimates by the catalogue's prices, nothing more."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.catalogue import Catalogue, CatalogueModel
from bot.domain import Usage

_PRICED_TOKENS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a training run will probably take, said before it starts."""

    trained_tokens: int
    """Billable tokens: those of the file times epochs. Validation tokens are free."""
    price_usd: float | None
    """None: the catalogue does not know the model's price."""
    minutes_low: int
    minutes_high: int
    """The guide's hint per epoch times epochs; time in the provider's queue comes on top."""
    prices_date: date
    """The day when the prices were looked up."""


def estimate(
    tokens_per_pass: int, n_epochs: int, model: CatalogueModel | None, catalogue: Catalogue
) -> Estimate:
    """Estimate a run over *tokens_per_pass* tokens; *model* None: one that nobody priced."""
    trained_tokens = tokens_per_pass * n_epochs
    low, high = catalogue.minutes_per_epoch
    return Estimate(
        trained_tokens=trained_tokens,
        price_usd=real_cost(trained_tokens, model),
        minutes_low=low * n_epochs,
        minutes_high=high * n_epochs,
        prices_date=catalogue.looked_up,
    )


def real_cost(trained_tokens: int, model: CatalogueModel | None) -> float | None:
    """USD for the tokens that a finished job says it trained, epochs included.

    Still an estimate: tokens are the provider's, the price is the catalogue's. None: no price.
    """
    if model is None or model.training_usd is None:
        return None
    return trained_tokens * model.training_usd / _PRICED_TOKENS


def chat_cost(usage: Usage, model: CatalogueModel | None) -> float | None:
    """USD for one answer of a model tuned from *model*, an estimate; None: no price."""
    if model is None or model.input_usd is None or model.output_usd is None:
        return None
    tokens_usd = usage.prompt_tokens * model.input_usd + usage.completion_tokens * model.output_usd
    return tokens_usd / _PRICED_TOKENS
