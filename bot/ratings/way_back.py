"""The way back, offered when people like the model that serves less than the one before it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.notifications import Notifications
from bot.ratings.entities import RatingKind
from bot.ratings.quality import ENOUGH_TO_JUDGE, Share
from bot.ratings.store import RatingStore
from bot.serving.serving import ServedModels
from bot.storage.database import Transaction

Look = Callable[[Transaction], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """Looks after each rating; offers it once for each time that a model is put to use."""

    ratings: RatingStore
    serving: ServedModels
    notifications: Notifications

    async def look(self) -> Look:
        """The look, for the transaction that stores a rating."""
        now, before = await self.serving.current(), await self.serving.previous()

        async def offer(tx: Transaction) -> None:
            if now is None or before is None:
                return
            new = _share(await self.ratings.n_rated(tx, now.model.name, since=now.since))
            old = _share(await self.ratings.n_rated(tx, before.name))
            if min(new.n, old.n) < ENOUGH_TO_JUDGE or not old.is_clearly_above(new):
                return
            at = int(time.time())
            if not await self.serving.models.offer_way_back(tx, now.model.id, now=at):
                return
            payload = {
                "model_id": now.model.id,
                "before_id": before.id,
                "shares": [[new.n_good, new.n], [old.n_good, old.n]],
            }
            key = f"way_back:{await self.serving.models.choice(tx)}"
            await self.notifications.tell_admins(tx, RatingKind.WAY_BACK, payload, key=key)

        return offer


def _share(n_rated: tuple[int, int]) -> Share:
    n_good, n = n_rated
    return Share(n_good=n_good, n=n)
