"""Raw answers of a server: their JSON, and lists in pages."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from bot.domain import JsonDict
from bot.errors import NotTheApi
from bot.gateways.library import openai
from bot.gateways.openai_errors import status_words
from bot.gateways.wire import record, text

PAGE_SIZE = 100


class Answer(Protocol):
    """What we use of a raw answer of the openai library."""

    @property
    def text(self) -> str:
        """The body."""

    @property
    def status_code(self) -> int:
        """The HTTP status, below 300."""


async def pages_of(
    fetch: Callable[..., Awaitable[Answer]], *, pages: int
) -> AsyncGenerator[list[JsonDict], None]:
    """The pages of a list, at most *pages*, until one is the last or has nothing new.

    Some servers ignore `after` and leave out `has_more`. The library's own iteration never ends
    with those.
    """
    seen: set[str] = set()
    after: str | openai.Omit = openai.omit
    for _ in range(pages):
        answer = await fetch(limit=PAGE_SIZE, after=after)
        page = page_of(answer)
        ids = [row_id for row in page if (row_id := text(row.get("id")))]
        yield page
        if record(json_of(answer)).get("has_more") is False or seen.issuperset(ids):
            break
        seen.update(ids)
        after = ids[-1]


async def rows_of(
    fetch: Callable[..., Awaitable[Answer]],
    *,
    pages: int,
    enough: Callable[[list[JsonDict]], bool] | None = None,
) -> list[JsonDict]:
    """The rows of a list, read as `pages_of` does, but no further than a page that is *enough*."""
    rows: list[JsonDict] = []
    async with aclosing(pages_of(fetch, pages=pages)) as found:
        async for page in found:
            rows += page
            if enough is not None and enough(page):
                break
    return rows


def page_of(answer: Answer) -> list[JsonDict]:
    """The objects of one page of a list.

    Raises:
        NotTheApi: the answer is not a list.
    """
    body = json_of(answer)
    rows = body.get("data", body) if isinstance(body, dict) else body
    if isinstance(body, dict) and rows is None:  # an empty list, as some servers write it
        return []
    if not isinstance(rows, list):
        raise malformed(answer)
    return [row for row in rows if isinstance(row, dict)]


def json_of(answer: Answer) -> object:
    """The answer's JSON; None when it is not JSON."""
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError):
        return None


def malformed(answer: Answer) -> NotTheApi:
    """The error for an answer of another kind, such as a gateway's web page."""
    status = answer.status_code
    return NotTheApi(code="", message=status_words(status), status=status)
