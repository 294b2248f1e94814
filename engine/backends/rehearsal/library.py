"""Answers of tuned models in memory: built on first use; the least recently used are dropped."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.backends import TRAINING_FILE
from engine.backends.examples import Example, read_example
from engine.backends.rehearsal.nearest import NearestAnswers, Pair
from engine.tokens import text_of

MAX_MODELS = 8
"""How many models stay in memory."""
MAX_PAIRS = 20_000
"""Only so many pairs of a file are used; more would take gigabytes of memory."""


class AnswerLibrary:
    """`NearestAnswers` by folder, for one event loop."""

    def __init__(self) -> None:
        self._reads: OrderedDict[Path, asyncio.Task[NearestAnswers]] = OrderedDict()

    @property
    def n_models(self) -> int:
        """How many models are in memory."""
        return len(self._reads)

    async def open(self, folder: Path) -> NearestAnswers:
        """The folder's answers; simultaneous calls share one reading of the file."""
        task = self._reads.get(folder)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            work = asyncio.to_thread(_read, folder / TRAINING_FILE)
            task = self._reads[folder] = asyncio.create_task(work, name=f"read {folder.name}")
            if len(self._reads) > MAX_MODELS:
                self._reads.popitem(last=False)
        self._reads.move_to_end(folder)
        if task.done():
            return task.result()
        return await asyncio.shield(task)

    def forget(self, folder: Path) -> None:
        """Drop a folder's answers."""
        self._reads.pop(folder, None)


def _read(path: Path) -> NearestAnswers:
    pairs: list[Pair] = []
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                pairs.extend(_pairs(read_example(line)))
            if len(pairs) >= MAX_PAIRS:
                break
    return NearestAnswers(pairs[:MAX_PAIRS])


def _pairs(example: Example) -> list[Pair]:
    """Each learned assistant message with the user message before it; one for a pair."""
    question, found = "", []
    for message in example.messages:
        if message["role"] == "user":
            question = text_of(message.get("content"))
        elif _is_learned(message):
            found.append(Pair(question, text_of(message["content"])))
    return found[-1:] if example.rejected else found


def _is_learned(message: Mapping[str, Any]) -> bool:
    is_answer = message["role"] == "assistant" and message.get("weight", 1) == 1
    return is_answer and bool(text_of(message.get("content")))
