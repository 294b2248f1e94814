"""Raw answers of a server: their JSON, and lists that come in pages."""

import json
from collections.abc import Awaitable, Callable
from typing import Protocol

import openai

from bot.domain import JsonDict
from bot.errors import ProviderRefused
from bot.gateways.wire import record, text

PAGE_SIZE = 100


class Answer(Protocol):
    """A raw answer of the openai library, as far as we look at it."""

    @property
    def text(self) -> str:
        """The body."""

    @property
    def status_code(self) -> int:
        """The HTTP status, below 300."""


async def rows_of(
    fetch: Callable[..., Awaitable[Answer]],
    *,
    pages: int,
    enough: Callable[[list[JsonDict]], bool] | None = None,
) -> list[JsonDict]:
    """Read a list page by page, at most *pages*, until a page is *enough* or brings nothing new.

    By hand, because some servers ignore `after` and leave out `has_more`: with those the
    library's own iteration never ends.
    """
    rows: list[JsonDict] = []
    seen: set[str] = set()
    after: str | openai.Omit = openai.omit
    for _ in range(pages):
        answer = await fetch(limit=PAGE_SIZE, after=after)
        page = page_of(answer)
        rows += page
        ids = [row_id for row in page if (row_id := text(row.get("id")))]
        is_last = record(json_of(answer)).get("has_more") is False
        if is_last or seen.issuperset(ids) or (enough is not None and enough(page)):
            break
        seen.update(ids)
        after = ids[-1]
    return rows


def page_of(answer: Answer) -> list[JsonDict]:
    """The objects of one page of a list.

    Raises:
        ProviderRefused: the answer is no list.
    """
    body = json_of(answer)
    rows = body.get("data", body) if isinstance(body, dict) else body
    if isinstance(body, dict) and rows is None:  # an empty list, as some servers write it
        return []
    if not isinstance(rows, list):
        raise malformed(answer)
    return [row for row in rows if isinstance(row, dict)]


def json_of(answer: Answer) -> object:
    """What the answer says; None when it is not JSON."""
    try:
        return json.loads(answer.text)
    except ValueError:
        return None


def malformed(answer: Answer) -> ProviderRefused:
    """For a read that was answered with something else, such as the page of a gateway."""
    status = answer.status_code
    return ProviderRefused(
        code="", message=f"HTTP {status} without the expected JSON", status=status
    )
