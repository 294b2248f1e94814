"""What we do not own, small and with a memory: Telegram, a provider of fine-tuning, a chat server.

Each does by itself what the real one does on a good day. A test orders the troubles: they come in
the order in which they were ordered, one for each call.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from telegram import Bot

from bot.delivery.requests import Reachability, TelegramRequest
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.domain.models import AnswerPart, ChatMessage, Checkpoint, Ending, Usage
from bot.domain.training import (
    EngineEstimate,
    FineTuningJob,
    Hyperparameters,
    JobEvent,
    JobStatus,
)
from bot.errors import ContextTooLong, JobUnknown, ModelUnknown, ProviderRefused, ProviderUncertain
from bot.gateways.chat import ChatApi
from bot.gateways.provider import TrainingApi
from sandbox import html_text
from sandbox.errors import TelegramError, bad_request, forbidden
from sandbox.text import utf16_len

BOT_TOKEN = "77:" + "A" * 35

Trouble = Callable[[], Any]


@dataclass(frozen=True)
class Call:
    """One request to the Bot API."""

    at: float
    """The loop's time."""
    method: str
    params: JsonDict

    @property
    def chat_id(self) -> int:
        return int(self.params["chat_id"])


@dataclass
class Message:
    """A message as Telegram keeps it."""

    id: int
    text: str
    is_mine: bool = True
    """Whether the bot wrote it."""
    markup: Any = None
    entities: list[JsonDict] = field(default_factory=list)


@dataclass(frozen=True)
class Foreign:
    """An answer that is not Telegram's."""

    status: int
    content: bytes
    is_done: bool
    """Whether Telegram has carried the call out."""


