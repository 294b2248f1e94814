"""👍 and 👎 under answers, the reason, and what Natasha would have said."""

import time
from dataclasses import dataclass, replace
from typing import Any, Final

from telegram import Message

from bot.chat.store import ConversationStore
from bot.delivery.outbox_store import OutboxStore
from bot.edge.buttons import Press, parse
from bot.edge.context import BotContext
from bot.ratings import views
from bot.ratings.entities import AwaitedCorrection, Complaint, Rating
from bot.ratings.feedback import PATIENCE_S, Feedback

MEANT: Final = {"up": True, "down": False, "unrate": None}
"""The rating that each button under an answer gives; None takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingHandlers:
    """What people say of the answers that they got."""

    feedback: Feedback
    conversations: ConversationStore
    outbox: OutboxStore

    async def rate(self, context: BotContext) -> None:
        """Store the rating and mark its button; after 👎 ask for a reason, in a new message."""
        turn_id, person_id = context.press.number, context.person.id
        feedback, is_good = self.feedback, MEANT[context.press.action]
        before = await feedback.of(turn_id, person_id=person_id)
        context.also(lambda tx: feedback.rate(tx, turn_id, person_id=person_id, is_good=is_good))
        if await self._is_shown(context, turn_id):
            screen = views.keyboard(
                context.texts,
                turn_id,
                is_good=is_good,
                is_after_silence=_offers_new(context),
                part=await self.conversations.part_to_continue(turn_id),
            )
            context.show(screen)
        if is_good is False and before.is_good is not False:
            after = replace(before, is_good=False, complaint=None)
            context.reply(views.opinion(context.texts, turn_id, after))

    async def complain(self, context: BotContext) -> None:
        """Store the one reason why the answer is bad; another press changes it."""
        turn_id, rating = context.press.number, await self._rating(context)
        complaint = Complaint(context.press.action.removeprefix("why_"))
        if rating.is_good is False:
            context.also(lambda tx: self.feedback.complain(tx, turn_id, complaint))
            rating = replace(rating, complaint=complaint)
        context.show(views.opinion(context.texts, turn_id, rating))

    async def write(self, context: BotContext) -> None:
        """Expect the person's next message to be what Natasha would have said."""
        turn_id, rating = context.press.number, await self._rating(context)
        awaited = AwaitedCorrection(turn_id=turn_id, message_id=context.message_id)
        until = int(time.time()) + PATIENCE_S
        context.also(
            lambda tx: self.feedback.awaited.begin(
                tx, context.person.id, awaited, request_id=context.request_id, expires_at=until
            )
        )
        context.show(views.ask(context.texts, turn_id, rating, until=until))

    async def write_not(self, context: BotContext) -> None:
        """Stop waiting for a correction: the next message is a question."""
        turn_id, awaited = context.press.number, self.feedback.awaited
        context.also(lambda tx: awaited.done(tx, context.person.id, turn_id=turn_id))
        context.show(views.opinion(context.texts, turn_id, await self._rating(context)))

    async def drop(self, context: BotContext) -> None:
        """Delete the correction; the rating stays."""
        turn_id, rating = context.press.number, await self._rating(context)
        context.also(lambda tx: self.feedback.ratings.drop_correction(tx, turn_id))
        after = replace(rating, correction=None)
        context.show(views.opinion(context.texts, turn_id, after))

    async def is_awaited(self, context: BotContext) -> bool:
        """Whether the message is a correction; if so, it is stored, and no model sees it.

        A reply to another answer corrects that answer.
        """
        message, person_id = context.current_update.effective_message, context.person.id
        assert message is not None
        store = self.feedback.awaited
        awaited = await store.before(
            context.request_id, person_id=person_id, now=int(message.date.timestamp())
        )
        if awaited is None:
            return False
        turn_id = _answer_in(message.reply_to_message) or awaited.turn_id
        await self._keep(context, turn_id)
        context.also(lambda tx: store.done(tx, person_id, turn_id=awaited.turn_id))
        return True

    async def is_edited_correction(self, context: BotContext) -> bool:
        """Whether the edited message is a correction; if so, its new words are stored."""
        assert context.message_id is not None
        ratings = self.feedback.ratings
        turn_id = await ratings.corrected_by(context.person.id, context.message_id)
        if turn_id is None:
            return False
        await self._keep(context, turn_id)
        return True

    async def leave_off_at_command(self, context: BotContext) -> None:
        """After a command, messages are questions again; the request for a correction says so."""
        store, person_id = self.feedback.awaited, context.person.id
        awaited = await store.open(person_id, now=int(time.time()))
        if awaited is None:
            return
        context.also(lambda tx: store.end(tx, person_id, request_id=context.request_id))
        context.reply(views.left_off(context.texts, awaited.turn_id), edit_id=awaited.message_id)

    async def _keep(self, context: BotContext, turn_id: int) -> None:
        message_id = context.message_id
        assert message_id is not None
        feedback, person_id, text = self.feedback, context.person.id, context.text
        await feedback.of(turn_id, person_id=person_id)
        context.also(
            lambda tx: feedback.correct(
                tx, turn_id, text, person_id=person_id, message_id=message_id
            )
        )
        context.reply(views.noted(context.texts, turn_id))

    async def _rating(self, context: BotContext) -> Rating:
        return await self.feedback.of(context.press.number, person_id=context.person.id)

    async def _is_shown(self, context: BotContext, turn_id: int) -> bool:
        """Whether the pressed message still shows that answer, not the one that took its place."""
        newer = await self.conversations.replacement(turn_id)
        return newer is None or await self.outbox.place_of(newer) != context.message_id


def _offers_new(context: BotContext) -> bool:
    under = _presses_under(context.current_update.effective_message)
    return any(press.name == "chat:anew" for press in under)


def _answer_in(message: Message | None) -> int:
    """The turn whose answer that message shows; 0: it shows no answer, or not its end."""
    answers = (press for press in _presses_under(message) if press.name == "chat:again")
    return next((press.number for press in answers), 0)


def _presses_under(message: Any) -> list[Press]:
    """What its buttons carry; for a message that is too old, Telegram gives no buttons."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return [parse(str(button.callback_data)) for row in rows for button in row]
