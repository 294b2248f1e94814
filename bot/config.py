"""`Settings`: read once from the environment and `.env`, and checked."""

import ipaddress
import math
import os
import re
import zoneinfo
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.help_lines import IN_RUSSIA, IN_RUSSIA_EN, HelpLines, parse_help_lines
from bot.errors import SettingsError
from bot.proxies import proxy_url, settle_inherited

AUTO = "auto"
"""The provider's word for a number that it chooses itself."""
SHIPPED_DATASET = Path("data/natasha_finetuning_20251125_153356.jsonl")
ENGLISH_DATASET = Path("data/natasha_en.jsonl")
"""A few English examples, for the demo of real training."""
NOT_ENCRYPTED = (
    "the address begins with http://, so token or key and all words can be read on the way"
)


class Needs(Enum):
    """The settings that a command requires."""

    NOTHING = frozenset[str]()  # Python 3.11.2, which is Debian 12's, loses an empty tuple
    PROVIDER = ("openai_api_key",)
    ALL = ("telegram_bot_token", "openai_api_key", "admin_ids")


def _user_ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 17 for part in parts):
        raise ValueError("must be Telegram user ids (numbers) separated by commas")
    return frozenset(map(int, parts))


def _url(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            is_good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:  # its message may quote a password
            is_good = False
        if value and not is_good:
            raise ValueError(f"must be an address that begins with {' or '.join(schemes)}://")
        return value.rstrip("/")

    return check


def _language(value: object) -> object:
    """Linux desktops set LANGUAGE to a list such as "de:en_US:en": take the first that we have."""
    if not isinstance(value, str) or not re.search("[:_]", value):
        return value
    wanted = (part.split("_")[0] for part in value.split(":"))
    return next((part for part in wanted if part in ("ru", "en")), "ru")


def _multiplier(value: object) -> object:
    if value in ("", AUTO):
        return value
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"must be a number above 0, or {AUTO}")
    return number


def _webhook(value: str) -> str:
    """Telegram requires https; http is allowed on this machine, for the sandbox."""
    is_local = re.match(r"http://(127\.0\.0\.1|localhost)(:|/|$)", value)
    return _url("http")(value) if is_local else _url("https")(value)