class Telegram:
    """The Bot API behind a real `telegram.Bot`: chats, refusals in Telegram's words, troubles."""

    def __init__(self) -> None:
        self.chats: dict[int, dict[int, Message]] = {}
        self.blocked: set[int] = set()
        self.calls: list[Call] = []
        self.updates: list[Any] = []
        """Not confirmed yet. Telegram knows their ids even where we would find none in them."""
        self.n_in_flight: defaultdict[int, int] = defaultdict(int)
        self.most_in_flight = 0
        """Of one chat, at any moment."""
        self._offset = 1
        self._new_update = asyncio.Event()
        self._troubles: list[tuple[str | None, int | None, Trouble]] = []
        self._last_id = 0
        self.reachability = Reachability()
        self.bot = Bot(BOT_TOKEN, request=self._request(), get_updates_request=self._request())

    # What a test sees and does

    def start(self, chat_id: int) -> int:
        """Somebody writes to the bot; returns the message's id."""
        self._last_id += 1
        chat = self.chats.setdefault(chat_id, {})
        chat[self._last_id] = Message(self._last_id, "привет", is_mine=False)
        return self._last_id

    def texts(self, chat_id: int) -> list[str]:
        """What the bot has said in a chat, as it stands there now."""
        return [m.text for m in self.chats.get(chat_id, {}).values() if m.is_mine]

    def ids(self, chat_id: int) -> list[int]:
        """The bot's messages in a chat."""
        return [m.id for m in self.chats.get(chat_id, {}).values() if m.is_mine]

    def sent(self, chat_id: int | None = None, method: str | None = None) -> list[Call]:
        """The calls, of one chat or all, of one method or all."""
        return [
            call
            for call in self.calls
            if (chat_id is None or call.params.get("chat_id") == chat_id)
            and (method is None or call.method == method)
        ]

    def delete(self, chat_id: int, message_id: int) -> None:
        """The person deletes a message for both sides."""
        del self.chats[chat_id][message_id]

    def brings(self, *updates: Any) -> None:
        """Something happens that the bot will be told."""
        self.updates += updates
        self._new_update.set()

    # Troubles

    def answers(
        self,
        code: int,
        description: str = "",
        *,
        retry_after: int | None = None,
        chat_id: int | None = None,
        method: str | None = None,
        times: int = 1,
    ) -> None:
        """The next calls are refused."""

        def trouble() -> None:
            raise TelegramError(code, description, retry_after=retry_after)

        self._order(trouble, chat_id, method, times)

    def breaks(
        self,
        error: type[httpx.TransportError],
        *,
        chat_id: int | None = None,
        method: str | None = None,
        times: int = 1,
    ) -> None:
        """The connection of the next calls breaks before Telegram has the request."""

        def trouble() -> None:
            raise error("broken")

        self._order(trouble, chat_id, method, times)

    def loses_answers(
        self, *, chat_id: int | None = None, method: str | None = None, times: int = 1
    ) -> None:
        """The next calls are carried out, but nobody hears of it."""
        self._order(lambda: "lose", chat_id, method, times)

    def swallows_answers(
        self, *, chat_id: int | None = None, method: str | None = None, times: int = 1
    ) -> None:
        """The next calls are carried out, but their answers never come, nor an error."""
        self._order(lambda: "swallow", chat_id, method, times)

    def holds(
        self, *, chat_id: int | None = None, method: str | None = None, times: int = 1
    ) -> asyncio.Event:
        """The next calls hang until the returned event is set."""
        held = asyncio.Event()
        self._order(lambda: held, chat_id, method, times)
        return held

    def is_well_again(self) -> None:
        """Nothing more that was ordered comes."""
        self._troubles.clear()

    def talks_nonsense(self, body: Any, *, method: str | None = None) -> None:
        """The next call is answered with this result."""
        self._order(lambda: {"result": body}, None, method, 1)

    def is_spoken_for(
        self,
        status: int,
        body: str | JsonDict,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int = 1,
        is_done: bool = True,
    ) -> None:
        """Somebody answers the next calls in its place; *is_done*: after it carried them out."""
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        foreign = Foreign(status, content, is_done)
        self._order(lambda: foreign, chat_id, method, times)

    def _order(self, trouble: Trouble, chat_id: int | None, method: str | None, times: int) -> None:
        self._troubles += [(method, chat_id, trouble)] * times

    # The wire

    def _request(self) -> TelegramRequest:
        transport = httpx.MockTransport(self._answer)
        options = {"transport": transport, "trust_env": False}
        return TelegramRequest(self.reachability, httpx_kwargs=options)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        call = _call(request)
        self.calls.append(call)
        chat_id = int(call.params.get("chat_id", 0))
        self.n_in_flight[chat_id] += 1
        self.most_in_flight = max(self.most_in_flight, self.n_in_flight[chat_id])
        try:
            result = await self._result(call, chat_id)
        except TelegramError as exc:
            return _refusal(exc)
        finally:
            self.n_in_flight[chat_id] -= 1
        if isinstance(result, Foreign):
            return httpx.Response(result.status, content=result.content)
        return httpx.Response(200, json={"ok": True, "result": result})

    async def _result(self, call: Call, chat_id: int) -> Any:
        trouble = self._next_trouble(call.method, chat_id)
        if isinstance(trouble, dict):
            return trouble["result"]
        if isinstance(trouble, Foreign) and not trouble.is_done:
            return trouble
        if isinstance(trouble, asyncio.Event):
            await trouble.wait()
        match call.method:
            case "getUpdates":
                result: Any = await self._get_updates(call.params)
            case "sendMessage":
                result = self._send(chat_id, call.params)
            case "editMessageText" | "editMessageReplyMarkup":
                result = self._edit(chat_id, call.params)
            case "sendChatAction":
                result = True
            case "getMe":
                result = {"id": 77, "is_bot": True, "first_name": "Наташа", "username": "n_bot"}
            case _:
                raise TelegramError(404, "Not Found")
        if trouble == "lose":
            raise httpx.ReadError("the answer got lost")
        if trouble == "swallow":
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return trouble if isinstance(trouble, Foreign) else result

    def _next_trouble(self, method: str, chat_id: int) -> Any:
        for number, (wanted_method, wanted_chat, trouble) in enumerate(self._troubles):
            if wanted_method in (None, method) and wanted_chat in (None, chat_id):
                del self._troubles[number]
                return trouble()
        return None

    async def _get_updates(self, params: JsonDict) -> list[Any]:
        confirmed = int(params.get("offset", 0)) - self._offset
        if confirmed > 0:
            del self.updates[:confirmed]
            self._offset += confirmed
        if not self.updates:
            self._new_update.clear()
            try:
                async with asyncio.timeout(float(params["timeout"])):
                    await self._new_update.wait()
            except TimeoutError:
                return []
        return list(self.updates)

    def _send(self, chat_id: int, params: JsonDict) -> JsonDict:
        self._check_open(chat_id)
        text, entities = _formatted(params)
        self._last_id += 1
        message = Message(self._last_id, text, markup=params.get("reply_markup"), entities=entities)
        self.chats[chat_id][message.id] = message
        return _wire(chat_id, message)

    def _edit(self, chat_id: int, params: JsonDict) -> JsonDict:
        self._check_open(chat_id)
        message = self.chats[chat_id].get(int(params["message_id"]))
        if message is None:
            raise bad_request("message to edit not found")
        if not message.is_mine:
            raise bad_request("message can't be edited")
        if "text" in params:
            text, entities = _formatted(params)
        else:  # only its buttons change
            text, entities = message.text, message.entities
        after = (text, params.get("reply_markup"), entities)
        if after == (message.text, message.markup, message.entities):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.text, message.markup, message.entities = after
        return _wire(chat_id, message)

    def _check_open(self, chat_id: int) -> None:
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        if chat_id in self.blocked:
            raise forbidden("bot was blocked by the user")


