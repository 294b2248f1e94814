"""The training file of a model: its answers, to compare with, and the language that it teaches."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.dataset.current import CurrentDataset
from bot.domain.models import ServedModel
from bot.domain.training import TrackedJob
from bot.errors import DatasetMissing, TooMuchWork
from bot.training.store import RunStore
from bot.trials.entities import TrialAnswer
from bot.trials.probes import first_words, language_of
from bot.trials.training_answers import TrainingAnswers, read_training_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Reads the file of a model's job; for a job from elsewhere, the current one."""

    runs: RunStore
    datasets: CurrentDataset
    language: str
    """Of the probes for a model whose file and system prompt tell none: "ru" or "en"."""

    async def language_of(self, model: ServedModel, job: TrackedJob | None) -> str:
        """The language in which the model is asked the probes: "ru" or "en"."""
        try:
            words = await asyncio.to_thread(first_words, await self._path(job))
        except DatasetMissing:
            words = model.system_prompt
        return language_of(words, otherwise=self.language)

    async def answers_of(
        self, job: TrackedJob | None, answers: Sequence[TrialAnswer]
    ) -> TrainingAnswers | None:
        """The answers of the file, and which of *answers* it repeats; None: it can't be read."""
        said = [text for a in answers for text in (a.answer, a.base_answer) if text]
        try:
            path = await self._path(job)
            return await self.datasets.checker.run(read_training_answers, path, said)
        except (DatasetMissing, TooMuchWork):
            return None

    async def _path(self, job: TrackedJob | None) -> Path:
        run = await self.runs.get(job.run_id) if job and job.run_id is not None else None
        dataset = run.dataset if run else await self.datasets.store.chosen()
        return Path(dataset.path) if dataset else self.datasets.path
