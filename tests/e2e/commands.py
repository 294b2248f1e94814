"""The bot's commands in a terminal, run to their end."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.runtime.children import loopback_environment
from tests import forkserver
from tests.world import CODE, World

NOT_FOR_CHILDREN = ("OPENAI_API_KEY", "DATASET_PATH", "LANGUAGE")
REAL = (sys.executable, "-m")
"""Python as people start it: what is printed depends on how its streams were opened."""
ONLY_THE_PROVIDER = (
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "DATASET_PATH", "DATABASE_PATH", "POLL_INTERVAL_S",
    "PYTHONPATH",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


async def terminal(*words: object, cwd: Path, python: Any = None, **settings: str) -> Ended:
    """`python -m bot words`, in *cwd*, with *settings* and no others of ours."""
    process = await asyncio.create_subprocess_exec(
        *(python or forkserver.python()), "bot", *map(str, words),
        cwd=cwd, env=environment(settings), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = loopback_environment(CODE)
    return {k: v for k, v in inherited.items() if k not in NOT_FOR_CHILDREN} | dict(settings)


def settings_of(everything: World, **settings: str) -> dict[str, str]:
    """What the terminal needs, and nothing of Telegram."""
    needed = {name: everything.settings[name] for name in ONLY_THE_PROVIDER}
    return needed | {"LANGUAGE": "en"} | settings


async def bot(everything: World, *words: object, python: Any = None, **settings: str) -> Ended:
    return await terminal(
        *words, cwd=everything.folder, python=python, **settings_of(everything, **settings)
    )


def after(ended: Ended, label: str) -> str:
    """What stands behind the label, which stands at the beginning of one line."""
    (line,) = [line for line in ended.lines if line.startswith(label)]
    return line.removeprefix(label)


def in_order(lines: Sequence[str], *beginnings: str) -> None:
    rest = iter(lines)
    for beginning in beginnings:
        assert any(line.startswith(beginning) for line in rest), (beginning, lines)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def run(*arguments: str, **settings: str) -> tuple[int, str]:
    """Run `python -m bot` to its end; its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=loopback_environment(CODE | settings),
        cwd=settings["FOLDER"],
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
