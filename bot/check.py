"""`python -m bot check`: settings, database, dataset, Telegram and provider, a line each."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from telegram.error import InvalidToken, TelegramError

from bot.app import build_telegram
from bot.config import Needs, Settings, load_settings
from bot.dataset.validation import validate
from bot.edge.core import build_chat_model, build_core, build_provider
from bot.edge.registry import Registry
from bot.errors import CannotStart, DatasetInvalid, SettingsError, UserError
from bot.gateways.openai_client import build_training_client
from bot.gateways.provider import TrainingApi
from bot.gateways.tokenizer import encoding_for
from bot.storage.database import Database
from bot.texts import Texts, choose_language
from bot.wiring import build_features


async def check() -> int:
    """Print what is right and wrong; 0 when the bot can start, 2 when it can't.

    The output is the operator's: English, one line a part, never a secret.
    """
    try:
        settings = load_settings(Needs.ALL)
    except SettingsError as exc:
        for problem in exc.problems:
            print(f"✗ settings    {problem}")
        return 2
    print("✓ settings")
    parts: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "database": _database,
        "dataset": _dataset,
        "telegram": _telegram,
        "provider": _provider,
    }
    results = [await _line(name, part, settings) for name, part in parts.items()]
    return 0 if all(results) else 2


async def _line(name: str, part: Callable[[Settings], Awaitable[str]], settings: Settings) -> bool:
    try:
        print(f"✓ {name:<11} {await part(settings)}")
    except UserError as exc:
        print(f"✗ {name:<11} {_english(settings, exc)}")
    except CannotStart as exc:
        print(f"✗ {name:<11} {exc}")
    else:
        return True
    return False


async def _database(settings: Settings) -> str:
    """Also what would end the start after it: features that do not fit together."""
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_path)
        stack.push_async_callback(database.close)
        provider, chat_model = build_provider(settings), build_chat_model(settings)
        stack.push_async_callback(provider.close)
        stack.push_async_callback(chat_model.close)
        core = build_core(settings, database, provider=provider, chat_model=chat_model)
        Registry(build_features(core))
    return str(settings.database_path)


async def _dataset(settings: Settings) -> str:
    report = validate(settings.dataset_path, encoding=encoding_for(settings.base_model))
    if not report.is_valid:
        raise DatasetInvalid(n_errors=report.n_errors)
    return f"{report.n_examples} examples in {settings.dataset_path}"


async def _telegram(settings: Settings) -> str:
    bot = build_telegram(settings).bot
    try:
        async with bot:
            return f"@{bot.username} at {settings.telegram_api_url}"
    except InvalidToken as exc:
        raise CannotStart("the token is not known there") from exc
    except TelegramError as exc:
        raise CannotStart(f"{settings.telegram_api_url} can't be reached") from exc


async def _provider(settings: Settings) -> str:
    async with AsyncExitStack() as stack:
        api = TrainingApi(build_training_client(settings), secrets=settings.secrets)
        stack.push_async_callback(api.close)
        names = await api.model_names()
    return f"{len(names)} models at {settings.openai_base_url}"


def _english(settings: Settings, error: UserError) -> str:
    texts = Texts(choose_language("en", None, "en"), settings.zone)
    return texts.plain(error.key, **error.params)
