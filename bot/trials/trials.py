"""Trials: a model answers the sample prompts, by command or after a successful training.

A trial ends "answered" or "failed", with a verdict. While the provider does not serve the model,
the trial is "unserved". The bot then asks again automatically for a day, with growing pauses.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.dataset.current import CurrentDataset
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.models import ServedModel
from bot.domain.training import FineTuningJob, TrackedJob
from bot.errors import DatasetMissing, TooMuchWork, TrialGone, UserError
from bot.jobs.store import JobStore
from bot.jobs.watching import Work
from bot.runtime.workers import Workers
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.training.store import RunStore
from bot.trials.entities import (
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialKind,
    TrialState,
    Verdict,
    is_rehearsed,
)
from bot.trials.sampling import SampledModel, Sampling, base_named_by
from bot.trials.store import TrialStore
from bot.trials.training_answers import TrainingAnswers, read_training_answers
from bot.trials.verdict import Evidence, judge

WAITED_S = 24 * 3600
"""How long a model that does not answer is asked again automatically."""
LONGEST_PAUSE_S = 2 * 3600
_GROWTH = 0.5
"""Each pause as a share of the wait until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The background task that owns trials; each has a worker."""

    database: Database
    store: TrialStore
    models: ModelStore
    jobs: JobStore
    runs: RunStore
    datasets: CurrentDataset
    serving: ServedModels
    sampling: Sampling
    notifications: Notifications
    patience_s: float = 600
    """How long a new model may be unknown to the provider before admins hear of it."""
    _workers: "Workers[int]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("trial", self._run))

    async def start(self) -> None:
        """Continue the trials of a former process."""
        for trial_id in await self.store.pending():
            self.wake(trial_id)

    async def tick(self) -> None:
        """Try the unserved models again that are due; called every `POLL_INTERVAL_S`."""
        for trial_id in await self.store.due(now=int(time.time())):
            self.wake(trial_id)

    def wake(self, trial_id: int) -> None:
        """Run the trial if it is due."""
        self._workers.wake(trial_id)

    async def idle(self, trial_id: int) -> None:
        """Wait until no worker is busy with the trial."""
        await self._workers.idle(trial_id)

    async def close(self) -> None:
        """Stop; unfinished trials continue at the next start."""
        await self._workers.close()

    async def on_success(self, job: FineTuningJob, _: TrackedJob | None) -> Work:
        """Return the write that starts the trial of a job's model, which is on the list by then."""

        async def work(tx: Transaction) -> None:
            model = await self.models.named(job.fine_tuned_model or "", tx)
            assert model is not None
            trial_id = await self.store.ask(tx, model.id, now=int(time.time()))
            assert trial_id is not None
            tx.after_commit(lambda: self.wake(trial_id))

        return work

    async def ask(self, model: ServedModel, *, request_id: int, by: int) -> None:
        """Ask the model the sample prompts and tell *by* the answers; once per request."""
        now = int(time.time())
        trial_id = await self.database.write(
            lambda tx: self.store.ask(tx, model.id, now=now, request_id=request_id, asked_by=by)
        )
        if trial_id is not None:
            self.wake(trial_id)

    async def numbered(self, trial_id: int) -> Trial:
        """The trial that a button names; raises TrialGone where it does not exist."""
        trial = await self.store.get(trial_id)
        if trial is None:
            raise TrialGone
        return trial

    async def check(self, trial_id: int, *, request_id: int, by: int) -> Trial:
        """Try an unserved model again now and tell *by* the result; raises like `numbered`.

        Returns the trial as it was before; unless it is unserved, nothing is tried.
        """
        trial = await self.numbered(trial_id)
        if trial.state is TrialState.UNSERVED:
            now = int(time.time())
            await self.database.write(
                lambda tx: self.store.hasten(tx, trial_id, by=by, request_id=request_id, now=now)
            )
            self.wake(trial_id)
        return trial

    async def _run(self, trial_id: int) -> None:
        trial = await self.store.get(trial_id)
        if trial is None or not _is_due(trial):
            return
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        base = job.job.base_model if job else base_named_by(trial.model.name)
        is_new = trial.asked_by is None and trial.state is TrialState.PENDING

        async def keep(answers: Sequence[TrialAnswer]) -> None:
            await self.database.write(lambda tx: self.store.note(tx, trial.id, answers))

        sample = await self.sampling.run(
            SampledModel(
                model=trial.model.name, base_model=base, system_prompt=trial.model.system_prompt
            ),
            begun=trial.answers,
            patience_s=self.patience_s if is_new else 0,
            on_answer=keep,
        )
        trouble = sample.trouble
        if trouble is not None and not any(answer.answer for answer in sample.answers):
            await self.database.write(lambda tx: self._wait(tx, trial, trouble))
            return
        judgement = judge(
            Evidence(
                answers=sample.answers,
                training=await self._training_answers(job, sample.answers),
                is_rehearsed=is_rehearsed(trial.model.name),
            )
        )
        is_whole = all(answer.answer for answer in sample.answers)
        done = replace(
            trial,
            state=TrialState.ANSWERED if is_whole else TrialState.FAILED,
            answers=sample.answers,
            base_model=base,
            base_trouble=_trouble(sample.base_trouble),
            judgement=judgement,
        )
        is_ours = trial.asked_by is None and job is not None and job.run_id is not None
        await self.database.write(lambda tx: self._finish(tx, done, is_ours=is_ours))

    async def _training_answers(
        self, job: TrackedJob | None, answers: Sequence[TrialAnswer]
    ) -> TrainingAnswers | None:
        """The answers of the model's training file; for a job from elsewhere, the current one's."""
        run = await self.runs.get(job.run_id) if job and job.run_id is not None else None
        dataset = run.dataset if run else await self.datasets.store.chosen()
        path = Path(dataset.path) if dataset else self.datasets.path
        said = [text for a in answers for text in (a.answer, a.base_answer) if text]
        try:
            return await self.datasets.checker.run(read_training_answers, path, said)
        except (DatasetMissing, TooMuchWork):
            return None

    async def _wait(self, tx: Transaction, trial: Trial, trouble: UserError) -> None:
        """The model did not answer: tell that once, and store when to ask again."""
        now = int(time.time())
        is_first = trial.state is TrialState.PENDING
        since = trial.waiting_since or round(now - self.patience_s)
        is_awaited = trial.asked_by is None and now - since < WAITED_S
        pause_s = max(self.sampling.pause_s, min(_GROWTH * (now - since), LONGEST_PAUSE_S))
        waiting = replace(
            trial,
            trouble=_trouble(trouble),
            waiting_since=since,
            next_at=round(now + pause_s) if is_awaited else None,
        )
        if not await self.store.wait(tx, waiting):
            return
        payload = {"trial_id": trial.id}
        checks = await self.store.take_checks(tx, trial.id)
        if is_first or not is_awaited:
            key = f"trial:{trial.id}:" + ("unserved" if is_first else f"given_up:{since}")
            await self._tell(tx, trial, TrialKind.UNSERVED, payload, key=key)
            return
        for person_id, request_id in checks:
            key = f"trial:{trial.id}:still:{request_id}"
            await self.notifications.tell(tx, person_id, TrialKind.UNSERVED, payload, key=key)

    async def _finish(self, tx: Transaction, trial: Trial, *, is_ours: bool) -> None:
        """Store and tell the outcome; the first model trained here may go live."""
        if not await self.store.finish(tx, trial):
            return
        assert trial.judgement is not None
        await self.store.take_checks(tx, trial.id)
        is_good = trial.state is TrialState.ANSWERED
        is_good = is_good and trial.judgement.verdict is not Verdict.LEAVE
        may_serve = is_ours and await self.serving.may_promote(tx)
        if may_serve and is_good:
            await self.models.serve(tx, trial.model.id, chosen_by=None, now=int(time.time()))
        payload = {
            "trial_id": trial.id,
            "promoted": may_serve and is_good,
            "withheld": may_serve and not is_good,
        }
        await self._tell(tx, trial, TrialKind.FINISHED, payload, key=f"trial:{trial.id}")

    async def _tell(
        self, tx: Transaction, trial: Trial, kind: TrialKind, payload: JsonDict, *, key: str
    ) -> None:
        if trial.asked_by is None:
            await self.notifications.tell_admins(tx, kind, payload, key=key)
        else:
            await self.notifications.tell(tx, trial.asked_by, kind, payload, key=key)


def _is_due(trial: Trial) -> bool:
    if trial.state is TrialState.UNSERVED:
        return trial.next_at is not None and trial.next_at <= time.time()
    return trial.state is TrialState.PENDING


def _trouble(error: UserError | None) -> TrialFailure | None:
    return TrialFailure(key=error.key, params=error.params) if error else None
