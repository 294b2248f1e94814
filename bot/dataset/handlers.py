"""/validate, /upload, and a file that was sent: the dataset before anybody pays for it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Document

from bot.dataset import repair_views, views
from bot.dataset.current import CurrentDataset
from bot.dataset.recognition import Columns
from bot.dataset.repair import is_convertible
from bot.dataset.versions import CheckedFile, DatasetVersions
from bot.delivery.downloads import download
from bot.delivery.screen import Screen
from bot.domain.datasets import ValidationReport
from bot.edge.buttons import Press
from bot.edge.context import BotContext
from bot.errors import ButtonGone
from bot.texts import Texts

TakesExport = Callable[[BotContext, bytes, ValidationReport], Awaitable[bool]]
"""Handles a chat that a messenger exported; returns whether it can read such a one."""
MOST_BYTES = 20 * 1024 * 1024
"""What Telegram hands to bots. https://core.telegram.org/bots/api#getfile"""
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetHandlers:
    """For admins; what others send is for the chat."""

    datasets: CurrentDataset
    versions: DatasetVersions
    host: str
    """The provider's, for people."""
    takes_export: list[TakesExport] = field(default_factory=list)
    """Features that are asked first when a file is an exported chat."""

    async def validate(self, context: BotContext) -> None:
        """/validate: what the provider would say to the dataset, or to a file replied to."""
        message = context.current_update.message
        replied = message.reply_to_message if message else None
        if replied is not None and replied.document is not None:
            await self._take_in(replied.document, context)
            return
        with context.typing():
            report = await self.datasets.report()
            dataset = await self.datasets.in_use()
        judged = CheckedFile(report=report, dataset=dataset)
        context.reply(await report_screen(context.texts, self.versions, judged))

    async def upload(self, context: BotContext) -> None:
        """/upload: ask whether to send the dataset to the provider; no training starts."""
        with context.typing():
            dataset = await self.datasets.current()
        ask = views.ask_upload(context.texts, dataset, self.host, question=context.request_id)
        context.reply(ask)

    async def send(self, context: BotContext) -> None:
        """Send it: the admin said yes. A second press on the same question sends nothing."""
        question, dataset_id = context.press.numbers(2)
        with context.typing():
            if (await self.datasets.current()).id != dataset_id:
                raise ButtonGone
            dataset, file_id = await self.datasets.upload(request_id=question, by=context.person.id)
        context.show(views.uploaded(context.texts, dataset, file_id), key=f"upload:{question}")

    async def keep(self, context: BotContext) -> None:
        """Send nothing: the admin said no."""
        context.say_here("upload_kept")

    async def receive(self, context: BotContext) -> None:
        """A file: kept and judged at once, as /validate in its caption asks for anyway."""
        message = context.current_update.message
        assert message is not None
        assert message.document is not None
        await self._take_in(message.document, context)
        if context.place not in ("", "/validate"):
            context.say("dataset_caption_command", command=context.place)

    async def _take_in(self, document: Document, context: BotContext) -> None:
        name = shown_name(document.file_name or "")
        with context.typing():
            data = await download(context.bot, document, most_bytes=MOST_BYTES)
            judged = await self.versions.take_in(data, name=name, by=context.person.id)
            if judged.report.kind == "chat_export":
                for takes in self.takes_export:
                    if await takes(context, data, judged.report):
                        return
        context.reply(await report_screen(context.texts, self.versions, judged, received=name))


async def report_screen(
    texts: Texts,
    versions: DatasetVersions,
    judged: CheckedFile,
    *,
    received: str = "",
    is_used: bool | None = None,
) -> Screen:
    """The report of a version, or of what was sent; *is_used* where that is known already.

    Of what is to be converted it shows the first examples as they will be learnt.
    """
    dataset, learnt = judged.dataset, []
    if dataset is not None and is_convertible(judged.report):
        preview = await versions.preview(dataset.id)
        learnt = repair_views.first_learnt(texts, preview.samples)
    validation_id = dataset.validation_id if dataset else None
    validation = await versions.get(validation_id) if validation_id else None
    return views.report(
        texts,
        judged.report,
        dataset,
        is_in_use=await versions.is_in_use(dataset) if is_used is None else is_used,
        validation=validation,
        received=received,
        learnt=learnt,
    )


def choice_of(press: Press) -> tuple[int, Columns | None]:
    """A version, and of a table the columns that a person chose."""
    if "-" not in press.id:
        return press.number, None
    number, question, answer = press.numbers(3)
    return number, Columns(question, answer)


def shown_name(name: str) -> str:
    """What a sender calls a file, fit to be shown: its last part, without odd characters.

    >>> shown_name("../../etc/passwd")
    'passwd'
    """
    last = re.split(r"[/\\\\]", name)[-1]
    kept = "".join(character for character in last if character.isprintable()).strip()
    return kept[-_NAME_LENGTH:] or "dataset.jsonl"
