"""Settings are read once, checked, and never shown when they may be secret."""

import os
from pathlib import Path

import pytest

from bot import config
from bot.catalogue import load_catalogue
from bot.config import Needs, Settings, load_settings
from bot.errors import SettingsError
from bot.proxies import INHERITED
from bot.training.parameters import defaults_of

BOT_TOKEN = "123456:" + "AbCdEfGhIjKlMnOpQrStUvWxYz_01234567"
API_KEY = "sk-test-0123456789abcdefghij"
REQUIRED = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "OPENAI_API_KEY": API_KEY, "ADMIN_IDS": "1001"}


@pytest.fixture(autouse=True)
def env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine with nothing but what the bot requires."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.lower() in Settings.model_fields or name.upper() in INHERITED:
            monkeypatch.delenv(name)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems(needs: Needs = Needs.ALL) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(needs)
    return caught.value.problems


def test_defaults_are_those_of_the_guide():
    settings = load_settings()

    assert (settings.base_model, settings.n_epochs) == ("gpt-4.1-mini-2025-04-14", 3)
    assert defaults_of(settings, load_catalogue()).learning_rate_multiplier == 0.1
    assert settings.model_suffix == "natasha-v1"
    assert (settings.language, settings.timezone) == ("ru", "Europe/Moscow")
    assert settings.telegram_bot_token.get_secret_value() == BOT_TOKEN
    assert (settings.admin_ids, settings.tester_ids) == (frozenset({1001}), frozenset())


@pytest.mark.parametrize(
    ("base_url", "value", "expected"),
    [
        ("https://api.openai.com/v1", "", 0.1),
        ("https://api.openai.com/v1", "auto", None),
        ("https://ours.openai.azure.com/openai/v1", "", 0.1),
        ("http://127.0.0.1:8081/v1", "", None),
        ("http://127.0.0.1:8081/v1", "0.5", 0.5),
        ("https://api.tokenfactory.nebius.com/v1", "", None),
        ("https://api.tokenfactory.nebius.com/v1", "2e-5", 2e-5),
    ],
)
def test_multiplier_of_a_plan_is_the_owners_else_what_is_usual_at_that_server(
    env: pytest.MonkeyPatch, base_url: str, value: str, expected: float | None
):
    """OpenAI's 0.1 would hardly change a model where the rates are others."""
    env.setenv("OPENAI_BASE_URL", base_url)
    env.setenv("LEARNING_RATE_MULTIPLIER", value)

    defaults = defaults_of(load_settings(), load_catalogue())

    assert defaults.learning_rate_multiplier == expected


def test_environment_wins_over_the_file(env: pytest.MonkeyPatch):
    Path(".env").write_text("N_EPOCHS=4\nMODEL_SUFFIX=наташа\nlanguage=en\n", encoding="utf-8")
    env.setenv("N_EPOCHS", "5")

    settings = load_settings()

    assert (settings.n_epochs, settings.model_suffix, settings.language) == (5, "наташа", "en")


def test_empty_means_unset_and_strangers_are_ignored(env: pytest.MonkeyPatch):
    Path(".env").write_text("CHAT_MODEL=m\nSOMETHING_ELSE=1\n")
    for name in ("N_EPOCHS", "CHAT_MODEL", "TESTER_IDS", "WEBHOOK_SECRET", "TIMEZONE"):
        env.setenv(name, "")

    settings = load_settings()

    assert (settings.n_epochs, settings.chat_model) == (3, "m")
    assert settings.timezone == "Europe/Moscow"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1,2", {1, 2}),
        (" 1 , 2 ,, 1 ", {1, 2}),
        ("1001", {1001}),
        ("9007199254740991", {9007199254740991}),
    ],
)
def test_ids_are_separated_by_commas(env: pytest.MonkeyPatch, text: str, ids: set[int]):
    env.setenv("ADMIN_IDS", text)
    env.setenv("TESTER_IDS", text)

    settings = load_settings()

    assert settings.admin_ids == settings.tester_ids == ids


def test_everything_that_is_required_is_named_at_once(env: pytest.MonkeyPatch):
    for name in REQUIRED:
        env.delenv(name)

    assert problems() == [
        "TELEGRAM_BOT_TOKEN: is required and not set",
        "OPENAI_API_KEY: is required and not set",
        "ADMIN_IDS: is required and not set",
    ]


