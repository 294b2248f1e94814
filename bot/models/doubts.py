"""What speaks against a model, asked before it is put to use."""

import datetime as dtm
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.models import ServedModel
from bot.serving.last_days import LastDays
from bot.serving.naming import ModelNames
from bot.serving.serving import ServedModels
from bot.trials.entities import Trial
from bot.trials.store import TrialStore
from bot.usage.store import UsageStore


class DoubtKind(StrEnum):
    """What speaks against a model."""

    OVER = "over"
    """It was switched off."""
    UNKNOWN = "unknown"
    """The server that answers in chats does not have it, or not yet."""
    UNSURE = "unsure"
    """The server can't say whether it has it, and the model has never answered."""
    RETIRED = "retired"
    """An admin took it off the list."""
    UNJUDGED = "unjudged"
    """It answers, and was not yet asked everything that a verdict needs."""
    UNFIT = "unfit"
    """The verdict on it is not to use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What speaks against letting a model answer."""

    kind: DoubtKind
    day: dtm.date | None = None
    """For OVER: since when."""
    against: Trial | None = None
    """The trial whose verdict is not to use the model; None: there is no such verdict."""

    @property
    def is_silence(self) -> bool:
        """Whether chats may be left without answers."""
        return self.kind not in (DoubtKind.RETIRED, DoubtKind.UNJUDGED, DoubtKind.UNFIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Looks at a model before it answers in chats."""

    serving: ServedModels
    names: ModelNames
    last_days: LastDays
    usage: UsageStore
    trials: TrialStore

    async def about(self, model: ServedModel) -> Doubt | None:
        """What speaks against the model; None: nothing does, or it answers in chats already.

        A model that has answered, in a chat or a trial, needs no word of the server. If it is gone
        since, the first question in a chat finds that out and the model before it takes over.
        """
        serving = await self.serving.current()
        if serving is not None and serving.model.id == model.id:
            return None
        trial, doubt = await self.trials.newest_of(model.id), await self._other(model)
        if trial is None or not trial.is_against:
            return doubt
        return replace(doubt or Doubt(kind=DoubtKind.UNFIT), against=trial)

    async def leaves_silence(self, model: ServedModel) -> bool:
        """Whether chats may be left without answers, also if the model serves already."""
        doubt = await self._other(model)
        return doubt is not None and doubt.is_silence

    async def _other(self, model: ServedModel) -> Doubt | None:
        """What speaks against the model apart from a verdict."""
        day = await self.last_days.over_since(model.name)
        if day is not None:
            return Doubt(kind=DoubtKind.OVER, day=day)
        if await self.trials.is_underway(model.id):
            return Doubt(kind=DoubtKind.UNJUDGED)
        if not await self._has_answered(model):
            is_known = await self.names.is_known(model.name)
            if is_known is not True:
                return Doubt(kind=DoubtKind.UNSURE if is_known is None else DoubtKind.UNKNOWN)
        return Doubt(kind=DoubtKind.RETIRED) if model.retired_at is not None else None

    async def about_name(self, name: str, *, is_known: bool | None) -> Doubt:
        """The same for a name that the bot has never seen and that the server does not confirm."""
        day = await self.last_days.over_since(name)
        if day is not None:
            return Doubt(kind=DoubtKind.OVER, day=day)
        return Doubt(kind=DoubtKind.UNSURE if is_known is None else DoubtKind.UNKNOWN)

    async def _has_answered(self, model: ServedModel) -> bool:
        judged = await self.trials.verdicts()
        return model.id in judged or await self.usage.has_answered(model.name)
