"""Pictures of a job's losses: another process draws each once, and files keep them."""

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
"""How long an unused picture stays."""
MOST_RESULT_BYTES: Final = 1_000_000
"""About 20,000 steps; the picture of a longer run is made from its events."""

_DRAWING_TIMEOUT_S: Final = 60.0
_LONGEST_TITLE: Final = 34
_MOST_EPOCHS: Final = 200
"""More epochs are a mistake, and their marks would cover the picture."""
_STYLE: Final = "1"
"""Change it when `drawing.py` draws differently, so that no old picture is used."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossChart:
    """A picture, and what it shows."""

    path: Path
    """A PNG; it stays for `KEPT_S` after its last use."""
    curves: Curves


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Draws one picture at a time."""

    jobs: JobStore
    api: TrainingApi
    folder: Path
    patience_s: float = 5.0
    """How long a picture waits for the provider's file before the events are used."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def loss_chart(self, job_id: str, texts: Texts) -> LossChart | None:
        """The losses of a job that we follow, with labels in that language.

        Errors of the provider, of its file and of the drawing are logged and never raised. The
        same content gives the same file. None: there are too few points, or drawing failed.
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
        """The job's losses, as far as they are known."""
        tracked = await self.jobs.get(job_id)
        return await self._curves(tracked) if tracked else Curves()

    async def tidy(self) -> None:
        """Delete the files that were not used for `KEPT_S`."""
        await asyncio.to_thread(_tidy, self.folder)

    async def _curves(self, tracked: TrackedJob) -> Curves:
        """From the events, or from the result file where that has more points."""
        of_results = await self._results(tracked.job)
        return max(from_events(tracked.metrics), of_results, key=lambda curves: curves.n_points)

    async def _results(self, job: FineTuningJob) -> Curves:
        """The curves in the job's result file; empty when no file can be read."""
        if not job.result_file:
            return Curves()
        try:
            content = await self._fetched(job.result_file)
            return await asyncio.to_thread(from_results, content)
        except (UserError, OSError, BrokenResults) as exc:  # OSError includes TimeoutError
            _logger.warning("The result file of job %s can't be used: %r", job.id, exc)
            return Curves()

    async def _fetched(self, file_id: str) -> bytes:
        """The content of a provider's file, which never changes and is fetched once."""
        path = self.folder / f"results-{_digest(file_id)}.csv"
        content = await asyncio.to_thread(_read, path)
        if content is None:
            async with asyncio.timeout(self.patience_s):
                content = await self.api.file_content(file_id, max_bytes=MOST_RESULT_BYTES)
            await asyncio.to_thread(_write, path, content)
        return content

    async def _drawn(self, curves: Curves, labels: Labels, total_steps: int | None) -> Path | None:
        """The file of a picture, which is drawn unless it exists."""
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
            # Matplotlib keeps its list of fonts there. Threads would reserve memory.
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
    """Steps of the whole run; None: not known."""
    progress = progress_of(tracked)
    if progress is not None and progress.total is not None:
        return progress.total
    lasts = [points[-1].step for points in (curves.train, curves.valid) if points]
    return max(lasts) if lasts and tracked.job.status is JobStatus.SUCCEEDED else None


def _tidy(folder: Path) -> None:
    for path in (*folder.glob("loss-*"), *folder.glob("results-*")):
        if path.stat().st_mtime < time.time() - KEPT_S:
            path.unlink()


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
    """Whether the file exists; it then counts as just used."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:24]
