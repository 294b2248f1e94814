"""/export: makes the next version of the dataset of rated answers."""

import datetime as dtm
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.dataset.handlers import report_screen
from bot.dataset.version_handlers import as_file
from bot.dataset.versions import CheckedFile, DatasetVersions
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.export import Export, ExportFormat, ExportPart, views


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHandlers:
    """For admins."""

    export: Export
    versions: DatasetVersions
    people: People
    least: int
    """The fewest examples that a provider takes."""
    zone: ZoneInfo
    """The time zone of the day in a file's name."""

    async def start(self, context: BotContext) -> None:
        """/export: survey all rated answers, or the new ones."""
        with context.typing():
            found = await self.export.survey(context.press.number)
        people = {
            person_id: (await self.people.named(person_id)).name for person_id in views.named(found)
        }
        context.show(views.survey(context.texts, found, people, least=self.least))

    async def make(self, context: BotContext) -> None:
        """Make a version of the dataset."""
        since = context.press.number
        judged, part = await self._made(context, ExportFormat(context.press.action), since)
        assert judged.dataset is not None
        screen = await report_screen(context.texts, self.versions, judged)
        context.show(views.made(context.texts, screen, judged.dataset, part, since=since))

    async def send(self, context: BotContext) -> None:
        """Send both kinds as files. They are versions, too, so the files exist until then."""
        found = await self.export.survey(context.press.number)
        parts = {ExportFormat.EXAMPLES: found.examples, ExportFormat.PAIRS: found.pairs}
        for kind in [kind for kind, part in parts.items() if part.n]:
            judged, _ = await self._made(context, kind, context.press.number)
            assert judged.dataset is not None
            context.reply(as_file(context.texts, judged.dataset))

    async def _made(
        self, context: BotContext, kind: ExportFormat, since: int
    ) -> tuple[CheckedFile, ExportPart]:
        now = time.time()
        day = dtm.datetime.fromtimestamp(now, self.zone).date()
        with context.typing():
            made = await self.export.to_versions(
                kind, since=since, name=f"natasha-{kind}-{day}.jsonl", by=context.person.id
            )
        context.also(lambda tx: self.export.store.mark(tx, now=int(now)))
        return made
