"""`/v1/files` keeps what it is given, and refuses what is of no use to it."""

import sqlite3

import httpx2
import openai
import pytest

from tests.engine.conftest import (
    BASE,
    KEY,
    PLAIN_HTTP,
    client,
    engine,
    engine_and_api,
    job_in,
    upload,
)
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


async def expiring(api, seconds, name="brief.jsonl", anchor="created_at"):
    expiry = {"anchor": anchor, "seconds": seconds}
    return await api.files.create(file=(name, GOOD_FILE), purpose="fine-tune", expires_after=expiry)


@pytest.mark.parametrize("seconds", [3_600, 2_592_000])
async def test_expiry_is_told_back(api, seconds):
    """A file says when it ends; one without a wish says nothing of it."""
    file = await expiring(api, seconds)
    plain = await api.files.retrieve(await upload(api))

    assert file.expires_at == file.created_at + seconds
    assert (await api.files.retrieve(file.id)).expires_at == file.expires_at
    assert plain.expires_at is None


@pytest.mark.parametrize(
    ("anchor", "seconds", "param"),
    [
        ("created_at", 3_599, "seconds"),
        ("created_at", 2_592_001, "seconds"),
        ("created_at", -3_600, "seconds"),
        ("created_at", "1e4", "seconds"),
        ("created_at", "٣٦٠٠", "seconds"),
        ("created_at", "", "seconds"),
        ("created_at", "9" * 4_000, "seconds"),
        ("last_active_at", 3_600, "anchor"),
        ("", 3_600, "anchor"),
    ],
)
async def test_impossible_expiry_is_refused(api, anchor, seconds, param):
    """The range is the provider's: an hour to thirty days after its creation."""
    with pytest.raises(openai.BadRequestError) as refusal:
        await expiring(api, seconds, anchor=anchor)

    assert refusal.value.param == f"expires_after[{param}]"


@pytest.mark.parametrize("given", ["anchor", "seconds"])
async def test_half_an_expiry_is_refused(url, given):
    """Both parts are needed; the missing one is named."""
    value = {"anchor": "created_at", "seconds": "3600"}[given]
    form = {"purpose": "fine-tune", f"expires_after[{given}]": value}
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        answer = await http.post(
            f"{url}/files", data=form, files={"file": ("a", b"b")}, headers=HEADERS
        )

    (other,) = {"anchor", "seconds"} - {given}
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == f"expires_after[{other}]"


async def test_expired_file_is_gone_and_its_job_goes_on(tmp_path):
    """After its time no route knows a file, and its bytes are deleted; a job keeps its copy."""
    async with engine_and_api(tmp_path, "--queued-seconds=0.3") as api:
        ids = [(await expiring(api, 3_600)).id for _ in range(4)]
        kept = await upload(api)
        job = await api.fine_tuning.jobs.create(model=BASE, training_file=ids[0])
        for route in (api.files.retrieve, api.files.content, api.files.delete):
            file_id = ids.pop()
            end_now(tmp_path, file_id)
            with pytest.raises(openai.NotFoundError):
                await route(file_id)
            assert not (tmp_path / "engine" / "files" / file_id).exists()
        end_now(tmp_path, *ids)

        listed = [file.id for file in (await api.files.list()).data]
        assert listed == [kept]
        with pytest.raises(openai.BadRequestError) as refusal:
            await api.fine_tuning.jobs.create(model=BASE, training_file=ids[0])
        assert refusal.value.param == "training_file"
        assert (await job_in(api, job.id, "succeeded", "failed")).status == "succeeded"


def end_now(folder, *file_ids):
    """Let the time of files pass."""
    with sqlite3.connect(folder / "engine" / "engine.sqlite3") as connection:
        for file_id in file_ids:
            query = "UPDATE files SET expires_at = created_at - 1 WHERE id = ?"
            assert connection.execute(query, (file_id,)).rowcount == 1
    connection.close()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x8f\xa0\xe0\xeb.jsonl".encode("latin-1"), "\ufffd\ufffd\ufffd\ufffd.jsonl"),
        ("пары 👍🏽.jsonl".encode(), "пары 👍🏽.jsonl"),
        (b"../../etc/passwd", "passwd"),
        (b"", None),
        (b"a\0b.jsonl", None),
        (b"half \xed\xa0\xbd.jsonl", None),
        (b"x" * 5_000, None),
    ],
)
async def test_odd_names_of_files(url, name, shown):
    """A name that can't be told again is a 400; one in another encoding is shown as it can be."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
    purpose = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n--x--\r\n'
    headers = {**HEADERS, "content-type": "multipart/form-data; boundary=x"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, **PLAIN_HTTP) as http:
        answer = await http.post("/files", content=head + b"abc\r\n" + purpose)
        page = await http.get("/files")

    assert page.status_code == 200
    if shown is None and name:
        assert answer.status_code == 400
    else:
        assert answer.json()["filename"] == (shown or "upload.jsonl")
