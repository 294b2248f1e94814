"""Talking with a model alone, before it answers everybody."""

from dataclasses import dataclass

from bot.edge.context import BotContext
from bot.errors import ModelRetired
from bot.models import views
from bot.serving.tried import TriedModels


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkHandlers:
    """The begin and the end of a try; all other people keep their model."""

    tried: TriedModels

    async def begin(self, context: BotContext) -> None:
        """Let the model answer this admin from now on; a second press adds no message."""
        person, serving = context.person, await self.tried.serving.current()
        model = await self.tried.serving.by_id(context.press.number)
        tried, is_serving = await self.tried.of(person), serving and serving.model == model
        if model.retired_at is not None:
            raise ModelRetired(model=model.title, number=model.id)
        if tried == model:
            await context.say_above("tried_now", model=model.title)
        elif is_serving and tried is not None:
            context.also(lambda tx: self.tried.end(tx, person, tried.id))
            context.reply(views.try_ended(context.texts, model))
        elif is_serving:
            context.say("talk_to_all", model=model.title)
        else:
            context.also(lambda tx: self.tried.begin(tx, person, model))
            context.reply(views.tried(context.texts, model))

    async def end(self, context: BotContext) -> None:
        """Answer this admin like everybody; an old button does not end another try."""
        model = await self.tried.serving.by_id(context.press.number)
        tried, serving = await self.tried.of(context.person), await self.tried.serving.current()
        if tried is not None and tried != model:
            context.show(views.tried(context.texts, tried))
            return
        context.also(lambda tx: self.tried.end(tx, context.person, model.id))
        context.show(views.try_ended(context.texts, serving.model if serving else None))
