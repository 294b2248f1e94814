"""What training would cost: every tunable model, and why the guide says otherwise."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.catalogue import Catalogue, CatalogueModel, Preset
from bot.delivery.screen import Screen, rows
from bot.domain.datasets import Dataset
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts
from bot.usage.cost import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """What the screen tells of."""

    dataset: Dataset
    epochs: Sequence[int]
    """The columns."""
    models: Sequence[tuple[CatalogueModel, Sequence[Estimate]]]
    """Each tunable model with an estimate for each column."""
    presets: Mapping[str, tuple[Preset, Estimate]]


def prices(
    texts: Texts, offers: PriceTable, catalogue: Catalogue, *, elsewhere: str = ""
) -> Screen:
    """Prices by model and epochs, and the presets beside the guide's own numbers.

    Args:
        texts: The person's language.
        offers: The estimates.
        catalogue: For the day of its prices.
        elsewhere: The provider's address, if it is not the one whose prices these are.
    """
    day = texts.day(catalogue.looked_up)
    lines = [texts("prices_title", day=day, tokens=texts.number(offers.dataset.n_tokens))]
    lines.append(_table(texts, offers) if offers.models else texts("prices_none"))
    if elsewhere:
        lines.append(texts("prices_elsewhere", host=urlsplit(elsewhere).hostname))
    guesses = [guess for _, guess in offers.presets.values()]
    n_past = max((guess.n_past for guess in guesses), default=0)
    source = texts("prices_source_past", n=n_past) if n_past else texts("prices_source_hint")
    lines += ["", texts("prices_guide", source=Markup(source))]
    lines += [_preset(texts, preset, guess) for preset, guess in offers.presets.values()]
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "to_training", data_of("training", "plan"))],
            [button(texts, "back_to_report", data_of("dataset", "version", offers.dataset.id))],
        ),
    )


def time_of(texts: Texts, low: int, high: int) -> str:
    """A range of minutes, in hours where these read better."""
    if low == high:
        return f"~{texts.duration(60 * low)}"
    if high < 120:
        return texts("plan_minutes", low=low, high=high)
    return texts(
        "plan_hours",
        low=texts.short_number(round(low / 60, 1)),
        high=texts.short_number(round(high / 60, 1)),
    )


def _table(texts: Texts, offers: PriceTable) -> str:
    """Narrow enough for a phone: the name goes without its date."""
    table = [_row(texts("prices_head"), [str(n) for n in offers.epochs])]
    for model, guesses in offers.models:
        name = model.aliases[0] if model.aliases else model.name
        table.append(_row(name, [_price(texts, guess) for guess in guesses]))
    return f"<pre>{html.escape(chr(10).join(table), quote=False)}</pre>"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:<12}" + "".join(f"{cell:>7}" for cell in cells)


def _price(texts: Texts, guess: Estimate) -> str:
    return "?" if guess.price_usd is None else texts.money(guess.price_usd)


def _preset(texts: Texts, preset: Preset, guess: Estimate) -> str:
    low, high = preset.guide_minutes
    return texts(
        "prices_guide_line",
        preset=preset.name,
        guide_time=time_of(texts, low, high),
        guide_price=f"${preset.guide_usd[0]}–{preset.guide_usd[1]}",
        time=time_of(texts, guess.minutes_low, guess.minutes_high),
        price=_price(texts, guess),
    )
