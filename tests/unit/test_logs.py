"""What must not be read in a log is not in it, whatever way it took there."""

import datetime as dtm
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from bot import logs
from bot.logs import HIDDEN, RedactingFormatter, set_up
from bot.runtime.once_per_minute import OncePerMinute

BOT_TOKEN = "123456789:" + "AbCdEfGhIjKlMnOpQrStUvWxYz_01234567"
API_KEY = "sk-proj-0123456789abcdefghij"
SECRETS = frozenset({BOT_TOKEN, API_KEY, "pass", "password1", "key(1)+$"})


@pytest.fixture
def root(tmp_path: Path) -> Iterator[logging.Logger]:
    """The root logger, as it was before, afterwards."""
    logger = logging.getLogger()
    before, level = list(logger.handlers), logger.level
    names = (
        "httpx", "httpcore", "httpx2", "httpcore2",
        "apscheduler", "aiosqlite", "telegram", "openai",
    )  # fmt: skip
    levels = {name: logging.getLogger(name).level for name in names}
    yield logger
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


@pytest.fixture
def log(root: logging.Logger, tmp_path: Path) -> Path:
    path = tmp_path / "new" / "folder" / "bot.log"
    set_up(path, "DEBUG", SECRETS)
    return path


def line(message: str, *args: object, secrets: frozenset[str] = SECRETS, **fields: object) -> str:
    record = logging.LogRecord("bot", logging.INFO, "x.py", 1, message, args, None)
    record.__dict__.update(fields)
    return RedactingFormatter(secrets).format(record)


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_secrets_are_taken_out(secret: str):
    """Out of the message, its arguments, and anything around them."""
    text = line("https://api.telegram.org/bot%s/getMe and " + secret.replace("%", "%%"), secret)

    assert secret not in text
    assert text.count(HIDDEN) == 2
    assert text.endswith(f"https://api.telegram.org/bot{HIDDEN}/getMe and {HIDDEN}")


def test_secret_inside_another_leaves_no_rest():
    assert line("password1 pass").endswith(f"{HIDDEN} {HIDDEN}")


@pytest.mark.parametrize(
    "stranger",
    ["987654321:" + "Z" * 35, "sk-somebody-elses-key", "sk-svcacct-aaaaaaaaaaaaaaaaaaaaa"],
)
def test_what_looks_like_a_secret_is_taken_out_too(stranger: str):
    """One that somebody has pasted into a chat, or that was exchanged meanwhile."""
    assert stranger not in line(f"he wrote: {stranger}!", secrets=frozenset())


@pytest.mark.parametrize("innocent", ["12:30", "task-12345678", "ftjob-AbC", "sk-1", "скидка"])
def test_what_does_not_look_like_one_stays(innocent: str):
    assert innocent in line(innocent, secrets=frozenset())


def test_tracebacks_are_cleaned(log: Path):
    """The message of an exception, its causes, and the lines of the source."""
    try:
        try:
            raise ValueError(f"The token `{BOT_TOKEN}` was rejected")
        except ValueError as exc:
            raise RuntimeError(f"https://user:password1@host/{API_KEY}") from exc
    except RuntimeError:
        logging.getLogger("bot.test").exception("Incident %s", BOT_TOKEN)

    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "was rejected" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_objects_are_cleaned(log: Path):
    """A library that logs whole objects."""

    class Bot:
        def __repr__(self) -> str:
            return f"Bot[token={BOT_TOKEN}]"

    logging.getLogger("some.library").debug("%r started with %s", Bot(), {"key": API_KEY})

    assert (
        log.read_text().rstrip().endswith(f"Bot[token={HIDDEN}] started with {{'key': '{HIDDEN}'}}")
    )


def test_everything_goes_to_the_file_and_warnings_to_the_terminal(
    capsys: pytest.CaptureFixture[str], root: logging.Logger, tmp_path: Path
):
    """Cleaned in both."""
    log = tmp_path / "bot.log"
    set_up(log, "DEBUG", SECRETS)
    logger = logging.getLogger("bot.test")
    logger.debug("тихо %s", API_KEY)
    logger.warning("громко %s", API_KEY)

    said = capsys.readouterr().err
    text = log.read_text(encoding="utf-8")
    assert f"тихо {HIDDEN}" in text
    assert f"громко {HIDDEN}" in text
    assert "тихо" not in said
    assert f"громко {HIDDEN}" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="stands for a full disk")
