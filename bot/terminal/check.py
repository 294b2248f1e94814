"""`python -m bot check`: one line each for settings, database, dataset, Telegram, provider."""

import asyncio
import datetime as dtm
import logging
import re
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from telegram.error import InvalidToken, TelegramError

from bot.app import build_telegram
from bot.catalogue import load_catalogue
from bot.config import NOT_ENCRYPTED, Needs, Settings, load_settings
from bot.dataset.validation.scan import validate
from bot.delivery.requests import ForeignAnswer
from bot.edge.core import build_provider, open_core, today_utc
from bot.edge.registry import Registry
from bot.errors import (
    CannotStart,
    DatasetInvalid,
    ModelUnknown,
    ProviderUnreachable,
    SettingsError,
    UserError,
)
from bot.gateways.provider import TrainingApi
from bot.gateways.tokenizer import encoding_for
from bot.storage.database import version_on_disk
from bot.storage.migrations import scripts
from bot.terminal.console import one_line, told
from bot.texts import Texts
from bot.training.parameters import defaults_of
from bot.wiring import build_features

HELP_LINES_KEPT_DAYS = 180
"""Telephone numbers change: after so many days somebody has to check them again."""


async def check() -> int:
    """Print what is right and wrong; 0 when the bot can start, 2 when it can't.

    The output is for the operator: English, one line per part, never a secret.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # the lines below say it
    try:
        settings = load_settings(Needs.ALL)
    except SettingsError as exc:
        for problem in exc.problems:
            print(f"✗ settings    {problem}")
        return 2
    print("✓ settings")
    for name in settings.open_addresses:
        print(f"⚠ settings    {name}: {NOT_ENCRYPTED}")
    for warning in help_line_warnings(settings, today=today_utc()):
        print(f"⚠ help lines  {warning}")
    parts: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "database": _database,
        "dataset": _dataset,
        "telegram": _telegram,
        "provider": _provider,
    }
    results = [await _line(name, part, settings) for name, part in parts.items()]
    return 0 if all(results) else 2


def help_line_warnings(settings: Settings, *, today: dtm.date) -> list[str]:
    """What is doubtful about the numbers for people in danger; they do not prevent the start."""
    warnings = []
    for name, language in (("HELP_LINES", "ru"), ("HELP_LINES_EN", "en")):
        day = settings.help_lines_in(language).looked_up
        if day > today:
            warnings.append(f"{name}: the day of the last check, {day}, is in the future")
        elif (today - day).days > HELP_LINES_KEPT_DAYS:
            warnings.append(
                f"{name}: last checked on {day}. Call each number, then write down the new day"
            )
    return warnings


async def _line(name: str, part: Callable[[Settings], Awaitable[str]], settings: Settings) -> bool:
    try:
        mark, what = "✓", await part(settings)
    except UserError as exc:
        mark, what = "✗", told(Texts("en", settings.zone), exc)
    except CannotStart as exc:
        mark, what = "✗", str(exc)
    print(f"{mark} {name:<11} {what}")
    return mark == "✓"


async def _database(settings: Settings) -> str:
    """What the start would find there and do, without a change: the bot may be running.

    Also that the features fit together, which the start needs next: with an empty database.
    """
    path = settings.database_path
    found = await asyncio.to_thread(version_on_disk, path)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = settings.model_copy(update={"database_path": Path(folder) / path.name})
        async with AsyncExitStack() as stack:
            Registry(build_features(await open_core(elsewhere, stack)))
    if found is None:
        return f"{path}: the start makes it"
    newest = len(scripts())
    if found < newest:
        return f"{path}: the start copies it and brings it from version {found} to {newest}"
    return str(path)


async def _dataset(settings: Settings) -> str:
    report = validate(settings.dataset_path, encoding=encoding_for(settings.base_model))
    if not report.is_valid:
        raise DatasetInvalid(n_errors=report.n_errors)
    return f"{report.n_examples} examples in {settings.dataset_path}"


async def _telegram(settings: Settings) -> str:
    """Not by `initialize`, which breaks at an answer that is no bot."""
    bot, url = build_telegram(settings).bot, _shown(settings.telegram_api_url)
    try:
        async with bot.request:
            me = await bot.request.post(f"{bot.base_url}/getMe")
    except InvalidToken as exc:
        raise CannotStart(f"TELEGRAM_BOT_TOKEN: {url} does not know this token") from exc
    except ForeignAnswer as exc:
        raise CannotStart(f"TELEGRAM_API_URL: {url} is not a Bot API: {exc.message}") from exc
    except TelegramError as exc:
        raise CannotStart(f"{url} can't be reached: {one_line(exc.message)}") from exc
    name = me.get("username") if isinstance(me, dict) else None
    if not isinstance(name, str):
        raise CannotStart(f"TELEGRAM_API_URL: {url} is not a Bot API: its getMe names no bot")
    return f"@{one_line(name)} at {url}"


async def _provider(settings: Settings) -> str:
    url, texts = _shown(settings.openai_base_url), Texts("en", settings.zone)
    try:
        async with aclosing(build_provider(settings)) as api:
            names = await api.model_names()
            engine = await _engine(settings, api)
    except ProviderUnreachable as exc:
        raise CannotStart(f"{url} can't be reached: {one_line(exc.said)}") from exc
    except UserError as exc:
        raise CannotStart(f"{url}: {told(texts, exc)}") from exc
    return f"{len(names)} models at {url}{engine}"


async def _engine(settings: Settings, api: TrainingApi) -> str:
    """What trains there if it is this project's engine, and whether it has `BASE_MODEL`."""
    catalogue = load_catalogue()
    if catalogue.is_at_home(settings.openai_base_url):
        return ""
    try:
        found = await api.estimate(defaults_of(settings, catalogue), n_examples=1, example_tokens=1)
    except ModelUnknown:
        return (
            f"; BASE_MODEL {one_line(settings.base_model)} is not one of them: /train offers them"
        )
    return f"; it is the engine: {found.backend} on {one_line(found.device)}" if found else ""


def _shown(url: str) -> str:
    """An address without the name and password that it may hold."""
    return re.sub(r"//[^/]*@", "//", url)
