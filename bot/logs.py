"""Log files without tokens and keys, in which a storm of equal lines is one line a minute."""

import datetime as dtm
import json
import logging
import os
import re
import sys
from collections.abc import Collection
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from bot.runtime.once_per_minute import OncePerMinute

MOST_BYTES = 5_000_000
BACKUPS = 3
HIDDEN = "[hidden]"

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SHAPES = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}|\bsk-[A-Za-z0-9_-]{8,}|inv_[A-Za-z0-9_-]{16,}")
"""The form of bot tokens, OpenAI keys and invitation codes, also of those that are not ours."""


class RedactingFormatter(logging.Formatter):
    """Formats a record with its traceback, and then removes every secret."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__(_FORMAT)
        # The longest first, so that no part of a secret that contains another remains.
        known = [re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)]
        self._secrets = re.compile("|".join(known)) if known else None

    def format(self, record: logging.LogRecord) -> str:
        """The record's line or lines, without secrets."""
        return self._cleaned(super().format(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The time with the offset of this machine's zone."""
        at = dtm.datetime.fromtimestamp(record.created).astimezone()
        return at.isoformat(timespec="milliseconds")

    def _cleaned(self, text: str) -> str:
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return _SHAPES.sub(HIDDEN, text)


class JsonFormatter(RedactingFormatter):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; each value is cleaned before JSON escapes a part of a secret."""
        values = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        cleaned = {name: self._cleaned(value) for name, value in values.items()}
        return json.dumps(cleaned, ensure_ascii=False)


class _Careful(logging.Handler):
    """Says that a record could not be written, without what the library would add: its words."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Called inside of `except`."""
        with suppress(OSError, ValueError):  # standard error may be closed
            print(f"The log can't be written: {sys.exc_info()[1]!r:.200}", file=sys.stderr)


class _File(_Careful, RotatingFileHandler):
    """Opens a file again once somebody else, such as logrotate, has moved or deleted it."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """Called before each record, inside of `try`; it opens the file if none is open."""
        if (stream := self.stream) is not None and not self._is_in_its_place(stream):
            self.stream = None
            stream.close()
        return bool(super().shouldRollover(record))

    def _is_in_its_place(self, stream: TextIO) -> bool:
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(stream.fileno()))
        except OSError:
            return False


class _Console(_Careful, logging.StreamHandler[TextIO]):
    pass


def flush() -> None:
    """Write what is still held back, so that what is said next comes last."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def set_up(path: Path, level: str, secrets: Collection[str], *, is_json: bool = False) -> None:
    """Send every log record to *path* (rotated) and, from WARNING on, to standard error.

    Raises:
        OSError: the file can't be written.
    """
    formatter = (JsonFormatter if is_json else RedactingFormatter)(secrets)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _File(path, maxBytes=MOST_BYTES, backupCount=BACKUPS, encoding="utf-8")
    console = _Console(sys.stderr)
    console.setLevel(logging.WARNING)
    for handler in (file, console):
        handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(OncePerMinute(file, console))
    root.setLevel(level)
    # Their INFO lines contain URLs, and so the bot token.
    for name in ("httpx", "httpcore", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Their DEBUG lines contain what people write, in SQL, updates and prompts.
    for name in ("aiosqlite", "telegram", "openai"):
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    logging.getLogger("apscheduler").setLevel(max(logging.WARNING, root.level))
