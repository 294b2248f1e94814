"""Why a model may leave the chats without answers, asked before it is put to use."""

import datetime as dtm
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.models import ServedModel
from bot.serving.last_days import LastDays
from bot.serving.naming import ModelNames
from bot.serving.serving import ServedModels
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What speaks against letting a model answer."""

    kind: DoubtKind
    day: dtm.date | None = None
    """For OVER: since when."""

    @property
    def is_silence(self) -> bool:
        """Whether chats may be left without answers."""
        return self.kind is not DoubtKind.RETIRED


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
        day = await self.last_days.over_since(model.name)
        if day is not None:
            return Doubt(kind=DoubtKind.OVER, day=day)
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
