"""The command line: the bot's commands, and the flags that the guide uses."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.domain.typed import as_flag

_COMMAND_FLAGS = {
    "validate_only": "validate",
    "upload_only": "upload",
    "monitor": "monitor",
    "test": "test",
    "list_jobs": "jobs",
}
"""The guide's flags that name a command."""
_TRAIN_FLAGS = (
    "file", "model", "epochs", "learning_rate", "suffix", "yes", "another", "no_wait",
)  # fmt: skip
"""The guide's flags about a training run; any of them alone means `train`."""
_REPAIR_FLAGS = ("repair", "question", "answer")
_ANY_FLAGS = (*_TRAIN_FLAGS, *_COMMAND_FLAGS, *_REPAIR_FLAGS, "json")
_ACCEPTED = dict.fromkeys(("monitor", "test", "jobs"), ("json",)) | {
    "validate": ("json", "file", *_REPAIR_FLAGS),
    "upload": ("json", "file"),
    "train": ("json", *_TRAIN_FLAGS),
    "restore": ("yes",),
}


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed arguments; a flag that the command does not use is an error.

    A flag may begin with any dash: messengers change two hyphens in a text into one long dash.
    """
    known = parser()
    options = known.parse_args(_with_plain_dashes(sys.argv[1:] if arguments is None else arguments))
    name = command_of(options)
    accepted = {
        *_ACCEPTED.get(name, ()),
        *(flag for flag, command in _COMMAND_FLAGS.items() if command == name),
    }
    for flag in _ANY_FLAGS:
        if hasattr(options, flag) and flag not in accepted:
            known.error(f"--{flag.replace('_', '-')} does not work with {name}")
    if hasattr(options, "question") != hasattr(options, "answer"):
        known.error("--question and --answer must be used together")
    if hasattr(options, "question") and not hasattr(options, "repair"):
        known.error("--question needs --repair")
    return options


def command_of(options: argparse.Namespace) -> str:
    """The command that is named, or that the guide's flags mean; "run" without either."""
    if options.command:
        return str(options.command)
    named = [command for flag, command in _COMMAND_FLAGS.items() if hasattr(options, flag)]
    if named:
        return named[0]
    return "train" if any(hasattr(options, flag) for flag in _TRAIN_FLAGS) else "run"


def parser() -> argparse.ArgumentParser:
    """Every command and flag, with its help."""
    # A flag that was not given is not set at all. So a command's parser, which has the same flags
    # as the main one, does not set one back to its default.
    parser = argparse.ArgumentParser(
        prog="natasha-bot",
        description="Fine-tune a chat model from a Telegram chat, and talk with the result.",
        argument_default=argparse.SUPPRESS,
    )
    _add_until_eof(parser)
    _add_guides_flags(parser)
    commands = parser.add_subparsers(dest="command", title="commands")
    _add_until_eof(
        commands.add_parser("run", help="serve Telegram (what happens without a command)")
    )
    for name, what in (
        ("validate", "check whether a dataset can be used for training, line by line"),
        ("upload", "check a dataset, send it to the provider and print its ID there"),
    ):
        command = _add_command(commands, name, what)
        # Not "file": argparse always sets an optional positional argument, unlike --file.
        command.add_argument(
            "path", nargs="?", type=Path, metavar="FILE", default=None, help="default: DATASET_PATH"
        )
        if name == "validate":
            _add_repair_flags(command)
    _add_training_flags(_add_command(commands, "train", "show the price, ask, train, and watch it"))
    command = _add_command(commands, "monitor", "watch a fine-tuning job until it ends")
    command.add_argument("monitor", metavar="JOB", help="its ID, such as ftjob-...")
    command = _add_command(commands, "test", "ask a model five sample questions")
    command.add_argument("test", metavar="MODEL", help="its name, such as ft:...")
    _add_command(commands, "jobs", "list the account's latest fine-tuning jobs")
    backup_command = commands.add_parser(
        "backup", help="write everything the bot stores into one file; the bot may be running"
    )
    backup_command.add_argument("file_to_write", nargs="?", type=Path, metavar="FILE", default=None)
    restore_command = commands.add_parser(
        "restore",
        help="replace the database with a backup; the bot must not be running",
        argument_default=argparse.SUPPRESS,
    )
    restore_command.add_argument("file_to_read", type=Path, metavar="FILE")
    restore_command.add_argument("--yes", action="store_true", help="do not ask")
    command = _add_command(commands, "import", "make a dataset of a chat that Telegram exported")
    command.add_argument("chat", type=Path, metavar="FILE", help="result.json")
    command.add_argument("--natasha", metavar="NAME", help="who answers there; asked otherwise")
    command.add_argument(
        "--out", type=Path, metavar="NEW", help="the file to write (FILE with .jsonl)"
    )
    commands.add_parser("check", help="say what is wrong with the settings, line by line")
    commands.add_parser("health", help="say how the running bot is")
    demo_command = commands.add_parser("demo", help="the whole bot on this computer, with a tour")
    demo_command.add_argument("--exit", action="store_true", help="end after the tour")
    demo_command.add_argument(
        "--lora", action="store_true", help="train for real (a minute or two); needs the extra lora"
    )
    demo_command.add_argument(
        "--base",
        metavar="MODEL",
        help="for --lora: a folder or a hub ID; it learns Russian examples",
    )
    return parser


def _with_plain_dashes(arguments: Sequence[str]) -> list[str]:
    names = {f"--{flag.replace('_', '-')}" for flag in _ANY_FLAGS}
    flags = ((argument, as_flag(argument)) for argument in arguments)
    return [flag if flag.partition("=")[0] in names else argument for argument, flag in flags]


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=what,
        description=f"{what.capitalize()}.",
        argument_default=argparse.SUPPRESS,
    )
    _add_json(command)
    return command


def _add_repair_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repair", type=Path, metavar="NEW", help="write a repaired copy and check it"
    )
    for flag, what in (("--question", "questions"), ("--answer", "answers")):
        parser.add_argument(
            flag,
            type=int,
            metavar="N",
            help=f"in a table, the number of the column with the {what}, from 1",
        )


def _add_json(parser: "argparse._ActionsContainer") -> None:
    parser.add_argument("--json", action="store_true", help="JSON on stdout, for programs")


def _add_until_eof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--until-eof", action="store_true", default=False, help=argparse.SUPPRESS)


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
        which.add_argument(flag, action="store_true", help=what)
    which.add_argument("--monitor", metavar="JOB", help="watch a job")
    which.add_argument("--test", metavar="MODEL", help="try a model")
    _add_training_flags(guide)
    _add_json(guide)


def _add_training_flags(parser: "argparse._ActionsContainer") -> None:
    for flag, metavar, what in (
        ("--model", "MODEL", "base model (BASE_MODEL)"),
        ("--epochs", "N", "passes over the dataset, 1-50 (N_EPOCHS)"),
        (
            "--learning-rate",
            "X",
            "factor on the provider's learning rate, or auto (LEARNING_RATE_MULTIPLIER)",
        ),
        ("--suffix", "NAME", "part of the tuned model's name (MODEL_SUFFIX)"),
    ):
        parser.add_argument(flag, metavar=metavar, help=what)
    parser.add_argument("--file", type=Path, metavar="FILE", help="dataset (the one in use)")
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument("--another", action="store_true", help="start whatever speaks against it")
    parser.add_argument("--no-wait", action="store_true", help="do not watch the job")
