"""What admins are told about people in danger."""

from dataclasses import dataclass

from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.edge.people import People
from bot.safety import views
from bot.safety.entities import Call
from bot.safety.store import DangerStore
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyNotifications:
    """Renders them when they are sent, so that the outbox never holds a person's words."""

    people: People
    store: DangerStore

    async def note(self, texts: Texts, _: JsonDict, __: int) -> Screen:
        """Somebody may be in danger."""
        return plain(texts, "danger_note")

    async def call(self, texts: Texts, payload: JsonDict, _: int) -> Screen:
        """A person calls for people."""
        call = Call(**payload)
        person = await self.people.named(call.person_id)
        return views.called(texts, person, await self.store.shown_by(call))
