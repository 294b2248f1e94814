"""A training plan, as lines for the terminal."""

import datetime as dtm
from collections.abc import Iterator

from bot.domain.datasets import TrainingMethod
from bot.domain.training import TrainingRun
from bot.edge.core import today_utc
from bot.terminal.console import one_line
from bot.usage.cost import Estimate


def plan_lines(run: TrainingRun, estimate: Estimate, shutdown: dtm.date | None) -> Iterator[str]:
    """What would be trained and what it costs."""
    yield f"Plan {run.id}: nothing has been sent yet"
    yield from wishes(run, shutdown)
    if run.validation is not None:
        yield f"Validation part: examples: {run.validation.n_examples:,}, free of charge"
    yield f"Billable tokens: {estimate.trained_tokens:,}"
    if estimate.price_usd is None:
        lacking = "prices of DPO" if run.method is TrainingMethod.DPO else "this model"
        yield f"Price: unknown, the catalogue lacks {lacking}"
    else:
        yield f"Price: ~{usd(estimate.price_usd)} (prices of {estimate.prices_date})"
    source = f"from past jobs ({estimate.n_past})" if estimate.n_past else "by the guide"
    yield (
        f"Time: {estimate.minutes_low}–{estimate.minutes_high} min {source}, "
        "and the provider's queue on top"
    )


def wishes(run: TrainingRun, shutdown: dtm.date | None = None) -> Iterator[str]:
    """What was asked for, with the base model's last day where it is known."""
    wanted = run.parameters
    last_day = ""
    if shutdown is not None:
        days = max(0, (shutdown - today_utc()).days)
        last_day = f" (works until {shutdown}, days left: {days})"
    yield f"Model: {one_line(wanted.base_model)}{last_day}"
    yield (
        f"Epochs: {wanted.n_epochs}, learning rate multiplier: "
        f"{wanted.learning_rate_multiplier:g}, suffix: {one_line(wanted.suffix) or 'none'}"
    )
    if run.method is TrainingMethod.DPO:
        yield "Method: DPO, on pairs of answers"
    yield f"Dataset: {one_line(run.dataset.name)}, examples: {run.dataset.n_examples:,}"


def usd(price: float) -> str:
    """US dollars, to the cent."""
    return f"${price:.2f}" if price >= 0.01 or price == 0 else "less than $0.01"
