"""Cards and outages, rendered at the moment they are sent."""

import time
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.jobs.card_views import card
from bot.jobs.entities import OutageKind
from bot.jobs.store import JobStore
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNotifications:
    """Reads the present state of each job."""

    jobs: JobStore
    catalogue: Catalogue
    base_url: str

    async def card(self, texts: Texts, payload: JsonDict, reader_id: int) -> Screen | None:
        """A job's card."""
        tracked = await self.jobs.get(payload["job_id"])
        if tracked is None:
            return None
        return card(texts, tracked, self.catalogue, base_url=self.base_url, reader_id=reader_id)


async def outage(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The provider has not answered for a while, or refuses the key."""
    is_refused = payload["kind"] == OutageKind.REFUSED
    key = "outage_refused" if is_refused else "outage_unreachable"
    lines = [texts(key, waited=texts.duration(time.time() - payload["since"]))]
    if payload["message"]:
        lines.append(texts("outage_words", message=payload["message"]))
    return Screen(text="\n".join(lines))


async def outage_over(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The provider answers again."""
    is_refused = payload["kind"] == OutageKind.REFUSED
    key = "outage_over_refused" if is_refused else "outage_over"
    return plain(texts, key, waited=texts.duration(payload["until"] - payload["since"]))
