"""Plans: what a training run would be, and the one press that starts it."""

import datetime as dtm
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.domain import Dataset, Hyperparameters, RunState, TrainingRun
from bot.errors import BadValue, PlanGone, PlanTaken
from bot.services.cost import Estimate, estimate
from bot.services.datasets import Datasets
from bot.services.plan_edits import Part, choices, edited
from bot.storage.database import Database
from bot.storage.jobs import JobStore
from bot.storage.runs import RunStore

PLAN_LIFETIME_S = 24 * 3600
MOST_EPOCHS = 50
LONGEST_SUFFIX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Plans are stored and numbered; nothing leaves before one is confirmed."""

    database: Database
    runs: RunStore
    jobs: JobStore
    datasets: Datasets
    catalogue: Catalogue
    base_url: str
    """The provider's address: the catalogue's last days hold only at its own provider."""
    on_confirmed: Callable[[int], None]
    """Called with the run's id once it is confirmed."""

    async def plan(
        self, parameters: Hyperparameters, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """Make and store a plan; the same request makes it once.

        Raises:
            BadValue, ModelShutDown: the parameters make no sense.
            DatasetMissing, DatasetInvalid: there is nothing to train on.
        """
        self._check(parameters)
        known = await self.runs.of_request(request_id)
        if known is not None:
            return known
        dataset = await self.datasets.current()
        guess = await self.estimate_of(dataset, parameters.base_model, parameters.n_epochs)
        now = int(time.time())
        await self.database.write(
            lambda tx: self.runs.plan(
                tx,
                parameters,
                dataset=dataset,
                seed=secrets.randbelow(2**31),
                price_usd=guess.price_usd,
                asked_by=asked_by,
                request_id=request_id,
                now=now,
                expires_at=now + PLAN_LIFETIME_S,
            )
        )
        run = await self.runs.of_request(request_id)
        assert run is not None
        return run

    async def estimate(self, run: TrainingRun) -> Estimate:
        """What the run would cost and how long it would take."""
        return await self.estimate_of(
            run.dataset, run.parameters.base_model, run.parameters.n_epochs
        )

    async def estimate_of(self, dataset: Dataset, base_model: str, n_epochs: int) -> Estimate:
        """The same for any dataset, model and number of epochs."""
        model = self.catalogue.model(base_model)
        names = {base_model, *(model.aliases if model else ()), *([model.name] if model else ())}
        past = [job for name in sorted(names) for job in await self.jobs.past(name)]
        return estimate(dataset.n_tokens, n_epochs, model, self.catalogue, past=past)

    async def open_plan(self, run_id: int) -> TrainingRun:
        """A plan that can still be changed or started; raises like `confirm`."""
        await self._expire(run_id, int(time.time()))
        run = await self._get(run_id)
        if run.state is not RunState.PLANNED:
            await self._say_why_not(run_id)
        return run

    async def choices(self, run: TrainingRun, part: Part) -> Sequence[str]:
        """What a button may choose for a part of the plan."""
        taken = await self.runs.suffixes()
        return choices(part, run.parameters, self.catalogue, taken=taken)

    async def edit(self, run_id: int, part: Part, value: str) -> TrainingRun:
        """Choose one part of a plan anew; the same choice may be repeated.

        Raises:
            ButtonGone: no button offers that.
            BadValue, ModelShutDown: the parameters make no sense.
            PlanTaken, PlanGone: see `confirm`.
        """
        run = await self.open_plan(run_id)
        parameters, validation_id = run.parameters, run.validation.id if run.validation else None
        if part is Part.VALIDATION:
            validation_id = run.dataset.validation_id if value == "1" else None
        else:
            parameters = edited(parameters, part, value, self.catalogue)
            self._check(parameters)
        guess = await self.estimate_of(run.dataset, parameters.base_model, parameters.n_epochs)
        if not await self.database.write(
            lambda tx: self.runs.edit(
                tx, run_id, parameters, validation_id=validation_id, price_usd=guess.price_usd
            )
        ):
            await self._say_why_not(run_id)
        return await self._get(run_id)

    async def confirm(self, run_id: int, *, by: int, request_id: int) -> TrainingRun:
        """Start the plan: exactly one press does, however many there are.

        Raises:
            PlanTaken: it was started by another press.
            PlanGone: it was dropped, it expired, or there is none.
        """
        now = int(time.time())
        await self._expire(run_id, now)
        started = await self.database.write(
            lambda tx: self.runs.move(
                tx,
                run_id,
                expected=[RunState.PLANNED],
                to=RunState.CONFIRMED,
                confirmed_by=by,
                confirmed_at=now,
                confirmed_request=request_id,
            )
        )
        if started:
            self.on_confirmed(run_id)
        elif not await self.runs.was_confirmed_by(run_id, request_id):
            await self._say_why_not(run_id)
        return await self._get(run_id)

    async def drop(self, run_id: int) -> TrainingRun:
        """Throw the plan away; raises like `confirm`, but may be repeated."""
        await self._expire(run_id, int(time.time()))
        dropped = await self.database.write(
            lambda tx: self.runs.move(
                tx, run_id, expected=[RunState.PLANNED, RunState.DROPPED], to=RunState.DROPPED
            )
        )
        if not dropped:
            await self._say_why_not(run_id)
        return await self._get(run_id)

    def _check(self, parameters: Hyperparameters) -> None:
        if not 1 <= parameters.n_epochs <= MOST_EPOCHS:
            raise BadValue(name="epochs", value=parameters.n_epochs, allowed=f"1–{MOST_EPOCHS}")
        if not 0 < parameters.learning_rate_multiplier < float("inf"):
            raise BadValue(
                name="learning-rate", value=parameters.learning_rate_multiplier, allowed="> 0"
            )
        if len(parameters.suffix) > LONGEST_SUFFIX:
            raise BadValue(name="suffix", value=parameters.suffix, allowed=f"≤ {LONGEST_SUFFIX}")
        today = dtm.datetime.now(dtm.UTC).date()
        self.catalogue.check_tunable(parameters.base_model, today, base_url=self.base_url)

    async def _expire(self, run_id: int, now: int) -> None:
        run = await self._get(run_id)
        if run.state is RunState.PLANNED and run.expires_at < now:
            await self.database.write(
                lambda tx: self.runs.move(
                    tx, run_id, expected=[RunState.PLANNED], to=RunState.EXPIRED
                )
            )

    async def _say_why_not(self, run_id: int) -> None:
        run = await self._get(run_id)
        if run.state in (RunState.DROPPED, RunState.EXPIRED):
            raise PlanGone(run_id=run_id)
        raise PlanTaken(run_id=run_id)

    async def _get(self, run_id: int) -> TrainingRun:
        run = await self.runs.get(run_id)
        if run is None:
            raise PlanGone(run_id=run_id)
        return run
