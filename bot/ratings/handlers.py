"""👍 and 👎 under answers, why, and how Natasha would have put it."""

import time
from typing import Any, Final

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.edge.buttons import parse
from bot.edge.context import BotContext
from bot.ratings import views
from bot.ratings.entities import Awaited, Complaint, Rating
from bot.ratings.feedback import PATIENCE_S

MEANT: Final = {"up": True, "down": False, "unrate": None}
"""What the buttons under an answer say of it."""


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For everybody who is let in; each rates only what was said to them."""
    return [
        *(CallbackQueryHandler(rate, pattern=f"^talk:{action}:") for action in MEANT),
        *(CallbackQueryHandler(complain, pattern=f"^why:{reason}:") for reason in Complaint),
        CallbackQueryHandler(write, pattern="^fix:write:"),
        CallbackQueryHandler(write_not, pattern="^fix:leave:"),
        CallbackQueryHandler(drop, pattern="^fix:drop:"),
    ]


async def rate(update: Update, context: BotContext) -> None:
    """Only the buttons of the answer change; after 👎 there is a question, which may be left."""
    turn_id, person_id = context.press.number, context.person.id
    feedback, is_good = context.services.feedback, MEANT[context.press.action]
    before = await feedback.of(turn_id, person_id=person_id)
    context.also(lambda tx: feedback.rate(tx, turn_id, person_id=person_id, is_good=is_good))
    if await _is_shown(update, context, turn_id):
        under = views.keyboard(
            context.texts, turn_id, is_good=is_good, is_after_silence=_offers_anew(update)
        )
        context.show(under)
    if is_good is False and before.is_good is not False:
        after = Rating(is_good=False, correction=before.correction)
        context.reply(views.opinion(context.texts, turn_id, after))


async def complain(update: Update, context: BotContext) -> None:
    """Why it is bad: one reason, another press changes it."""
    turn_id, complaint = context.press.number, Complaint(context.press.action)
    rating = await _rating(context)
    if rating.is_good is False:
        context.also(lambda tx: context.services.feedback.complain(tx, turn_id, complaint))
        rating = Rating(is_good=False, complaint=complaint, correction=rating.correction)
    context.show(views.opinion(context.texts, turn_id, rating))


async def write(update: Update, context: BotContext) -> None:
    """The next message is what she would have said."""
    turn_id, rating = context.press.number, await _rating(context)
    awaited = Awaited(turn_id=turn_id, message_id=_place(update))
    until = int(time.time()) + PATIENCE_S
    context.also(
        lambda tx: context.services.feedback.wait(
            tx,
            awaited,
            person_id=context.person.id,
            request_id=context.request_id,
            until=until,
        )
    )
    context.show(views.ask(context.texts, turn_id, rating, until=until))


async def write_not(update: Update, context: BotContext) -> None:
    """The next message is a question like any."""
    turn_id, awaited = context.press.number, context.services.feedback.awaited
    context.also(lambda tx: awaited.done(tx, context.person.id, turn_id=turn_id))
    context.show(views.opinion(context.texts, turn_id, await _rating(context)))


async def drop(update: Update, context: BotContext) -> None:
    """The correction is forgotten; the rating stays."""
    turn_id, rating = context.press.number, await _rating(context)
    context.also(lambda tx: context.services.ratings.drop_correction(tx, turn_id))
    after = Rating(is_good=rating.is_good, complaint=rating.complaint)
    context.show(views.opinion(context.texts, turn_id, after))


async def is_awaited(update: Update, context: BotContext) -> bool:
    """Whether the message is a correction; if so, it is kept, and no model sees it.

    In reply to another answer it corrects that one.
    """
    message, person_id = update.effective_message, context.person.id
    assert message is not None
    store = context.services.feedback.awaited
    awaited = await store.before(
        context.request_id, person_id=person_id, now=int(message.date.timestamp())
    )
    if awaited is None:
        return False
    turn_id = _answer_in(message.reply_to_message) or awaited.turn_id
    await _keep(context, turn_id, message.message_id)
    context.also(lambda tx: store.done(tx, person_id, turn_id=awaited.turn_id))
    return True


async def is_corrected_anew(context: BotContext, message_id: int) -> bool:
    """Whether the edited message is a correction; if so, its new words are kept."""
    turn_id = await context.services.ratings.corrected_by(context.person.id, message_id)
    if turn_id is None:
        return False
    await _keep(context, turn_id, message_id)
    return True


async def leave_off_at_command(update: Update, context: BotContext) -> None:
    """Whoever sends a command has something else in mind; said where they were asked to write."""
    if update.message is None or not context.text.startswith("/"):
        return
    store, person_id = context.services.feedback.awaited, context.person.id
    awaited = await store.open(person_id, now=int(time.time()))
    if awaited is None:
        return
    context.also(lambda tx: store.end(tx, person_id, request_id=context.request_id))
    context.reply(views.left_off(context.texts, awaited.turn_id), edit_id=awaited.message_id)


async def _keep(context: BotContext, turn_id: int, message_id: int) -> None:
    feedback, person_id, text = context.services.feedback, context.person.id, context.text
    await feedback.of(turn_id, person_id=person_id)
    context.also(
        lambda tx: feedback.correct(tx, turn_id, text, person_id=person_id, message_id=message_id)
    )
    context.reply(views.noted(context.texts, turn_id))


async def _rating(context: BotContext) -> Rating:
    return await context.services.feedback.of(context.press.number, person_id=context.person.id)


async def _is_shown(update: Update, context: BotContext, turn_id: int) -> bool:
    """Whether the pressed message still shows that answer, not the one that took its place."""
    services = context.services
    newer = await services.chat.conversations.replacement(turn_id)
    return newer is None or await services.outbox.place_of(newer) != _place(update)


def _place(update: Update) -> int | None:
    return update.effective_message.message_id if update.effective_message else None


def _offers_anew(update: Update) -> bool:
    return any(data.startswith("talk:anew:") for data in _data_under(update.effective_message))


def _answer_in(message: Message | None) -> int:
    """The turn whose answer that message shows; 0 where it shows none, or not its end."""
    answers = (parse(data) for data in _data_under(message) if data.startswith("talk:again:"))
    return next((press.number for press in answers), 0)


def _data_under(message: Any) -> list[str]:
    """What its buttons carry; of a message that is too old Telegram tells nothing."""
    markup = message.reply_markup if isinstance(message, Message) else None
    return (
        [str(button.callback_data) for row in markup.inline_keyboard for button in row]
        if markup
        else []
    )