def _is_open(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return True


def _secret(pattern: str, meaning: str) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if secret and not re.fullmatch(pattern, secret):
            raise ValueError(f"must be {meaning}")
        return value

    return check


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError("must be a time zone's name such as Europe/Moscow") from exc
    return value


def _help_lines(value: str) -> str:
    parse_help_lines(value)
    return value


def dataset_or_shipped(path: Path) -> Path:
    """*path*; the dataset in the installed package where a shipped one is not in this folder."""
    packaged = Path(__file__).parent / path
    is_shipped = path in (SHIPPED_DATASET, ENGLISH_DATASET)
    return packaged if is_shipped and not path.exists() and packaged.exists() else path


UserIds = Annotated[frozenset[int], NoDecode, BeforeValidator(_user_ids)]
HttpUrl = Annotated[str, AfterValidator(_url("http", "https"))]
ProxyUrl = Annotated[str, AfterValidator(proxy_url)]
HelpLinesText = Annotated[str, AfterValidator(_help_lines)]


ApiKey = Annotated[
    SecretStr, AfterValidator(_secret("[!-~]+", "a key without spaces or letters beyond ASCII"))
]


class Settings(BaseSettings):
    """All settings; each field is read from the environment variable of the same name."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    telegram_bot_token: Annotated[
        SecretStr, AfterValidator(_secret(r"\d+:[A-Za-z0-9_-]{30,}", "a token from @BotFather"))
    ] = SecretStr("")
    telegram_api_url: HttpUrl = "https://api.telegram.org"
    openai_api_key: ApiKey = SecretStr("")
    openai_base_url: HttpUrl = "https://api.openai.com/v1"
    chat_base_url: HttpUrl = ""
    chat_api_key: ApiKey = SecretStr("")
    admin_ids: UserIds = frozenset()
    tester_ids: UserIds = frozenset()
    dataset_path: Annotated[Path, AfterValidator(dataset_or_shipped)] = Field(
        SHIPPED_DATASET, validate_default=True
    )
    database_path: Path = Path("data/run/bot.sqlite3")
    log_path: Path = Path("logs/finetune_natasha.log")
    log_level: Annotated[str, BeforeValidator(str.upper)] = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$"
    )
    log_format: Annotated[str, BeforeValidator(str.lower)] = Field("text", pattern="^(text|json)$")
    base_model: str = Field("gpt-4.1-mini-2025-04-14", min_length=1)
    n_epochs: int = Field(3, ge=1, le=50)
    learning_rate_multiplier: Annotated[float | str, BeforeValidator(_multiplier)] = ""
    """A number above 0, or "auto"; empty: what is usual at `openai_base_url`."""
    model_suffix: str = Field("natasha-v1", max_length=64)
    poll_interval_s: float = Field(60, gt=0, le=86_400, allow_inf_nan=False)
    chat_model: str = ""
    chat_temperature: float = Field(0.7, ge=0, le=2)
    chat_max_tokens: int = Field(500, ge=1)
    chat_first_piece_s: float = Field(60, ge=1, le=300)
    history_max_tokens: int = Field(3000, ge=0)
    new_conversation_after_h: float = Field(12, ge=0, allow_inf_nan=False)
    daily_messages_per_tester: int = Field(200, ge=0)
    daily_budget_usd: float = Field(0, ge=0, allow_inf_nan=False)
    language: Annotated[str, BeforeValidator(_language)] = Field("ru", pattern="^(ru|en)$")
    timezone: Annotated[str, AfterValidator(_timezone)] = "Europe/Moscow"
    help_lines: HelpLinesText = IN_RUSSIA
    help_lines_en: HelpLinesText = IN_RUSSIA_EN
    telegram_proxy: ProxyUrl = ""
    openai_proxy: ProxyUrl = ""
    health_listen: str = Field("127.0.0.1:8090", pattern=r"^(off|[^:]*:\d{1,5})$")
    webhook_url: Annotated[str, AfterValidator(_webhook)] = ""
    webhook_listen: str = Field("", pattern=r"^(|[^:]*:\d{1,5})$")
    webhook_secret: Annotated[
        SecretStr, AfterValidator(_secret(r"[A-Za-z0-9_-]{1,256}", "letters, digits, _ and - only"))
    ] = SecretStr("")

    @property
    def chat_url(self) -> str:
        """The API at which tuned models answer."""
        return self.chat_base_url or self.openai_base_url

    @property
    def open_addresses(self) -> list[str]:
        """The settings whose address is neither encrypted nor on this machine."""
        names = ("telegram_api_url", "openai_base_url", "chat_base_url")
        return [name.upper() for name in names if _is_open(getattr(self, name))]

    @property
    def chat_key(self) -> SecretStr:
        """The key for `chat_url`."""
        return self.chat_api_key if self.chat_api_key.get_secret_value() else self.openai_api_key

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of displayed times and of the daily limit."""
        return zoneinfo.ZoneInfo(self.timezone)

    def help_lines_in(self, language: str) -> HelpLines:
        """The numbers for people who are in danger, named in that language, "ru" or "en"."""
        return parse_help_lines(self.help_lines_en if language == "en" else self.help_lines)

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret's value, for the formatter that removes them from logs."""
        fields = (getattr(self, name) for name in type(self).model_fields)
        values = (field.get_secret_value() for field in fields if isinstance(field, SecretStr))
        return frozenset(value for value in values if value) | self._passwords_in_urls

    @property
    def _passwords_in_urls(self) -> frozenset[str]:
        urls = (self.telegram_proxy, self.openai_proxy, self.openai_base_url, self.chat_base_url)
        found = [password for url in urls if (password := urlsplit(url).password)]
        return frozenset(found) | frozenset(map(unquote, found))


def load_settings(needs: Needs = Needs.ALL, **overrides: Any) -> Settings:
    """Read the settings and check that those that *needs* names are set.

    Raises:
        SettingsError: has a line for each problem; no line shows a value.
    """
    problems: dict[str, str] = {}
    try:
        settings = Settings(**overrides)
    except UnicodeDecodeError:
        raise SettingsError(".env: must be a UTF-8 text file") from None
    except ValidationError as exc:
        problems = dict(map(_problem, exc.errors(include_input=False)))
        settings = Settings(
            **overrides | {name: Settings.model_fields[name].default for name in problems}
        )
    if settings.webhook_url and not settings.webhook_secret.get_secret_value():
        problems["webhook_secret"] = "is required with WEBHOOK_URL: else anybody can post updates"
    inherited = settle_inherited(os.environ)
    if not _reads_inherited_proxies(settings, needs):
        inherited = {}
    for name in needs.value:
        if name not in problems and not _is_set(getattr(settings, name)):
            problems[name] = "is required and not set"
    if problems or inherited:
        named = {name.upper(): text for name, text in problems.items()} | inherited
        raise SettingsError(*(f"{name}: {text}" for name, text in named.items()))
    return settings


def _reads_inherited_proxies(settings: Settings, needs: Needs) -> bool:
    """Whether a client that *needs* implies has no proxy of its own settings."""
    asks_telegram = needs is Needs.ALL and not settings.telegram_proxy
    return asks_telegram or (needs is not Needs.NOTHING and not settings.openai_proxy)


def _is_set(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _problem(error: Any) -> tuple[str, str]:
    message = str(error["msg"]).removeprefix("Value error, ")
    return str(error["loc"][0]), f"{message[:1].lower()}{message[1:]}"
