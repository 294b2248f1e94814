"""What can't be stored and told again is refused at the door, and old rows of it hurt nobody."""

import json
import sqlite3

import httpx2
import pytest

from tests.engine.conftest import BASE, KEY, PLAIN_HTTP, client, engine, engine_and_api, new_job
from tests.engine.conftest import upload as uploaded
from tests.openai_schema import check_response

HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
HALF = r"\ud83d"
CHAT = {"model": BASE, "messages": [{"role": "user", "content": "Привет"}]}
DEEP = '{"a":' * 100 + "1" + "}" * 100
VERY_DEEP = "[" * 200_000


@pytest.fixture
async def http(url):
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, **PLAIN_HTTP) as it:
        yield it


def refused(answer, path, param=None):
    """A 400 in OpenAI's shape that names *param*."""
    assert answer.status_code == 400, answer.text
    check_response("POST", path, 400, answer.headers, answer.content)
    assert answer.json()["error"]["param"] == param


JOB_FAULTS = [
    ('"metadata": {"note": "%s"}', "metadata"),
    ('"metadata": {"%s": "note"}', "metadata"),
    ('"metadata": {"note": "whole 👍 and %s"}', "metadata"),
    ('"suffix": "%s"', "suffix"),
    ('"model": "%s"', "model"),
    ('"validation_file": "%s"', "validation_file"),
    ('"integrations": [{"type": "%s"}]', "integrations"),
    ('"method": {"type": "supervised", "more": [[{"%s": 1}]]}', "method"),
    ('"%s": 1', None),
]


@pytest.mark.parametrize("half", [HALF, r"\udc4d", r"\udc4d\ud83d", r"a\u0000b"])
@pytest.mark.parametrize(("fields", "param"), JOB_FAULTS)
async def test_half_characters_in_a_job(api, http, half, fields, param):
    """Wherever it hides, the answer is a 400, nothing is stored, and lists go on."""
    file_id = await uploaded(api)
    before = (await api.fine_tuning.jobs.list(limit=1)).data
    given = f'"training_file": "{file_id}"' + ("" if param == "model" else f', "model": "{BASE}"')

    answer = await http.post("/fine_tuning/jobs", content=f"{{{given}, {fields % half}}}".encode())

    refused(answer, "/v1/fine_tuning/jobs", param)
    assert (await api.fine_tuning.jobs.list(limit=1)).data == before


async def test_half_characters_as_bytes(api, http):
    """Python's JSON reader lets the three bytes of a half character pass; the engine does not."""
    file_id = await uploaded(api)
    body = json.dumps({"model": BASE, "training_file": file_id, "metadata": {"a": "X"}}).encode()

    for raw in (b"\xed\xa0\xbd", b"\xff"):
        answer = await http.post("/fine_tuning/jobs", content=body.replace(b"X", raw))
        assert answer.status_code == 400
        assert (await http.get("/fine_tuning/jobs")).status_code == 200


async def test_whole_pairs_of_escapes_are_welcome(api, http):
    """Most clients write an emoji as two escapes: that is one whole character."""
    file_id = await uploaded(api)
    body = (
        f'{{"model": "{BASE}", "training_file": "{file_id}", '
        r'"metadata": {"\ud83d\udc4d": "\ud83e\udd70 \u2028"}}'
    )

    answer = await http.post("/fine_tuning/jobs", content=body.encode())

    assert answer.json()["metadata"] == {"👍": "🥰 \u2028"}


CHAT_FAULTS = [
    ('"messages": [{"role": "user", "content": "%s"}]', "messages"),
    ('"messages": [{"role": "user", "content": [{"type": "text", "text": "%s"}]}]', "messages"),
    ('"messages": [{"role": "user", "content": "a", "name": "%s"}]', "messages"),
    ('"messages": [{"role": "user", "content": "a", "%s": 1}]', "messages"),
    ('"messages": [{"role": "%s", "content": "a"}]', "messages"),
    ('"model": "%s"', "model"),
    ('"stop": "%s"', "stop"),
    ('"stop": ["a", "%s"]', "stop"),
    ('"user": "%s"', "user"),
    ('"metadata": {"%s": "%s"}', "metadata"),
]


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize(("fields", "param"), CHAT_FAULTS)
async def test_half_characters_in_a_chat(http, fields, param, stream):
    """Plain or streamed: a 400 before the answer begins."""
    others = {key: value for key, value in CHAT.items() if key != param}
    text = json.dumps(others)[1:-1] + f', "stream": {stream}, ' + fields.replace("%s", HALF)

    answer = await http.post("/chat/completions", content=f"{{{text}}}".encode())

    refused(answer, "/v1/chat/completions", param)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ('"seed": 9223372036854775808', "seed"),
        ('"seed": -9223372036854775809', "seed"),
        ('"max_tokens": 1' + "0" * 400, "max_tokens"),
        ('"n": 1' + "0" * 5_000, None),
        ('"temperature": NaN', "temperature"),
        ('"temperature": Infinity', "temperature"),
        ('"top_p": -Infinity', "top_p"),
        ('"top_p": 1e999', "top_p"),
        (f'"metadata": {DEEP}', "metadata"),
        (f'"metadata": {VERY_DEEP}', None),
        ('"metadata": {"a": NaN}', "metadata"),
    ],
)
async def test_numbers_and_depth_that_nothing_holds(http, fields, param):
    """Numbers beyond 64 bits, endless ones and bottomless nesting are a 400, never a 500."""
    text = json.dumps(CHAT)[1:-1]

    answer = await http.post("/chat/completions", content=f"{{{text}, {fields}}}".encode())

    refused(answer, "/v1/chat/completions", param)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "NaN", "Infinity", "1e309"])
