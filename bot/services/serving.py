"""Which model answers in chats."""

import time
from dataclasses import dataclass

from bot.domain import ServedModel, Serving
from bot.errors import ModelListGone, NoModel
from bot.services.datasets import Datasets
from bot.storage.database import Database, Transaction
from bot.storage.models import ModelStore

LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingDesk:
    """A model serves when an admin says so, or by itself after the very first training."""

    database: Database
    models: ModelStore
    datasets: Datasets
    chat_model: str
    """`CHAT_MODEL`: serves until a model is chosen; empty: none does."""

    async def current(self) -> Serving | None:
        """Who answers now, or None when no model is ready yet."""
        chosen = await self.models.serving()
        if chosen is not None or not self.chat_model:
            return chosen
        return Serving(model=await self._known(self.chat_model), since=0, chosen_by=None)

    async def previous(self) -> ServedModel | None:
        """Who answered before the model that answers now; None when nobody did."""
        chosen = await self.models.serving()
        if chosen is None:
            return None
        before = await self.models.before(chosen.model.id)
        if before is None and self.chat_model not in ("", chosen.model.name):
            return await self._known(self.chat_model)
        return before

    async def model(self, name: str | None) -> ServedModel:
        """The model of that name, whoever trained it; without a name the serving one.

        Raises:
            NoModel: no name was given and none serves.
        """
        if name:
            return await self._known(name)
        serving = await self.current()
        if serving is None:
            raise NoModel
        return serving.model

    async def by_id(self, model_id: int) -> ServedModel:
        """The model that a button names.

        Raises:
            ModelListGone: it is not stored any more.
        """
        model = await self.models.get(model_id)
        if model is None:
            raise ModelListGone
        return model

    async def latest(self) -> list[ServedModel]:
        """The newest models first."""
        return await self.models.latest(limit=LISTED)

    async def use(
        self, model: ServedModel, *, by: int, system_prompt: str | None = None
    ) -> ServedModel:
        """Let the model answer from now on; with a *system_prompt*, told this from now on."""
        current = await self.models.serving()

        async def work(tx: Transaction) -> None:
            if system_prompt is not None:
                await self.models.set_system_prompt(tx, model.id, system_prompt)
            if current is None or current.model.id != model.id:
                await self.models.serve(tx, model.id, chosen_by=by, now=int(time.time()))

        await self.database.write(work)
        return await self.by_id(model.id)

    async def may_promote(self, tx: Transaction) -> bool:
        """Whether no model serves yet, so that the first one may by itself."""
        return not self.chat_model and not await self.models.serves_any(tx)

    async def _known(self, name: str) -> ServedModel:
        known = await self.models.named(name)
        if known is not None:
            return known
        prompt = await self.datasets.system_prompt()
        now = int(time.time())
        return await self.database.write(
            lambda tx: self.models.remember(tx, name, system_prompt=prompt, job_id=None, now=now)
        )
