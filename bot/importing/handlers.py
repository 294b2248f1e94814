"""A chat that an admin sent or forwards: who is Natasha, samples, the decision."""

import datetime as dtm
import time
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.dataset.handlers import report_screen
from bot.delivery.outbox_store import OutboxStore
from bot.domain.datasets import ValidationReport
from bot.edge.context import BotContext
from bot.edge.feature import Handler
from bot.errors import ButtonGone
from bot.importing import views
from bot.importing.importing import GATHERING_S, Importing, as_export, as_exported


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHandlers:
    """For admins."""

    importing: Importing
    outbox: OutboxStore
    zone: ZoneInfo
    """The time zone of the day in a version's name."""

    async def take_export(self, context: BotContext, data: bytes, report: ValidationReport) -> bool:
        """Whether an exported chat is one that we read; if so, ask who is Natasha."""
        app = next((found.params.get("app") for found in report.findings), "")
        if app != "Telegram" or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        number, now = context.request_id, int(time.time())
        found = await self.importing.write(number, data)
        context.also(
            lambda tx: self.importing.store.begin(
                tx, number, context.person.id, is_gathering=False, now=now
            )
        )
        context.reply(views.ask_who(context.texts, number, found))
        return True

    async def begin(self, context: BotContext) -> None:
        """Gather what is forwarded from now on; a second press changes nothing."""
        number, now, person_id = context.request_id, int(time.time()), context.person.id
        store = self.importing.store
        if await store.gathering(person_id, since=now - GATHERING_S):
            await context.say_above("import_gathering_already")
            return
        context.also(lambda tx: store.begin(tx, number, person_id, is_gathering=True, now=now))
        context.reply(views.gathering(context.texts, number, 0), key=_counter_key(number))

    async def around(self, context: BotContext, handler: Handler) -> None:
        """While an admin gathers, what they forward is kept, and no other feature sees it."""
        forwards = context.forwards if context.person.is_admin and context.is_new else []
        store, now = self.importing.store, int(time.time())
        found = forwards and await store.gathering(context.person.id, since=now - GATHERING_S)
        if not found:
            await handler(context)
            return
        messages = [message for message in map(as_exported, forwards) if message]
        n = len(await store.gathered(found.id)) + len(messages)
        screen = replace(views.gathering(context.texts, found.id, n), thread_id=context.thread_id)
        context.also(lambda tx: store.add(tx, found.id, messages))
        context.also(
            lambda tx: self.outbox.change(
                tx,
                context.row.chat_id,
                key=f"{_counter_key(found.id)}:{context.request_id}",
                payload=screen.to_json(),
                now=now,
                edit_key=_counter_key(found.id),
            )
        )

    async def ask(self, context: BotContext) -> None:
        """All is forwarded, or it was somebody else: ask who is Natasha."""
        importing, now = self.importing, int(time.time())
        found = await importing.get(context.press.number, context.person.id)
        with context.typing():
            if found.is_gathering:
                messages = await importing.store.gathered(found.id)
                survey = await importing.write(found.id, as_export(messages))
                context.also(lambda tx: importing.store.gathered_all(tx, found.id, now=now))
            else:
                survey = await importing.survey(found.id)
        context.show(views.ask_who(context.texts, found.id, survey))

    async def show(self, context: BotContext) -> None:
        """Samples of what would be learnt, if that person is Natasha."""
        number, key = context.press.number_and_word()
        found = await self.importing.get(number, context.person.id)
        with context.typing():
            survey = await self.importing.survey(found.id)
            natasha = next((each for each in survey.speakers if each.key == key), None)
            if natasha is None:
                raise ButtonGone
            made = await self.importing.make(found.id, natasha.key)
        context.show(views.samples(context.texts, found.id, natasha, made))

    async def take(self, context: BotContext) -> None:
        """Make a version of the examples, and show its report."""
        number, key = context.press.number_and_word()
        found = await self.importing.get(number, context.person.id)
        day = dtm.datetime.now(self.zone).date()
        with context.typing():
            judged = await self.importing.accept(
                found.id, key, name=f"natasha-chat-{day}.jsonl", by=context.person.id
            )
        context.also(lambda tx: self.importing.end(tx, found.id))
        screen = await report_screen(context.texts, self.importing.versions, judged)
        assert judged.dataset is not None
        made = context.texts("import_made", number=judged.dataset.id)
        context.show(replace(screen, text=f"{made}\n\n{screen.text}"))

    async def drop(self, context: BotContext) -> None:
        """Take nothing, and delete all of it."""
        found = await self.importing.get(context.press.number, context.person.id)
        context.also(lambda tx: self.importing.end(tx, found.id))
        context.say_here("import_dropped")


def _counter_key(import_id: int) -> str:
    return f"import:{import_id}"
