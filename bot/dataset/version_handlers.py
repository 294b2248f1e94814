"""/datasets: versions of the dataset, and what can be done with each."""

from dataclasses import dataclass

from bot.dataset import repair_views
from bot.dataset import version_views as views
from bot.dataset import views as dataset_views
from bot.dataset.handlers import choice_of, report_screen
from bot.dataset.versions import DatasetVersions
from bot.delivery.screen import Screen
from bot.domain.datasets import Dataset
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.errors import ButtonGone, TooBigToSend
from bot.texts import Texts

MOST_BYTES = 50 * 1000 * 1000
"""What Telegram takes from bots. https://core.telegram.org/bots/api#senddocument"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionHandlers:
    """For admins."""

    versions: DatasetVersions
    people: People

    async def show_list(self, context: BotContext) -> None:
        """/datasets: all versions, by pages."""
        page = context.press.number
        datasets, has_more = await self.versions.page(page, size=views.PAGE)
        if page and not datasets:  # what stood there has been deleted since
            page, (datasets, has_more) = 0, await self.versions.page(0, size=views.PAGE)
        people = {
            person_id: (await self.people.named(person_id)).name
            for person_id in {dataset.added_by for dataset in datasets if dataset.added_by}
        }
        context.show(
            views.listed(
                context.texts,
                datasets,
                in_use=await self.versions.in_use(),
                people=people,
                page=page,
                has_more=has_more,
            )
        )

    async def show(self, context: BotContext) -> None:
        """One version: its report and what can be done about it."""
        judged = await self.versions.judged(context.press.number)
        assert judged.dataset is not None
        used = await self.versions.is_in_use(judged.dataset)
        screen = await report_screen(context.texts, self.versions, judged, is_used=used)
        context.show(views.manage(context.texts, screen, judged.dataset, is_in_use=used))

    async def full_report(self, context: BotContext) -> None:
        """Everything that was found, as a file."""
        judged = await self.versions.judged(context.press.number)
        assert judged.dataset is not None
        context.reply(dataset_views.full_report(context.texts, judged.report, judged.dataset))

    async def use(self, context: BotContext) -> None:
        """Put a version to use."""
        dataset = await self.versions.choose(context.press.number)
        validation = (
            await self.versions.get(dataset.validation_id) if dataset.validation_id else None
        )
        context.show(views.chosen(context.texts, dataset, validation))

    async def get(self, context: BotContext) -> None:
        """The version as a file."""
        context.reply(as_file(context.texts, await self.versions.get(context.press.number)))

    async def ask_delete(self, context: BotContext) -> None:
        """Ask whether a version is to be deleted."""
        dataset = await self.versions.get(context.press.number)
        context.show(views.ask_delete(context.texts, dataset))

    async def delete(self, context: BotContext) -> None:
        """Take a version away."""
        dataset = await self.versions.delete(context.press.number)
        context.show(views.deleted(context.texts, dataset))

    async def ask_repair(self, context: BotContext) -> None:
        """What a repair would change, and of what is converted the first examples."""
        number, columns = choice_of(context.press)
        dataset = await self.versions.get(number)
        done = await self.versions.preview(dataset.id, columns)
        context.reply(repair_views.ask_repair(context.texts, dataset, done, columns))

    async def ask_columns(self, context: BotContext) -> None:
        """Which columns of a table hold questions and answers."""
        judged = await self.versions.judged(context.press.number)
        assert judged.dataset is not None
        context.reply(
            repair_views.ask_columns(context.texts, judged.dataset, judged.report.columns)
        )

    async def ask_answers(self, context: BotContext) -> None:
        """Which of the other columns holds the answers."""
        number, question = context.press.numbers(2)
        judged = await self.versions.judged(number)
        columns = judged.report.columns
        if judged.dataset is None or question not in columns:
            raise ButtonGone
        context.show(repair_views.ask_answers(context.texts, judged.dataset, columns, question))

    async def repair(self, context: BotContext) -> None:
        """Make the repaired version."""
        number, columns = choice_of(context.press)
        judged = await self.versions.repair(number, columns, by=context.person.id)
        screen = await report_screen(context.texts, self.versions, judged)
        if judged.dataset is not None:
            screen = repair_views.repaired(context.texts, judged.dataset, screen)
        context.show(screen)

    async def ask_split(self, context: BotContext) -> None:
        """How much to put aside."""
        dataset = await self.versions.get(context.press.number)
        context.reply(views.ask_split(context.texts, dataset))

    async def split(self, context: BotContext) -> None:
        """Put a part aside."""
        dataset_id, share = context.press.numbers(2)
        if share not in views.SHARES:
            raise ButtonGone
        judged, done = await self.versions.split(
            dataset_id, share=share / 100, by=context.person.id
        )
        assert judged.dataset is not None
        context.show(views.divided(context.texts, judged.dataset, done))

    async def pair(self, context: BotContext) -> None:
        """Validate by this version what is trained on the one in use."""
        validation = await self.versions.get(context.press.number)
        training, leaks = await self.versions.pair(validation.id)
        context.show(views.paired(context.texts, validation, training, leaks))

    async def unpair(self, context: BotContext) -> None:
        """Train without a validation part."""
        dataset = await self.versions.get(context.press.number)
        context.show(views.unpaired(context.texts, await self.versions.unpair(dataset.id)))


def as_file(texts: Texts, dataset: Dataset) -> Screen:
    """A version to be sent; raises TooBigToSend."""
    if dataset.size_bytes > MOST_BYTES:
        raise TooBigToSend(
            megabytes=dataset.size_bytes // 1_000_000,
            limit=MOST_BYTES // 1_000_000,
            path=dataset.path,
        )
    return views.file_of(texts, dataset)
