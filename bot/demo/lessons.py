"""What a demo trains: a rehearsal without weights, or a small model for real."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bot.demo.terminal import Terminal
from bot.errors import CannotStart

SMALL_BASE: Final = "smollm2-135m"
_MAKE_SMALL_BASE = "engine.backends.lora.smollm2"
_REAL_POLL_S = "1"
"""Polled more often, the bot would take the loading of a trained model for a stall."""
_RUSSIAN_EXAMPLES = 40
"""So many of the shipped examples: a CPU learns them in minutes."""
_STAGES: Final = {
    "download": "Скачиваю SmolLM2-135M: 93 МБ, один раз…",
    "convert": "Готовлю её к обучению: около минуты, тоже один раз…",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A dataset, and how it is trained."""

    dataset: Path
    first_words: str
    """A tester's first question."""
    second_words: str
    """The next one, in the same conversation."""
    trains: bool = False
    """Whether weights are trained; else the engine rehearses."""
    is_learnt_by_heart: bool = False
    """Whether the answer to `first_words` has to come back."""
    base: str = ""
    """The base model's name for clients; empty: the bot's own default."""
    engine: Mapping[str, object] = field(default_factory=dict)
    """Options of the engine."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the bot."""
    most_examples: int | None = None
    """Only so many of the dataset's examples are learnt; None: all."""
    patience_s: float = 30.0
    """How long any step of the tour may take."""


def rehearsal(dataset: Path) -> Lesson:
    """The quick one: no weights."""
    return Lesson(
        dataset=dataset,
        first_words="Опять всё откладываю. Дедлайн завтра, мою холодильник",
        # Makes sense only after the first question.
        second_words="А если всё равно не начну?",
        engine={
            "validating-seconds": 0.6,
            "queued-seconds": 3.4,
            "running-seconds": 7.5,
            "tokens-per-second": 150,
            "first-token-seconds": 0.3,
            "deploy-seconds": 0,
            # The true day would come too near for a tour; another one would be false.
            "shutdown-date": "never",
            "backend": "rehearsal",
        },
    )


def small_english(dataset: Path, base: Path) -> Lesson:
    """Real training of SmolLM2-135M, which speaks English only."""
    return Lesson(
        dataset=dataset,
        first_words="I am afraid to change jobs",
        second_words="I am afraid of my first lecture",
        trains=True,
        is_learnt_by_heart=True,
        base=base.name,
        engine={"backend": "lora", "base": base},
        settings={
            "POLL_INTERVAL_S": _REAL_POLL_S,
            "BASE_MODEL": base.name,
            # Sixteen short examples have to be learnt by heart; with some seeds six epochs don't.
            "N_EPOCHS": "8",
            "LEARNING_RATE_MULTIPLIER": "2",
            "CHAT_TEMPERATURE": "0",
            "CHAT_MAX_TOKENS": "80",
        },
        # Two cores that are busy otherwise need long for the probes.
        patience_s=1800,
    )


def russian(dataset: Path, base: str) -> Lesson:
    """Real training of a base that speaks Russian."""
    name = Path(base).name if Path(base).is_dir() else base
    return Lesson(
        dataset=dataset,
        first_words="Не верю больше в Бога",
        second_words="Мне страшно менять работу, хотя давно хочется",
        trains=True,
        base=name,
        engine={"backend": "lora", "base": base},
        settings={
            "POLL_INTERVAL_S": _REAL_POLL_S,
            "BASE_MODEL": name,
            "LEARNING_RATE_MULTIPLIER": "2",
            "CHAT_TEMPERATURE": "0",
            "CHAT_MAX_TOKENS": "150",
        },
        # A dataset of one's own is learnt whole.
        most_examples=None if os.environ.get("DATASET_PATH") else _RUSSIAN_EXAMPLES,
        patience_s=4 * 3600,
    )


def shortened(lesson: Lesson, folder: Path) -> Lesson:
    """The lesson with only its first examples, in a file in *folder*."""
    if lesson.most_examples is None:
        return lesson
    lines = lesson.dataset.read_text(encoding="utf-8").splitlines()[: lesson.most_examples]
    part = folder / lesson.dataset.name
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return replace(lesson, dataset=part)


async def small_base(terminal: Terminal, code: Path) -> Path:
    """The folder of SmolLM2-135M in the person's cache; made at the first call.

    Raises:
        CannotStart: it can't be downloaded.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "natasha-bot" / SMALL_BASE
    if folder.is_dir():
        return folder
    python_path = os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH", "")]))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MAKE_SMALL_BASE, str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": python_path},
        start_new_session=True,  # so that pip, its child, can be ended with it
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async for line in process.stdout:
            if stage := _STAGES.get(line.decode().strip()):
                terminal.tell(stage)
        complaint = (await process.stderr.read()).decode(errors="replace").strip()
        if await process.wait():
            last = complaint.splitlines()[-1] if complaint else ""
            raise CannotStart(f"SmolLM2-135M не удалось получить. {last}")
    finally:
        if process.returncode is None:
            # It cleans up, as after Ctrl-C.
            os.killpg(process.pid, signal.SIGINT)
            await process.wait()
    return folder
