"""Chats that a vLLM server answers: our adapters are loaded there by their folder's path.

The server reads the same folders at the same paths, and runs with
`VLLM_ALLOW_RUNTIME_LORA_UPDATING=True` and `--enable-lora`.
https://docs.vllm.ai/en/latest/features/lora/ (looked up 2026-11-29)
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.backends import (
    Answer,
    Busy,
    ChatRefused,
    ChatRequest,
    ModelUnavailable,
    check_length,
)
from engine.backends.lora.chat_worker import RETRY_S, WorkerGone
from engine.backends.lora.vllm_server import Unknown, VllmPieces, VllmServer
from engine.catalogue import BaseModel
from engine.tokens import text_of

_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
_log = logging.getLogger(__name__)


class VllmChats:
    """The chats of all bases at a vLLM server, which is a `ChatWorker` of each."""

    is_ready = True
    is_silent = False
    waiting = ()

    def __init__(self, url: str, key: str) -> None:
        """Nothing is asked yet.

        Args:
            url: Of the server, with or without `/v1`.
            key: Its API key; may be empty.
        """
        self._server = VllmServer(url, key)
        self._served: dict[str, str] = {}
        """The server's names of our bases."""
        self._loaded: set[Path] = set()

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        """See `ChatWorker.answer`; the server answers in the order in which it is asked."""
        base = request.model.base_model
        try:
            return await self._answer(request, await self._name(base, adapter))
        except Unknown as exc:
            # The server was restarted, and has forgotten what it had loaded.
            self._loaded.clear()
            self._served.clear()
            raise WorkerGone("the vLLM server does not know it") from exc

    def withdraw(self, number: int) -> None:
        """See `ChatWorker.withdraw`; no chat is known to wait."""

    async def forget(self, folder: Path) -> None:
        """Unload every adapter below *folder*, also those of an earlier run of ours."""
        self._loaded = {path for path in self._loaded if not path.is_relative_to(folder)}
        try:
            for card in await self._server.models():
                if card.get("parent") and Path(card["root"]).is_relative_to(folder):
                    body = {"lora_name": card["id"]}
                    await self._server.post("/v1/unload_lora_adapter", body)
        except (WorkerGone, Busy, ChatRefused, Unknown) as exc:
            # Its files are deleted all the same; nobody can ask for it through us any more.
            _log.warning("an adapter may stay loaded in the vLLM server: %s", exc)

    async def is_alive(self) -> bool:
        """Whether the server answers with what it serves."""
        try:
            return bool(await self._server.models())
        except (WorkerGone, Busy, ChatRefused, Unknown) as exc:
            _log.warning("a vLLM server is not well: %s", exc)
            return False

    async def close(self) -> None:
        """Close the connections; answers break."""
        await self._server.close()

    async def _name(self, base: BaseModel, adapter: Path | None) -> str:
        """The server's name of a base or an adapter, which is loaded if it isn't yet."""
        if base.name not in self._served:
            self._served[base.name] = _served_name(base.name, await self._server.models())
        if adapter is None:
            return self._served[base.name]
        name = "-".join(adapter.parts[-3:])
        if adapter not in self._loaded:
            await self._load(name, adapter)
            self._loaded.add(adapter)
        return name

    async def _load(self, name: str, adapter: Path) -> None:
        body = {"lora_name": name, "lora_path": str(adapter)}
        try:
            await self._server.post("/v1/load_lora_adapter", body)
        except ChatRefused as exc:
            # Adapters never change, so an older one of this name is the same.
            if "already been loaded" not in str(exc):
                raise self._not_loaded(name, str(exc)) from exc
        except Unknown as exc:
            raise self._not_loaded(name, str(exc)) from exc

    def _not_loaded(self, name: str, reason: str) -> ModelUnavailable:
        _log.error("the vLLM server does not load %s: %s", name, reason)
        return ModelUnavailable(
            "the vLLM server does not load its adapter: it must run with --enable-lora, with "
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True and with our data folder at the same path"
        )

    async def _answer(self, request: ChatRequest, name: str) -> Answer:
        chat = {"model": name, "messages": _messages(request), **_NO_THINKING}
        prompt_tokens = await self._server.count(chat)
        check_length(request, prompt_tokens)
        response = await self._server.open(chat | _options(request, prompt_tokens))
        return Answer(prompt_tokens=prompt_tokens, pieces=VllmPieces(response))


def _served_name(base: str, models: Sequence[Mapping[str, Any]]) -> str:
    """The server's name of *base*, which may be a path or an alias there."""
    own = [model for model in models if not model.get("parent")]
    for model in own:
        names = {model["id"], Path(model["id"]).name, Path(model.get("root") or "").name}
        if base in names or Path(base).name in names:
            return str(model["id"])
    raise WorkerGone(f"the vLLM server serves another base model than {base}", rest_s=RETRY_S)


def _messages(request: ChatRequest) -> list[dict[str, str]]:
    """Texts only; few templates know the role developer."""
    aliases = {"developer": "system", "function": "tool"}
    return [
        {
            "role": aliases.get(message["role"], message["role"]),
            "content": text_of(message.get("content")),
        }
        for message in request.messages
    ]


def _options(request: ChatRequest, prompt_tokens: int) -> dict[str, Any]:
    base = request.model.base_model
    room = base.context_tokens - prompt_tokens
    chosen = {
        "max_tokens": min(request.max_tokens or base.answer_tokens, room),
        "stop": list(request.stop) or None,
        "temperature": 1.0 if request.temperature is None else request.temperature,
        "top_p": 1.0 if request.top_p is None else request.top_p,
        "seed": request.seed,
    }
    usage = {"include_usage": True, "continuous_usage_stats": True}
    given = {name: value for name, value in chosen.items() if value is not None}
    return given | {"stream": True, "stream_options": usage}
