"""/privacy: what is stored about a person, shown and deleted; also when they were removed."""

from dataclasses import dataclass

from bot.chat.generations import Generations
from bot.delivery.screen import plain
from bot.domain.people import PersonProfile
from bot.edge.context import BotContext
from bot.edge.guards import quiet_key
from bot.edge.people import People
from bot.privacy import views
from bot.privacy.privacy import Privacy
from bot.usage.accounts import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyHandlers:
    """Open to everybody: each sees only what is their own."""

    privacy: Privacy
    people: People
    accounts: Accounts
    generations: Generations
    host: str
    """Of the server that answers."""

    async def overview(self, context: BotContext) -> None:
        """/privacy: what there is, in plain words."""
        words = await self.privacy.words_of(context.person.id)
        screen = views.overview(context.texts, await self._profile(context), words, host=self.host)
        context.reply(screen, key=quiet_key(context, "privacy"))

    async def get(self, context: BotContext) -> None:
        """All of it, as a file."""
        person = context.person
        words = await self.privacy.words_of(person.id)
        screen = views.file_of(
            context.texts,
            await self._profile(context),
            await self.privacy.turns_of(person.id),
            n_turns=words.n_turns,
            usage=await self.accounts.models_of(person.id),
        )
        context.reply(screen, key=quiet_key(context, "privacy_file"))

    async def ask_forget(self, context: BotContext) -> None:
        """Ask whether it is really to be deleted."""
        context.reply(views.ask_forget(context.texts), key=quiet_key(context, "privacy_ask"))

    async def forget(self, context: BotContext) -> None:
        """Delete it and say so, in one transaction; an answer that grows ends, unkept."""
        self.generations.end(context.row.chat_id)
        context.also(lambda tx: self.privacy.forget(tx, context.person))
        self._say(context, "privacy_done")

    async def keep(self, context: BotContext) -> None:
        """Delete nothing."""
        self._say(context, "privacy_left")

    async def _profile(self, context: BotContext) -> PersonProfile:
        return await self.people.profile_of(context.person)

    def _say(self, context: BotContext, key: str) -> None:
        context.show(plain(context.texts, key), key=quiet_key(context, key))
