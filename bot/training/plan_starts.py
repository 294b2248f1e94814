"""The press that starts a plan or creates its lost job again, and what else ends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.training import RunState, TrainingRun
from bot.errors import PlanGone, PlanTaken, UserError
from bot.storage.database import Database, Transaction
from bot.training.entities import StartDoubts
from bot.training.spending import Spending
from bot.training.store import RunStore

TWIN_S = 3600
"""For so long after its start, a run that is over already makes an equal plan ask first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStarts:
    """Turns plans into runs; the provider gets nothing before one is confirmed."""

    database: Database
    runs: RunStore
    spending: Spending
    datasets: CurrentDataset
    catalogue: Catalogue
    on_confirmed: Callable[[int], None]
    """Called with the id of each run that was confirmed or is tried again."""

    async def get(self, run_id: int) -> TrainingRun:
        """The run; raises PlanGone where it does not exist."""
        run = await self.runs.get(run_id)
        if run is None:
            raise PlanGone(run_id=run_id)
        return run

    async def open_plan(self, run_id: int) -> TrainingRun:
        """A plan that can still be changed or started; raises like `confirm`."""
        await self._expire(run_id, int(time.time()))
        run = await self.get(run_id)
        if run.state is not RunState.PLANNED:
            await self.refuse(run_id)
        return run

    async def start(
        self, run_id: int, *, by: int, request_id: int, is_late: bool = False
    ) -> TrainingRun | StartDoubts:
        """Start the plan, unless something speaks against it: then return that, and ask.

        The same transaction looks for it and confirms the run. So of plans that are equal, or
        together above the ceiling, and are started at once, one is. That the press *is_late* speaks
        against it, too. Raises like `confirm`.
        """
        return await self._start(
            run_id, by=by, request_id=request_id, is_sure=False, is_late=is_late
        )

    async def confirm(self, run_id: int, *, by: int, request_id: int) -> TrainingRun:
        """Start the plan, whatever else was started; of many presses exactly one does.

        Raises:
            PlanTaken: another press has started it.
            PlanGone: it was dropped, it expired, or it does not exist.
        """
        found = await self._start(run_id, by=by, request_id=request_id, is_sure=True)
        assert isinstance(found, TrainingRun)
        return found

    async def _start(
        self, run_id: int, *, by: int, request_id: int, is_sure: bool, is_late: bool = False
    ) -> TrainingRun | StartDoubts:
        now = int(time.time())
        await self._expire(run_id, now)
        run = await self.get(run_id)
        is_asked = run.state is RunState.PLANNED and not is_sure
        models = self.catalogue.names_of(run.parameters.base_model)
        in_use = await self._other_in_use(run) if is_asked else None

        async def work(tx: Transaction) -> StartDoubts | bool:
            if is_asked:
                twin = await self.runs.twin_of(tx, run_id, models=models, since=now - TWIN_S)
                month = await self.spending.month(tx)
                above = month if month.is_above_with(run.price_usd) else None
                if twin or in_use or above or is_late:
                    return StartDoubts(twin=twin, in_use=in_use, month=above, is_late=is_late)
            return await self.runs.move(
                tx,
                run_id,
                expected=[RunState.PLANNED],
                to=RunState.CONFIRMED,
                confirmed_by=by,
                confirmed_at=now,
                confirmed_request=request_id,
            )

        started = await self.database.write(work)
        if isinstance(started, StartDoubts):
            return started
        if started:
            self.on_confirmed(run_id)
        elif not await self.runs.was_confirmed_by(run_id, request_id):
            await self.refuse(run_id)
        return await self.get(run_id)

    async def try_again(self, run_id: int, *, is_sure: bool = False) -> StartDoubts | bool:
        """Ask for the job of an uncertain run again: an admin says that it has none.

        Unless the admin *is_sure*, an equal run and the ceiling are asked about, as in `start`.
        False: the run is decided already. Raises PlanGone where it does not exist.
        """
        since, run = int(time.time()) - TWIN_S, await self.get(run_id)
        is_asked = run.state is RunState.UNCERTAIN and not is_sure
        models = self.catalogue.names_of(run.parameters.base_model)

        async def work(tx: Transaction) -> StartDoubts | bool:
            if is_asked:
                twin = await self.runs.twin_of(tx, run_id, models=models, since=since)
                month = await self.spending.month(tx)
                # The run itself is among those underway.
                others = replace(month, spent_usd=month.spent_usd - (run.price_usd or 0.0))
                above = others if others.is_above_with(run.price_usd) else None
                if twin or above:
                    return StartDoubts(twin=twin, month=above)
            return await self.runs.move(
                tx, run_id, expected=[RunState.UNCERTAIN], to=RunState.CONFIRMED
            )

        found = await self.database.write(work)
        if found is True:
            self.on_confirmed(run_id)
        return found

    async def _other_in_use(self, run: TrainingRun) -> int | None:
        """The number of the dataset in use, if it is another one than the plan's."""
        try:
            dataset = await self.datasets.in_use()
        except UserError:
            return None  # there is none; the plan's own is kept
        return dataset.id if dataset and dataset.id != run.dataset.id else None

    async def drop(self, run_id: int) -> TrainingRun:
        """Drop the plan; raises like `confirm`, but may be repeated."""
        await self._expire(run_id, int(time.time()))
        dropped = await self.database.write(
            lambda tx: self.runs.move(
                tx, run_id, expected=[RunState.PLANNED, RunState.DROPPED], to=RunState.DROPPED
            )
        )
        if not dropped:
            await self.refuse(run_id)
        return await self.get(run_id)

    async def _expire(self, run_id: int, now: int) -> None:
        run = await self.get(run_id)
        if run.state is RunState.PLANNED and run.expires_at < now:
            await self.database.write(
                lambda tx: self.runs.move(
                    tx, run_id, expected=[RunState.PLANNED], to=RunState.EXPIRED
                )
            )

    async def refuse(self, run_id: int) -> NoReturn:
        """Raise the error that tells why the plan can't be changed or started."""
        run = await self.get(run_id)
        if run.state in (RunState.DROPPED, RunState.EXPIRED):
            raise PlanGone(run_id=run_id)
        raise PlanTaken(run_id=run_id)
