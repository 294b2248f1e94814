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

_WITHOUT_TELEGRAM = ("validate", "upload", "train", "monitor", "test", "jobs")
_MEANT = {
    "validate_only": "validate",
    "upload_only": "upload",
    "monitor": "monitor",
    "test": "test",
    "list_jobs": "jobs",
}
"""The guide's flags that name a command."""
_OF_TRAIN = ("file", "model", "epochs", "learning_rate", "suffix", "yes", "no_wait")
"""Its flags that are wishes about a training run; any of them alone means `train`."""
_HEEDED = dict.fromkeys(("monitor", "test", "jobs"), ("json",)) | {
    "validate": ("json", "file"),
    "upload": ("json", "file"),
    "train": ("json", *_OF_TRAIN),
}

_logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that *arguments* name and return the exit code."""
    options = _parsed(arguments)
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
    name = _command_of(options)
    if name in _WITHOUT_TELEGRAM:
        return _workflow(name, options)
    if name == "check":
        from bot.check import check

        return asyncio.run(check())
    if name == "demo":
        from bot.demo import demo

        return asyncio.run(demo(exit_after_tour=options.exit))
    return asyncio.run(run(load_settings(Needs.ALL), until_eof=options.until_eof))


def _workflow(name: str, options: argparse.Namespace) -> int:
    """A command of the workflow without Telegram."""
    file = getattr(options, "path", None) or getattr(options, "file", None)
    is_json = hasattr(options, "json")
    match name:
        case "validate":
            from bot.terminal.dataset import validate

            return validate(file, is_json=is_json)
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
    from bot.terminal.train import Order, train

    wishes = {
        field: value
        for field in ("file", "model", "epochs", "learning_rate", "suffix")
        if (value := getattr(options, field, None)) is not None
    }
    is_whole = options.command is None
    return train(
        Order(
            **wishes,
            is_agreed=hasattr(options, "yes"),
            waits=not hasattr(options, "no_wait"),
            tests=is_whole,
            is_json=is_json,
        )
    )


def _command_of(options: argparse.Namespace) -> str:
    """The command that was named, or meant by the guide's flags; "run" without either."""
    if options.command:
        return str(options.command)
    named = [command for flag, command in _MEANT.items() if hasattr(options, flag)]
    if named:
        return named[0]
    return "train" if any(hasattr(options, flag) for flag in _OF_TRAIN) else "run"


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


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; flags that another command would not heed are refused, not ignored."""
    parser = _parser()
    options = parser.parse_args(arguments)
    name = _command_of(options)
    heeded = {
        *_HEEDED.get(name, ()),
        *(flag for flag, command in _MEANT.items() if command == name),
    }
    for flag in (*_OF_TRAIN, *_MEANT, "json"):
        if hasattr(options, flag) and flag not in heeded:
            parser.error(f"--{flag.replace('_', '-')} does not go with {name}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="natasha-bot",
        description="Fine-tune a chat model from a Telegram chat, and talk with the result.",
    )
    parser.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    _add_guides_flags(parser)
    commands = parser.add_subparsers(dest="command", title="commands")
    run_command = commands.add_parser("run", help="serve Telegram (what happens without a command)")
    run_command.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    for name, what in (
        ("validate", "say whether a dataset may be sent to training, line by line"),
        ("upload", "check a dataset, send it to the provider and print its id there"),
    ):
        command = _add_command(commands, name, what)
        # Not "file": here, other than with --file, "not given" can't be left out by argparse.
        command.add_argument(
            "path", nargs="?", type=Path, metavar="FILE", help="default: DATASET_PATH"
        )
    _add_training_flags(_add_command(commands, "train", "show the price, ask, train, and watch it"))
    command = _add_command(commands, "monitor", "watch a fine-tuning job until it ends")
    command.add_argument("monitor", metavar="JOB", help="its id, such as ftjob-...")
    command = _add_command(commands, "test", "put five sample questions to a model")
    command.add_argument("test", metavar="MODEL", help="its name, such as ft:...")
    _add_command(commands, "jobs", "list the account's latest fine-tuning jobs")
    commands.add_parser("check", help="say what is wrong with the settings, line by line")
    demo_command = commands.add_parser("demo", help="the whole bot on this computer, with a tour")
    demo_command.add_argument("--exit", action="store_true", help="end after the tour")
    return parser


# A flag that was not given is not there at all: so a command's parser, which shares them with the
# main one, sets none back to a default.
_GIVEN_ONLY = argparse.SUPPRESS


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=f"{what.capitalize()}.")
    command.add_argument(
        "--json", action="store_true", default=_GIVEN_ONLY, help="JSON on stdout, for programs"
    )
    return command


def _add_guides_flags(parser: argparse.ArgumentParser) -> None:
    guide = parser.add_argument_group(
        "without a command",
        "--file, --model, --epochs, --learning-rate or --suffix: train, watch and test in one go",
    )
    which = guide.add_mutually_exclusive_group()
    for flag, what in (
        ("--validate-only", "only check the dataset"),
        ("--upload-only", "only check and upload it"),
        ("--list-jobs", "list the latest jobs"),
    ):
        which.add_argument(flag, action="store_true", default=_GIVEN_ONLY, help=what)
    which.add_argument("--monitor", metavar="JOB", default=_GIVEN_ONLY, help="watch a job")
    which.add_argument("--test", metavar="MODEL", default=_GIVEN_ONLY, help="try a model")
    _add_training_flags(guide)
    guide.add_argument(
        "--json", action="store_true", default=_GIVEN_ONLY, help="JSON on stdout, for programs"
    )


def _add_training_flags(parser: "argparse._ActionsContainer") -> None:
    for flag, metavar, what in (
        ("--model", "MODEL", "base model (BASE_MODEL)"),
        ("--epochs", "N", "passes over the dataset, 1-50 (N_EPOCHS)"),
        (
            "--learning-rate",
            "X",
            "factor on the provider's learning rate (LEARNING_RATE_MULTIPLIER)",
        ),
        ("--suffix", "NAME", "part of the tuned model's name (MODEL_SUFFIX)"),
    ):
        parser.add_argument(flag, metavar=metavar, default=_GIVEN_ONLY, help=what)
    parser.add_argument(
        "--file", type=Path, metavar="FILE", default=_GIVEN_ONLY, help="dataset (the one in use)"
    )
    parser.add_argument(
        "--yes", action="store_true", default=_GIVEN_ONLY, help="start without asking"
    )
    parser.add_argument(
        "--no-wait", action="store_true", default=_GIVEN_ONLY, help="do not watch the job"
    )
