"""What every command of the terminal needs: settings, output streams, pipes, a progress bar."""

import codecs
import datetime as dtm
import functools
import io
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

from tqdm import tqdm

from bot.config import Needs, Settings, load_settings
from bot.errors import DatasetMissing, UserError
from bot.logs import RedactingFormatter
from bot.texts import Texts, unmarked

P = ParamSpec("P")

SHOWS_PROGRESS_BYTES: Final = 5_000_000
"""A smaller file is read before anybody would look at a progress bar."""

_COMMAND: Final = re.compile(r"(?<!\S)/(validate|upload|train|monitor|test|jobs)\b")
"""What a chat and the terminal have in common."""


def command(
    needs: Needs,
) -> Callable[[Callable[Concatenate[Settings, Texts, P], int]], Callable[P, int]]:
    """Make a function a command: give it the settings, and the sentences in their language.

    A `UserError` becomes a line on standard error and exit code 1. The command may print any
    character, and logs hide the secrets.
    """

    def decorate(function: Callable[Concatenate[Settings, Texts, P], int]) -> Callable[P, int]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> int:
            _accept_any_text()
            settings = load_settings(needs)
            guard_logs(settings.secrets)
            texts = Texts(settings.language, settings.zone)
            try:
                return function(settings, texts, *args, **kwargs)
            except UserError as exc:
                return _complain(texts, exc)

        return run

    return decorate


def guard_logs(secrets: Collection[str]) -> None:
    """Send log records, with tracebacks but without *secrets*, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.getLogger().addHandler(handler)


def for_terminal(text: str) -> str:
    """A sentence that was made for a chat, in one line, with the terminal's commands in it."""
    return one_line(_COMMAND.sub(r"python -m bot \1", unmarked(text)))


def told(texts: Texts, error: UserError) -> str:
    """What the error says in a chat, in one line, with the provider's answer if it lacks that."""
    if isinstance(error, DatasetMissing):  # its sentence is about what one can do in a chat
        reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else None
        return one_line(f"{error.params['path']}: {reason or 'there is no such file'}")
    sentence = for_terminal(texts(error.key, **error.params))
    said = one_line(error.said)
    quoted = one_line(str(error.params.get("message") or said))
    return sentence if quoted in sentence else f"{sentence} ({said})"


def one_line(text: str) -> str:
    """*text* in one line, without control characters: files and answers may hold anything."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def local_time(texts: Texts, unix_s: int, pattern: str) -> str:
    """A provider's time in the zone of the settings; empty for a number beyond all dates."""
    try:
        return dtm.datetime.fromtimestamp(unix_s, texts.timezone).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return ""


def ask(question: str) -> str:
    """An answer from the terminal, empty at its end; Ctrl-C ends the program at once."""
    # asyncio would act on the first Ctrl-C only after this function has returned.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip()
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar(path: Path) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error for reading a file; None if it is small or there is no terminal."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):  # the reader of the file will say why
        size = 0
    if size < SHOWS_PROGRESS_BYTES or not sys.stderr.isatty():
        yield None
        return
    # tqdm shows nothing on a terminal of unknown size, such as that of `docker exec -t`.
    screen = os.get_terminal_size(sys.stderr.fileno())
    with tqdm(
        total=size,
        desc=one_line(path.name),
        unit="B",
        unit_scale=True,
        leave=False,
        ncols=screen.columns or 80,
        nrows=screen.lines or 24,
    ) as bar:

        def move(n_bytes: int) -> None:
            bar.update(n_bytes - bar.n)

        yield move


def _complain(texts: Texts, error: UserError) -> int:
    """Print the error on standard error, in one line, and return the exit code."""
    print(told(texts, error), file=sys.stderr)
    return 1


def _accept_any_text() -> None:
    """Write and read a "?" for what the encoding lacks; replace plain ASCII by UTF-8."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if codecs.lookup(stream.encoding).name == "ascii":
                stream.reconfigure(encoding="utf-8", errors="replace")
            elif stream.errors == "strict":
                stream.reconfigure(errors="replace")