def _call(request: httpx.Request) -> Call:
    params = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    decoded = {
        name: json.loads(value)
        if name in ("chat_id", "message_id", "entities", "reply_markup", "offset", "timeout")
        else value
        for name, value in params.items()
    }
    method = request.url.path.rpartition("/")[2]
    return Call(at=asyncio.get_running_loop().time(), method=method, params=decoded)


def _refusal(exc: TelegramError) -> httpx.Response:
    body: JsonDict = {"ok": False, "error_code": exc.code, "description": exc.description}
    if exc.retry_after is not None:
        body["parameters"] = {"retry_after": exc.retry_after}
    return httpx.Response(exc.code, json=body)


def _formatted(params: JsonDict) -> tuple[str, list[JsonDict]]:
    text, entities = params["text"], params.get("entities", [])
    if params.get("parse_mode") == "HTML":
        text, entities = html_text.parse(text)
    if not text.strip():
        raise bad_request("message text is empty")
    if utf16_len(text) > 4096:
        raise bad_request("message is too long")
    return text, entities


def _wire(chat_id: int, message: Message) -> JsonDict:
    return {
        "message_id": message.id,
        "date": int(time.time()),
        "chat": {"id": chat_id, "type": "private"},
        "text": message.text,
    }


class Scripted:
    """Troubles that a test orders for calls by their names."""

    def __init__(self) -> None:
        self._troubles: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.calls: list[str] = []
        """Names of the methods that were called, with what was named by id."""

    def fails(self, method: str, *errors: Exception) -> None:
        """The next calls of *method* raise these, and do nothing."""
        self._troubles[method] += errors

    def works(self, method: str) -> None:
        """The next call of *method* does what it should."""
        self._troubles[method].append(None)

    def hangs(self, method: str) -> asyncio.Event:
        """The next call of *method* hangs until the returned event is set."""
        held = asyncio.Event()
        self._troubles[method].append(held)
        return held

    def forget_troubles(self) -> None:
        """All calls work again."""
        self._troubles.clear()

    def n_calls(self, call: str) -> int:
        return self.calls.count(call)

    async def _called(self, method: str, name: str = "") -> Any:
        """Note the call and suffer what was ordered for it."""
        call = f"{method} {name}".strip()
        self.calls.append(call)
        for ordered in (call, method):
            if self._troubles[ordered]:
                trouble = self._troubles[ordered].popleft()
                if isinstance(trouble, Exception):
                    raise trouble
                if isinstance(trouble, asyncio.Event):
                    await trouble.wait()
                return trouble
        return None


