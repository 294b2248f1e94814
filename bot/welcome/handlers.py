"""/start, /help, /id and /language."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.access.invitations import Invitations
from bot.access.outside_views import start_tester
from bot.dataset.current import CurrentDataset
from bot.edge.context import BotContext
from bot.edge.people_store import PeopleStore
from bot.errors import BadCommand, ButtonGone, DatasetMissing
from bot.jobs.store import JobStore
from bot.serving.tried import TriedModels
from bot.texts import LANGUAGES, Texts
from bot.welcome import settings_views, views


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeHandlers:
    """Open to everybody who is admitted."""

    datasets: CurrentDataset
    jobs: JobStore
    tried: TriedModels
    invitations: Invitations
    people: PeopleStore
    texts_in: Callable[[str], Texts]
    """The sentences of a language."""

    async def start(self, context: BotContext) -> None:
        """/start: an admin sees the state of things, a tester how to begin."""
        await context.publish_menu(context.person)
        if await self.invitations.is_spare("".join(context.words)):
            context.say("spare_code")
        serving = await self.tried.serving.current()
        if not context.person.is_admin:
            is_ready = serving is not None
            screen = start_tester(context.texts, context.person, is_ready=is_ready)
            context.reply(screen.named("start", context.texts("start_later")))
            return
        try:
            report = await self.datasets.report()
        except DatasetMissing:
            report = None
        screen = views.start_admin(
            context.texts,
            context.person,
            report=report,
            serving=serving,
            tried=await self.tried.of(context.person),
            training=await self.jobs.active_names(),
        )
        context.reply(screen.named("start", context.texts("start_later")))

    async def show_help(self, context: BotContext) -> None:
        """/help: every command that the person may use; an admin finds most behind buttons."""
        if context.person.is_admin:
            context.reply(views.help_of(context.texts, views.HELP))
        else:
            context.reply(settings_views.help_tester(context.texts))

    async def show_section(self, context: BotContext) -> None:
        """A section of an admin's help, in the place of what stood there."""
        section = context.press.id
        if section not in views.HELP_SECTIONS:
            raise ButtonGone
        context.show(views.help_of(context.texts, section))

    async def show_id(self, context: BotContext) -> None:
        """/id: the person's Telegram ID."""
        context.say("id_yours", id=context.person.id)

    async def ask_language(self, context: BotContext) -> None:
        """/language: ask which one to speak."""
        context.show(views.language(context.texts))

    async def choose_language(self, context: BotContext) -> None:
        """Store the chosen language of the person and publish their command menu in it."""
        language = context.press.id
        if language not in LANGUAGES:
            raise BadCommand(usage="/language")
        person = replace(context.person, language=language)
        await context.publish_menu(person)
        context.also(lambda tx: self.people.choose(tx, person.id, language=language))
        context.show(settings_views.language_chosen(self.texts_in(language)))