def test_a_full_disk_gives_no_words_away(
    capsys: pytest.CaptureFixture[str], root: logging.Logger, tmp_path: Path
):
    """The library would print the record's arguments as they are."""
    log = tmp_path / "bot.log"
    log.symlink_to("/dev/full")
    set_up(log, "DEBUG", SECRETS)
    logging.getLogger("bot.test").info("тихо %s", API_KEY)

    said = capsys.readouterr().err
    with suppress(OSError):
        root.handlers[-1].close()
    assert said.startswith("The log can't be written: OSError(28")
    assert len(said.splitlines()) == 1


def test_level_is_kept(root: logging.Logger, tmp_path: Path):
    set_up(tmp_path / "bot.log", "WARNING", SECRETS)
    logging.getLogger("bot.test").info("тихо")

    assert (tmp_path / "bot.log").read_text() == ""


@pytest.mark.parametrize("name", ["httpx", "httpcore.connection", "httpx2", "httpcore2.http11"])
def test_clients_that_log_addresses_are_quiet(log: Path, name: str):
    """Their addresses carry the bot's token, cleaned or not."""
    logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/bot…/getUpdates")

    assert log.read_text() == ""


def test_log_does_not_grow_for_ever(root: logging.Logger, log: Path):
    (file,) = [
        target
        for handler in root.handlers
        if isinstance(handler, OncePerMinute)
        for target in handler.targets
        if isinstance(target, RotatingFileHandler)
    ]
    assert (file.maxBytes, file.backupCount) == (logs.MOST_BYTES, logs.BACKUPS)
    file.maxBytes = 1000

    for n in range(500):
        logging.getLogger("bot.test").info(f"слово {n}")

    assert len(list(log.parent.iterdir())) == 1 + logs.BACKUPS
    assert "слово 499" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("is_made", [False, True])
def test_log_goes_on_in_its_place_after_it_was_moved(
    root: logging.Logger, log: Path, is_made: bool
):
    """As logrotate does it, with an empty new file or without one; by hand it may be deleted."""
    root.warning("first %s", BOT_TOKEN)
    moved = log.rename(log.with_name("moved"))
    if is_made:
        log.touch()

    root.warning("second %s", BOT_TOKEN)
    second = log.read_text(encoding="utf-8")
    log.unlink()
    root.warning("third %s", BOT_TOKEN)

    (first,) = moved.read_text(encoding="utf-8").splitlines()
    assert first.endswith(f"first {HIDDEN}")
    assert second.endswith(f"second {HIDDEN}\n")
    assert log.read_text(encoding="utf-8").endswith(f"third {HIDDEN}\n")


def test_without_secrets_nothing_is_hidden():
    assert line("привет", secrets=frozenset()).endswith("привет")


def test_folder_that_can_not_be_made_is_an_error(root: logging.Logger, tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        set_up(tmp_path / "file" / "bot.log", "INFO", SECRETS)


def test_invitations_are_taken_out():
    """Whoever reads a log can't come in by a link that stands there."""
    code = "inv_AbCdEfGhIjKlMnOpQrSt-_"

    assert line(f"https://t.me/bot?start={code}").endswith(f"?start={HIDDEN}")
    assert code not in line("update: %s", {"text": f"/start {code}"})


@pytest.mark.parametrize("name", ["aiosqlite", "telegram.ext.ExtBot", "openai._base_client"])
def test_libraries_do_not_log_what_people_say(log: Path, name: str):
    """Their DEBUG lines hold whole updates, rows and prompts."""
    logging.getLogger(name).debug("executing with %s", "всё, что на душе")
    logging.getLogger(name).warning("trouble")

    assert "на душе" not in log.read_text(encoding="utf-8")
    assert "trouble" in log.read_text(encoding="utf-8")


def test_times_have_the_offset_of_their_zone():
    at = dtm.datetime.fromisoformat(line("привет").split()[0])

    assert at.utcoffset() is not None


def test_json_has_an_object_a_line(root: logging.Logger, tmp_path: Path):
    """Cleaned too, also of secrets that JSON would escape."""
    path, secret = tmp_path / "bot.log", 'quo"te\\ключ'
    set_up(path, "INFO", {secret}, is_json=True)
    try:
        raise ValueError(f"no {secret}")
    except ValueError:
        logging.getLogger("bot.test").exception("не %s", secret)
    logging.getLogger("bot.test").info("тихо")

    loud, quiet = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert loud["message"] == f"не {HIDDEN}"
    assert f"ValueError: no {HIDDEN}" in loud["traceback"]
    assert (quiet["level"], quiet["logger"], quiet["message"]) == ("INFO", "bot.test", "тихо")
    assert dtm.datetime.fromisoformat(quiet["time"]).utcoffset() is not None
    assert "traceback" not in quiet