class Provider(Scripted, TrainingApi):
    """An account at a provider of fine-tuning: `TrainingApi` in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, FineTuningJob] = {}
        self.events: dict[str, list[JobEvent]] = {}
        self.methods: list[TrainingMethod] = []
        """Of the jobs, in the order in which they were asked for."""
        self.checkpoints_of: dict[str, list[Checkpoint]] = {}
        """What is kept of a job."""
        self.last_days: dict[str, date] = {}
        """From when on a model is off."""
        self.keeps_metadata = True
        self.lists_jobs = True
        """Whether new jobs appear in the list; absence from it means nothing."""
        self.clock_skew_s = 0
        self.cancels_to = "cancelled"
        """What a job is once it was asked to stop."""
        self.estimates: dict[str, EngineEstimate] = {}
        """Of the engine's base models; empty: it is another server."""
        self.asked_estimates: list[tuple[Hyperparameters, dict[str, Any]]] = []
        self.models: list[str] = []
        self.pages_show: dict[str, FineTuningJob] = {}
        """Jobs of which `job_pages` tells something else."""

    def loses_answer(self, method: str) -> None:
        """The next call of *method* is carried out, but nobody hears of it."""
        self._troubles[method].append("lose")

    def has_job(self, job: FineTuningJob) -> FineTuningJob:
        """A job that somebody created."""
        self.jobs[job.id] = job
        return job

    def moves(self, job_id: str, status: str, **fields: Any) -> FineTuningJob:
        """The job goes on; *status* is any word."""
        return self.has_job(
            replace(self.jobs[job_id], status=JobStatus(status), status_word=status, **fields)
        )

    def forgets(self, job_id: str) -> None:
        """The job is gone, as if it had never been."""
        del self.jobs[job_id]

    def logs(self, job_id: str, *events: JobEvent) -> None:
        """Lines are added to the job's log."""
        self.events.setdefault(job_id, []).extend(events)

    async def upload(self, path: Path, *, name: str) -> str:
        trouble = await self._called("upload")
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = path.read_bytes()
        _unless_lost(trouble)
        return file_id

    async def create_job(
        self,
        parameters: Hyperparameters,
        *,
        training_file: str,
        validation_file: str | None = None,
        method: TrainingMethod = TrainingMethod.SUPERVISED,
        seed: int,
        metadata: Mapping[str, str],
    ) -> FineTuningJob:
        trouble = await self._called("create_job")
        self.methods.append(method)
        job = FineTuningJob(
            id=f"ftjob-{len(self.jobs) + 1}",
            base_model=parameters.base_model,
            status=JobStatus.QUEUED,
            status_word="queued",
            created_at=int(time.time()) + self.clock_skew_s,
            training_file=training_file,
            n_epochs=parameters.n_epochs,
            suffix=parameters.suffix,
            seed=seed,
            metadata=dict(metadata) if self.keeps_metadata else {},
        )
        self.has_job(job)
        _unless_lost(trouble)
        return job

    async def estimate(self, parameters: Hyperparameters, **asked: Any) -> EngineEstimate | None:
        self.asked_estimates.append((parameters, asked))
        if not self.estimates:
            return None
        if parameters.base_model not in self.estimates:
            raise ModelUnknown(model=parameters.base_model)
        return self.estimates[parameters.base_model]

    async def job(self, job_id: str) -> FineTuningJob:
        await self._called("job", job_id)
        return self._known(job_id)

    async def recent_jobs(self, *, pages: int = 5) -> list[FineTuningJob]:
        await self._called("recent_jobs")
        newest_first = sorted(self.jobs.values(), key=lambda job: job.created_at, reverse=True)
        return newest_first if self.lists_jobs else []

    async def job_pages(self, *, pages: int = 5) -> AsyncGenerator[list[FineTuningJob], None]:
        jobs = list(reversed(self.jobs.values())) if self.lists_jobs else []
        for n in range(pages):
            await self._called("job_pages")
            page = jobs[n * 100 : (n + 1) * 100]
            yield [self.pages_show.get(job.id, job) for job in page]
            if len(jobs) <= (n + 1) * 100:
                return

    async def cancel(self, job_id: str) -> FineTuningJob:
        await self._called("cancel", job_id)
        self._known(job_id)
        return self.moves(job_id, self.cancels_to, finished_at=int(time.time()))

    async def pause(self, job_id: str) -> FineTuningJob:
        await self._called("pause", job_id)
        self._known(job_id)
        return self.moves(job_id, "paused")

    async def resume(self, job_id: str) -> FineTuningJob:
        await self._called("resume", job_id)
        self._known(job_id)
        return self.moves(job_id, "running")

    async def file_content(self, file_id: str, *, max_bytes: int) -> bytes:
        await self._called("file_content", file_id)
        if file_id not in self.files:
            raise ProviderRefused(code="", message="No such file", status=404)
        return self.files[file_id]

    async def new_events(
        self, job_id: str, *, known: Collection[str], pages: int = 20
    ) -> list[JobEvent]:
        await self._called("new_events", job_id)
        return [event for event in self.events.get(job_id, []) if event.id not in known]

    async def checkpoints(self, job_id: str, *, pages: int = 5) -> list[Checkpoint]:
        await self._called("checkpoints", job_id)
        return self.checkpoints_of.get(job_id, [])

    async def model_names(self) -> list[str]:
        await self._called("model_names")
        return self.models

    async def shutdown_date(self, model: str) -> date | None:
        await self._called("shutdown_date", model)
        return self.last_days.get(model)

    async def aclose(self) -> None:
        pass

    def _known(self, job_id: str) -> FineTuningJob:
        if job_id not in self.jobs:
            raise JobUnknown(job_id=job_id)
        return self.jobs[job_id]


