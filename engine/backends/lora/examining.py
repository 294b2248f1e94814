"""Runs the child that reads a job's files with the base's own tokenizer."""

import asyncio
import logging
import shutil
from dataclasses import replace
from pathlib import Path

from engine.backends.lora.attempts import Attempt
from engine.backends.lora.children import start, tail
from engine.backends.lora.failures import MAX_FAILURES, refusal
from engine.backends.lora.orders import ExaminedFiles, Reason, Task, WorkOrder

FOLDER = "examine"
_log = logging.getLogger(__name__)


async def examine(folder: Path, order: WorkOrder) -> ExaminedFiles:
    """The sizes of the files of an order, whose job is in *folder*; read once and kept.

    Raises:
        JobRefused: the files or the base can't be used.
    """
    kept, _ = _result(Attempt(folder / FOLDER))
    for _ in range(MAX_FAILURES):
        if kept is not None:
            return kept
        attempt = await _run(folder / FOLDER, replace(order, task=Task.EXAMINE))
        kept, reason = _result(attempt)
        if attempt.end is not None:
            break
    if kept is None:
        raise refusal(reason, attempt.end.message if attempt.end else "", order.device)
    return kept


async def _run(folder: Path, order: WorkOrder) -> Attempt:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    worker = await start(folder, order)
    try:
        await worker.ended()
    finally:
        await worker.stop()
    if worker.exit_code:
        said = await asyncio.to_thread(tail, folder)
        _log.warning("the files of %s: code %d\n%s", folder.parent.name, worker.exit_code, said)
    return Attempt(folder)


def _result(attempt: Attempt) -> tuple[ExaminedFiles | None, Reason]:
    lines = list(attempt.new_lines())
    reason = attempt.end.reason if attempt.end else Reason.CRASHED
    found = next((line for line in lines if isinstance(line, ExaminedFiles)), None)
    return (found if reason is Reason.DONE else None), reason
