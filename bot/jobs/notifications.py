"""Cards and outages, put into words when they leave."""

from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.jobs import outage_views
from bot.jobs.card_views import card
from bot.jobs.store import JobStore
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNotifications:
    """Reads each job as it stands now."""

    jobs: JobStore
    catalogue: Catalogue
    base_url: str

    async def card(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """A job's card."""
        tracked = await self.jobs.get(payload["job_id"])
        if tracked is None:
            return None
        return card(texts, tracked, self.catalogue, base_url=self.base_url)


async def outage(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The provider has not answered for a while."""
    return outage_views.outage(texts, payload)


async def outage_over(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The provider answers again."""
    return outage_views.outage_over(texts, payload)
