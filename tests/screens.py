"""How Telegram would judge a screen."""

import zoneinfo
from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.catalogue import load_catalogue
from bot.delivery.screen import Screen
from bot.domain.datasets import Dataset, TokenStatistics, ValidationReport
from bot.domain.training import EngineEstimate, RunState, TrainingRun
from bot.texts import Texts
from bot.training.edits import PlanPart, PresetOffer, edited
from bot.usage.cost import estimate
from sandbox import html_text
from sandbox.text import utf16_len
from tests.composition import MODEL, PARAMETERS

MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")
RU, EN = Texts("ru", MOSCOW), Texts("en", MOSCOW)
RUN = TrainingRun(
    id=12,
    state=RunState.PLANNED,
    asked_by=5,
    parameters=PARAMETERS,
    dataset=Dataset(
        id=1,
        path="a.jsonl",
        sha256="aa",
        n_examples=321,
        n_tokens=61_480,
        system_prompt="Ты Наташа.",
        created_at=1,
    ),
    seed=7,
    price_usd=0.92,
    created_at=1,
    expires_at=2,
)
"""A plan of three epochs over the shipped dataset."""
ENGINE = EngineEstimate(
    backend="lora",
    device="cuda:0",
    n_epochs=3,
    batch_size=4,
    learning_rate=0.0002,
    auto_learning_rate=0.0002,
    seconds=720,
    memory_bytes=6_300_000_000,
    memory_available_bytes=16_000_000_000,
    fits=True,
    jobs_ahead=0,
)
"""What the engine says of it."""
SUBMITTED = replace(RUN, state=RunState.SUBMITTED, job_id="ftjob-1")
CATALOGUE = load_catalogue()


def offers_of(run: TrainingRun) -> list[PresetOffer]:
    """What the presets would make of that plan, at OpenAI."""
    found = []
    for name, preset in CATALOGUE.presets.items():
        parameters = edited(run.parameters, PlanPart.PRESET, name, CATALOGUE, base_model=MODEL)
        model = CATALOGUE.model(parameters.base_model)
        guess = estimate(run.dataset.n_tokens, preset.n_epochs, model, CATALOGUE)
        found.append(PresetOffer(name=name, parameters=parameters, estimate=guess))
    return found


OPENAI, ELSEWHERE = "https://api.openai.com/v1", "https://models.example/v1"
GOOD = ValidationReport(
    n_examples=321,
    n_messages=963,
    tokens=TokenStatistics(
        encoding="o200k_base", total=61_480, smallest=88, median=190, largest=402
    ),
    system_prompts={"Ты Наташа.": 321},
    findings=[],
    n_errors=0,
    sha256="0123456789abcdef" * 4,
    size_bytes=500_000,
)
NASTY = {
    "plain": "имя",
    "html": '</b><a href="x">&amp;<script>"\'',
    "endless": "а" * 5_000,
    "emoji": "🌲👩‍👩‍👧" * 600,
    "lines": "a\n✅ впущен\n" * 500,
    "braces": "{name} {0} {} %s %(x)s",
    "nothing": " \n ",
}
HUGE = 10**17
LONG_AGO = 1_700_000_000


def shown(screen: Screen) -> str:
    """The text that a person sees; fails when Telegram would not take the screen."""
    text = screen.text if screen.entities is not None else html_text.parse(screen.text)[0]
    assert text.strip(), "empty"
    most = 4096 if screen.attachment is None else 1024
    assert utf16_len(text) <= most, f"{utf16_len(text)} units"
    for entity in screen.entities or []:
        _check_entity(entity, utf16_len(text))
    assert len(screen.entities or []) <= 100
    buttons = [
        [InlineKeyboardButton(b.text, url=b.url or None, callback_data=b.data or None) for b in row]
        for row in screen.buttons
    ]
    assert all(buttons), "an empty row"
    InlineKeyboardMarkup(buttons)
    for button in (button for row in screen.buttons for button in row):
        assert button.text.strip()
        assert bool(button.data) != bool(button.url)
        assert len(button.data.encode()) <= 64, button.data
    assert Screen.from_json(screen.to_json()).to_json() == screen.to_json()
    return text


def _check_entity(entity: dict[str, Any], length: int) -> None:
    made = MessageEntity(**entity)
    assert made.length > 0
    assert 0 <= made.offset <= made.offset + made.length <= length


def buttons_of(screen: Screen) -> list[str]:
    return [button.data or button.url for row in screen.buttons for button in row]
