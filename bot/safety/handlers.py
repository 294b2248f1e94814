"""Stands around all handlers for people in danger; the call for people; what admins see."""

from dataclasses import dataclass

from bot.delivery.inbox_store import BUSY
from bot.edge.context import BotContext
from bot.edge.feature import Handler
from bot.edge.guards import quiet_key
from bot.errors import UserError
from bot.safety import views
from bot.safety.calls import Calls
from bot.safety.entities import Mark
from bot.safety.help import Help
from bot.safety.lookout import Lookout
from bot.safety.notes import Notes
from bot.safety.store import DangerStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyHandlers:
    """Whoever is in danger is helped, whatever the other features would say."""

    store: DangerStore
    lookout: Lookout
    help: Help
    calls: Calls
    notes: Notes

    async def around(self, context: BotContext, handler: Handler) -> None:
        """Handle an update; a person in danger reads no refusal, and outside nothing but the card.

        A message that is turned away because too many wait has its card already.
        """
        mark = await self._mark_of(context)
        if mark is None:
            await handler(context)
        elif not context.person.is_admitted:
            self._help_outside(context, mark)
        elif context.row.lane != BUSY:
            try:
                await handler(context)
            except UserError:
                context.forget()
                self.help.silent(context, mark)

    async def ask_call(self, context: BotContext) -> None:
        """[Call people]: say first what is then shown to whom."""
        if (called_at := await self.calls.lately(context.person.id)) is not None:
            await context.say_above("danger_call_lately", when=context.texts.clock(called_at))
            return
        context.reply(views.ask_call(context.texts, context.press.number))

    async def call(self, context: BotContext) -> None:
        """[Call them]: ring at every admin. A double tap rings once."""
        request_id = context.request_id
        called_at = await self.calls.call(context.person.id, request_id=request_id)
        context.say_here("danger_call_done", when=context.texts.clock(called_at))

    async def call_not(self, context: BotContext) -> None:
        """[No]: nobody is told."""
        context.say_here("danger_call_left")

    async def overview(self, context: BotContext) -> None:
        """How many such messages there were, for admins."""
        has_notes = await self.notes.are_wanted_by(context.person.id)
        await self._overview(context, has_notes=has_notes)

    async def set_notes(self, context: BotContext) -> None:
        """Send silent notes to this admin from now on, or no more."""
        is_wanted, admin_id = context.press.number == 1, context.person.id
        store = self.notes.store
        context.also(lambda tx: store.set_wanted(tx, admin_id, is_wanted=is_wanted))
        await self._overview(context, has_notes=is_wanted)

    async def _mark_of(self, context: BotContext) -> Mark | None:
        if not context.row.part_ids:
            return await self.store.of(context.request_id)
        said = context.said
        return await self.lookout.join(
            context.row,
            context.person,
            said.words,
            message_id=said.message_id,
            thread_id=context.thread_id,
        )

    def _help_outside(self, context: BotContext, mark: Mark) -> None:
        """Only the numbers; the card is on its way, unless there was one lately."""
        if mark.card_id is None:
            screen = self.help.cards.again(context.person)
            context.reply(screen, key=quiet_key(context, "danger"))

    async def _overview(self, context: BotContext, *, has_notes: bool) -> None:
        counts = await self.store.counts()
        context.show(views.overview(context.texts, counts, has_notes=has_notes))
