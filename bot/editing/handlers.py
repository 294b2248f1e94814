"""The card of bad answers: its buttons, and words that come as replies."""

import time
from dataclasses import dataclass

from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.people import Person
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.edge.prompts import numbers_in
from bot.editing import views
from bot.editing.answers import Answers
from bot.editing.readiness import Readiness
from bot.errors import AnswerDecided
from bot.export.examples import example_of
from bot.export.store import ExportStore
from bot.ratings.entities import Decision, Verdict
from bot.texts import Texts
from bot.training.handlers import PlanHandlers

_PROMPT = "edit_prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHandlers:
    """For admins."""

    answers: Answers
    readiness: Readiness
    plans: PlanHandlers
    exports: ExportStore
    outbox: OutboxStore
    people: People

    async def start(self, context: BotContext) -> None:
        """The first bad answer, as a new message."""
        context.reply(await self.card(context.texts))

    async def open(self, context: BotContext) -> None:
        """One bad answer that another screen names, as a new message."""
        found = await self.answers.get(context.press.number)
        if found.verdict not in (None, Verdict.SKIPPED):
            raise await self._decided_by(found.decided_by)
        _, n = await self.answers.next()
        ready = await self.readiness.look()
        context.reply(views.answer(context.texts, found, ready, n=max(1, n)))

    async def say(self, context: BotContext) -> None:
        """Ask for better words, in a message that wants a reply; once if tapped twice."""
        found = await self.answers.get(context.press.number)
        if found.verdict not in (None, Verdict.SKIPPED) and found.decided_by != context.person.id:
            raise await self._decided_by(found.decided_by)
        key = f"edit:{context.row.chat_id}:{context.message_id}:{found.request_id}"
        if await self.outbox.message_of(key) is not None:
            await context.say_above("edit_waiting")
            return
        context.reply(views.ask_words(context.texts, found), key=key)

    async def decide(self, context: BotContext) -> None:
        """[It is fine] or [Skip]: store it, and show the next one in the same message."""
        is_fine = context.press.action == "fine"
        verdict = Verdict.FINE if is_fine else Verdict.SKIPPED
        person_id = context.person.id
        standing = await self.answers.decide(context.press.number, verdict, by=person_id)
        await self._check_own(context, standing)
        context.show(await self.card(context.texts))

    async def take(self, context: BotContext) -> bool:
        """Whether the message replies to our question; if so, its words are the better answer."""
        asked = numbers_in(context.row.written, _PROMPT)
        if asked is None or not (context.person.is_admin and context.text):
            return False
        await self._rewrite(context, asked[0])
        note = views.noted(context.texts, example_of(await self.answers.get(asked[0])))
        context.reply(await self.card(context.texts, note=note))
        return True

    async def take_edited(self, context: BotContext) -> bool:
        """Whether the edited message holds a better answer; if so, its new words are stored."""
        before = await self.answers.decisions.written_in(context.person.id, context.message_id or 0)
        if before is None or not (context.person.is_admin and context.text):
            return False
        await self._rewrite(context, before.turn_id)
        context.say("edit_changed")
        return True

    async def is_work(self, person: Person, message: JsonDict) -> bool:
        """Whether it is meant for the training, and says nothing of the admin's own state."""
        return person.is_admin and numbers_in(message, _PROMPT) is not None

    async def learn(self, context: BotContext) -> None:
        """Put the dataset with all that is new to use, and open a plan on it."""
        with context.typing():
            dataset_id = await self.readiness.join(
                by=context.person.id, is_replay=context.is_replay
            )
        context.also(lambda tx: self.exports.mark(tx, now=int(time.time())))
        await self.plans.plan_on_version(context, dataset_id)

    async def card(self, texts: Texts, *, note: str = "") -> Screen:
        """The next bad answer, or that none is left."""
        found, n = await self.answers.next()
        return views.answer(texts, found, await self.readiness.look(), n=n, note=note)

    async def beside_quality(self, texts: Texts) -> Screen | None:
        """What /quality offers to do."""
        _, n = await self.answers.next()
        return views.beside_quality(texts, await self.readiness.look(), n=n)

    async def _rewrite(self, context: BotContext, turn_id: int) -> None:
        standing = await self.answers.decide(
            turn_id,
            Verdict.REWRITTEN,
            by=context.person.id,
            text=context.text,
            message_id=context.message_id,
        )
        await self._check_own(context, standing)

    async def _check_own(self, context: BotContext, standing: Decision) -> None:
        """Raise AnswerDecided if another admin was quicker."""
        if standing.decided_by != context.person.id:
            raise await self._decided_by(standing.decided_by)

    async def _decided_by(self, person_id: int | None) -> AnswerDecided:
        return AnswerDecided(who=(await self.people.named(person_id or 0)).name)
