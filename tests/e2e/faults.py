"""What a provider answers in trouble, what spoils an upload, and how people are told."""

import json
import re
from collections.abc import Callable

from tests.e2e.training import FILES, JOBS
from tests.proxy import Exchange
from tests.telegram_people import Json, Person
from tests.world import API_KEY, World

CHAT = "/v1/chat/completions"


def refusal(status: int, code: str, message: str) -> Json:
    """The rest of an order for OpenAI's error of that kind."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return {"status": status, "body": {"error": error}}


async def people(everything: World, ids: range) -> list[Person]:
    """Several people, so that nobody has to wait for Telegram's limit of messages a second."""
    return [await everything.people.person(number, f"Некто {number}") for number in ids]


def check_kind(text: str) -> None:
    """Words for people: Russian, and nothing of what machines say among themselves."""
    assert re.search("[а-яё]{3}", text)
    for raw in ("Traceback", "Error", "{", "}", "None", "HTTP", "<", API_KEY, API_KEY[10:]):
        assert raw not in text, f"{raw!r} in {text!r}"


def without_metadata(exchange: Exchange) -> None:
    """What a provider does that does not know `metadata`."""
    if exchange.method == "POST" and exchange.path == JOBS:
        body = exchange.json
        body.pop("metadata", None)
        exchange.body = json.dumps(body).encode()


def upload(change: Callable[[list[bytes]], list[bytes]], name: bytes) -> Callable[..., None]:
    """A proxy that changes the examples of uploads whose file has *name* in its name."""

    def rewrite(exchange: Exchange) -> None:
        if exchange.path != FILES or exchange.method != "POST" or name not in exchange.body[:600]:
            return
        head, *rows = exchange.body.split(b'{"messages"')
        last, end = rows[-1].split(b"\n", maxsplit=1)
        rows = change([*rows[:-1], last + b"\n"])
        exchange.body = head + b"".join(b'{"messages"' + row for row in rows) + end

    return rewrite


def spoiled(rows: list[bytes]) -> list[bytes]:
    """The fourth example has a role that nobody knows."""
    return [*rows[:3], rows[3].replace(b'"role": "user"', b'"role": "usor"'), *rows[4:]]