def test_each_command_asks_only_for_what_it_needs(env: pytest.MonkeyPatch):
    for name in REQUIRED:
        env.delenv(name)

    load_settings(Needs.NOTHING)
    assert problems(Needs.PROVIDER) == ["OPENAI_API_KEY: is required and not set"]

    env.setenv("OPENAI_API_KEY", API_KEY)
    load_settings(Needs.PROVIDER)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "geheim"),
        ("TELEGRAM_BOT_TOKEN", f"{BOT_TOKEN} geheim"),
        ("TELEGRAM_API_URL", "geheim"),
        ("TELEGRAM_API_URL", "ftp://geheim"),
        ("OPENAI_API_KEY", "geheim mit Leerzeichen"),
        ("OPENAI_API_KEY", "geheim-ключ"),
        ("OPENAI_BASE_URL", "https://"),
        ("OPENAI_BASE_URL", "https://geheim:99999/v1"),
        ("OPENAI_BASE_URL", "https://user:geheim@[::1"),
        ("CHAT_BASE_URL", "//geheim"),
        ("CHAT_API_KEY", "geheim\ngeheim"),
        ("ADMIN_IDS", "@geheim"),
        ("ADMIN_IDS", "1;2"),
        ("ADMIN_IDS", "-1"),
        ("ADMIN_IDS", "1" * 30),
        ("ADMIN_IDS", "١"),
        ("LOG_LEVEL", "geheim"),
        ("N_EPOCHS", "geheim"),
        ("N_EPOCHS", "0"),
        ("N_EPOCHS", "51"),
        ("LEARNING_RATE_MULTIPLIER", "0"),
        ("LEARNING_RATE_MULTIPLIER", "nan"),
        ("LEARNING_RATE_MULTIPLIER", "inf"),
        ("MODEL_SUFFIX", "geheim" * 20),
        ("POLL_INTERVAL_S", "0"),
        ("POLL_INTERVAL_S", "inf"),
        ("CHAT_TEMPERATURE", "2.1"),
        ("CHAT_MAX_TOKENS", "0"),
        ("HISTORY_MAX_TOKENS", "-1"),
        ("DAILY_MESSAGES_PER_TESTER", "-1"),
        ("LANGUAGE", "geheim"),
        ("TIMEZONE", "geheim"),
        ("TIMEZONE", "Europe"),
        ("TIMEZONE", "../geheim"),
        ("TIMEZONE", "geheim" * 100),
        ("TELEGRAM_PROXY", "http://user:geheim@"),
        ("TELEGRAM_PROXY", "http://user:geheim@ho℀st"),
        ("TELEGRAM_PROXY", "http://user:geheim@[host"),
        ("OPENAI_PROXY", "user:geheim@host:1"),
        ("OPENAI_PROXY", "socks4://user:geheim@host"),
        ("WEBHOOK_URL", "http://geheim.example"),
        ("WEBHOOK_URL", "http://localhost.geheim.example"),
        ("WEBHOOK_URL", "https://user:geheim@ho℀st"),
        ("WEBHOOK_LISTEN", "geheim"),
        ("WEBHOOK_SECRET", "geheim!"),
    ],
)
def test_wrong_value_is_one_line_that_does_not_show_it(
    env: pytest.MonkeyPatch, name: str, value: str
):
    env.setenv(name, value)

    (line,) = problems(Needs.ALL)

    assert line.startswith(f"{name}: ")
    assert "geheim" not in line
    assert "\n" not in line


def test_all_problems_are_told_at_once(env: pytest.MonkeyPatch):
    env.setenv("N_EPOCHS", "many")
    env.setenv("TIMEZONE", "nowhere")
    env.delenv("ADMIN_IDS")

    assert [line.split(":")[0] for line in problems()] == ["N_EPOCHS", "TIMEZONE", "ADMIN_IDS"]


def test_missing_is_not_said_of_what_is_wrong(env: pytest.MonkeyPatch):
    env.setenv("TELEGRAM_BOT_TOKEN", "x")

    assert problems() == ["TELEGRAM_BOT_TOKEN: must be a token from @BotFather"]


def test_file_that_is_no_text_is_said_to_be():
    Path(".env").write_bytes("MODEL_SUFFIX=наташа".encode("utf-16"))

    assert problems() == [".env: must be a UTF-8 text file"]


def test_webhook_needs_its_secret(env: pytest.MonkeyPatch):
    """Else anybody could post updates in anybody's name."""
    env.setenv("WEBHOOK_URL", "https://bot.example/")
    assert problems()[0].startswith("WEBHOOK_SECRET: ")

    env.setenv("WEBHOOK_SECRET", "s3cret_-")

    assert load_settings().webhook_url == "https://bot.example"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1"),
    ],
)
def test_addresses_lose_their_last_slash(env: pytest.MonkeyPatch, value: str, expected: str):
    env.setenv("OPENAI_BASE_URL", value)

    assert load_settings().openai_base_url == expected


def test_chat_is_where_training_is_unless_said_otherwise(env: pytest.MonkeyPatch):
    settings = load_settings()
    assert settings.chat_url == "https://api.openai.com/v1"
    assert settings.chat_key.get_secret_value() == API_KEY

    env.setenv("CHAT_BASE_URL", "https://chat.example/v1")
    env.setenv("CHAT_API_KEY", "other-key")

    settings = load_settings()
    assert settings.chat_url == "https://chat.example/v1"
    assert settings.chat_key.get_secret_value() == "other-key"


