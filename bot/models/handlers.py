"""/models, /use: the list of models, the one that answers, and those off the list."""

import time
from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain.models import ServedModel
from bot.domain.typed import words_of
from bot.edge.buttons import data_of
from bot.edge.context import BotContext
from bot.edge.people import People
from bot.errors import BadCommand, ButtonGone, ModelRetired
from bot.models import detail_views, doubt_views, views
from bot.models.asked_store import AskedStore, AskedSwitch
from bot.models.details import ModelFacts
from bot.models.doubts import Doubt, Doubts
from bot.ratings.quality import Quality
from bot.serving.last_days import LastDays
from bot.serving.naming import ModelNames, check_new
from bot.serving.serving import ServedModels
from bot.serving.tried import TriedModels
from bot.serving.views import silence


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHandlers:
    """Shows models and puts them to use."""

    serving: ServedModels
    tried: TriedModels
    models: ModelFacts
    quality: Quality
    last_days: LastDays
    names: ModelNames
    doubts: Doubts
    asked: AskedStore
    people: People

    async def list_models(self, context: BotContext) -> None:
        """/models [NAME]: the model that answers, the one before it, and a page of the others."""
        serving, name = self.serving, " ".join(context.words)
        if name:
            model = await self.names.one(name)
            context.reply(await self._details(context, model.id))
            return
        now = await serving.current()
        overview = views.Overview(
            serving=now,
            previous=await serving.previous(),
            others=await serving.others(context.press.number),
            verdicts=await self.models.trials.verdicts(),
            shares=await self.quality.shares(),
            has_retired=bool((await serving.retired(0)).models),
            tried=await self.tried.of(context.person),
            chooser=await self._who(context, now.chosen_by if now else None),
        )
        screen = _in_list(context, views.listing(context.texts, overview))
        # A button without a page belongs to another message, which stays.
        (context.show if context.press.id else context.reply)(screen)

    async def list_retired(self, context: BotContext) -> None:
        """Show the models that were taken off the list."""
        page = await self.serving.retired(context.press.number)
        context.show(_in_list(context, views.retired(context.texts, page)))

    async def show(self, context: BotContext) -> None:
        """Show the details of a model."""
        context.show(await self._details(context, context.press.number))

    async def show_checkpoints(self, context: BotContext) -> None:
        """Show the checkpoints of a model's training."""
        model = await self.serving.by_id(context.press.number)
        found = await self.models.of_job(model.id)
        screen = detail_views.checkpoints(context.texts, model, found)
        context.show(_in_list(context, screen))

    async def retire(self, context: BotContext) -> None:
        """Take a model off the list; it stays at the provider."""
        model = await self.serving.retire(context.press.number)
        context.show(await self._details(context, model.id))

    async def restore(self, context: BotContext) -> None:
        """Put a model back on the list."""
        model = await self.serving.restore(context.press.number)
        context.show(await self._details(context, model.id))

    async def use(self, context: BotContext) -> None:
        """/use [NAME] [a system prompt from the next line on]: choose the model and its prompt."""
        command, _, rest = context.text.partition("\n")
        name, system_prompt = " ".join(words_of(command)[1:]), rest.strip() or None
        if name:
            context.reply(await self._named(context, name, system_prompt))
        elif system_prompt is not None:
            model = (await self.serving.model(None)).name
            context.reply(await self._named(context, model, system_prompt))
        else:
            now = await self.serving.current()
            who = await self._who(context, now.chosen_by if now else None)
            context.reply(views.current(context.texts, now, who))

    async def serve_pressed(self, context: BotContext) -> None:
        """Use a model; the message with the button says what came of it."""
        context.show(await self._asked_or_used(context, context.press.number))

    async def go_back(self, context: BotContext) -> None:
        """Use the model before a switch; ask if there was another switch since."""
        before_id, model_id = context.press.numbers(2)
        now = await self.serving.current()
        if now is not None and now.model.id not in (before_id, model_id):
            before = await self.serving.by_id(before_id)
            context.show(doubt_views.ask_since(context.texts, now.model, before))
        else:
            context.show(await self._asked_or_used(context, before_id))

    async def serve_anyway(self, context: BotContext) -> None:
        """Use a model of the list although something speaks against it."""
        await self._use_anyway(context, await self._on_the_list(context.press.number))

    async def serve_picked(self, context: BotContext) -> None:
        """Use one of several models that a name may mean; ask about it like about any other."""
        asked = await self._asked(context)
        context.show(await self._named(context, asked.name, asked.system_prompt))

    async def serve_asked(self, context: BotContext) -> None:
        """Use the model that was asked about: the admin said yes."""
        asked = await self._asked(context)
        model = await self.serving.model(asked.name)
        await self._use_anyway(context, model, asked.system_prompt)

    async def _named(self, context: BotContext, name: str, system_prompt: str | None) -> Screen:
        """Put the model of that name to use, or ask which one it is, or whether to do so."""
        texts, found = context.texts, await self.names.meant(name)
        if not found.models and " " in name:
            raise BadCommand(usage=texts.plain("use_usage"))
        if not found.models:
            check_new(name)
        if len(found.models) == 1:
            (model,) = found.models
            name, doubt = model.name, await self.doubts.about(model)
            if doubt is None:
                return await self._used(context, model, system_prompt)
        names = [model.name for model in found.models] or [name]
        asked = await self.asked.ask(
            names, system_prompt=system_prompt, request_id=context.request_id, now=int(time.time())
        )
        if len(found.models) > 1:
            return doubt_views.ask_which(texts, name, found.models, asked)
        if not found.models:
            doubt = await self.doubts.about_name(name, is_known=found.is_known)
        assert doubt is not None
        yes = data_of("models", "yes", next(each.id for each in asked if each.name == name))
        return doubt_views.ask(texts, name, doubt, yes)

    async def _asked(self, context: BotContext) -> AskedSwitch:
        """The model that a question was about; raises ButtonGone where that was too long ago."""
        asked = await self.asked.get(context.press.number)
        if asked is None:
            raise ButtonGone
        return asked

    async def _asked_or_used(self, context: BotContext, model_id: int) -> Screen:
        """Put the model to use; ask first if something speaks against it."""
        model = await self._on_the_list(model_id)
        doubt = await self.doubts.about(model)
        if doubt is not None:
            yes = data_of("models", "anyway", model.id)
            return doubt_views.ask(context.texts, model.name, doubt, yes)
        return await self._used(context, model)

    async def _use_anyway(
        self, context: BotContext, model: ServedModel, system_prompt: str | None = None
    ) -> None:
        """Use it and say what is to be expected; a second press says the same."""
        doubt, key = await self.doubts.about(model), None
        is_silent = doubt.is_silence if doubt else await self.doubts.leaves_silence(model)
        screen = await self._used(context, model, system_prompt, doubt=doubt, is_silent=is_silent)
        if is_silent:
            key = await self.serving.silence_of(self.serving.database, model.id)
            key = f"{key}:{context.person.id}"
        context.show(screen, key=key)

    async def _on_the_list(self, model_id: int) -> ServedModel:
        model = await self.serving.by_id(model_id)
        if model.retired_at is not None:
            raise ModelRetired(model=model.title, number=model.id)
        return model

    async def _used(
        self,
        context: BotContext,
        model: ServedModel,
        system_prompt: str | None = None,
        *,
        doubt: Doubt | None = None,
        is_silent: bool = False,
    ) -> Screen:
        texts = context.texts
        before = await self.serving.current()
        used = await self.serving.use(
            model,
            by=context.person.id,
            system_prompt=system_prompt,
            is_silent=is_silent,
            despite=doubt.against.id if doubt and doubt.against else None,
        )
        opening, over_since = "", await self.last_days.over_since(used.name)
        if is_silent and over_since is None:
            opening = silence(texts, used)
        elif before is not None and before.model.id == used.id:
            if system_prompt is not None:
                opening = views.prompt_changed(texts, used)
            elif before.chosen_by != context.person.id:
                opening = views.already(texts, before, await self._who(context, before.chosen_by))
        return views.used(
            texts,
            used,
            await self.serving.previous(),
            opening=opening,
            over_since=over_since,
            trial=await self.models.trials.newest_of(used.id),
        )

    async def _details(self, context: BotContext, model_id: int) -> Screen:
        found = await self.models.details(model_id)
        chooser = found.serving.chosen_by if found.serving else None
        followed_by = found.tracked.followed_by if found.tracked else None
        trainer = found.run.confirmed_by if found.run else followed_by
        screen = detail_views.details(
            context.texts,
            found,
            chooser=await self._who(context, chooser),
            trainer=await self._who(context, trainer),
            is_tried=await self.tried.of(context.person) == found.model,
        )
        return _in_list(context, screen)

    async def _who(self, context: BotContext, person_id: int | None) -> str:
        """A person's name; empty for None, and for the terminal, which is person 0."""
        return (await self.people.named(person_id)).name if person_id else ""


def _in_list(context: BotContext, screen: Screen) -> Screen:
    """A screen of the message of /models, of which an admin needs only the newest."""
    return screen.named("models", context.texts("models_later"))
