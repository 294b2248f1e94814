"""Which command the words after `python -m bot` mean."""

import subprocess
import sys

import pytest

from bot import arguments


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("", "run"), ("run", "run"), ("--until-eof", "run"), ("check", "check"), ("demo", "demo"),
        ("--validate-only", "validate"), ("--validate-only --file x.jsonl --json", "validate"),
        ("--upload-only", "upload"), ("--monitor ftjob-1", "monitor"),
        ("monitor ftjob-1", "monitor"),
        ("--test ft:x", "test"), ("--list-jobs", "jobs"), ("jobs --json", "jobs"),
        ("--json jobs", "jobs"), ("--file x.jsonl", "train"), ("--epochs 3 --yes", "train"),
        ("--suffix x", "train"), ("train", "train"), ("--epochs 3 train --suffix x", "train"),
    ],
)  # fmt: skip
def test_words_mean_a_command(words, command):
    assert arguments.command_of(arguments.parsed(words.split())) == command


@pytest.mark.parametrize("dash", ["—", "–", "––", "−−", "‑‑", "-–"])
def test_flags_may_begin_with_the_dashes_of_messengers(dash: str):
    """Who copies a command from a chat gets one long dash for two hyphens; values stay as typed."""
    options = arguments.parsed(
        ["train", f"{dash}epochs", "5", f"{dash}suffix=—x", f"{dash}no-wait"]
    )

    assert (options.epochs, options.suffix, options.no_wait) == ("5", "—x", True)
    with pytest.raises(SystemExit):
        arguments.parsed(["train", f"{dash}nosuch", "5"])


def test_flags_before_a_command_count_as_well():
    """The command's own parser does not set them back to their defaults."""
    options = arguments.parsed(["--epochs", "3", "--json", "train", "--suffix", "x"])

    assert (options.epochs, options.json, options.suffix) == ("3", True, "x")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--json", "--json does not work with run"),
        ("--epochs 3 jobs", "--epochs does not work with jobs"),
        ("--list-jobs --yes", "--yes does not work with jobs"),
        ("--validate-only train", "--validate-only does not work with train"),
        ("--test x --monitor y", "not allowed with argument"),
        ("--upload-only --learning-rate 1", "--learning-rate does not work with upload"),
        ("monitor", "the following arguments are required: JOB"),
        ("tarin", "invalid choice: 'tarin'"),
    ],
)
def test_what_makes_no_sense_is_refused(words, said, capsys):
    """Rather than ignored: somebody meant something by it."""
    with pytest.raises(SystemExit) as ended:
        arguments.parsed(words.split())

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.processes
def test_the_workflow_loads_no_telegram():
    """So it starts quickly; measured by what is loaded, not by the clock."""
    script = """
import sys
import bot.cli, bot.terminal.jobs, bot.terminal.samples, bot.terminal.train
print({name for name in sys.modules if name.split(".")[0] == "telegram"})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout == b"set()\n"


@pytest.mark.processes
def test_a_start_leaves_out_what_is_needed_later():
    """They are 10 MB and a tenth of a second; the first file or picture brings them.

    The provider's library takes a third of the start; it is loaded once the bot runs.
    """
    script = """
import sys
import bot.app
late = {"openai", "rapidfuzz", "splintr", "matplotlib", "bot.terminal", "bot.demo"}
rules = ("validation.scan", "repair.run", "recognition.recognise")
late |= {f"bot.dataset.{name}" for name in rules}
print(late & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout == b"set()\n"
