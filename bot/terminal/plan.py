"""A training plan, as lines for the terminal."""

import datetime as dtm
from collections.abc import Iterator

from bot.catalogue import Pricing, load_catalogue
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
    yield f"Price: {_price(run, estimate)}"
    source = f"from past jobs ({estimate.n_past})" if estimate.n_past else "by the guide"
    yield (
        f"Time: {estimate.minutes_low}–{estimate.minutes_high} min {source}, "
        "and the provider's queue on top"
    )


def _price(run: TrainingRun, estimate: Estimate) -> str:
    provider, day = load_catalogue().provider_name, estimate.prices_date
    if estimate.price_usd is not None:
        return f"~{usd(estimate.price_usd)} ({provider}'s prices of {day})"
    if estimate.pricing is Pricing.KNOWN:
        lacking = "prices of DPO" if run.method is TrainingMethod.DPO else "this model"
        return f"unknown, the catalogue lacks {lacking}"
    line = "unknown, the catalogue lacks the prices of this server"
    if estimate.pricing is Pricing.OWN_MACHINE:
        line = "the server on this machine takes no money itself"
    if estimate.elsewhere_usd is None:
        return line
    return f"{line}; at {provider} it would be ~{usd(estimate.elsewhere_usd)} (prices of {day})"


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
