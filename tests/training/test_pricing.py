"""Whose price it is: one provider's prices are never told as those of another server."""

from dataclasses import replace

import pytest

from bot.catalogue import Pricing, load_catalogue
from bot.domain.models import Usage
from bot.terminal.plan import plan_lines
from bot.training import price_views, views
from bot.usage.cost import Estimate, at_server, estimate
from tests.composition import MODEL, PARAMETERS, TESTER, TUNED, BotParts
from tests.screens import CATALOGUE, EN, RU, RUN, shown

OPENAI, AZURE = "https://api.openai.com/v1", "https://ours.openai.azure.com/openai/v1"
NEBIUS, OWN = "https://api.tokenfactory.nebius.com/v1/", "http://127.0.0.1:8081/v1"


def guess(base_url: str, model: str = MODEL) -> Estimate:
    found = estimate(100_000, 3, CATALOGUE.model(model), CATALOGUE)
    return at_server(found, CATALOGUE.pricing(base_url))


def plan(base_url: str, texts=RU, **kwargs):
    return show(texts, base_url, **kwargs)


def show(texts, base_url: str, screen=views.plan, **kwargs):
    facts = views.PlanFacts(estimate=guess(base_url, **kwargs), base_url=base_url)
    return screen(texts, RUN, facts, CATALOGUE)


def price_in(base_url: str, **kwargs) -> str:
    lines = shown(show(RU, base_url, views.details, **kwargs)).splitlines()
    return next(line for line in lines if line.startswith(("Цена:", "Price:")))


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://api.openai.com/v1", Pricing.KNOWN),
        ("https://API.OpenAI.com/v1/", Pricing.KNOWN),
        ("https://api.openai.com.:443/v1", Pricing.KNOWN),
        ("https://eu.api.openai.com/v1", Pricing.KNOWN),
        ("https://us.api.openai.com", Pricing.KNOWN),
        ("https://user:password@api.openai.com/v1", Pricing.KNOWN),
        ("https://api.openai.com.evil.example/v1", Pricing.UNKNOWN),
        ("https://api.openai.com@evil.example/v1", Pricing.UNKNOWN),
        ("https://evil.example/api.openai.com/v1", Pricing.UNKNOWN),
        ("https://evilapi.openai.com/v1", Pricing.UNKNOWN),
        ("https://notapi-openai.com/v1", Pricing.UNKNOWN),
        ("https://gateway.example/openai/v1", Pricing.UNKNOWN),
        (AZURE, Pricing.UNKNOWN),
        (NEBIUS, Pricing.UNKNOWN),
        ("https://10.0.0.7:8000/v1", Pricing.UNKNOWN),
        (OWN, Pricing.OWN_MACHINE),
        ("http://LOCALHOST:1/v1", Pricing.OWN_MACHINE),
        ("http://[::1]:8081/v1", Pricing.OWN_MACHINE),
        ("http://localhost.evil.example/v1", Pricing.UNKNOWN),
    ],
)
def test_prices_are_known_by_the_host_alone(base_url: str, expected: Pricing):
    """Not by a port, a path, a password, capitals or a dot at the end."""
    assert load_catalogue().pricing(base_url) is expected


def test_plan_names_the_provider_of_its_price():
    screen = plan(OPENAI)

    assert price_in(OPENAI) == "Цена: около $1,50 (по ценам OpenAI на 22 ноября)"
    assert screen.buttons[0][0].text == "🚀 Запустить за ~$1,50"


@pytest.mark.parametrize("base_url", [AZURE, NEBIUS, OWN])
def test_button_holds_no_price_of_another_provider(base_url: str):
    for texts in (RU, EN):
        buttons = [button.text for row in plan(base_url, texts).buttons for button in row]
        assert buttons[0] in ("🚀 Запустить", "🚀 Start")
        assert not any("$" in text for text in buttons)


