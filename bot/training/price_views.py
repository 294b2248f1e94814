"""What training would cost on every tunable model, and why the guide's numbers differ."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue, CatalogueModel, Preset, Pricing, host_of
from bot.delivery.screen import Screen, rows
from bot.domain.datasets import Dataset, TrainingMethod
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.texts import CENT, Markup, Texts
from bot.usage.cost import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Everything that the screen shows."""

    dataset: Dataset
    epochs: Sequence[int]
    """The columns."""
    models: Sequence[tuple[CatalogueModel, Sequence[Estimate]]]
    """Each tunable model with an estimate for each column."""
    presets: Sequence[tuple[Preset, Estimate]]


def prices(
    texts: Texts, offers: PriceTable, catalogue: Catalogue, *, elsewhere: str = ""
) -> Screen:
    """Prices by model and epochs, and the presets beside the guide's numbers.

    *elsewhere* is the provider's address, if these are the prices of another provider.
    """
    day = texts.day(catalogue.looked_up)
    lines = [texts("prices_title", day=day, tokens=texts.number(offers.dataset.n_tokens))]
    lines.append(_table(texts, offers, catalogue) if offers.models else texts("prices_none"))
    if elsewhere:
        lines.append(texts("prices_elsewhere", host=host_of(elsewhere)))
    n_past = max((estimate.n_past for _, estimate in offers.presets), default=0)
    source = texts("prices_source_past", n=n_past) if n_past else texts("prices_source_hint")
    lines += ["", texts("prices_guide", source=Markup(source))]
    lines += [_preset(texts, preset, estimate) for preset, estimate in offers.presets]
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "to_training", data_of("training", "plan"))],
            [button(texts, "back_to_report", data_of("dataset", "version", offers.dataset.id))],
        ),
    )


def price_line(
    texts: Texts, run: TrainingRun, estimate: Estimate, catalogue: Catalogue, *, base_url: str
) -> str:
    """The price of a plan and whose it is; another provider's is never told as the server's."""
    params = {
        "host": host_of(base_url),
        "provider": catalogue.provider_name,
        "day": texts.day(estimate.prices_date),
    }
    if estimate.engine is not None:
        is_real = estimate.engine.is_real
        line = texts("plan_price_own_hardware" if is_real else "plan_price_rehearsal")
        if estimate.elsewhere_usd is None:
            return line
        price = texts.money(estimate.elsewhere_usd)
        return f"{line} {texts('plan_price_elsewhere', price=price, **params)}"
    if estimate.price_usd is not None:
        return texts("plan_price", price=texts.money(estimate.price_usd), **params)
    if estimate.pricing is Pricing.KNOWN:
        is_dpo = run.method is TrainingMethod.DPO
        return texts("plan_price_unknown_dpo" if is_dpo else "plan_price_unknown")
    is_own = estimate.pricing is Pricing.OWN_MACHINE
    line = texts("plan_price_own_machine" if is_own else "plan_price_of_server", **params)
    if estimate.elsewhere_usd is None:
        return line
    price = texts.money(estimate.elsewhere_usd)
    return f"{line} {texts('plan_price_elsewhere', price=price, **params)}"


def short_price(texts: Texts, estimate: Estimate) -> str:
    """The price of a plan in a few words."""
    if estimate.price_usd is not None:
        price = texts.money(estimate.price_usd)
        return texts("price_about", price=price) if estimate.price_usd >= CENT else price
    if estimate.engine is not None:
        return texts("price_free" if estimate.engine.is_real else "price_rehearsal")
    is_own = estimate.pricing is Pricing.OWN_MACHINE
    return texts("price_own_machine" if is_own else "price_not_known")


def price_tag(texts: Texts, estimate: Estimate) -> str:
    """The price for a button; where no money is taken, the time if it is known; else empty."""
    if estimate.price_usd is not None:
        return texts.money(estimate.price_usd)
    if estimate.engine is not None and estimate.engine.is_real and estimate.engine.seconds:
        return time_of(texts, estimate.minutes_low, estimate.minutes_high)
    return ""


def time_of(texts: Texts, low: int, high: int) -> str:
    """A range of minutes; in hours from two hours on."""
    if low == high:
        return f"~{texts.duration(60 * low)}"
    if high < 120:
        return texts("plan_minutes", low=low, high=high)
    return texts(
        "plan_hours",
        low=texts.short_number(round(low / 60, 1)),
        high=texts.short_number(round(high / 60, 1)),
    )


def _table(texts: Texts, offers: PriceTable, catalogue: Catalogue) -> str:
    """Short names without the date, so that the table fits on a phone."""
    table = [_row(texts("prices_head"), [str(n) for n in offers.epochs])]
    for model, estimates in offers.models:
        name = catalogue.short(model.name)
        table.append(_row(name, [_price(texts, estimate) for estimate in estimates]))
    return f"<pre>{html.escape(chr(10).join(table), quote=False)}</pre>"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:<12}" + "".join(f"{cell:>7}" for cell in cells)


def _price(texts: Texts, estimate: Estimate) -> str:
    """By the catalogue, whoever would train: the title names the provider."""
    known = estimate.elsewhere_usd if estimate.price_usd is None else estimate.price_usd
    return "?" if known is None else texts.money(known)


def _preset(texts: Texts, preset: Preset, estimate: Estimate) -> str:
    low, high = preset.guide_minutes
    is_ours = estimate.elsewhere_usd is None
    return texts(
        "prices_guide_line" if is_ours else "prices_guide_line_elsewhere",
        preset=texts.plain(f"button_preset_{preset.name}"),
        guide_time=time_of(texts, low, high),
        guide_price=f"${preset.guide_usd[0]}–{preset.guide_usd[1]}",
        time=time_of(texts, estimate.minutes_low, estimate.minutes_high),
        price=_price(texts, estimate),
    )
