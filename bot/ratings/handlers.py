"""👍 and 👎 under answers, the reason, and what Natasha would have said."""

import time
from dataclasses import dataclass, replace
from typing import Any, Final

from telegram import Message

from bot.chat.answering import Answering
from bot.chat.store import ConversationStore
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import NO_BUTTONS, Screen
from bot.edge.buttons import Press, parse
from bot.edge.context import BotContext
from bot.edge.prompts import numbers_in
from bot.ratings import views
from bot.ratings.entities import AwaitedCorrection, Complaint, HeldText, Rating
from bot.ratings.feedback import PATIENCE_S, Feedback, looks_like_question
from bot.ratings.way_back import WayBack
from bot.safety.store import DangerStore
from bot.storage.database import Transaction

MEANT: Final = {"up": True, "down": False, "unrate": None}
"""The rating that each button under an answer gives; None takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingHandlers:
    """What people say of the answers that they got."""

    feedback: Feedback
    way_back: WayBack
    answering: Answering
    conversations: ConversationStore
    outbox: OutboxStore
    dangers: DangerStore

    async def rate(self, context: BotContext) -> None:
        """Store the rating and mark its button; after 👎 ask for a reason, in a new message.

        An answer that is not one of the last any more only loses its buttons.
        """
        turn_id, person_id = context.press.number, context.person.id
        feedback, is_good = self.feedback, MEANT[context.press.action]
        before = await feedback.of(turn_id, person_id=person_id)
        context.also(lambda tx: feedback.rate(tx, turn_id, person_id=person_id, is_good=is_good))
        context.also(await self.way_back.look())
        screen = views.keyboard(
            context.texts,
            turn_id,
            is_good=is_good,
            is_after_silence=_offers_new(context),
            part=await self.conversations.part_to_continue(turn_id),
        )
        context.also(lambda tx: self._mark(tx, context, turn_id, screen))
        if await self._turn_at(context) != turn_id:
            await context.toast(views.noted_late(context.texts, is_good=is_good))
        elif is_good is False and before.is_good is not False:
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
        """Ask what Natasha would have said, in a message that wants a reply; once if tapped twice.

        The pressed message keeps the buttons, because such a message can have none.
        """
        turn_id, rating = context.press.number, await self._rating(context)
        now, person_id, request_id = int(time.time()), context.person.id, context.request_id
        store = self.feedback.awaited
        before = await store.before(request_id, person_id=person_id, now=now)
        if before is not None and before.is_fresh and before.turn_id == turn_id:
            return
        awaited = AwaitedCorrection(
            turn_id=turn_id,
            message_id=context.message_id,
            request_id=request_id,
            thread_id=context.topic.thread_id,
        )
        until = now + PATIENCE_S
        context.also(lambda tx: store.begin(tx, person_id, awaited, expires_at=until))
        context.reply(views.prompt(context.texts), key=_prompt_key(request_id))
        context.show(views.waiting(context.texts, turn_id, rating, until=until))

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

        A reply to the prompt is one. So are other words within minutes, unless they look like a
        question or answer to something else: then the person is asked. In another topic they are
        none. Nor are the words of a person in danger: they are answered, and nothing is awaited.
        """
        message, person_id = context.current_update.effective_message, context.person.id
        assert message is not None
        store = self.feedback.awaited
        awaited = await store.before(
            context.request_id, person_id=person_id, now=int(message.date.timestamp())
        )
        if awaited is None:
            return False
        if await self._is_of_danger(context):
            self._leave_off(context, awaited)
            context.also(lambda tx: store.done(tx, person_id, turn_id=awaited.turn_id))
            return False
        replied = message.reply_to_message.message_id if message.reply_to_message else 0
        if replied == awaited.message_id or await self._answers_prompt(context, awaited, replied):
            await self._keep(context, awaited.turn_id, place=awaited.message_id)
        elif awaited.thread_id != context.topic.thread_id:
            return False
        elif not awaited.is_fresh:
            self._leave_off(context, awaited)
            return False
        elif replied not in (0, await self.outbox.place_of(awaited.turn_id)) or looks_like_question(
            context.text, context.texts.plain("question_openings")
        ):
            self._hold(context, awaited)
        else:
            await self._keep(context, awaited.turn_id, place=awaited.message_id)
        return True

    async def _answers_prompt(
        self, context: BotContext, awaited: AwaitedCorrection, replied: int
    ) -> bool:
        """Whether the message replies to the prompt, which its words tell until its id is known."""
        prompt_id = await self.outbox.message_of(_prompt_key(awaited.request_id))
        if prompt_id is not None:
            return replied == prompt_id
        is_later = replied > (awaited.message_id or 0)
        return is_later and numbers_in(context.row.written, "feedback_prompt") is not None

    async def file_held(self, context: BotContext) -> None:
        """[It is a correction]: store the text. A double tap does it once."""
        held = await self._held(context)
        if held is None:
            return
        awaited, turn = await self._awaited(context), held.turn_id
        context.also(lambda tx: self.feedback.awaited.release(tx, held))
        place = awaited.message_id if awaited and awaited.turn_id == turn else context.message_id
        await self._store(context, turn, held.text, held.message_id)
        context.reply(views.noted(context.texts, turn), edit_id=place)
        if place != context.message_id:
            context.say_here("feedback_filed")

    async def ask_held(self, context: BotContext) -> None:
        """[It is a question]: put it to Natasha, in this message. A double tap does it once."""
        held = await self._held(context)
        if held is None:
            return
        context.also(lambda tx: self.feedback.awaited.release(tx, held))
        if (awaited := await self._awaited(context)) is not None:
            self._leave_off(context, awaited)
        await self.answering.answer(
            context, held.text, message_id=held.message_id, place=context.message_id
        )

    async def is_edited_correction(self, context: BotContext) -> bool:
        """Whether the edited message is a correction; if so, its new words are stored."""
        assert context.message_id is not None
        ratings = self.feedback.ratings
        store, is_of_danger = self.feedback.awaited, await self._is_of_danger(context)
        held = await store.held(context.person.id, message_id=context.message_id)
        if held is not None:
            after = replace(held, text=context.text)
            context.also(lambda tx: (store.release if is_of_danger else store.hold)(tx, after))
            return not is_of_danger
        turn_id = await ratings.corrected_by(context.person.id, context.message_id)
        if turn_id is None or is_of_danger:
            return False
        await self._keep(context, turn_id, place=None)
        return True

    async def leave_off_at_command(self, context: BotContext) -> None:
        """After a command, messages are questions again; the request for a correction says so."""
        if (awaited := await self._awaited(context)) is not None:
            self._leave_off(context, awaited)

    async def _keep(self, context: BotContext, turn_id: int, *, place: int | None) -> None:
        """Store the message as a correction, and say so in the message *place*; None: a new one."""
        assert context.message_id is not None
        await self._store(context, turn_id, context.text, context.message_id)
        context.reply(views.noted(context.texts, turn_id), edit_id=place)

    async def _store(self, context: BotContext, turn_id: int, text: str, message_id: int) -> None:
        feedback, person_id = self.feedback, context.person.id
        await feedback.of(turn_id, person_id=person_id)
        context.also(
            lambda tx: feedback.correct(
                tx, turn_id, text, person_id=person_id, message_id=message_id
            )
        )
        context.also(lambda tx: feedback.awaited.done(tx, person_id, turn_id=turn_id))

    def _hold(self, context: BotContext, awaited: AwaitedCorrection) -> None:
        """Ask what the words are, and keep them until then."""
        assert context.message_id is not None
        held = HeldText(
            request_id=context.request_id,
            person_id=context.person.id,
            turn_id=awaited.turn_id,
            message_id=context.message_id,
            text=context.text,
        )
        context.also(lambda tx: self.feedback.awaited.hold(tx, held))
        context.reply(views.ask_which(context.texts, held.request_id))

    async def _held(self, context: BotContext) -> HeldText | None:
        return await self.feedback.awaited.held(context.person.id, request_id=context.press.number)

    async def _awaited(self, context: BotContext) -> AwaitedCorrection | None:
        return await self.feedback.awaited.before(
            context.request_id, person_id=context.person.id, now=int(time.time())
        )

    async def _rating(self, context: BotContext) -> Rating:
        return await self.feedback.of(context.press.number, person_id=context.person.id)

    def _leave_off(self, context: BotContext, awaited: AwaitedCorrection) -> None:
        """Only a reply is a correction now; say so once, where it was asked for."""
        screen, row = views.left_off(context.texts, awaited.turn_id), context.row

        async def work(tx: Transaction) -> None:
            person_id = context.person.id
            if await self.feedback.awaited.end(tx, person_id, request_id=row.id):
                await self.outbox.post(
                    tx,
                    row.chat_id,
                    key=f"left_off:{row.id}",
                    payload=screen.to_json(),
                    now=int(time.time()),
                    edit_id=awaited.message_id,
                )

        context.also(work)

    async def _is_of_danger(self, context: BotContext) -> bool:
        """Whether the person may be in danger; of what admins write for the training nobody is."""
        return await self.dangers.of(context.request_id) is not None

    async def _mark(
        self, tx: Transaction, context: BotContext, turn_id: int, screen: Screen
    ) -> None:
        """Mark the pressed button; take the buttons of an older answer, but not of another one."""
        found = await self._turn_at(context, tx)
        if context.message_id and found in (turn_id, None):
            await self.outbox.post(
                tx,
                context.row.chat_id,
                key=f"rated:{context.request_id}",
                payload=(screen if found else NO_BUTTONS).to_json(),
                now=int(time.time()),
                edit_id=context.message_id,
            )

    async def _turn_at(self, context: BotContext, tx: Transaction | None = None) -> int | None:
        chat_id, message_id = context.row.chat_id, context.message_id or 0
        return await self.outbox.turn_at(chat_id, message_id, pressed=context.press.number, tx=tx)


def _offers_new(context: BotContext) -> bool:
    under = _presses_under(context.current_update.effective_message)
    return any(press.name == "chat:anew" for press in under)


def _prompt_key(request_id: int) -> str:
    """The message that asks for the reply, after the press of that request."""
    return f"correction:{request_id}"


def _presses_under(message: Any) -> list[Press]:
    """What its buttons carry; for a message that is too old, Telegram gives no buttons."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return [parse(str(button.callback_data)) for row in rows for button in row]