def _unless_lost(trouble: Any) -> None:
    if trouble == "lose":
        raise ProviderUncertain


class ChatServer(Scripted, ChatApi):
    """A server that answers chats: `ChatApi` in memory.

    `replies` are the answers to come; without any it echoes. Troubles of "stream" come first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.replies: deque[str] = deque()
        self.asked: list[tuple[str, list[ChatMessage]]] = []
        self.endings: deque[Ending] = deque()
        """How the answers to come end; without any, they are whole."""
        self.usage: Usage | None = Usage(prompt_tokens=9, completion_tokens=2)
        self.longest: int | None = None
        """Messages that the models can read at once; None: any number."""
        self.replies_of: dict[str, deque[str]] = {}
        """The same as `replies`, of one model."""
        self.lacks: set[str] = set()
        """Models that are not served here."""
        self.models: set[str] | None = None
        """The models that the server says it has; None: it can't say."""

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[AnswerPart, None]:
        self.asked.append((model, list(messages)))
        await self._called("stream", model)
        if model in self.lacks:
            raise ModelUnknown(model=model)
        if self.longest is not None and len(messages) > self.longest:
            raise ContextTooLong
        replies = self.replies_of.get(model, self.replies)
        reply = replies.popleft() if replies else f"Ты говоришь: {messages[-1].content}"
        for n, word in enumerate(reply.split(" ")):
            yield f" {word}" if n else word
        if self.usage is not None:
            yield self.usage
        yield self.endings.popleft() if self.endings else Ending.WHOLE

    async def has_model(self, name: str) -> bool | None:
        await self._called("has_model", name)
        return None if self.models is None else name in self.models

    async def aclose(self) -> None:
        pass


def job_of(job_id: str = "ftjob-1", status: str = "running", **fields: Any) -> FineTuningJob:
    """A job as a provider tells it."""
    defaults: dict[str, Any] = {
        "base_model": "gpt-4.1-mini-2025-04-14",
        "created_at": 1_700_000_000,
        "training_file": "file-1",
        "n_epochs": 3,
        "suffix": "natasha-v1",
    }
    return FineTuningJob(
        id=job_id, status=JobStatus(status), status_word=status, **(defaults | fields)
    )


def event_of(event_id: str, created_at: int = 1, **fields: Any) -> JobEvent:
    """A line of a job's log."""
    defaults: dict[str, Any] = {"level": "info", "type": "message", "message": "…", "data": {}}
    return JobEvent(id=event_id, created_at=created_at, **(defaults | fields))
