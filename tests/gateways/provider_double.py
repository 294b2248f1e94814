"""A provider made of prepared answers, behind the real openai client."""

import inspect
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpx2
from openai import AsyncOpenAI

from bot.gateways.deadlines import BoundedClient
from tests.openai_schema import check_request

KEY = "sk-proj-Zx81LmQw77TtRrYy0042"
DEEP = "[" * 100_000 + "]" * 100_000
"""JSON that is nested deeper than Python reads it."""

Prepared = httpx2.Response | Exception | Callable[[httpx2.Request], Any]


class Provider:
    """Answers with what a test prepared, in order, and remembers what it was asked.

    The last prepared answer is given again and again. Every request is checked against the
    official schema.
    """

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.answers: list[Prepared] = []

    def will(self, *answers: Prepared) -> None:
        self.answers = list(answers)

    def client(self, *, max_retries: int = 0) -> AsyncOpenAI:
        client = AsyncOpenAI(
            base_url="http://provider.test/v1",
            api_key=KEY,
            max_retries=max_retries,
            http_client=BoundedClient(transport=httpx2.MockTransport(self._handle)),
        )
        client._platform = "Linux"  # else a thread finds it out, for which no virtual loop waits
        return client

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        # The checker splits names at an encoded slash.
        path = request.url.raw_path.decode().replace("%2F", "-")
        check_request(request.method, path, request.headers, body)
        self.requests.append(request)
        prepared = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(prepared, Exception):
            raise prepared
        if not callable(prepared):
            return _fresh(prepared)
        found: Any = prepared(request)
        found = await found if inspect.isawaitable(found) else found
        assert isinstance(found, httpx2.Response)
        return found

    @property
    def sent(self) -> dict[str, Any]:
        """The JSON of the last request."""
        sent: dict[str, Any] = json.loads(self.requests[-1].content)
        return sent


def _fresh(prepared: httpx2.Response) -> httpx2.Response:
    """A copy, since a response can be read only once; streams are given as they are."""
    if not prepared.is_stream_consumed and not prepared.is_closed:
        return prepared
    return httpx2.Response(prepared.status_code, headers=prepared.headers, content=prepared.content)


def says(body: object, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=body)


def page(*rows: Any, **more: Any) -> httpx2.Response:
    return says({"object": "list", "data": list(rows), **more})


def refuses(status: int, code: object = None, message: str = "No.", **more: Any) -> httpx2.Response:
    return says({"error": {"code": code, "message": message, "param": None, **more}}, status)


def html(status: int) -> httpx2.Response:
    page = "<html><body><h1>Bad gateway</h1></body></html>"
    return httpx2.Response(status, html=page)


def job(job_id: str = "ftjob-1", **fields: Any) -> dict[str, Any]:
    """A job in the words of OpenAI."""
    return {
        "id": job_id,
        "object": "fine_tuning.job",
        "created_at": 1_764_000_000,
        "error": {},
        "fine_tuned_model": None,
        "finished_at": None,
        "hyperparameters": {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 0.1},
        "model": "gpt-4.1-mini-2025-04-14",
        "organization_id": "org-1",
        "result_files": [],
        "seed": 7,
        "status": "running",
        "trained_tokens": None,
        "training_file": "file-1",
        "validation_file": None,
        **fields,
    }


def event(event_id: str | None, created_at: int = 0, **fields: Any) -> dict[str, Any]:
    """A job's event in the words of OpenAI; None: without an id."""
    known = {"id": event_id} if event_id else {}
    return {
        **known,
        "created_at": created_at,
        "level": "info",
        "message": "Step",
        "type": "message",
        "data": {},
        **fields,
    }


class Stream(httpx2.AsyncByteStream):
    """A server-sent answer whose end can be watched."""

    def __init__(self, lines: Iterable[str | Exception]) -> None:
        self._lines = lines
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for line in self._lines:
            if isinstance(line, Exception):
                raise line
            yield f"data: {line}\n\n".encode()

    async def aclose(self) -> None:
        self.is_closed = True


def streams(*lines: str | dict[str, Any] | Exception) -> httpx2.Response:
    """An answer in server-sent events: dictionaries are sent as JSON, exceptions break it off."""
    return httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        stream=Stream([json.dumps(line) if isinstance(line, dict) else line for line in lines]),
    )


def piece(content: str | None, **delta: Any) -> dict[str, Any]:
    """A chunk of an answer."""
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": content, **delta}, "finish_reason": None}],
    }


def ends(reason: object, **choice: Any) -> dict[str, Any]:
    """A chunk that says why the answer ends."""
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {}, "finish_reason": reason, **choice}],
    }
