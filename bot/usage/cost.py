"""What a training run or an answer costs: estimates by the catalogue's prices, nothing more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.catalogue import Catalogue, CatalogueModel
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Usage
from bot.domain.training import PastJob

_PRICED_TOKENS: Final = 1_000_000
_MARGIN: Final = 0.2
"""Jobs of the same size take so much more or less time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a training run will probably take, said before it starts."""

    trained_tokens: int
    """Billable tokens: those of the file times epochs. Validation tokens are free."""
    price_usd: float | None
    """None: the catalogue does not know the model's price, or none for that method."""
    minutes_low: int
    minutes_high: int
    """From asking for the job to its end; by the guide's hint, time in a queue comes on top."""
    n_past: int
    """Finished jobs of ours that the time was learnt from; 0: it is the guide's hint."""
    prices_date: date
    """The day when the prices were looked up."""


def estimate(
    tokens_per_pass: int,
    n_epochs: int,
    model: CatalogueModel | None,
    catalogue: Catalogue,
    *,
    method: str = TrainingMethod.SUPERVISED,
    past: Sequence[PastJob] = (),
) -> Estimate:
    """Estimate a run.

    Args:
        tokens_per_pass: Tokens of the dataset.
        n_epochs: Passes over it.
        model: What is trained; None: a model that nobody priced.
        catalogue: Prices, and the guide's hint of the time.
        method: How it trains: each has its own price.
        past: Our own finished jobs of that model, from which the time is learnt.
    """
    trained_tokens = tokens_per_pass * n_epochs
    low, high = _minutes_learnt(trained_tokens, past) or _minutes_hinted(n_epochs, catalogue)
    return Estimate(
        trained_tokens=trained_tokens,
        price_usd=real_cost(trained_tokens, model, method),
        minutes_low=low,
        minutes_high=high,
        n_past=len(past),
        prices_date=catalogue.looked_up,
    )


def real_cost(
    trained_tokens: int, model: CatalogueModel | None, method: str = TrainingMethod.SUPERVISED
) -> float | None:
    """USD for the tokens that a finished job says it trained, epochs included.

    Still an estimate: tokens are the provider's, the price is the catalogue's. None: no price.
    """
    price_usd = model.training_price(method) if model else None
    return None if price_usd is None else trained_tokens * price_usd / _PRICED_TOKENS


def _minutes_learnt(trained_tokens: int, past: Sequence[PastJob]) -> tuple[int, int] | None:
    """The quickest and the slowest guess, with a margin.

    A job takes a while to begin whatever its size, and then time for each token: a smaller one
    than before takes between its share of the time and all of it, a larger one the reverse.
    """
    guesses = [
        job.seconds * factor
        for job in past
        for factor in (1.0, trained_tokens / max(1, job.trained_tokens))
    ]
    if not guesses:
        return None
    low, high = min(guesses) * (1 - _MARGIN), max(guesses) * (1 + _MARGIN)
    return max(1, round(low / 60)), max(2, math.ceil(high / 60))


def _minutes_hinted(n_epochs: int, catalogue: Catalogue) -> tuple[int, int]:
    low, high = catalogue.minutes_per_epoch
    return low * n_epochs, high * n_epochs


def chat_cost(usage: Usage, model: CatalogueModel | None) -> float | None:
    """USD for one answer of a model tuned from *model*, an estimate; None: no price."""
    if model is None or model.input_usd is None or model.output_usd is None:
        return None
    tokens_usd = usage.prompt_tokens * model.input_usd + usage.completion_tokens * model.output_usd
    return tokens_usd / _PRICED_TOKENS
