"""Starts the bot in an instant, again and again: forked from this process, which imports it once.

    python -m tests.e2e.nursery LOG

It reads commands, one a line: `start` forks a bot, `kill` ends it as `kill -9` does. Each is
repeated once it is done. The bots end with this process, and it ends with its standard input.
"""

import os
import signal
import sys
from pathlib import Path

import bot.app  # noqa: F401 - what `run` imports, once for all
from bot.cli import main


def serve(log: Path) -> None:
    """Obey until standard input ends."""
    bot = 0
    _, lifeline = os.pipe()
    for command in sys.stdin:
        if command == "start\n":
            reading, lifeline = os.pipe()
            bot = os.fork()
            if bot == 0:
                os.close(lifeline)
                _be_the_bot(reading, log)
            os.close(reading)
        elif command == "kill\n":
            os.kill(bot, signal.SIGKILL)
            os.waitpid(bot, 0)
            os.close(lifeline)
        print(command, end="", flush=True)


def _be_the_bot(standard_input: int, log: Path) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, number in ((standard_input, 0), (output, 1), (output, 2)):
        os.dup2(source, number)
    code = 1
    try:
        code = main(["run", "--until-eof"])
    finally:
        os._exit(code)  # not as a part of the nursery: its buffers are its own


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