def test_every_secret_is_known_to_the_log_filter(env: pytest.MonkeyPatch):
    """Passwords in addresses too, as they are written and as they are meant."""
    env.setenv("CHAT_API_KEY", "chat-key")
    env.setenv("WEBHOOK_SECRET", "hook")
    env.setenv("TELEGRAM_PROXY", "socks5://user:p%40ss@127.0.0.1:1080")
    env.setenv("OPENAI_PROXY", "http://user:other@127.0.0.1:8080")
    env.setenv("OPENAI_BASE_URL", "https://user:third@models.example/v1")

    assert load_settings().secrets == {
        BOT_TOKEN,
        API_KEY,
        "chat-key",
        "hook",
        "p%40ss",
        "p@ss",
        "other",
        "third",
    }


def test_settings_do_not_show_secrets_by_themselves():
    """In a traceback or a log line."""
    shown = repr(load_settings()) + str(load_settings())

    assert BOT_TOKEN not in shown
    assert API_KEY not in shown


def test_settings_are_not_changed_at_run_time():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().n_epochs = 4


@pytest.mark.parametrize("level", ["debug", "Warning", "ERROR"])
def test_log_level_in_any_case(env: pytest.MonkeyPatch, level: str):
    env.setenv("LOG_LEVEL", level)

    assert load_settings().log_level == level.upper()


@pytest.mark.parametrize(
    ("value", "language"),
    [("de:en_US:en", "en"), ("ru_RU:ru", "ru"), ("de_DE:de", "ru"), ("en", "en")],
)
def test_language_list_of_a_desktop_is_understood(
    env: pytest.MonkeyPatch, value: str, language: str
):
    """Linux desktops set a variable of the same name."""
    env.setenv("LANGUAGE", value)

    assert load_settings().language == language


# Proxies that the environment brings along


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "http_proxy"])
def test_inherited_proxy_that_nobody_can_use_is_named(env: pytest.MonkeyPatch, name: str):
    env.setenv(name, "socks4://u:geheim@127.0.0.1:1080")

    (problem,) = problems()

    assert problem.startswith(f"{name}: must be an http, https or socks5 proxy")
    assert "geheim" not in problem


def test_own_proxies_win_over_inherited_ones(env: pytest.MonkeyPatch):
    """A command complains only if it would use the inherited one."""
    env.setenv("ALL_PROXY", "tg://proxy?server=a&port=1&secret=b")

    load_settings(Needs.NOTHING)
    assert len(problems(Needs.PROVIDER)) == len(problems(Needs.ALL)) == 1
    env.setenv("OPENAI_PROXY", "socks://127.0.0.1:1080/")
    assert load_settings(Needs.PROVIDER).openai_proxy == "socks5://127.0.0.1:1080"
    assert len(problems(Needs.ALL)) == 1
    env.setenv("TELEGRAM_PROXY", "http://127.0.0.1:8080")
    assert load_settings(Needs.ALL).telegram_proxy == "http://127.0.0.1:8080"


def test_inherited_socks_proxy_works(env: pytest.MonkeyPatch):
    env.setenv("ALL_PROXY", "socks://127.0.0.1:1080/")

    load_settings()

    assert os.environ["ALL_PROXY"] == "socks5://127.0.0.1:1080"


def test_link_for_telegrams_apps_is_no_proxy(env: pytest.MonkeyPatch):
    env.setenv("TELEGRAM_PROXY", "https://t.me/proxy?server=1.2.3.4&port=443&secret=geheim")

    (problem,) = problems()

    assert problem.startswith("TELEGRAM_PROXY: must be an http, https or socks5 proxy")
    assert "MTProto" in problem
    assert "geheim" not in problem


def test_what_a_command_needs_survives_every_python():
    """Python 3.11.2, which Debian 12 has, puts a bare object in place of an empty tuple."""
    assert () not in [needs.value for needs in Needs]


# The dataset that is shipped


def test_shipped_dataset_is_found_elsewhere(tmp_path: Path):
    """In an installed package it is inside; a file of that name in this folder counts first."""
    packaged = Path(config.__file__).parent / config.SHIPPED_DATASET
    here = config.SHIPPED_DATASET

    assert load_settings().dataset_path == (packaged if packaged.exists() else here)
    here.parent.mkdir()
    here.touch()
    assert load_settings().dataset_path == here


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://models.example/v1", True),
        ("http://192.168.1.5:8081/v1", True),
        ("https://models.example/v1", False),
        ("http://127.0.0.1:8081/v1", False),
        ("http://127.9.9.9/v1", False),
        ("http://[::1]:8081/v1", False),
        ("http://localhost:8081/v1", False),
    ],
)
def test_addresses_that_are_read_on_the_way_are_named(
    env: pytest.MonkeyPatch, url: str, is_open: bool
):
    names = ("TELEGRAM_API_URL", "OPENAI_BASE_URL", "CHAT_BASE_URL")
    assert load_settings().open_addresses == []
    for name in names:
        env.setenv(name, url)

    assert load_settings().open_addresses == (list(names) if is_open else [])


@pytest.mark.parametrize("name", ["LOG_FORMAT", "LOG_LEVEL"])
def test_words_about_the_log_are_checked(env: pytest.MonkeyPatch, name: str):
    env.setenv(name, "loud")

    assert name in problems()[0]
