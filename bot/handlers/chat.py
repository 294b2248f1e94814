"""Any text: a question to the serving model. /new: a new conversation."""

import time
from contextlib import aclosing
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.context import BotContext
from bot.domain import Turn, Usage
from bot.errors import BadCommand, ButtonGone, EmptyAnswer, TextOnly
from bot.views import answer as views
from bot.views import door


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """Last in the list, because they take whatever nobody else took."""
    return [
        CommandHandler("new", start_anew),
        MessageHandler(filters.COMMAND, unknown_command),
        CallbackQueryHandler(unknown_button),
        MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, answer),
        MessageHandler(filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL, not_text),
    ]


async def start_anew(update: Update, context: BotContext) -> None:
    """/new: what was said before is not shown to the model any more."""
    chat_id = context.row.chat_id
    context.also(lambda tx: context.services.chat.start_anew(tx, chat_id))
    context.reply(door.plain(context.texts, "chat_new"))


async def answer(update: Update, context: BotContext) -> None:
    """Ask the serving model, show the answer as it grows, store the turn with its final text."""
    chat = context.services.chat
    person, row = context.person, context.row
    question = await chat.question(context.text, person=person, chat_id=row.chat_id)
    typing = context.typing()
    frames = context.frames()
    text, usage = "", None
    try:
        async with aclosing(chat.answer(question)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    usage = piece
                    continue
                text += piece
                if text.strip():
                    typing.stop()
                    frames.show(views.growing(text))
    finally:
        typing.stop()
        await frames.close()
    if not text.strip():
        raise EmptyAnswer
    context.also(
        lambda tx: chat.conversations.add_turn(
            tx,
            Turn(user_text=question.text, assistant_text=text),
            chat_id=row.chat_id,
            person_id=person.id,
            request_id=row.id,
            model=question.model.name,
            usage=usage,
            now=int(time.time()),
        )
    )
    first, *rest = views.whole(text)
    context.reply(first, edit_id=frames.message_id, is_unsure=frames.is_unsure)
    for screen in rest:
        context.reply(screen)


async def unknown_command(update: Update, context: BotContext) -> None:
    """A command that we do not have."""
    raise BadCommand(usage="/help")


async def unknown_button(update: Update, context: BotContext) -> None:
    """A button that no handler took."""
    raise ButtonGone


async def not_text(update: Update, context: BotContext) -> None:
    """A picture, a voice message: said plainly that only text is understood."""
    raise TextOnly
