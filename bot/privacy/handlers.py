"""/privacy: what is stored about a person, even after an admin has removed them."""

from dataclasses import dataclass

from bot.chat.generations import Generations
from bot.delivery.screen import plain
from bot.edge.context import BotContext
from bot.edge.guards import quiet_key
from bot.edge.people import People
from bot.privacy import views
from bot.privacy.privacy import Privacy
from bot.usage.accounts import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyHandlers:
    """Open to everybody; each person sees only their own data."""

    privacy: Privacy
    people: People
    accounts: Accounts
    generations: Generations
    host: str
    """The chat server, by name."""

    async def overview(self, context: BotContext) -> None:
        """/privacy: what is stored, in plain words."""
        words = await self.privacy.store.words_of(context.person.id)
        profile = await self.people.profile_of(context.person)
        screen = views.overview(context.texts, profile, words, host=self.host)
        context.reply(screen, key=quiet_key(context, "privacy"))

    async def get(self, context: BotContext) -> None:
        """All of it, as a file."""
        person = context.person
        words = await self.privacy.store.words_of(person.id)
        screen = views.file_of(
            context.texts,
            await self.people.profile_of(person),
            await self.privacy.turns_of(person.id),
            words=words,
            usage=await self.accounts.models_of(person.id),
        )
        context.reply(screen, key=quiet_key(context, "privacy_file"))

    async def ask_forget(self, context: BotContext) -> None:
        """Ask whether to delete it."""
        context.reply(views.ask_forget(context.texts), key=quiet_key(context, "privacy_ask"))

    async def forget(self, context: BotContext) -> None:
        """Delete it and say so, in one transaction. A growing answer ends and is not stored."""
        self.generations.end(context.row.chat_id)
        context.also(lambda tx: self.privacy.forget(tx, context.person))
        self._say(context, "privacy_done")

    async def keep(self, context: BotContext) -> None:
        """Delete nothing."""
        self._say(context, "privacy_left")

    def _say(self, context: BotContext, key: str) -> None:
        context.show(plain(context.texts, key), key=quiet_key(context, key))
