"""Any text: a question to the serving model. /new, /retry, and the buttons under answers."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.chat import views
from bot.chat.answering import answer
from bot.domain.models import PastTurn
from bot.edge.context import BotContext
from bot.errors import BadCommand, ButtonGone, NotTheLastAnswer, TextOnly
from bot.ratings import handlers as feedback
from bot.welcome import views as door


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """Last in the list, because they take whatever nobody else took."""
    return [
        CommandHandler("new", start_anew),
        CommandHandler("retry", retry),
        CallbackQueryHandler(stop, pattern=r"^talk:stop:"),
        CallbackQueryHandler(retry_here, pattern=r"^talk:again:"),
        CallbackQueryHandler(ask_again, pattern=r"^talk:repeat:"),
        CallbackQueryHandler(ask_again, pattern=r"^talk:below:"),
        CallbackQueryHandler(accept_anew, pattern=r"^talk:anew:"),
        MessageHandler(filters.COMMAND, unknown_command),
        CallbackQueryHandler(unknown_button),
        MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, ask),
        MessageHandler(filters.TEXT & filters.UpdateType.EDITED_MESSAGE, ask_as_edited),
        MessageHandler(filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL, not_text),
    ]


async def ask(update: Update, context: BotContext) -> None:
    """Any text is a question, but for one that is awaited as a correction."""
    if await feedback.is_awaited(update, context):
        return
    await answer(context, context.text, message_id=_message_id(update))


async def ask_as_edited(update: Update, context: BotContext) -> None:
    """The last question in other words replaces it; one without an answer is asked.

    Older ones stay as they were answered, without a word: the conversation has gone on.
    """
    chat, message_id = context.services.chat, _message_id(update)
    if await feedback.is_corrected_anew(context, message_id):
        return
    last = await chat.conversations.last_turn(context.row.chat_id)
    if last is not None and last.turn.question_id == message_id:
        if last.turn.user_text != context.text:
            shown_in = await context.services.outbox.place_of(last.request_id)
            await _answer_instead(context, last, context.text, place=shown_in)
    elif await chat.is_unanswered(context.person.id, message_id):
        await answer(context, context.text, message_id=message_id)


async def retry(update: Update, context: BotContext) -> None:
    """/retry: another answer to the last question, below; or one, where none came."""
    left = await context.services.chat.conversations.open_question(context.row.chat_id)
    if left is not None:
        await answer(context, left.text, message_id=left.message_id)
        return
    last = await context.services.chat.last_turn(context.row.chat_id)
    await _answer_instead(context, last, last.turn.user_text, place=None)


async def retry_here(update: Update, context: BotContext) -> None:
    """🔁: the same, in the message with the button. A double tap asks once."""
    services, request_id, place = context.services, context.press.number, _message_id(update)
    try:
        last = await services.chat.last_turn(context.row.chat_id, request_id)
    except NotTheLastAnswer:
        newer = await services.chat.conversations.replacement(request_id)
        if newer is not None and await services.outbox.place_of(newer) == place:
            return
        raise
    await _answer_instead(context, last, last.turn.user_text, place=place)


async def ask_again(update: Update, context: BotContext) -> None:
    """🔁 where no answer came, or only a part: it comes in the same message, or below.

    A double tap asks once.
    """
    chat, chat_id = context.services.chat, context.row.chat_id
    left = await chat.conversations.open_question(chat_id)
    if left is not None and left.message_id == context.press.number:
        place = _message_id(update) if context.press.action == "repeat" else None
        await answer(context, left.text, message_id=left.message_id, place=place)
        return
    last = await chat.conversations.last_turn(chat_id)
    if last is None or last.turn.question_id != context.press.number:
        raise NotTheLastAnswer


async def stop(update: Update, context: BotContext) -> None:
    """⏹: what came of the answer so far is the answer."""
    services, request_id, chat_id = context.services, context.press.number, context.row.chat_id
    if await services.inbox.is_open(request_id, chat_id):
        services.generations.stop(chat_id, request_id)
    else:
        context.toast = context.texts.plain("chat_stop_late")


async def start_anew(update: Update, context: BotContext) -> None:
    """/new: what was said before is not shown to the model any more."""
    chat_id = context.row.chat_id
    context.also(lambda tx: context.services.chat.start_anew(tx, chat_id))
    context.reply(door.plain(context.texts, "chat_new"))


async def accept_anew(update: Update, context: BotContext) -> None:
    """The same by the button that is offered after a silence; once for a double tap."""
    if await context.services.chat.conversations.last_turn(context.row.chat_id) is not None:
        await start_anew(update, context)


async def unknown_command(update: Update, context: BotContext) -> None:
    """A command that we do not have."""
    raise BadCommand(usage="/help")


async def unknown_button(update: Update, context: BotContext) -> None:
    """A button that no handler took."""
    raise ButtonGone


async def not_text(update: Update, context: BotContext) -> None:
    """A picture, a voice message: said plainly that only text is understood."""
    raise TextOnly


async def _answer_instead(
    context: BotContext, last: PastTurn, text: str, *, place: int | None
) -> None:
    """Answer anew; in the old answer's place only where that is one message."""
    is_one = len(views.whole(context.texts, last.turn.assistant_text)) == 1
    await answer(
        context,
        text,
        message_id=last.turn.question_id,
        replaces=last,
        place=place if is_one else None,
    )


def _message_id(update: Update) -> int:
    """Of the message that was written or edited, or under which a button was pressed."""
    assert update.effective_message is not None
    return update.effective_message.message_id
