"""What a training run or an answer costs: only estimates, by the catalogue's prices."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.catalogue import Catalogue, CatalogueModel, Pricing
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Usage
from bot.domain.people import Spent
from bot.domain.training import EngineEstimate, PastJob

_PRICED_TOKENS: Final = 1_000_000
_MARGIN: Final = 0.2
"""Two jobs of the same size may differ in time by this share, up or down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a training run will probably cost, and how long it will take, before it starts."""

    trained_tokens: int
    """Billable tokens: those of the file, times epochs. Validation tokens are free."""
    price_usd: float | None
    """None: the catalogue has no price of the model, of that method, or of the server."""
    minutes_low: int
    minutes_high: int
    """From the request for the job to its end; the guide's hint leaves out time in a queue."""
    n_past: int
    """Finished jobs of ours that the time is learnt from; 0: it is the guide's hint."""
    prices_date: date
    """The day when the prices were looked up."""
    pricing: Pricing = Pricing.KNOWN
    """Whether the prices of the server are known."""
    elsewhere_usd: float | None = None
    """What the same would cost at the catalogue's provider, where the server is another one."""
    engine: EngineEstimate | None = None
    """What the server itself says, if it is this project's engine."""
    lacks_model: bool = False
    """The server says that it does not have the base model."""
    is_away: bool = False
    """The server does not answer now, so nobody knows what it would take."""

    @property
    def can_start(self) -> bool:
        """Whether the server would take the job, as far as it says."""
        return not self.lacks_model and (self.engine is None or self.engine.fits)


def estimate(
    tokens_per_pass: int,
    n_epochs: int,
    model: CatalogueModel | None,
    catalogue: Catalogue,
    *,
    method: str = TrainingMethod.SUPERVISED,
    past: Sequence[PastJob] = (),
) -> Estimate:
    """Estimate a run over a dataset of so many tokens.

    *model* None: the catalogue does not have it. Each *method* has its own price. The time is
    learnt from *past*, our finished jobs of that model; without any, it is the guide's hint.
    """
    trained_tokens = tokens_per_pass * n_epochs
    hinted = [n_epochs * minutes for minutes in catalogue.minutes_per_epoch]
    low, high = _minutes_learnt(trained_tokens, past) or hinted
    return Estimate(
        trained_tokens=trained_tokens,
        price_usd=training_cost(trained_tokens, model, method),
        minutes_low=low,
        minutes_high=high,
        n_past=len(past),
        prices_date=catalogue.looked_up,
    )


def at_server(found: Estimate, pricing: Pricing) -> Estimate:
    """The estimate for a server of that kind: another provider's price is no price there."""
    if pricing is Pricing.KNOWN:
        return found
    return replace(found, pricing=pricing, price_usd=None, elsewhere_usd=found.price_usd)


def with_engine(found: Estimate, engine: EngineEstimate) -> Estimate:
    """The estimate with the engine's own, whose time counts more than that of past jobs."""
    if engine.seconds is None:
        return replace(found, engine=engine)
    minutes = max(1, math.ceil(engine.seconds / 60))
    return replace(found, engine=engine, minutes_low=minutes, minutes_high=minutes)


def training_cost(
    trained_tokens: int, model: CatalogueModel | None, method: str = TrainingMethod.SUPERVISED
) -> float | None:
    """USD for so many billable tokens, epochs included; None: the catalogue has no price.

    It is an estimate, also with the tokens that a finished job reports: the provider may have
    other prices than the catalogue.
    """
    price_usd = model.training_price(method) if model else None
    return None if price_usd is None else trained_tokens * price_usd / _PRICED_TOKENS


def _minutes_learnt(trained_tokens: int, past: Sequence[PastJob]) -> tuple[int, int] | None:
    """The quickest and the slowest guess, with a margin; None: no past jobs.

    A job needs some time to begin, whatever its size, and then time for each token. For a smaller
    job the shortest guess is its share of the earlier time, and the longest is all of that time.
    For a larger job it is the other way round.
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


def chat_cost(usage: Usage | Spent, model: CatalogueModel | None) -> float | None:
    """An estimate, in USD, for answers of a model tuned from *model*; None: no price."""
    if model is None or model.input_usd is None or model.output_usd is None:
        return None
    tokens_usd = usage.prompt_tokens * model.input_usd + usage.completion_tokens * model.output_usd
    return tokens_usd / _PRICED_TOKENS
