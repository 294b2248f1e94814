"""/start, /help, /id and /language."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.access.invitations import Invitations
from bot.access.outside_views import start_tester
from bot.dataset.current import CurrentDataset
from bot.delivery.screen import plain
from bot.edge.context import BotContext
from bot.edge.people_store import PeopleStore
from bot.errors import BadCommand, DatasetMissing
from bot.jobs.store import JobStore
from bot.serving.serving import ServedModels
from bot.texts import LANGUAGES, Texts
from bot.welcome import views


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeHandlers:
    """Open to everybody who is admitted."""

    datasets: CurrentDataset
    jobs: JobStore
    serving: ServedModels
    invitations: Invitations
    people: PeopleStore
    texts_in: Callable[[str], Texts]
    """The sentences of a language."""

    async def start(self, context: BotContext) -> None:
        """/start: an admin sees the state of things, a tester how to begin."""
        await context.publish_menu(context.person)
        if await self.invitations.is_spare("".join(context.words)):
            context.say("spare_code")
        serving = await self.serving.current()
        if not context.person.is_admin:
            is_ready = serving is not None
            context.reply(start_tester(context.texts, context.person, is_ready=is_ready))
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
            training=await self.jobs.active_names(),
        )
        context.reply(screen)

    async def show_help(self, context: BotContext) -> None:
        """/help: every command that the person may use."""
        context.say("help_admin" if context.person.is_admin else "help_tester")

    async def show_id(self, context: BotContext) -> None:
        """/id: the person's Telegram number."""
        context.say("id_yours", id=context.person.id)

    async def ask_language(self, context: BotContext) -> None:
        """/language: ask which one to speak."""
        context.reply(views.language(context.texts))

    async def choose_language(self, context: BotContext) -> None:
        """Store the chosen language of the person and publish their command menu in it."""
        language = context.press.id
        if language not in LANGUAGES:
            raise BadCommand(usage="/language")
        person = replace(context.person, language=language)
        await context.publish_menu(person)
        context.also(lambda tx: self.people.choose_language(tx, person.id, language))
        context.show(plain(self.texts_in(language), "language_chosen"))