def test_plan_says_that_it_does_not_know_the_prices_of_the_server():
    assert price_in(AZURE) == (
        "Цена: неизвестна, цен этого провайдера (ours.openai.azure.com) не знаю. "
        "У OpenAI было бы около $1,50 (на 22 ноября)."
    )
    assert price_in(OWN) == (
        "Цена: сервер на этом же компьютере (127.0.0.1) сам денег не берёт. "
        "У OpenAI было бы около $1,50 (на 22 ноября)."
    )
    assert price_in(NEBIUS, model="meta-llama/Llama-3.3-70B") == (
        "Цена: неизвестна, цен этого провайдера (api.tokenfactory.nebius.com) не знаю."
    )
    assert price_in(OPENAI, model="meta-llama/Llama-3.3-70B") == (
        "Цена: неизвестна, этой модели нет в каталоге"
    )


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        (OPENAI, "Price: ~$1.50 (OpenAI's prices of 2026-11-22)"),
        (AZURE, ("Price: unknown (this server is not in the price list); OpenAI "
                "would charge ~$1.50 (prices of 2026-11-22)")),
        (OWN, ("Price: the server on this machine charges nothing itself; OpenAI would charge "
              "~$1.50 (prices of 2026-11-22)")),
    ],
)  # fmt: skip
def test_terminal_says_the_same(base_url: str, expected: str):
    assert expected in list(plan_lines(RUN, guess(base_url), None))


async def test_what_is_stored_with_a_plan_is_the_price_of_its_server(parts: BotParts):
    """Cards tell a share of it later."""
    parts.begin(openai_base_url=AZURE)
    assert (await parts.plan()).price_usd is None
    parts.begin(openai_base_url="https://eu.api.openai.com/v1")
    run = await parts.plan(replace(PARAMETERS, n_epochs=2))

    assert run.price_usd == pytest.approx(run.dataset.n_tokens * 2 * 5 / 1_000_000)


@pytest.mark.parametrize(
    ("settings", "is_priced"),
    [
        ({"openai_base_url": OPENAI, "chat_base_url": ""}, True),
        ({"openai_base_url": OPENAI, "chat_base_url": AZURE}, False),
        ({"openai_base_url": AZURE, "chat_base_url": OPENAI}, True),
        ({"openai_base_url": AZURE, "chat_base_url": ""}, False),
        ({"openai_base_url": OPENAI, "chat_base_url": OWN}, False),
    ],
)
async def test_answers_cost_what_the_server_that_gives_them_takes(
    parts: BotParts, settings: dict[str, str], is_priced: bool
):
    """Which is at CHAT_BASE_URL, wherever the model was trained."""
    parts.begin(**settings)
    usage = Usage(prompt_tokens=1_000_000, completion_tokens=0)
    await parts.database.write(
        lambda tx: parts.accounts.add(tx, TESTER, model=TUNED, messages=[], answer="", usage=usage)
    )

    bill = (await parts.accounts.bills_of(TESTER))[1]

    assert (bill.usd > 0, bill.n_unpriced) == ((True, 0) if is_priced else (False, 1))


def test_table_of_prices_says_whose_they_are():
    """Somebody at another server may still want to compare."""
    for base_url in (OPENAI, AZURE):
        found = guess(base_url)
        offers = price_views.PriceTable(
            dataset=RUN.dataset,
            epochs=[3],
            models=[(CATALOGUE.models[0], [found])],
            presets=[(CATALOGUE.presets["quick"], found)],
        )
        elsewhere = "" if CATALOGUE.is_at_home(base_url) else base_url
        text = shown(price_views.prices(RU, offers, CATALOGUE, elsewhere=elsewhere))

        assert "по ценам OpenAI" in text
        assert "$1,50" in text
        assert ("у OpenAI $1,50" in text) == bool(elsewhere)
        assert ("Цен вашего провайдера (ours.openai.azure.com) не знаю" in text) == bool(elsewhere)
