"""What every command of the terminal needs: streams that take any text, pipes, words, a meter."""

import codecs
import functools
import html
import io
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, ParamSpec

from tqdm import tqdm

from bot.errors import DatasetMissing, UserError
from bot.logs import RedactingFormatter
from bot.texts import Texts

P = ParamSpec("P")

BROKEN_PIPE: Final = 141
"""Exit code of a program whose reader has gone, as shells count it: 128 + SIGPIPE."""
SHOWS_PROGRESS_BYTES: Final = 5_000_000
"""Smaller files are read before anybody would look at a bar."""

_COMMAND: Final = re.compile(r"(?<!\S)/(validate|upload|train|monitor|test|jobs)\b")
"""What a chat and the terminal have in common."""
_TAG: Final = re.compile(r"</?[a-z][^<>]*>")


def command(function: Callable[P, int]) -> Callable[P, int]:
    """Make *function* a command: it may print any character, and `| head` ends it quietly."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        _accept_any_text()
        try:
            code = function(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            # Python flushes once more at its end, and would complain then.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        return code

    return run


def guard_logs(secrets: Collection[str]) -> None:
    """Send what is logged, a bug's traceback too, to standard error without *secrets*."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.getLogger().addHandler(handler)


def complain(texts: Texts, error: UserError) -> int:
    """Say on standard error what went wrong, in one line; the exit code that goes with it."""
    if isinstance(error, DatasetMissing):  # its sentence speaks of what one can do in a chat
        sentence = f"{error.params['path']}: {_reason(error)}"
    else:
        sentence = texts(error.key, **error.params)
    print(for_terminal(sentence), file=sys.stderr)
    return 1


def for_terminal(text: str) -> str:
    """A sentence that was made for a chat, in one line; the commands that it names are ours."""
    return one_line(_COMMAND.sub(r"python -m bot \1", unmarked(text)))


def unmarked(text: str) -> str:
    """Telegram HTML of ours as plain text."""
    return html.unescape(_TAG.sub("", text))


def one_line(text: str) -> str:
    """*text* without what would move the cursor or colour the screen: files may hold anything."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


@contextmanager
def progress_bar(path: Path) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error for reading a big file; None where nobody would see it."""
    size = _size(path)
    if size < SHOWS_PROGRESS_BYTES or not sys.stderr.isatty():
        yield None
        return
    # tqdm shows nothing on a terminal that tells no size, such as that of `docker exec -t`.
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

        def told(n_bytes: int) -> None:
            bar.update(n_bytes - bar.n)

        yield told


def _reason(error: UserError) -> str:
    """What the system said of a file, if it was asked."""
    reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else None
    return reason or "there is no such file"


def _size(path: Path) -> int:
    """In bytes; 0 when it can't be told: whoever reads the file will say why."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _accept_any_text() -> None:
    """Print a "?" where the encoding lacks a character; plain ASCII lacks too many, so UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if codecs.lookup(stream.encoding).name == "ascii":
                stream.reconfigure(encoding="utf-8", errors="replace")
            elif stream.errors == "strict":
                stream.reconfigure(errors="replace")
