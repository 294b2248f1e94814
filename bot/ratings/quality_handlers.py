"""/quality: what people say of the models, and their bad answers to read."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.chat.store import ConversationStore
from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.errors import ModelListGone
from bot.ratings import quality_views as views
from bot.ratings.quality import LATELY_S, Quality
from bot.safety.store import DangerStore
from bot.serving.serving import ServedModels
from bot.texts import Texts

Work = Callable[[Texts], Awaitable[Screen | None]]
"""What there is to do about bad answers, in words and buttons; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityHandlers:
    """What admins see of the ratings."""

    quality: Quality
    serving: ServedModels
    conversations: ConversationStore
    max_tokens: int
    """The limit on the tokens of an answer."""
    dangers: DangerStore
    work: list[Work] = field(default_factory=list)

    async def overview(self, context: BotContext) -> None:
        """/quality: every model, and what follows from the ratings."""
        models = await self.quality.overview()
        n_cut = await self.conversations.n_cut(since=int(time.time()) - LATELY_S)
        cut = views.CutAnswers(n=n_cut, limit=self.max_tokens)
        dangers = await self.dangers.counts()
        work = [found for look in self.work if (found := await look(context.texts)) is not None]
        context.show(views.overview(context.texts, models, cut, dangers, work))

    async def read(self, context: BotContext) -> None:
        """One of a model's bad answers: "12.0" is the newest of model 12."""
        found = re.fullmatch(r"(\d{1,18})\.(\d{1,9})", context.press.id, re.ASCII)
        if found is None:
            raise ModelListGone
        number = int(found[2])
        model = await self.serving.by_id(int(found[1]))
        quality = await self.quality.of_model(model.id)
        answer = await self.quality.ratings.bad(model.name, offset=number)
        n_bad = quality.n_bad if quality else 0
        context.show(views.bad_answer(context.texts, model, answer, number=number, of=n_bad))
