"""The base models that this project's engine offers, where a plan asks for another one."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import Final

from bot.domain.datasets import Dataset
from bot.domain.training import EngineEstimate, Hyperparameters
from bot.errors import ButtonGone, ModelUnknown, UserError
from bot.gateways.provider import TrainingApi
from bot.training.estimates import Estimates

MOST_OFFERED: Final = 20
"""Buttons; a model beyond them can be typed."""
_MOST_ESTIMATED: Final = 8
LONGEST_VALUE: Final = 30
"""Bytes of a name in a button, which carries 64 in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseOffer:
    """A base model that a button offers."""

    name: str
    estimate: EngineEstimate | None = None
    """Of a training like the plan's; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBases:
    """What the engine can train; another server's list may hold anything, and is not used."""

    api: TrainingApi
    estimates: Estimates

    async def served(
        self, dataset: Dataset, parameters: Hyperparameters, *, preset_model: str = ""
    ) -> Hyperparameters:
        """The parameters with a base model that the engine has, where there is no choice.

        A preset brings OpenAI's strongest model: *preset_model* takes its place if the engine has
        that one; empty: no preset chose. The only base model takes any other's place.
        """
        if not await self._is_lacking(dataset, parameters):
            return parameters
        if preset_model:
            kept = replace(parameters, base_model=preset_model)
            if not await self._is_lacking(dataset, kept):
                return kept
        names = await self._names()
        return replace(parameters, base_model=names[0]) if len(names) == 1 else parameters

    async def offers(self, dataset: Dataset, parameters: Hyperparameters) -> Sequence[BaseOffer]:
        """The base models, each with its estimate; empty: the server is not the engine."""
        try:
            if await self.estimates.of_engine(dataset, parameters) is None:
                return []
        except ModelUnknown:
            pass  # the engine says so
        names = (await self._names())[:MOST_OFFERED]
        found = await asyncio.gather(
            *(
                self._estimate(dataset, replace(parameters, base_model=name))
                for name in islice(names, _MOST_ESTIMATED)
            )
        )
        return [BaseOffer(name=n, estimate=e) for n, e in zip_longest(names, found) if n]

    async def instead_of(self, dataset: Dataset, parameters: Hyperparameters) -> list[str]:
        """The base models to choose from where the engine lacks the asked one; else empty."""
        return await self._names() if await self._is_lacking(dataset, parameters) else []

    async def full_name(self, value: str) -> str:
        """The name for which a button carries *value*; raises ButtonGone where it is gone."""
        if not value.startswith("#"):
            return value
        for name in await self._names():
            if value_of(name) == value:
                return name
        raise ButtonGone

    async def _names(self) -> list[str]:
        """The base models, without the tuned ones behind them; empty: they can't be listed."""
        try:
            names = await self.api.model_names()
        except UserError:
            return []
        return [name for name in names if not name.startswith("ft:")]

    async def _is_lacking(self, dataset: Dataset, parameters: Hyperparameters) -> bool:
        try:
            await self.estimates.of_engine(dataset, parameters)
        except ModelUnknown:
            return True
        return False

    async def _estimate(
        self, dataset: Dataset, parameters: Hyperparameters
    ) -> EngineEstimate | None:
        try:
            return await self.estimates.of_engine(dataset, parameters)
        except ModelUnknown:
            return None


def value_of(name: str) -> str:
    """What a button carries for a model: the name, or a mark of a name that is too long.

    >>> value_of("Qwen/Qwen3-0.6B")
    'Qwen/Qwen3-0.6B'
    >>> value_of("HuggingFaceTB/SmolLM2-135M-Instruct")
    '#b68b303bbb'
    """
    if len(name.encode()) <= LONGEST_VALUE:
        return name
    return f"#{hashlib.sha256(name.encode()).hexdigest()[:10]}"
