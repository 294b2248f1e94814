"""/invite: links that let one person in each."""

from dataclasses import dataclass

from bot.access import admission_views as views
from bot.access.invitations import Invitations
from bot.edge.context import BotContext
from bot.edge.people import People


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationHandlers:
    """For admins."""

    invitations: Invitations
    people: People

    async def make(self, context: BotContext) -> None:
        """/invite: a link in its own message, for forwarding; then all open links."""
        await self.invitations.make(
            by=context.person.id, request_id=context.request_id, bot=context.bot.username
        )
        await self._show(context, is_new=True)

    async def show_list(self, context: BotContext) -> None:
        """All open links."""
        await self._show(context, is_new=False)

    async def withdraw(self, context: BotContext) -> None:
        """Make one link useless."""
        await self.invitations.withdraw(context.press.number)
        await self._show(context, is_new=False)

    async def _show(self, context: BotContext, *, is_new: bool) -> None:
        found = await self.invitations.open()
        makers = {
            admin_id: (await self.people.named(admin_id)).name
            for admin_id in {each.made_by for each in found}
        }
        screen = views.invitations(context.texts, found, makers=makers, is_new=is_new)
        if is_new:
            context.reply(screen)  # below the link, also where a button asked for it
        else:
            context.show(screen)
