"""`/v1/files` keeps what it is given, and refuses what is of no use to it."""

import httpx2
import openai
import pytest

from tests.engine.conftest import KEY, PLAIN_HTTP, client, engine, engine_and_api, upload
from tests.engine.pairs import GOOD_FILE

HEADERS = {"Authorization": f"Bearer {KEY}"}


async def test_file_comes_back_as_it_was_sent(api):
    """What is uploaded can be described, listed and read, byte for byte, until it is deleted."""
    file_id = await upload(api, GOOD_FILE, "пары.jsonl")

    file = await api.files.retrieve(file_id)
    assert (file.filename, file.bytes, file.purpose) == ("пары.jsonl", len(GOOD_FILE), "fine-tune")
    assert (await api.files.content(file_id)).content == GOOD_FILE
    assert (await api.files.delete(file_id)).deleted is True
    with pytest.raises(openai.NotFoundError, match="No such File"):
        await api.files.retrieve(file_id)
    with pytest.raises(openai.NotFoundError):
        await api.files.delete(file_id)
    with pytest.raises(openai.NotFoundError):
        await api.files.content(file_id)


async def test_list_pages_in_both_directions(tmp_path):
    """A list goes on after a given file, newest or oldest first; an unknown cursor is said so."""
    async with engine_and_api(tmp_path) as api:
        empty = await api.files.list()
        ids = [await upload(api) for _ in range(5)]

        newest = [file.id async for file in api.files.list(limit=2)]
        oldest = [file.id async for file in api.files.list(limit=2, order="asc")]
        page = await api.files.list(limit=2, after=ids[4])
        others = await api.files.list(purpose="batch")
        with pytest.raises(openai.BadRequestError, match="after"):
            await api.files.list(after="file-none")

    assert empty.data == []
    assert newest == ids[::-1]
    assert oldest == ids
    assert ([file.id for file in page.data], page.has_more) == ([ids[3], ids[2]], True)
    assert others.data == []


@pytest.mark.parametrize("purpose", ["assistants", "batch", "vision", "user_data", "evals"])
async def test_other_purposes_are_refused(api, purpose):
    """Only files for fine-tuning are taken."""
    with pytest.raises(openai.BadRequestError) as refusal:
        await api.files.create(file=("a.jsonl", b"{}"), purpose=purpose)

    assert refusal.value.param == "purpose"


async def test_file_above_the_limit_is_refused_with_the_reason(tmp_path):
    """Too large is told as 413 with both sizes, nothing of it stays, and the next one is taken."""
    async with engine_and_api(tmp_path, "--max-file-bytes=300000") as api:
        with pytest.raises(openai.APIStatusError, match="300001 bytes, the limit is 300000") as no:
            await upload(api, b"x" * 300_001)

        await upload(api, b"x" * 300_000)
        assert no.value.status_code == 413
        assert len((await api.files.list()).data) == 1
        assert list((tmp_path / "engine" / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"data": {"purpose": "fine-tune"}, "files": {"other": ("a", b"b")}}, "file"),
        ({"files": {"file": ("a.jsonl", b"b")}}, "purpose"),
        ({"data": {"purpose": "fine-tune"}, "files": {"file": ("a.jsonl", b"")}}, "file"),
        (
            {"data": {"purpose": "fine-tune", "color": "red"}, "files": {"file": ("a", b"b")}},
            "color",
        ),
        ({"data": {"purpose": "x" * 5_000}, "files": {"file": ("a", b"b")}}, "purpose"),
        ({"content": b"no form at all"}, None),
        (
            {
                "content": b"--x\r\nbroken",
                "headers": {"content-type": "multipart/form-data;boundary=x"},
            },
            None,
        ),
    ],
)
async def test_odd_forms_are_refused_in_words(url, form, param):
    """Whatever is wrong with a form is a 400 that names the field."""
    form["headers"] = {**HEADERS, **form.get("headers", {})}
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        answer = await http.post(f"{url}/files", **form)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


async def test_file_survives_kill_9(tmp_path):
    """A file that was acknowledged is there after the hardest of ends."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        file_id = await upload(api)
        await child.kill()

    async with engine_and_api(tmp_path) as api:
        assert (await api.files.content(file_id)).content == GOOD_FILE
