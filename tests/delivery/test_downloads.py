"""What a person sends comes whole, or it is said why not. The real sandbox, real connections."""

import asyncio
import logging

import httpx
import pytest
from telegram import Bot, Document

from bot.delivery import downloads
from bot.delivery.downloads import MOST_TRIES, download
from bot.delivery.requests import Reachability, TelegramRequest
from bot.errors import DownloadFailed, FileTooBig
from tests.telegram_people import Json, People, Person

LOOP = asyncio.SelectorEventLoop
MEGABYTE = 1024 * 1024
MOST = 20 * MEGABYTE
CONTENT = "Вопрос и ответ\n".encode() * 5000


def document_of(message: Json, bot: Bot, **told: object) -> Document:
    document = Document.de_json({**message["document"], **told}, bot)
    assert document is not None
    return document


@pytest.fixture
async def sent(anna: Person, real_bot: Bot) -> Document:
    return document_of(await anna.sends_document("данные.jsonl", CONTENT), real_bot)


async def test_content_comes_unchanged(real_bot: Bot, sent: Document):
    assert await download(real_bot, sent, most_bytes=MOST) == CONTENT


async def test_size_may_be_unknown_beforehand(real_bot: Bot, anna: Person):
    """Telegram may leave it out."""
    message = await anna.sends_document("a.jsonl", CONTENT)
    del message["document"]["file_size"]

    found = await download(real_bot, document_of(message, real_bot), most_bytes=len(CONTENT))

    assert found == CONTENT


@pytest.mark.parametrize(
    ("told", "n_calls"),
    [(None, 0), (1, 1)],
    ids=["said in the message", "said when it is asked for"],
)
async def test_more_than_allowed_is_not_fetched(
    real_bot: Bot, anna: Person, people: People, told: int | None, n_calls: int
):
    """Whoever says it, and no byte of it moves."""
    message = await anna.sends_document("a.jsonl", b"x" * (2 * MEGABYTE + 1))
    document = document_of(message, real_bot, **({} if told is None else {"file_size": told}))
    await people.fault("download", "status", status=500)

    with pytest.raises(FileTooBig) as caught:
        await download(real_bot, document, most_bytes=2 * MEGABYTE)

    assert caught.value.params == {"megabytes": 2.1, "limit": 2}
    assert len(await people.calls("getFile")) == n_calls


@pytest.mark.parametrize("told", [None, 1])
async def test_telegrams_own_limit(real_bot: Bot, anna: Person, told: int | None):
    """20 MB: what is larger, Telegram hands to no bot. A size that can't be true is not told."""
    message = await anna.sends_document("a.jsonl", b"x" * (MOST + 1))

    with pytest.raises(FileTooBig) as caught:
        await download(real_bot, document_of(message, real_bot, file_size=told), most_bytes=MOST)

    assert caught.value.params == {"megabytes": ">20", "limit": 20}


async def test_file_without_an_end(reachability: Reachability):
    """Whatever was told of its size, it is read up to the limit, and asked for once."""
    n_asked = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                yield b"x" * MEGABYTE

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal n_asked
        if request.method == "POST":
            file = {"file_id": "BQAC", "file_unique_id": "x", "file_size": 16, "file_path": "a"}
            return httpx.Response(200, json={"ok": True, "result": file})
        n_asked += 1
        return httpx.Response(200, stream=Endless())

    options = {"transport": httpx.MockTransport(answer), "trust_env": False}
    bot = Bot("1:A", request=TelegramRequest(reachability, httpx_kwargs=options))
    with pytest.raises(FileTooBig) as caught:
        await download(bot, Document("BQAC", "x", file_size=16), most_bytes=MOST)

    assert caught.value.params == {"megabytes": ">20", "limit": 20}
    assert n_asked == 1


async def test_file_that_telegram_does_not_know(real_bot: Bot, people: People):
    """Asked for once: no is no."""
    nowhere = Document(file_id="BQAC-nowhere", file_unique_id="x")

    with pytest.raises(DownloadFailed):
        await download(real_bot, nowhere, most_bytes=MOST)

    assert len(await people.calls("getFile")) == 1


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("status", {"status": 500}),
        ("bad_gateway_html", {}),
        ("drop_before", {}),
        ("drop_after", {}),
        ("retry_after", {"seconds": 1}),
    ],
)
async def test_trouble_that_passes(
    real_bot: Bot, sent: Document, people: People, method: str, kind: str, details: Json
):
    """A connection that is cut in the middle of the file leaves no half of it behind."""
    await people.fault(method, kind, **details)

    assert await download(real_bot, sent, most_bytes=MOST) == CONTENT


@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_trouble_that_stays(
    real_bot: Bot, sent: Document, people: People, method: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(downloads, "PAUSES_S", (0.1, 0.1))
    await people.fault(method, "drop_before", times=100)

    with pytest.raises(DownloadFailed):
        await download(real_bot, sent, most_bytes=MOST)

    (left,) = await people.request("GET", "/sandbox/faults")
    assert left["times"] == 100 - MOST_TRIES
    await people.no_faults()


async def test_long_pause_is_not_waited_for(real_bot: Bot, sent: Document, people: People):
    """The person would rather hear of it now, and send it again."""
    await people.fault("getFile", "retry_after", seconds=600)

    with pytest.raises(DownloadFailed):
        await download(real_bot, sent, most_bytes=MOST)


async def test_dripping_has_an_end(
    real_bot: Bot, sent: Document, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(downloads, "TRY_S", 0.3)
    monkeypatch.setattr(downloads, "PAUSES_S", (0.1, 0.1))
    await people.fault("download", "hold_after", seconds=30, times=2)

    assert await download(real_bot, sent, most_bytes=MOST) == CONTENT


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "a\nb.jsonl", "."]
)
async def test_name_that_the_sender_chose_means_nothing(real_bot: Bot, anna: Person, name: str):
    message = await anna.sends_document("a.jsonl", CONTENT)
    document = document_of(message, real_bot, file_name=name)

    assert await download(real_bot, document, most_bytes=MOST) == CONTENT


async def test_file_of_ours_is_never_taken_for_theirs(
    real_bot: Bot, anna: Person, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    """Telegram's `file_path` may name something below the folder in which the bot runs."""
    message = await anna.sends_document("a.jsonl", CONTENT)
    file = await real_bot.get_file(message["document"]["file_id"])
    ours = tmp_path / str(file.file_path).removeprefix(f"{real_bot.base_file_url}/")
    ours.parent.mkdir()
    ours.write_bytes(b"secret")
    monkeypatch.chdir(tmp_path)
    assert (await real_bot.get_file(file.file_id)).file_path == str(ours.relative_to(tmp_path))

    found = await download(real_bot, document_of(message, real_bot), most_bytes=MOST)

    assert found == CONTENT


@pytest.mark.parametrize("kind", ["drop_before", "bad_gateway_html", "drop_after"])
async def test_address_with_the_token_is_not_logged(
    real_bot: Bot, sent: Document, people: People, caplog: pytest.LogCaptureFixture, kind: str
):
    caplog.set_level(logging.INFO)
    for name in ("httpx", "httpcore"):  # as `logs.set_up` does
        caplog.set_level(logging.WARNING, logger=name)
    await people.fault("download", kind)

    await download(real_bot, sent, most_bytes=MOST)

    assert "A document did not come" in caplog.text
    assert real_bot.token not in caplog.text
    assert "documents/" not in caplog.text
