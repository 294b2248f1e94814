"""`python -m bot check` names what is wrong in one plain line, whatever answers in its place."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.storage.migrations import scripts
from tests.e2e.commands import run
from tests.rows import older_database
from tests.world import ADMIN, API_KEY, BOT_TOKEN

HTML = "<html><body><h1>404 Not Found</h1></body></html>"
UNKNOWN = {"ok": False, "error_code": 401, "description": "Unauthorized"}
NO_METHOD = {"ok": False, "error_code": 404, "description": "Not Found"}
BOT = {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "N", "username": "natasha"}}


async def checked(tmp_path: Path, **settings: str) -> tuple[int, str]:
    """The exit code and the output of `check`, with the settings that it requires and these."""
    required = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "OPENAI_API_KEY": API_KEY, "ADMIN_IDS": str(ADMIN)}
    return await run("check", FOLDER=str(tmp_path), **required | settings)


@asynccontextmanager
async def answering(status: int, body: str) -> AsyncIterator[str]:
    """A server that gives the same answer to everything; yields its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if status:
            content = body.encode()
            head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n"
            writer.write(f"{head}connection: close\r\n\r\n".encode() + content)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("status", "body", "mark", "says"),
    [
        (200, json.dumps(BOT), "✓", "@natasha at {url}"),
        (401, json.dumps(UNKNOWN), "✗", "TELEGRAM_BOT_TOKEN: {url} does not know this token"),
        (404, json.dumps(NO_METHOD), "✗", "TELEGRAM_BOT_TOKEN: {url} does not know this token"),
        (200, "{}", "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (200, "[]", "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (200, HTML, "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (404, HTML, "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (403, "", "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (502, HTML, "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (200, '{"ok": true, "result": {}}', "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (200, '{"ok": true, "result": []}', "✗", "TELEGRAM_API_URL: {url} is not a Bot API: "),
        (200, '{"ok": true, "result": {"username": 5}}', "✗", "TELEGRAM_API_URL: {url} is no"),
        (0, "", "✗", "{url} can't be reached: "),
    ],
)
async def test_what_answers_instead_of_telegram(
    tmp_path: Path, status: int, body: str, mark: str, says: str
):
    async with answering(status, body) as url:
        code, output = await checked(
            tmp_path,
            TELEGRAM_API_URL=url,
            OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        )

    (line,) = [line for line in output.splitlines() if line[2:].startswith("telegram")]
    assert line.startswith(f"{mark} telegram    {says.format(url=url)}")
    assert len([each for each in output.splitlines() if not each.startswith("⚠")]) == 5
    assert code == 2


async def test_old_help_lines_are_named(tmp_path: Path):
    """A warning and no more: the bot starts with them."""
    _, output = await checked(
        tmp_path,
        TELEGRAM_API_URL="http://127.0.0.1:9",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        HELP_LINES="112 помощь | 2026-01-01",
    )

    warning = output.splitlines()[1]
    assert warning.startswith("⚠ help lines  HELP_LINES: last checked on 2026-01-01. Call each")


async def test_addresses_without_encryption_are_named(tmp_path: Path):
    """Not those on this machine. It is a warning, no reason not to start."""
    here = "http://127.0.0.1:9"
    _, output = await checked(
        tmp_path,
        TELEGRAM_API_URL=here,
        OPENAI_BASE_URL=here,
        CHAT_BASE_URL="http://models.example/v1",  # `check` asks nothing there
    )

    (warning,) = [line for line in output.splitlines() if line.startswith("⚠ settings")]
    assert "CHAT_BASE_URL: the address begins with http://" in warning


async def test_missing_dataset_is_told_in_plain_words(tmp_path: Path):
    """The sentence was made for a chat: no tags, and the commands of the terminal."""
    _, output = await checked(
        tmp_path,
        TELEGRAM_API_URL="http://127.0.0.1:9",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        DATASET_PATH="мои <данные> & всё.jsonl",
    )

    (line,) = [line for line in output.splitlines() if line[2:].startswith("dataset")]
    assert "мои <данные> & всё.jsonl" in line
    assert "there is no such file" in line
    assert "right here" not in line
    assert "&amp;" not in line
    assert " /validate" not in line


async def test_inherited_proxy_is_named(tmp_path: Path):
    """Not in a traceback of the HTTP client."""
    settings = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "OPENAI_API_KEY": API_KEY, "ADMIN_IDS": "1"}
    proxy = {"ALL_PROXY": "socks4://u:geheim@127.0.0.1:1080/", "FOLDER": str(tmp_path)}
    for command in (["check"], ["run"], ["jobs"], ["test", "m"]):
        code, output = await run(*command, **settings, **proxy)

        assert code == 2
        (line,) = output.splitlines()
        assert "ALL_PROXY: must be an http, https or socks5 proxy" in line
        assert "geheim" not in line


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (0, "", "{url}/v1: "),
        (500, "", "{url}/v1: The provider gave no clear answer (500 Internal Server Error)"),
        (503, HTML, "{url}/v1: The provider gave no clear answer (503 Service Unavailable)"),
        (
            401,
            '{"error": {"message": "Bad <b>key</b>"}}',
            "{url}/v1: The provider refused the key.",
        ),
        (200, HTML, "{url}/v1: The provider doesn't answer like OpenAI"),
    ],
)
async def test_what_answers_instead_of_the_provider(
    tmp_path: Path, status: int, body: str, says: str
):
    """The line names the address, without the password in it, and what came."""
    async with answering(status, body) as url:
        code, output = await checked(
            tmp_path,
            TELEGRAM_API_URL="http://127.0.0.1:9",
            OPENAI_BASE_URL=url.replace("//", "//me:geheim@") + "/v1",
        )

    (line,) = [line for line in output.splitlines() if line[2:].startswith("provider")]
    assert line.startswith(f"✗ provider    {says.format(url=url)}")
    assert "geheim" not in output
    assert ("Bad <b>key</b>" in line) == ("Bad" in body)
    assert code == 2


async def test_provider_that_is_not_there_is_named(tmp_path: Path):
    _, output = await checked(
        tmp_path,
        TELEGRAM_API_URL="http://me:geheim@127.0.0.1:9",
        OPENAI_BASE_URL="http://me:geheim@127.0.0.1:9/v1",
    )

    lines = {line[2:].split()[0]: line for line in output.splitlines()}
    assert lines["provider"].startswith(
        "✗ provider    http://127.0.0.1:9/v1 can't be reached: ConnectError"
    )
    assert lines["telegram"].startswith("✗ telegram    http://127.0.0.1:9 can't be reached: ")
    assert "geheim" not in output


async def test_check_changes_no_database(tmp_path: Path):
    """It says what the start would do: make one, or bring an older one up to date."""
    path = tmp_path / "data" / "bot.sqlite3"
    settings = {
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "DATABASE_PATH": str(path),
    }

    async def line() -> str:
        _, output = await checked(tmp_path, **settings)
        (found,) = [line for line in output.splitlines() if line[2:].startswith("database")]
        return found

    assert (await line()).endswith("bot.sqlite3: the start makes it")
    assert not path.parent.exists()
    path.parent.mkdir()
    older_database(path, 16)
    before = path.read_bytes()
    assert f"the start copies it and brings it from version 16 to {len(scripts())}" in await line()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
