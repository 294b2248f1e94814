"""Which model people mean: the one answer to that question for all commands."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.models import ServedModel
from bot.domain.typed import list_number, name_key
from bot.errors import ModelAmbiguous, ModelNotListed
from bot.gateways.chat import ChatApi
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore

PATIENCE_S: Final = 5.0
"""How long the server may take to say whether it has a model, while a person waits."""
_SHORTEST_PREFIX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a name may mean."""

    models: Sequence[ServedModel]
    """One: it is that. Several: one of them, the newest first. None: the bot has no such model."""
    is_known: bool | None = None
    """If there are none, whether the server has a model of that name; None: it can't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNames:
    """A model has a full name, the title that screens show, and a number in the list."""

    models: ModelStore
    serving: ServedModels
    api: ChatApi

    async def meant(self, name: str) -> Meant:
        """What people mean: a stored model by any of its names, else one that the server has.

        The beginning of a name is enough where only one model begins so, and the server has none
        that is called just so.
        """
        everything = await self._everything()
        found = _exactly(name, everything)
        if found:
            return Meant(models=found)
        is_known = await self.is_known(name)
        if is_known:
            return Meant(models=[await self.serving.model(name)])
        return Meant(models=_beginning(name, everything), is_known=is_known)

    async def one(self, name: str) -> ServedModel:
        """The model that people mean.

        Raises:
            ModelNotListed: there is none.
            ModelAmbiguous: there are several; `numbers` are theirs.
        """
        found = (await self.meant(name)).models
        if not found:
            raise ModelNotListed(model=name)
        return _only(name, found)

    async def one_or_new(self, name: str) -> ServedModel:
        """The model that people mean, else a new one of that name; raises like `one`."""
        found = (await self.meant(name)).models
        if found:
            return _only(name, found)
        check_new(name)
        return await self.serving.model(name)

    async def full_name(self, title: str) -> str | None:
        """The full name of the stored model that has this name or title, but not this number.

        None: there is none. Raises ModelAmbiguous.
        """
        named = [] if list_number(title) else _exactly(title, await self._everything())
        return _only(title, named).name if named else None

    async def is_known(self, name: str) -> bool | None:
        """Whether the server that answers in chats has the model; None: it can't say."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.api.has_model(name)
        except TimeoutError:
            return None

    async def _everything(self) -> list[ServedModel]:
        await self.serving.current()  # stores the model of the settings
        return await self.models.everything()


def check_new(name: str) -> None:
    """Raise ModelNotListed for what no model elsewhere is called: a number, or several words."""
    if list_number(name) or len(name.split()) != 1:
        raise ModelNotListed(model=name)


def _exactly(name: str, known: Sequence[ServedModel]) -> list[ServedModel]:
    """The models of that full name, number or title, in this order; retired ones only alone."""
    wanted = name_key(name)
    for found in (
        [model for model in known if model.name == name],
        [model for model in known if str(model.id) == list_number(name)],
        [model for model in known if wanted in map(name_key, _names(model))],
    ):
        if found:
            return _listed(found)
    return []


def _names(model: ServedModel) -> tuple[str, str, str]:
    """The full name, the title, and the title with the provider's code, as buttons show it."""
    return model.name, model.title, f"{model.title} · {model.name.rpartition(':')[2]}"


def _beginning(name: str, known: Sequence[ServedModel]) -> list[ServedModel]:
    """The models of which a title or a full name begins so; "v1" is no beginning of "v10"."""
    wanted = name_key(name)
    if len(wanted) < _SHORTEST_PREFIX:
        return []
    begins = re.compile(re.escape(wanted) + (r"(?!\d)" if wanted[-1].isdigit() else ""))
    return _listed(
        [m for m in known if any(begins.match(name_key(each)) for each in (m.title, m.name))]
    )


def _listed(found: list[ServedModel]) -> list[ServedModel]:
    return [model for model in found if model.retired_at is None] or found


def _only(name: str, found: Sequence[ServedModel]) -> ServedModel:
    if len(found) > 1:
        numbers = ", ".join(str(model.id) for model in found)
        raise ModelAmbiguous(model=name, numbers=numbers)
    return found[0]
