"""The commands of the program: run (default), demo, check, and the workflow without Telegram.

Each command imports its modules when it is called, so that commands without Telegram start
without its library.
"""
# ruff: noqa: PLC0415

import argparse
import asyncio
import errno
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from bot import logs
from bot.arguments import command_of, parsed
from bot.config import NOT_ENCRYPTED, Needs, Settings, load_settings
from bot.errors import CannotStart

CANNOT_START = 2
"""Exit code for wrong settings, an unknown token, a database that can't be used."""
NOT_NOW = os.EX_TEMPFAIL
"""Exit code of `run` for what passes: a full disk, an I/O error, a database that is in use."""
BROKE = 1
"""Exit code for a bug."""
BROKEN_PIPE = 128 + signal.SIGPIPE
"""Exit code when the reader of the output, such as `| head`, has ended: the same as in shells."""

_WITHOUT_TELEGRAM = ("validate", "upload", "train", "monitor", "test", "jobs")
_ABOUT_FILES = ("backup", "restore", "import")

_PASSING_NUMBERS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN)
_PASSING_NAMES: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED")
"""How those that SQLite has for what passes begin. https://www.sqlite.org/rescode.html"""

_logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that *arguments* name and return the exit code."""
    options = parsed(arguments)
    # What is written holds people's words: only the owner may read it.
    os.umask(0o077)
    try:
        code = _run_command(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except CannotStart as exc:
        logs.flush()
        print(exc, file=sys.stderr)
        return NOT_NOW if command_of(options) == "run" and _passes(exc) else CANNOT_START
    except KeyboardInterrupt:
        return 130
    except Exception:
        # The log's formatter removes tokens and keys from the traceback.
        _logger.critical("Ended by a bug", exc_info=True)
        return BROKE


def _passes(problem: CannotStart) -> bool:
    """Whether a later start may succeed although nobody changes the settings."""
    cause = problem.__cause__
    if isinstance(cause, OSError):
        return cause.errno in _PASSING_NUMBERS
    return getattr(cause, "sqlite_errorname", "").startswith(_PASSING_NAMES)


def _run_command(options: argparse.Namespace) -> int:
    name = command_of(options)
    if name in _WITHOUT_TELEGRAM:
        return _workflow(name, options)
    if name in _ABOUT_FILES:
        return _file_command(name, options)
    if name == "check":
        from bot.terminal.check import check

        return asyncio.run(check())
    if name == "health":
        from bot.terminal.health import health

        return health()
    if name == "demo":
        from bot.demo import demo

        return asyncio.run(
            demo(exit_after_tour=options.exit, trains=options.lora, base=options.base or "")
        )
    # The first process of a container would not hear SIGTERM before the loop listens to it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    return asyncio.run(run(load_settings(Needs.ALL), until_eof=options.until_eof))


def _file_command(name: str, options: argparse.Namespace) -> int:
    """Run a command that makes a file of another one."""
    if name == "backup":
        from bot.terminal.backup import backup

        return backup(options.file_to_write)
    if name == "restore":
        from bot.terminal.backup import restore

        return restore(options.file_to_read, is_agreed=hasattr(options, "yes"))
    from bot.terminal.importing import import_chat

    natasha, new = getattr(options, "natasha", ""), getattr(options, "out", None)
    return import_chat(options.chat, natasha=natasha, new=new)


def _columns(options: argparse.Namespace) -> tuple[int, int] | None:
    """Numbers from 1 of a table's columns, with questions and with answers."""
    return (options.question, options.answer) if hasattr(options, "question") else None


def _workflow(name: str, options: argparse.Namespace) -> int:
    """Run a command of the workflow without Telegram."""
    file = getattr(options, "path", None) or getattr(options, "file", None)
    is_json = hasattr(options, "json")
    match name:
        case "validate":
            from bot.terminal.dataset import validate

            return validate(
                file,
                is_json=is_json,
                repaired=getattr(options, "repair", None),
                columns=_columns(options),
            )
        case "upload":
            from bot.terminal.upload import upload

            return upload(file, is_json=is_json)
        case "monitor":
            from bot.terminal.monitor import monitor

            return monitor(options.monitor, is_json=is_json)
        case "test":
            from bot.terminal.samples import test

            return test(options.test, is_json=is_json)
        case "jobs":
            from bot.terminal.jobs import jobs

            return jobs(is_json=is_json)
    from bot.terminal.train import TrainOptions, train

    wishes = {
        field: value
        for field in ("file", "model", "epochs", "learning_rate", "suffix")
        if (value := getattr(options, field, None)) is not None
    }
    return train(
        TrainOptions(
            **wishes,
            is_agreed=hasattr(options, "yes"),
            is_another=hasattr(options, "another"),
            waits=not hasattr(options, "no_wait"),
            tests=options.command is None,
            is_json=is_json,
        )
    )


async def run(settings: Settings, *, until_eof: bool) -> int:
    """Serve until SIGTERM, Ctrl-C or, if asked for, the end of standard input."""
    gc.disable()  # what is made up to `freeze` stays, and looking through it takes 0.2 s
    from bot.app import open_app

    try:
        is_json = settings.log_format == "json"
        logs.set_up(settings.log_path, settings.log_level, settings.secrets, is_json=is_json)
    except OSError as exc:
        raise CannotStart(f"LOG_PATH: {exc.strerror}") from exc
    for name in settings.open_addresses:
        _logger.warning("%s: %s", name, NOT_ENCRYPTED)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        _watch_stdin(loop, stop)
    async with AsyncExitStack() as stack:
        app = await open_app(settings, stack)
        gc.freeze()
        gc.enable()
        try:
            await app.run(stop, lambda username: print(f"bot: ready @{username}", flush=True))
        except* CannotStart as group:
            problem = group.exceptions[0]
            raise problem from problem.__cause__
    return 0


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop at the end of standard input, which the parent process holds open."""

    def wait() -> None:
        # Not sys.stdin: a thread inside a buffered read aborts the interpreter when it exits.
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
