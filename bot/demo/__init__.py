"""`make demo`: the whole bot on this computer, shown as a tour in the terminal.

The demo starts three processes: the real bot, the sandbox (plays Telegram) and the engine (plays
the provider). It never imports the last two.
"""

import asyncio
import contextlib
import importlib.util
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.config import ENGLISH_DATASET, SHIPPED_DATASET, dataset_or_shipped
from bot.demo.lessons import Lesson, rehearsal, russian, small_base, small_english
from bot.demo.processes import ADMIN, CODE, TESTER
from bot.demo.run import DemoRun
from bot.demo.terminal import Terminal
from bot.demo.transcript import BOT, MODEL
from bot.errors import CannotStart

_EXTRAS = ("fastapi", "uvicorn", "python_multipart", "engine", "sandbox")
_TRAINING_EXTRAS = ("torch", "transformers", "peft", "trl", "gguf")
_COLOURS = {
    ADMIN[1]: "\x1b[35m",
    TESTER[1]: "\x1b[36m",
    BOT: "\x1b[32m",
    MODEL: "\x1b[33m",
}


async def demo(*, exit_after_tour: bool, trains: bool = False, base: str = "") -> int:
    """Play the tour, then keep the page open until Ctrl-C, unless *exit_after_tour*.

    With *trains* the engine trains weights: those of *base*, a folder or a hub id that speaks
    Russian, or else SmolLM2-135M, which learns English examples.

    Returns:
        0 after a tour that went as expected, 1 if it did not, 128 + the signal when interrupted.

    Raises:
        CannotStart: something that the demo needs is missing.
    """
    trains = trains or bool(base)
    _require(_EXTRAS, "demo")
    if trains:
        _require(_TRAINING_EXTRAS, "demo,lora")
    dataset = _dataset(ENGLISH_DATASET if trains and not base else SHIPPED_DATASET)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # some encodings lack emoji
    terminal = Terminal.of(sys.stdout, _COLOURS)
    lesson = await _lesson(terminal, dataset, base) if trains else rehearsal(dataset)
    demo_run = DemoRun(terminal, lesson, stays=not exit_after_tour)
    task = asyncio.create_task(demo_run.run(), name="demo")
    signals: list[int] = []

    def interrupt(number: int) -> None:
        if not signals:  # a second signal must not disturb the clean-up
            task.cancel()
        signals.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupt, number)
    try:
        return await task
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):  # the terminal may be gone
            terminal.gap()
            terminal.tell("Всё остановлено, временные файлы удалены.")
        return 0 if demo_run.is_over else 128 + signals[0]


async def _lesson(terminal: Terminal, dataset: Path, base: str) -> Lesson:
    if base:
        return russian(dataset, base)
    return small_english(dataset, await small_base(terminal, CODE))


def _dataset(shipped: Path) -> Path:
    here = CODE / shipped
    default = here if here.is_file() else dataset_or_shipped(shipped)
    path = Path(os.environ.get("DATASET_PATH") or default)
    if not path.is_file():
        raise CannotStart(f"Нет датасета {path}. Его место назовёт переменная DATASET_PATH.")
    return path.resolve()


def _require(modules: Sequence[str], extras: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        is_checkout = (CODE / "pyproject.toml").is_file()
        package = f"-e '.[{extras}]'" if is_checkout else f"'natasha-bot[{extras}]'"
        raise CannotStart(
            f"Для демонстрации не хватает: {', '.join(missing)}. "
            f"Их поставит команда: python -m pip install {package}"
        )
