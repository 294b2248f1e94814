"""Which model answers a person: an admin may try another one alone."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.notifications import Notifications
from bot.domain.models import ServedModel
from bot.domain.people import Person
from bot.serving.entities import ServingKind
from bot.serving.serving import ServedModels
from bot.serving.tried_store import TriedStore
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedModels:
    """A try ends when its admin says so, or when the model answers everybody or nobody."""

    database: Database
    store: TriedStore
    serving: ServedModels
    notifications: Notifications
    on_other_voice: list[Callable[[Transaction, int], Awaitable[Any]]] = field(default_factory=list)
    """Called with the id of a person whom another model answers from now on."""

    async def of(self, person: Person) -> ServedModel | None:
        """The model that the person tries; None: none, or they are no admin (any more)."""
        return await self.store.of(person.id) if person.is_admin else None

    async def answering(self, person: Person) -> ServedModel | None:
        """The model that answers the person now; None: there is none yet."""
        tried = await self.of(person)
        if tried is not None:
            return tried
        serving = await self.serving.current()
        return serving.model if serving else None

    async def begin(self, tx: Transaction, person: Person, model: ServedModel) -> None:
        """From now on the model answers this admin alone; once more changes nothing."""
        if await self.store.begin(tx, person.id, model.id, now=int(time.time())):
            await self._tell_voice(tx, person.id)

    async def end(self, tx: Transaction, person: Person, model_id: int) -> None:
        """The admin is answered like everybody; nothing happens if they don't try that model."""
        if await self.store.end(tx, person.id, model_id):
            await self._tell_voice(tx, person.id)

    async def lose(self, model_id: int) -> list[int]:
        """The server does not have the model: end all tries of it, and say so to these people."""
        return await self.database.write(lambda tx: self.lose_in(tx, model_id))

    async def lose_in(self, tx: Transaction, model_id: int) -> list[int]:
        """The same, in that transaction."""
        people = await self.store.end_all(tx, model_id)
        key = f"tried_lost:{model_id}:{int(time.time())}"
        for person_id in people:
            await self._tell_voice(tx, person_id)
            await self.notifications.tell(
                tx, person_id, ServingKind.TRIED_LOST, {"model_id": model_id}, key=key
            )
        return people

    async def _tell_voice(self, tx: Transaction, person_id: int) -> None:
        for on_other_voice in self.on_other_voice:
            await on_other_voice(tx, person_id)
