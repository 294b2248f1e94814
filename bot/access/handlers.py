"""/people: the people who may use the bot, what they use, and decisions about their access."""

from dataclasses import dataclass

from bot.access import admission_views, views
from bot.access.admission import Admission
from bot.catalogue import Catalogue
from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.errors import ButtonGone
from bot.usage.accounts import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleHandlers:
    """For admins."""

    people: People
    accounts: Accounts
    admission: Admission
    catalogue: Catalogue
    base_url: str
    """Of the chat server; the note on prices depends on it."""

    async def show_list(self, context: BotContext) -> None:
        """/people: everybody with access, in pages."""
        page = context.press.number
        people, has_more = await self.people.admitted(page, size=views.PAGE)
        if page and not people:  # its people have been removed since
            page, (people, has_more) = 0, await self.people.admitted(0, size=views.PAGE)
        billed = [(each, *await self.accounts.bills_of(each.person.id)) for each in people]
        screen = views.listed(
            context.texts, billed, page=page, has_more=has_more, prices=self._prices(context)
        )
        _show(context, screen)

    async def show_outside(self, context: BotContext) -> None:
        """People who asked, or were denied, removed or blocked, in pages."""
        page = context.press.number
        people, has_more = await self.people.outside(page, size=views.PAGE)
        if page and not people:
            page, (people, has_more) = 0, await self.people.outside(0, size=views.PAGE)
        asking = [(each, await self.admission.requests.latest(each.person.id)) for each in people]
        _show(context, views.outside(context.texts, asking, page=page, has_more=has_more))

    async def show(self, context: BotContext) -> None:
        """One person."""
        await self._show(context, context.press.number)

    async def show_models(self, context: BotContext) -> None:
        """What each model has cost."""
        models, today, in_all = await self.accounts.by_model()
        screen = views.by_model(
            context.texts, models, today=today, in_all=in_all, prices=self._prices(context)
        )
        _show(context, screen)

    async def set_limit(self, context: BotContext) -> None:
        """How many answers the person may get in a day."""
        person_id, chosen = context.press.number_and_word()
        if chosen not in (views.DEFAULT, *map(str, (views.NO_LIMIT, *views.LIMITS))):
            raise ButtonGone
        await self.people.profile(person_id)
        limit = None if chosen == views.DEFAULT else int(chosen)
        await self.people.set_limit(person_id, limit)
        await self._show(context, person_id)

    async def ask_remove(self, context: BotContext) -> None:
        """Ask whether to remove somebody."""
        profile = await self.people.profile(context.press.number)
        _show(context, views.ask_remove(context.texts, profile))

    async def remove(self, context: BotContext) -> None:
        """Take somebody's access away."""
        profile = await self.people.profile(context.press.number)
        await self.admission.remove(profile)
        await self._show(context, profile.person.id)

    async def admit(self, context: BotContext) -> None:
        """Let a known person in."""
        profile = await self.people.profile(context.press.number)
        await self.admission.admit(profile.person.id, by=context.person.id)
        await self._show(context, profile.person.id)

    async def block(self, context: BotContext) -> None:
        """Stop somebody outside from asking, or let them ask again."""
        profile = await self.people.profile(context.press.number)
        is_blocked = context.press.action == "block"
        await self.admission.block(profile.person.id, is_blocked=is_blocked, by=context.person.id)
        await self._show(context, profile.person.id)

    async def decide(self, context: BotContext) -> None:
        """A request to join: the first press decides, a later one shows the decision."""
        asked = await self.admission.decide(
            context.press.number,
            is_admitted=context.press.action == "request_admit",
            by=context.person.id,
        )
        by = await self.people.named(asked.decided_by or 0)
        context.show(admission_views.decided(context.texts, asked, by=by.name))

    async def _show(self, context: BotContext, person_id: int) -> None:
        profile = await self.people.profile(person_id)
        today, in_all = await self.accounts.bills_of(person_id)
        by = await self.people.named(profile.admitted_by) if profile.admitted_by else None
        shown = views.PersonCard(
            profile=profile,
            today=today,
            in_all=in_all,
            limit=await self.accounts.limit_of(profile.person),
            admitted_by=by.name if by else "",
            request=await self.admission.requests.latest(person_id),
        )
        _show(context, views.card(context.texts, shown, prices=self._prices(context)))

    def _prices(self, context: BotContext) -> str:
        return views.prices_note(context.texts, self.catalogue, base_url=self.base_url)


def _show(context: BotContext, screen: Screen) -> None:
    """Show a screen of the message of /people, of which an admin needs only the newest."""
    context.show(screen.named("people", context.texts("people_later")))
