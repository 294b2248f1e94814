"""The model of each job that succeeds comes on the list, with the prompt of its training."""

import time
from dataclasses import dataclass

from bot.dataset.current import CurrentDataset
from bot.domain.training import FineTuningJob, TrackedJob
from bot.jobs.watching import Work
from bot.serving.store import ModelStore
from bot.storage.database import Transaction
from bot.training.store import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModels:
    """Stored in the transaction that stores the job's end."""

    models: ModelStore
    runs: RunStore
    datasets: CurrentDataset

    async def on_success(self, job: FineTuningJob, before: TrackedJob | None) -> Work:
        """What puts the job's model on the list."""
        prompt = await self._system_prompt(before)

        async def work(tx: Transaction) -> None:
            await self.models.remember(
                tx,
                job.fine_tuned_model or "",
                system_prompt=prompt,
                job_id=job.id,
                now=int(time.time()),
            )

        return work

    async def _system_prompt(self, tracked: TrackedJob | None) -> str:
        """What the model was trained with; of a job from elsewhere, the current dataset's."""
        if tracked is not None and tracked.run_id is not None:
            run = await self.runs.get(tracked.run_id)
            if run is not None:
                return run.dataset.system_prompt
        return await self.datasets.system_prompt()
