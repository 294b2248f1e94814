"""The card of a dataset's lines, and the buttons of a report that change many."""

from dataclasses import dataclass

from bot.dataset.handlers import report_screen
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.people import Person
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.edge.prompts import numbers_in
from bot.editing import example_views as views
from bot.editing.entities import EditKind
from bot.editing.examples import Examples
from bot.editing.lines import TENTHS
from bot.editing.places import DISLIKED, FINDINGS, Place
from bot.texts import Texts

_PROMPT = "edit_line_prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleHandlers:
    """For admins."""

    examples: Examples
    outbox: OutboxStore
    people: People

    async def start(self, context: BotContext) -> None:
        """One by one: lines with findings, disliked ones or a random tenth; in a new message."""
        tenth = context.request_id % TENTHS
        mode = {"findings": FINDINGS, "disliked": DISLIKED}.get(context.press.action, tenth)
        context.reply(await self._card(context.texts, context.press.number, mode))

    async def drop(self, context: BotContext) -> None:
        """Make a version without the line, and show the next one in the same message."""
        place, by = Place(*context.press.numbers(3)), context.person.id
        await self.examples.drop(place, by=by, request_id=context.request_id)
        context.show(await self._card(context.texts, place.dataset_id, place.mode))

    async def keep(self, context: BotContext) -> None:
        """Offer the line no more, and show the next one in the same message."""
        place = Place(*context.press.numbers(3))
        await self.examples.keep(place, by=context.person.id)
        context.show(await self._card(context.texts, place.dataset_id, place.mode))

    async def reword(self, context: BotContext) -> None:
        """Ask for a better answer, in a message that wants a reply; once if tapped twice."""
        place = Place(*context.press.numbers(3))
        found = await self.examples.look(place)
        key = f"reword:{context.row.chat_id}:{context.message_id}:{context.press.id}"
        if await self.outbox.message_of(key) is not None:
            await context.say_above("edit_waiting")
            return
        context.reply(views.ask_words(context.texts, place, found), key=key)

    async def take(self, context: BotContext) -> bool:
        """Whether the message replies to our question; if so, its words become the answer."""
        asked = numbers_in(context.row.written, _PROMPT)
        if asked is None or not (context.person.is_admin and context.text):
            return False
        line, dataset_id, mode = asked
        place, by = Place(dataset_id, line, mode - 1), context.person.id
        await self.examples.reword(place, context.text, by=by, request_id=context.request_id)
        context.reply(await self._card(context.texts, dataset_id, place.mode))
        return True

    async def is_work(self, person: Person, message: JsonDict) -> bool:
        """Whether it is meant for the training, and says nothing of the admin's own state."""
        return person.is_admin and numbers_in(message, _PROMPT) is not None

    async def edit_all(self, context: BotContext) -> None:
        """Make a version without bad lines, or without what leads to a person; show its report."""
        with context.typing():
            made = await self.examples.edit_all(
                context.press.number,
                EditKind(context.press.action),
                by=context.person.id,
                request_id=context.request_id,
            )
        await self._report(context, made)

    async def history(self, context: BotContext) -> None:
        """Who changed what in a version by hand, and when."""
        edits = await self.examples.store.before(context.press.number)
        ids = {each.edited_by for each in edits}
        people = {each: (await self.people.named(each)).name for each in ids}
        context.reply(views.history(context.texts, edits, people))

    async def _report(self, context: BotContext, dataset_id: int) -> None:
        judged = await self.examples.versions.judged(dataset_id)
        screen = await report_screen(context.texts, self.examples.versions, judged)
        context.show(screen)

    async def _card(self, texts: Texts, dataset_id: int, mode: int) -> Screen:
        dataset, found, findings = await self.examples.next(dataset_id, mode)
        return views.example(texts, dataset, found, findings, mode)
