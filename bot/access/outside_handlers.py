"""For people who are not admitted: an invitation's link, and a request to join.

The bot says the same to them at most once a minute. Nothing here asks a provider.
"""

import re
from dataclasses import dataclass

from bot.access import outside_views as views
from bot.access.admission import Admission
from bot.access.invitations import InvitationOutcome, Invitations
from bot.edge.context import BotContext
from bot.edge.guards import quiet_key
from bot.serving.serving import ServedModels

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Telegram lets a link carry. https://core.telegram.org/bots/features#deep-linking"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideHandlers:
    """What people outside can do."""

    admission: Admission
    invitations: Invitations
    serving: ServedModels

    async def come_in(self, context: BotContext) -> None:
        """/start CODE, as an invitation's link sends it; /start alone shows what they can do."""
        code = "".join(context.words)
        if not _CODE.fullmatch(code):
            await self.show_options(context)
            return
        texts, person = context.texts, context.person
        outcome = await self.invitations.accept(code, person)
        if outcome is InvitationOutcome.ADMITTED:
            is_ready = await self.serving.current() is not None
            context.reply(views.start_tester(texts, person, is_ready=is_ready))
            return
        access = await self.admission.outside_access(person.id)
        screen = views.link_failed(texts, outcome, views.outside(texts, person.id, access))
        context.reply(screen, key=quiet_key(context, f"code_{outcome}"))

    async def ask_in(self, context: BotContext) -> None:
        """The button to ask for access: the admins get a message."""
        user = context.current_update.effective_user
        assert user is not None
        name = f"{user.full_name} (@{user.username})" if user.username else user.full_name
        access = await self.admission.ask(context.person, name=name)
        screen = views.outside(context.texts, context.person.id, access)
        context.show(screen, key=quiet_key(context, "ask"))

    async def is_inside(self, context: BotContext) -> None:
        """The button to ask for access, pressed by somebody who has access by now."""
        context.say_here("door_inside")

    async def show_options(self, context: BotContext) -> None:
        """Anything else."""
        if await context.toast(context.texts.plain("door_no_access")):
            return
        access = await self.admission.outside_access(context.person.id)
        screen = views.outside(context.texts, context.person.id, access)
        context.reply(screen, key=quiet_key(context, "stranger"))
