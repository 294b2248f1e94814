"""Chats with bases and their adapters: the server's side, which leaves the computing to others."""

import asyncio
import os
from collections.abc import Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.backends import (
    Answer,
    Busy,
    ChatRefused,
    ChatRequest,
    ModelSource,
    ModelUnavailable,
    PromptTooLong,
)
from engine.backends.lora.base_chats import BaseChats
from engine.backends.lora.bases import Bases
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.place import AnswerBroken
from engine.backends.lora.published import adapter_folder, check_numbers
from engine.catalogue import BaseModel

if TYPE_CHECKING:
    from engine.backends.lora.vllm import VllmChats

_QUESTION = ({"role": "user", "content": "Hello"},)


class Chats:
    """The chats of all bases; each base has a child process of its own, a speaker."""

    def __init__(self, bases: Bases, options: LoraOptions, device: str) -> None:
        """Nothing is started or loaded yet.

        Args:
            bases: The bases on offer.
            options: Of the backend.
            device: Where chats are computed, such as cpu or cuda:0.
        """
        self._bases = bases
        self._options = options
        self._device = device
        self._is_training = False
        self._of_base: dict[str, BaseChats] = {}
        self._vllm = _vllm_chats(options)

    async def answer(self, request: ChatRequest) -> Answer:
        """Take a place in the queue, as `Backend.answer`."""
        adapter = adapter_folder(request.model) if request.model.folder else None
        if self._vllm:
            return await self._vllm.answer(request, adapter)
        chats = self._chats(request.model.base_model)
        chats.check_queue()
        return await chats.answer(request, adapter)

    async def check(self, base: BaseModel, adapter: Path) -> str:
        """Load an adapter and answer one token with it.

        Returns:
            Why it can't answer now although its weights are whole; empty: it has answered. A vLLM
            server that is down or set up otherwise is not the fault of a training.

        Raises:
            BadAdapter, ModelUnavailable: the adapter can't be used.
        """
        model = ModelSource(name=base.name, base_model=base, folder=None, step=0)
        request = ChatRequest(model=model, messages=_QUESTION, max_tokens=1, temperature=0.0)
        if self._vllm is None:
            await _read(self._chats(base).answer(request, adapter))
            return ""
        await asyncio.to_thread(check_numbers, adapter)
        try:
            await _read(self._vllm.answer(request, adapter))
        except ModelUnavailable as exc:
            return str(exc)
        return ""

    async def forget(self, folder: Path) -> None:
        """Drop every adapter below *folder* from memory; answers with them break."""
        if self._vllm:
            await self._vllm.forget(folder)
        await asyncio.gather(*(chats.forget(folder) for chats in self._of_base.values()))

    def set_training(self, is_training: bool) -> None:  # noqa: FBT001  # agreed with the backend
        """While a training runs on the same CPU, chats leave it half of the cores."""
        self._is_training = is_training
        for chats in self._of_base.values():
            chats.set_threads(self._threads())

    @property
    def idle_bases(self) -> list[str]:
        """The bases in memory that answer nobody."""
        return [name for name, chats in self._of_base.items() if chats.is_idle]

    async def drop_idle(self) -> None:
        """End every speaker that answers nobody: a training needs the memory."""
        await asyncio.gather(*(chats.drop_idle() for chats in self._of_base.values()))

    async def close(self) -> None:
        """End every speaker."""
        if self._vllm:
            await self._vllm.close()
        await asyncio.gather(*(chats.close() for chats in self._of_base.values()))

    def _threads(self) -> int:
        threads = self._options.threads or len(os.sched_getaffinity(0))
        shares = self._is_training and self._device == "cpu"
        return max(1, threads // 2) if shares else threads

    def _chats(self, base: BaseModel) -> BaseChats:
        if base.name not in self._of_base:
            self._of_base[base.name] = BaseChats(
                base.name,
                self._bases,
                self._options,
                device=self._device,
                threads=self._threads(),
            )
        return self._of_base[base.name]


async def _read(begun: Coroutine[Any, Any, Answer]) -> None:
    """Read an answer to its end. Raises `ModelUnavailable`."""
    try:
        answer = await begun
        async with aclosing(answer.pieces) as pieces:
            async for _ in pieces:
                pass
    except Busy as exc:
        raise ModelUnavailable("too many chats are waiting") from exc
    except (AnswerBroken, ChatRefused, PromptTooLong) as exc:
        raise ModelUnavailable(str(exc)) from exc


def _vllm_chats(options: LoraOptions) -> "VllmChats | None":
    if not options.vllm_url:
        return None
    # Its client takes a moment to import, which few servers need.
    from engine.backends.lora.vllm import VllmChats  # noqa: PLC0415

    return VllmChats(options.vllm_url, options.vllm_key)
