"""The terminal face: run (default), demo, check, and the workflow without Telegram.

Each command imports what it needs when it is asked for, so that those which do not need Telegram's
library start without it.
"""
# ruff: noqa: PLC0415

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bot import logs
from bot.config import Needs, Settings, load_settings
from bot.errors import CannotStart

CANNOT_START = 2
"""Exit code for wrong settings, an unknown token, a database that can't be used."""
BROKE = 1
"""Exit code for a bug."""

_logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that *arguments* name and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _obey(options)
    except CannotStart as exc:
        print(exc, file=sys.stderr)
        return CANNOT_START
    except KeyboardInterrupt:
        return 130
    except Exception:
        # Through the log, because its formatter keeps tokens and keys out of tracebacks.
        _logger.critical("Ended by a bug", exc_info=True)
        return BROKE


def _obey(options: argparse.Namespace) -> int:
    if options.command == "validate":
        from bot.terminal.dataset import validate

        return validate(options.file, is_json=options.json)
    if options.command == "upload":
        from bot.terminal.upload import upload

        return upload(options.file, is_json=options.json)
    if options.command == "check":
        from bot.check import check

        return asyncio.run(check())
    if options.command == "demo":
        from bot.demo import demo

        return asyncio.run(demo(exit_after_tour=options.exit))
    return asyncio.run(run(load_settings(Needs.ALL), until_eof=options.until_eof))


async def run(settings: Settings, *, until_eof: bool) -> int:
    """Serve until SIGTERM, Ctrl-C or, if asked for, the end of standard input."""
    from bot.app import open_app

    try:
        logs.set_up(settings.log_path, settings.log_level, settings.secrets)
    except OSError as exc:
        raise CannotStart(f"LOG_PATH: {exc.strerror}") from exc
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        _watch_stdin(loop, stop)
    async with AsyncExitStack() as stack:
        app = await open_app(settings, stack)
        try:
            await app.run(stop, lambda username: print(f"bot: ready @{username}", flush=True))
        except* CannotStart as group:
            raise group.exceptions[0] from None
    return 0


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when the parent, which holds the other end of standard input, is gone."""

    def wait() -> None:
        # os.read, not sys.stdin: a thread inside a buffered read aborts the interpreter's end.
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="natasha-bot",
        description="Fine-tune a chat model from a Telegram chat, and talk with the result.",
    )
    parser.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", title="commands")
    run_command = commands.add_parser("run", help="serve Telegram (what happens without a command)")
    run_command.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    for name, what in (
        ("validate", "say whether a dataset may be sent to training, line by line"),
        ("upload", "check a dataset, send it to the provider and print its id there"),
    ):
        command = commands.add_parser(name, help=what, description=f"{what.capitalize()}.")
        command.add_argument(
            "file", nargs="?", type=Path, metavar="FILE", help="default: DATASET_PATH"
        )
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    commands.add_parser("check", help="say what is wrong with the settings, line by line")
    demo_command = commands.add_parser("demo", help="the whole bot on this computer, with a tour")
    demo_command.add_argument("--exit", action="store_true", help="end after the tour")
    return parser
