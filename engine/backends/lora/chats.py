"""Chats with bases and their adapters: the server's side, which leaves the computing to others."""

import asyncio
import os
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import aclosing
from itertools import chain, cycle, islice
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
from engine.backends.lora.chat_worker import ChatWorker
from engine.backends.lora.machine import cpu_threads
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.place import AnswerBroken
from engine.backends.lora.published import adapter_folder, check_numbers
from engine.backends.lora.speaker_chats import SpeakerChats
from engine.backends.lora.speaker_child import start_child
from engine.backends.lora.speaker_process import Launcher
from engine.catalogue import BaseModel

if TYPE_CHECKING:
    from engine.backends.lora.vllm import VllmChats

_QUESTION = ({"role": "user", "content": "Hello"},)


class Chats:
    """The chats of all bases: each has speakers, or vLLM servers answer for all of them."""

    def __init__(
        self,
        bases: Bases,
        options: LoraOptions,
        devices: Sequence[str],
        cluster: Launcher | None = None,
    ) -> None:
        """Nothing is started or loaded yet.

        Args:
            bases: The bases on offer.
            options: Of the backend.
            devices: Where chats are computed, such as cpu or cuda:0: each speaker takes the next.
            cluster: Starts speakers elsewhere; None: they are children on this machine.
        """
        self._bases = bases
        self._options = options
        self._devices = devices
        self._cluster = cluster
        self._is_training = False
        self._of_base: dict[str, BaseChats] = {}
        self._speakers: dict[str, list[SpeakerChats]] = {}
        self._servers = _vllm_servers(options)

    async def answer(self, request: ChatRequest) -> Answer:
        """Take a place in the queue, as `Backend.answer`."""
        adapter = adapter_folder(request.model) if request.model.folder else None
        chats = self._chats(request.model.base_model)
        chats.check_queue()
        return await chats.answer(request, adapter)

    async def check(self, base: BaseModel, adapter: Path) -> str:
        """Load an adapter and answer one token with it.

        Returns:
            Why it can't answer now although its weights are whole; empty: it has answered. A vLLM
            server or a cluster that can't answer is not the fault of a training.

        Raises:
            BadAdapter, ModelUnavailable: the adapter can't be used.
        """
        model = ModelSource(name=base.name, base_model=base, folder=None, step=0)
        request = ChatRequest(model=model, messages=_QUESTION, max_tokens=1, temperature=0.0)
        is_elsewhere = bool(self._servers or self._cluster)
        if is_elsewhere:
            await asyncio.to_thread(check_numbers, adapter)
        try:
            await _read(self._chats(base).answer(request, adapter))
        except ModelUnavailable as exc:
            if not is_elsewhere:
                raise
            return str(exc)
        finally:
            if self._cluster:
                await self.drop_idle()  # other trainings may wait for its place
        return ""

    async def forget(self, folder: Path) -> None:
        """Drop every adapter below *folder* from memory; answers with them break."""
        await asyncio.gather(*(worker.forget(folder) for worker in self._workers()))

    def set_training(self, is_training: bool) -> None:  # noqa: FBT001  # agreed with the backend
        """While a training runs on the same CPU, chats leave it half of the cores."""
        self._is_training = is_training
        self._share_threads()

    def idle_on(self, device: str) -> list[str]:
        """The bases in a device's memory that answer nobody, once for each copy."""
        speakers = ((name, each) for name, several in self._speakers.items() for each in several)
        return [name for name, each in speakers if each.is_idle and each.device == device]

    @property
    def n_adapters(self) -> int | None:
        """Adapters in the speakers' memory, once for each; None: vLLM servers have them."""
        several = chain(*self._speakers.values())
        return None if self._servers else sum(speaker.n_adapters for speaker in several)

    async def is_alive(self) -> bool:
        """Whether a vLLM server answers, where there are any."""
        found = await asyncio.gather(*(server.is_alive() for server in self._servers))
        return not found or any(found)

    async def drop_idle(self) -> None:
        """End every speaker that answers nobody: a training needs the memory."""
        several = chain(*self._speakers.values())
        await asyncio.gather(*(speaker.drop_idle() for speaker in several))

    async def close(self) -> None:
        """End every speaker."""
        await asyncio.gather(*(worker.close() for worker in self._workers()))

    def _workers(self) -> Iterator[ChatWorker]:
        return chain(self._servers, *self._speakers.values())

    def _share_threads(self) -> None:
        """Those of a base are shared out among its speakers that answer here."""
        threads = self._options.threads or len(os.sched_getaffinity(0))
        if self._cluster:
            threads = cpu_threads(self._options.threads)  # as a training takes there
        if self._is_training and "cpu" in self._devices:
            threads //= 2
        for speakers in self._speakers.values():
            n_busy = 1 if self._cluster else sum(speaker.is_busy for speaker in speakers)
            for speaker in speakers:
                speaker.set_threads(max(1, threads // max(1, n_busy)))

    def _chats(self, base: BaseModel) -> BaseChats:
        if base.name not in self._of_base:
            self._of_base[base.name] = BaseChats(
                self._servers or self._speakers_of(base.name),
                batch=self._options.chat_batch,
                queue=None if self._servers else self._options.chat_queue,
            )
        return self._of_base[base.name]

    def _speakers_of(self, base: str) -> Sequence[ChatWorker]:
        devices = islice(cycle(self._devices), self._options.chat_workers)
        self._speakers[base] = [
            SpeakerChats(
                base,
                self._bases,
                self._options,
                device=device,
                launch=self._cluster or start_child,
                share_threads=self._share_threads,
            )
            for device in devices
        ]
        return self._speakers[base]


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


def _vllm_servers(options: LoraOptions) -> "Sequence[VllmChats]":
    if not options.vllm_urls:
        return ()
    # Its client takes a moment to import, which few servers need.
    from engine.backends.lora.vllm import VllmChats  # noqa: PLC0415

    return tuple(VllmChats(url, options.vllm_key) for url in options.vllm_urls)
