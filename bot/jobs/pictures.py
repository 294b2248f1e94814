"""Pictures of a job's losses: drawn apart, kept as files, and each drawn once."""

import asyncio
import hashlib
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.domain.training import FineTuningJob, JobStatus, TrackedJob
from bot.errors import TooMuchWork, UserError
from bot.gateways.provider import TrainingApi
from bot.jobs.curves import BrokenResults, Curves, from_events, from_results, progress_of
from bot.jobs.drawing import Labels, draw_losses
from bot.jobs.store import JobStore
from bot.runtime.isolated import run_isolated
from bot.texts import Texts, cut

KEPT_S: Final = 14 * 24 * 3600
"""How long a picture stays that nobody asks for."""
MOST_RESULT_BYTES: Final = 1_000_000
"""Some 20,000 steps; of a longer run the events have to do."""

_DRAWING_TIMEOUT_S: Final = 60.0
_LONGEST_TITLE: Final = 34
_MOST_EPOCHS: Final = 200
"""More are a mistake of somebody's, and would be a grey wall."""
_STYLE: Final = "1"
"""Another one when `drawing.py` draws differently, so that no old picture is taken for a new."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossChart:
    """A picture, and what it shows."""

    path: Path
    """A PNG; it stays for `KEPT_S` after it was asked for last."""
    curves: Curves


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Draws one at a time."""

    jobs: JobStore
    api: TrainingApi
    folder: Path
    patience_s: float = 5.0
    """Nobody's answer waits longer for a provider's file: the events are there."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def loss_chart(self, job_id: str, texts: Texts) -> LossChart | None:
        """The losses of a job that we follow, with words in that language.

        Never raises for what may go wrong with the provider, its file or the drawing: that is
        logged. Asked again, the same content is the same file.

        Returns:
            None when there are too few points to draw, or drawing failed.
        """
        tracked = await self.jobs.get(job_id)
        if tracked is None:
            return None
        curves = await self._curves(tracked)
        if not curves.is_drawable:
            return None
        labels, total_steps = _labels(tracked, curves, texts), _total_steps(tracked, curves)
        path = await self._drawn(curves, labels, total_steps)
        return LossChart(path=path, curves=curves) if path else None

    async def curves(self, job_id: str) -> Curves:
        """What is known of the job's losses; empty when nothing is."""
        tracked = await self.jobs.get(job_id)
        return await self._curves(tracked) if tracked else Curves()

    def tidy(self) -> None:
        """Delete what nobody has asked for in a long time; it blocks."""
        for path in (*self.folder.glob("loss-*"), *self.folder.glob("results-*")):
            if path.stat().st_mtime < time.time() - KEPT_S:
                path.unlink()

    async def _curves(self, tracked: TrackedJob) -> Curves:
        """From the events, or from the result file where that tells more."""
        of_events = from_events(tracked.metrics)
        of_results = await self._results(tracked.job)
        return max(of_events, of_results, key=lambda curves: curves.n_points)

    async def _results(self, job: FineTuningJob) -> Curves:
        """The curves in the job's result file; empty when there is none to be read."""
        if not job.result_file:
            return Curves()
        try:
            content = await self._fetched(job.result_file)
            return await asyncio.to_thread(from_results, content)
        except (UserError, OSError, BrokenResults) as exc:  # OSError: a TimeoutError, too
            _logger.warning("The result file of job %s can't be used: %r", job.id, exc)
            return Curves()

    async def _fetched(self, file_id: str) -> bytes:
        """What is in a provider's file, which never changes: it is fetched once."""
        path = self.folder / f"results-{_digest(file_id)}.csv"
        content = await asyncio.to_thread(_read, path)
        if content is None:
            async with asyncio.timeout(self.patience_s):
                content = await self.api.file_content(file_id, max_bytes=MOST_RESULT_BYTES)
            await asyncio.to_thread(_write, path, content)
        return content

    async def _drawn(self, curves: Curves, labels: Labels, total_steps: int | None) -> Path | None:
        """The file of a picture, which is there already or drawn now."""
        name = _digest(repr((_STYLE, curves, labels, total_steps)))
        path = self.folder / f"loss-{name}.png"
        async with self._turn:
            try:
                if not await asyncio.to_thread(_is_there, path):
                    await self._draw(path, curves, labels, total_steps)
            except (TooMuchWork, RuntimeError, OSError):
                _logger.exception("A picture was not drawn")
                return None
        return path

    async def _draw(
        self, path: Path, curves: Curves, labels: Labels, total_steps: int | None
    ) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        await run_isolated(
            draw_losses,
            unfinished,
            curves,
            labels,
            total_steps=total_steps,
            timeout_s=_DRAWING_TIMEOUT_S,
            # Where its list of fonts is kept; and no threads, which would reserve memory.
            environment={"MPLCONFIGDIR": str(self.folder), "OPENBLAS_NUM_THREADS": "1"},
        )
        unfinished.replace(path)


def _labels(tracked: TrackedJob, curves: Curves, texts: Texts) -> Labels:
    best = texts.number(curves.best.loss, digits=2) if curves.best else ""
    n_epochs = tracked.job.n_epochs or 0
    names = [texts.plain("chart_epoch", n=n + 1) for n in range(min(n_epochs, _MOST_EPOCHS))]
    return Labels(
        title=texts.plain("chart_title", name=cut(tracked.name, _LONGEST_TITLE)),
        train=texts.plain("chart_train"),
        valid=texts.plain("chart_valid"),
        step=texts.plain("chart_step"),
        best=texts.plain("chart_best", loss=best),
        epochs=names if n_epochs <= _MOST_EPOCHS else [],
        decimal_point=texts.number(0.5, digits=1)[1],
    )


def _total_steps(tracked: TrackedJob, curves: Curves) -> int | None:
    """How many steps the whole run has; None where that is not told."""
    progress = progress_of(tracked)
    if progress is not None and progress.total is not None:
        return progress.total
    lasts = [points[-1].step for points in (curves.train, curves.valid) if points]
    return max(lasts) if lasts and tracked.job.status is JobStatus.SUCCEEDED else None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _is_there(path: Path) -> bool:
    """Whether the file exists; it then counts as just asked for."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:24]
