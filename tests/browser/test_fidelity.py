"""The ugliest answers on a phone: what people see is what the model wrote."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.browser.page import PATIENCE_MS, POCKET, desk, fits
from tests.e2e.training import MODEL
from tests.world import world

UGLIEST = [
    "5*5=25, 6*6=36 и (2+1)*(3)*(4)=36",
    "комната 3*4*5 метров, экран 1920*1080, ~5 ~6 и $5 и $6",
    "2**3=8 и 2**4=16, x**2 + y**2",
    "__init__.py, snake_case_word, f(*args, **kwargs), *.txt и *.md",
    "карта **** **** **** 1234, +7 9** ***-**-45, п*здец, х***",
    "¯\\_(ツ)_/¯ :* и ещё :* *_* ^_^ >_<",
    "- Привет!\n- Привет, - сказал он.\n— И всё? — «Да».",
    "<b>да</b> и <br> &nbsp; [нет](такой) [x] $x$ \\(a\\)",
    "a || b || c, 3. третье\n7. седьмое\n> 5 баллов\n>:(",
    "цена* и условия*\n\n* без НДС",
    "👩‍👩‍👧 и 🏳️‍🌈, שלום *עולם, е́ли",
    "C:\\*.txt, \\*не курсив\\*, #хэштег, №5\n---\n***",
]
"""Letter for letter what has to be read: nothing here is formatting."""


async def test_the_ugliest_answers_are_read_as_written(browser: Browser, tmp_path: Path):
    """Through the bot, the Bot API and the page, in several pieces of a stream."""
    async with (
        _echo() as url,
        world(tmp_path, CHAT_MODEL=MODEL, CHAT_BASE_URL=url) as everything,
        desk(browser, everything, viewport=POCKET) as opened,
    ):
        await opened.page.get_by_test_id("tab-tester").tap()
        for number, answer in enumerate(UGLIEST, start=1):
            await opened.tester.says(answer)
            shown = opened.tester.messages
            await expect(shown).to_have_count(number, timeout=PATIENCE_MS)
            await expect(shown.last.get_by_role("button", name="👍")).to_be_visible(
                timeout=PATIENCE_MS
            )
            read = await shown.last.locator(".words").inner_text()
            assert read.strip() == answer
            await opened.pictures(f"ugly-{number:02}", shown.last)
        await fits(opened)


@asynccontextmanager
async def _echo() -> AsyncIterator[str]:
    """A model that says what it is told, in pieces of a few characters; yields its address."""
    app = Starlette(routes=[Route("/v1/chat/completions", _say, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    config = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await server.shutdown()


async def _say(request: Request) -> StreamingResponse:
    text = (await request.json())["messages"][-1]["content"]

    async def pieces() -> AsyncIterator[str]:
        for start in range(0, len(text), 3):
            yield _event({"delta": {"content": text[start : start + 3]}})
        yield _event({"delta": {}, "finish_reason": "stop"})
        yield "data: [DONE]\n\n"

    return StreamingResponse(pieces(), media_type="text/event-stream")


def _event(choice: dict[str, object]) -> str:
    return f"data: {json.dumps({'choices': [{'index': 0, **choice}]})}\n\n"
