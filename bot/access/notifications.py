"""The text of notifications about access, made when they are sent."""

from dataclasses import dataclass

from bot.access import admission_views as views
from bot.access.invitations import Invitations
from bot.access.outside_views import start_tester
from bot.access.request_store import JoinRequestStore
from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.edge.people import People
from bot.serving.serving import ServedModels
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessNotifications:
    """One method for each `AccessKind`."""

    people: People
    requests: JoinRequestStore
    invitations: Invitations
    serving: ServedModels

    async def request(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """Somebody asks for access."""
        asked = await self.requests.get(payload["request_id"])
        return views.request(texts, asked) if asked else None

    async def flood(self, texts: Texts, payload: JsonDict, _: int) -> Screen:
        """So many ask that admins get no message about each."""
        return views.flood(texts)

    async def admitted(self, texts: Texts, payload: JsonDict, person_id: int) -> Screen:
        """The welcome for somebody whom an admin let in."""
        person = await self.people.named(person_id)
        is_ready = await self.serving.current() is not None
        return start_tester(texts, person, is_ready=is_ready)

    async def denied(self, texts: Texts, payload: JsonDict, _: int) -> Screen:
        """An admin said no."""
        return plain(texts, "join_denied")

    async def closed(self, texts: Texts, payload: JsonDict, _: int) -> Screen:
        """An admin removed the person."""
        return plain(texts, "access_closed")

    async def invitation(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """A new link, to be forwarded."""
        made = await self.invitations.store.get(payload["invitation_id"])
        if made is None:
            return None
        return views.invitation(texts, made, self.invitations.link(made, bot=payload["bot"]))

    async def invitation_used(self, texts: Texts, payload: JsonDict, _: int) -> Screen:
        """Somebody came in by a link."""
        person = await self.people.named(payload["person_id"])
        return views.invited(texts, person, payload["invitation_id"])