async def test_endless_learning_rates(api, http, number):
    """A multiplier is a number that a computer has."""
    file_id = await uploaded(api)
    body = (
        f'{{"model": "{BASE}", "training_file": "{file_id}", '
        f'"hyperparameters": {{"learning_rate_multiplier": {number}}}}}'
    )

    answer = await http.post("/fine_tuning/jobs", content=body.encode())

    refused(answer, "/v1/fine_tuning/jobs", "hyperparameters")


async def test_limits_of_the_check_are_allowed(http):
    """The largest numbers of 64 bits are numbers."""
    for seed in (2**63 - 1, -(2**63)):
        answer = await http.post("/chat/completions", json={**CHAT, "seed": seed})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/fine_tuning/jobs?after=%ED%A0%BD",
        "/fine_tuning/jobs?metadata[a]=%ED%A0%BD",
        "/fine_tuning/jobs?metadata[%ED%A0%BD]=a",
        "/fine_tuning/jobs?metadata[a]=%00",
        "/fine_tuning/jobs/%ED%A0%BD",
        "/fine_tuning/jobs/%00/events",
        "/files?purpose=%FF",
        "/files?after=a%00",
        "/files/%ED%A0%BD/content",
        "/models/%ED%B1%8D",
        "/engine/models/%ED%B1%8D/adapter",
    ],
)
async def test_half_characters_in_addresses(http, path):
    """A cursor, a filter or an id that is no text is a 400."""
    answer = await http.get(path)

    assert answer.status_code == 400
    check_response("GET", path, 400, answer.headers, answer.content)


@pytest.mark.parametrize("body", [b'["\\ud83d"]', b'"\\ud83d"', b"{", VERY_DEEP.encode()])
async def test_bodies_where_none_belongs(api, http, body):
    """Routes without a body refuse a broken one in the same words."""
    job_id = await new_job(api)
    for path in (f"/fine_tuning/jobs/{job_id}/cancel", "/fine_tuning/jobs", "/chat/completions"):
        answer = await http.post(path, content=body)
        assert answer.status_code == 400
        check_response("POST", path, 400, answer.headers, answer.content)


async def test_deployments_and_deployed_models_are_checked_too(url):
    """Both applications and the engine's own routes have the check."""
    root = url.removesuffix("/v1")
    async with httpx2.AsyncClient(base_url=root, headers=HEADERS, **PLAIN_HTTP) as http:
        for path in ("/engine/deployments", "/deployed/v1/chat/completions"):
            answer = await http.post(path, content=f'{{"model": "{HALF}"}}'.encode())
            refused(answer, "/v1/chat/completions", "model")


async def test_rows_of_an_earlier_version_are_shown(tmp_path):
    """A job that an older engine stored with half a character is shown, and lists with it."""
    async with engine_and_api(tmp_path) as api:
        job_id = await new_job(api, metadata={"note": "a"})
        other = await new_job(api)
    path = tmp_path / "engine" / "engine.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE jobs SET metadata = ?, error = ?, status = 'failed' WHERE id = ?",
            (
                '{"note": "\\ud83d!", "\\udc4d": "👍"}',
                '{"code": "x", "message": "\\ud83d", "param": null}',
                job_id,
            ),
        )
        connection.execute(
            "UPDATE events SET metrics = ? WHERE job_id = ?", ('{"step": NaN}', job_id)
        )
    connection.close()

    async with engine(tmp_path) as child, client(child.ready) as api:
        listed = (await api.fine_tuning.jobs.list()).data
        job = await api.fine_tuning.jobs.retrieve(job_id)
        events = (await api.fine_tuning.jobs.list_events(job_id)).data

    assert [each.id for each in listed] == [other, job_id]
    assert job.metadata == {"note": "\ufffd!", "\ufffd": "👍"}
    assert job.error is not None
    assert job.error.message == "\ufffd"
    assert events[0].data == {"step": None}
