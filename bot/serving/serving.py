"""The model that answers in chats, and the list of models to choose from."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dataset.current import CurrentDataset
from bot.delivery.notifications import Notifications
from bot.domain.models import CurrentModel, ServedModel
from bot.domain.people import Urgency
from bot.domain.training import FineTuningJob, TrackedJob
from bot.errors import ModelListGone, ModelServes, NoModel
from bot.jobs.watching import Work
from bot.serving.entities import ServingKind
from bot.serving.store import ModelStore
from bot.storage.database import Database, Queries, Transaction
from bot.training.store import RunStore

PAGE = 6
"""Models per page of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage:
    """Page *number*, from 0, of a list of models."""

    models: Sequence[ServedModel]
    """Newest first."""
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModels:
    """A model serves after an admin's choice, or automatically after the very first training."""

    database: Database
    models: ModelStore
    runs: RunStore
    datasets: CurrentDataset
    notifications: Notifications
    chat_model: str
    """`CHAT_MODEL`, which serves until a model is chosen; empty: none does."""
    on_retired: list[Callable[[Transaction, int], Awaitable[Any]]] = field(default_factory=list)
    """Called with the id of a model that is taken off the list."""

    async def current(self) -> CurrentModel | None:
        """The model that answers now; None: no model is ready yet."""
        chosen = await self.models.serving()
        if chosen is not None or not self.chat_model:
            return chosen
        return CurrentModel(model=await self._known(self.chat_model), since=0, chosen_by=None)

    async def previous(self) -> ServedModel | None:
        """The model on the list that answered before the present one; None: no such model did."""
        chosen = await self.models.serving()
        if chosen is None:
            return None
        before = await self.models.before(chosen.model.id)
        if before is None and self.chat_model not in ("", chosen.model.name):
            of_settings = await self._known(self.chat_model)
            return of_settings if of_settings.retired_at is None else None
        return before

    async def successors_of(self, gone: ServedModel) -> list[ServedModel]:
        """The models that may replace one that is gone, best first."""
        if self.chat_model:
            await self._known(self.chat_model)
        return await self.models.successors_of(gone.id, otherwise=self.chat_model)

    async def model(self, name: str | None) -> ServedModel:
        """The model of that name, trained here or elsewhere; without a name the serving one.

        Raises NoModel where no name is given and no model serves.
        """
        if name:
            return await self._known(name)
        serving = await self.current()
        if serving is None:
            raise NoModel
        return serving.model

    async def by_id(self, model_id: int) -> ServedModel:
        """The model that a button names; raises ModelListGone where it is no longer stored."""
        model = await self.models.get(model_id)
        if model is None:
            raise ModelListGone
        return model

    async def others(self, number: int) -> ModelPage:
        """A page of the list without `current` and `previous`; page 0 where that page is empty."""
        serving, previous = await self.current(), await self.previous()
        known = [serving.model if serving else None, previous]
        ids = [model.id for model in known if model is not None]
        found = await self.models.listed(limit=PAGE + 1, offset=number * PAGE, without=ids)
        if number and not found:
            return await self.others(0)
        return ModelPage(models=found[:PAGE], number=number, has_more=len(found) > PAGE)

    async def retired(self, number: int) -> ModelPage:
        """A page of the models that were taken off the list; page 0 where that page is empty."""
        found = await self.models.retired(limit=PAGE + 1, offset=number * PAGE)
        if number and not found:
            return await self.retired(0)
        return ModelPage(models=found[:PAGE], number=number, has_more=len(found) > PAGE)

    async def use(
        self,
        model: ServedModel,
        *,
        by: int,
        system_prompt: str | None = None,
        is_silent: bool = False,
        despite: int | None = None,
    ) -> ServedModel:
        """Let the model answer from now on; a *system_prompt* replaces its present one.

        Every other admin hears of a switch, once. *is_silent*: it will probably not answer, which
        is all that they hear then. *despite* is the trial whose verdict the admin overrules.
        """
        of_settings = await self.current()

        async def work(tx: Transaction) -> None:
            if system_prompt is not None:
                await self.models.set_system_prompt(tx, model.id, system_prompt)
            now, before = int(time.time()), await self.models.serving(tx) or of_settings
            is_new = await self.models.serve(tx, model.id, chosen_by=by, now=now, despite=despite)
            if is_silent:
                await self.tell_silent(tx, model.id, by=by)
            elif is_new:
                await self._tell_switched(tx, model, before.model if before else None, by)

        await self.database.write(work)
        return await self.by_id(model.id)

    async def tell_silent(self, tx: Transaction, model_id: int, *, by: int = 0) -> None:
        """Tell every admin that the model that serves does not answer, once for each choice.

        *by* is the one who has just chosen it, and reads so on the screen of that.
        """
        key = await self.silence_of(tx, model_id)
        for admin_id in sorted(self.notifications.admin_ids - {by}):
            await self.notifications.tell(
                tx,
                admin_id,
                ServingKind.SILENT,
                {"model_id": model_id, "by": by},
                key=key,
                urgency=Urgency.IMPORTANT,
            )

    async def silence_of(self, queries: Queries, model_id: int) -> str:
        """The key of what is told once of a choice that leaves chats without answers."""
        return f"silent:{model_id}:{await self.models.choice(queries)}"

    async def retire(self, model_id: int) -> ServedModel:
        """Take a model off the list; it stays at the provider.

        Raises:
            ModelListGone: like `by_id`.
            ModelServes: it answers in chats.
        """
        model, serving = await self.by_id(model_id), await self.current()
        if serving is None or serving.model.id != model_id:
            await self.database.write(lambda tx: self._retire(tx, model_id))
            model = await self.by_id(model_id)
        if model.retired_at is None:
            raise ModelServes(model=model.title)
        return model

    async def restore(self, model_id: int) -> ServedModel:
        """Put a model back on the list; raises like `by_id`."""
        await self.database.write(lambda tx: self.models.restore(tx, model_id))
        return await self.by_id(model_id)

    async def may_promote(self, tx: Transaction) -> bool:
        """Whether no model serves yet, so that the first one may go live automatically."""
        return not self.chat_model and not await self.models.serves_any(tx)

    async def on_success(self, job: FineTuningJob, before: TrackedJob | None) -> Work:
        """Return the write that puts a job's model on the list, with its system prompt.

        That is the prompt of its training data; for a job from elsewhere, the current dataset's.
        """
        run = await self.runs.get(before.run_id) if before and before.run_id is not None else None
        prompt = run.dataset.system_prompt if run else await self.datasets.system_prompt()

        async def work(tx: Transaction) -> None:
            await self.models.remember(
                tx,
                job.fine_tuned_model or "",
                system_prompt=prompt,
                job_id=job.id,
                now=int(time.time()),
            )

        return work

    async def _retire(self, tx: Transaction, model_id: int) -> None:
        if await self.models.retire(tx, model_id, now=int(time.time())):
            for on_retired in self.on_retired:
                await on_retired(tx, model_id)

    async def _tell_switched(
        self, tx: Transaction, model: ServedModel, before: ServedModel | None, by: int
    ) -> None:
        """Tell every admin but the one who switched; a model of the settings is no switch."""
        if before is not None and before.id == model.id:
            return
        choice = await self.models.choice(tx)
        payload = {"by": by, "model_id": model.id, "before_id": before.id if before else None}
        for admin_id in sorted(self.notifications.admin_ids - {by}):
            await self.notifications.tell(
                tx, admin_id, ServingKind.SWITCHED, payload, key=f"switched:{choice}"
            )

    async def _known(self, name: str) -> ServedModel:
        known = await self.models.named(name)
        if known is not None:
            return known
        prompt = await self.datasets.system_prompt()
        now = int(time.time())
        return await self.database.write(
            lambda tx: self.models.remember(tx, name, system_prompt=prompt, job_id=None, now=now)
        )
