"""/invite: links that let one person in each, and taking them back."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.access import admission_views as views
from bot.edge.context import BotContext
from bot.edge.guards import admins_only


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("invite", make),
        CallbackQueryHandler(make, pattern="^invite:make:"),
        CallbackQueryHandler(show_list, pattern="^invite:list:"),
        CallbackQueryHandler(withdraw, pattern="^invite:withdraw:"),
    ]


@admins_only
async def make(update: Update, context: BotContext) -> None:
    """/invite: a link in a message of its own, to be forwarded; then all that are open."""
    await context.services.invitations.make(
        by=context.person.id, request_id=context.request_id, bot=context.bot.username
    )
    await _show(context, is_new=True)


@admins_only
async def show_list(update: Update, context: BotContext) -> None:
    """All that are open."""
    await _show(context, is_new=False)


@admins_only
async def withdraw(update: Update, context: BotContext) -> None:
    """One that lets nobody in any more."""
    await context.services.invitations.withdraw(context.press.number)
    await _show(context, is_new=False)


async def _show(context: BotContext, *, is_new: bool) -> None:
    services = context.services
    found = await services.invitations.open()
    makers = {
        admin_id: (await services.people.named(admin_id)).name
        for admin_id in {each.made_by for each in found}
    }
    screen = views.invitations(context.texts, found, makers=makers, is_new=is_new)
    if is_new:
        context.reply(screen)  # below the link, also where a button asked for it
    else:
        context.show(screen)
