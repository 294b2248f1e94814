"""The server itself: keys, the shape of every error, its start and its end."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import httpx2
import openai
import pytest

from engine.server import _listen
from tests.engine.conftest import BASE, FAST, KEY, PLAIN_HTTP, client, engine, tuned
from tests.openai_schema import check_response

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
async def http(url):
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, **PLAIN_HTTP) as it:
        yield it


@pytest.mark.parametrize("key", ["sk-wrong-0123456789abcdef0123456789", "short", "ключ"])
async def test_wrong_key_is_refused_and_not_repeated(url, key):
    """A wrong key is a 401 that never shows it whole."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        answer = await http.get(
            f"{url}/models", headers={b"Authorization": f"Bearer {key}".encode()}
        )

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert key not in answer.text


@pytest.mark.parametrize("value", [None, "", "Bearer", "Basic abc", KEY])
async def test_without_a_bearer_key_nothing_is_shown(url, value):
    """No key, no answer, on known and unknown routes."""
    headers = {} if value is None else {"Authorization": value}
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        for route in ("/models", "/nothing", "/fine_tuning/jobs"):
            assert (await http.get(url + route, headers=headers)).status_code == 401


async def test_real_client_understands_a_refusal(url):
    """The openai client turns it into its own error."""
    async with client(url, "sk-some-other-key-that-is-long") as api:
        with pytest.raises(openai.AuthenticationError) as refusal:
            await api.models.list()

    assert refusal.value.code == "invalid_api_key"
    assert (refusal.value.request_id or "").startswith("req_")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "unknown_url"),
        ("GET", "/models/", 404, "model_not_found"),
        ("GET", "/models/none", 404, "model_not_found"),
        ("DELETE", "/models/none", 404, "model_not_found"),
        ("PUT", "/files", 405, "method_not_supported"),
        ("GET", "/chat/completions", 405, "method_not_supported"),
        ("GET", "/files?limit=0", 400, "invalid_value"),
        ("GET", "/files?order=up", 400, "invalid_value"),
        ("GET", "/fine_tuning/jobs?limit=x", 400, "invalid_value"),
        ("POST", "/fine_tuning/jobs", 400, None),
        ("POST", "/chat/completions", 400, None),
        ("GET", "/fine_tuning/jobs/none/checkpoints", 404, "fine_tune_not_found"),
    ],
)
async def test_every_error_has_openais_shape(http, method, path, status, code):
    """Whatever goes wrong, the body is {"error": {message, type, param, code}}."""
    answer = await http.request(method, path)

    assert answer.status_code == status
    check_response(method, path, status, answer.headers, answer.content)
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", code)
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff", b'{"model": 1}'])
async def test_broken_bodies_are_refused(http, body):
    """A body that is no object of the right form is a 400."""
    for path in ("/chat/completions", "/fine_tuning/jobs"):
        headers = {"content-type": "application/json"}
        answer = await http.post(path, content=body, headers=headers)

        assert answer.status_code == 400
        assert answer.json()["error"]["message"]


async def test_endless_body_is_refused(http):
    """A body that no request needs is a 413 in OpenAI's shape."""
    answer = await http.post(
        "/fine_tuning/jobs",
        content=b'{"model": "' + b"x" * 40_000_000 + b'"}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 413
    check_response("POST", "/fine_tuning/jobs", 413, answer.headers, answer.content)


async def test_a_bug_is_a_500_in_the_same_shape(tmp_path):
    """When the disk fails, the client reads an OpenAI error with the request's id."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        (tmp_path / "engine" / "uploads").rmdir()
        with pytest.raises(openai.InternalServerError) as broken:
            await api.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")

    assert broken.value.code == "internal_error"
    assert str(broken.value.request_id) in broken.value.message
    assert "Traceback" not in broken.value.message


async def test_answers_are_sent_without_delay():
    """The kernel does not hold small pieces back until the client has acknowledged earlier ones."""
    delays = asyncio.Queue[bool]()

    async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        delays.put_nowait(not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = _listen("127.0.0.1", 0)
    async with await asyncio.start_server(look, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await delays.get() is False
        writer.close()


async def test_without_keys_loopback_takes_any_key(tmp_path):
    """On loopback any key will do, but there must be one."""
    async with engine(tmp_path) as child, client(child.ready, "another-key") as api:
        await api.models.list()
    (tmp_path / "open").mkdir()
    start = [sys.executable, "-m", "engine", *FAST, f"--data={tmp_path / 'open'}"]
    environment = {k: v for k, v in os.environ.items() if k != "ENGINE_API_KEYS"}
    with subprocess.Popen(start, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
            given = await http.get(f"{url}/models", headers={"Authorization": "Bearer x"})
            none = await http.get(f"{url}/models")
            numbers = await http.get(f"{url.removesuffix('/v1')}/metrics")
        process.send_signal(signal.SIGINT)

        assert (given.status_code, none.status_code, numbers.status_code) == (200, 401, 200)
        assert process.stdout.read() == ""
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host=0.0.0.0"], "--keys (ENGINE_API_KEYS) is needed"),
        (["--port=70000"], "--port"),
        (["--running-seconds=-1"], "must be 0 or more"),
        (["--executor=slurm"], "must be one of local, ray"),
        (["--ray-address=10.0.0.1:8265"], "must begin with http:// or https://"),
        (["--chat-workers=0"], "must be 1 or more"),
        (["--vllm-url=http://10.0.0.1:8000, 10.0.0.2:8000"], "must begin with http:// or https://"),
        (["--running-seconds=soon"], "--running-seconds"),
    ],
)
def test_wrong_settings_end_the_start_with_one_line(options, words):
    """What is wrong is said in one line, exit code 2."""
    environment = {k: v for k, v in os.environ.items() if k != "ENGINE_API_KEYS"}
    ended = subprocess.run(
        [sys.executable, "-m", "engine", *options],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=30,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert words in ended.stderr


async def test_second_engine_on_a_data_folder_is_refused(tmp_path):
    """Both would train the same jobs; the first one serves on."""
    async with engine(tmp_path) as child:
        data = f"--data={tmp_path / 'engine'}"
        test_wrong_settings_end_the_start_with_one_line(["--port=0", data], "another engine runs")
        async with client_without_checks(child.ready) as api:
            assert (await api.models.list()).data
    async with engine(tmp_path):
        pass  # a killed or stopped engine leaves no lock


async def test_sigterm_ends_it_quickly_with_an_open_stream(tmp_path):
    """An answer that is being streamed does not keep the server: exit code 0, within seconds."""
    slow = ("--tokens-per-second=1", "--first-token-seconds=0")
    async with engine(tmp_path, *slow) as child, client_without_checks(child.ready) as api:
        model = (await tuned(api)).fine_tuned_model
        stream = await api.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Привет"}], stream=True
        )
        assert await anext(aiter(stream))

        code = await asyncio.wait_for(child.stop(), 5)
        await stream.close()

    assert code == 0


async def test_end_of_standard_input_ends_it(tmp_path):
    """A parent that dies takes the server with it."""
    async with engine(tmp_path) as child:
        assert child.process.stdin is not None
        child.process.stdin.close()

        assert await asyncio.wait_for(child.process.wait(), 5) == 0


async def test_environment_sets_what_options_do(tmp_path):
    """Each option has a variable; the option wins."""
    environment = {**os.environ, "ENGINE_PORT": "1", "ENGINE_DATA": str(tmp_path / "there")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine", "--port=0"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    ready = (await process.stdout.readline()).decode()
    process.terminate()

    assert ready.startswith("engine: ready http://127.0.0.1:")
    assert (tmp_path / "there" / "engine.sqlite3").exists()
    assert await process.wait() == 0


def client_without_checks(url):
    """A client that does not read a stream to its end before it gives it out."""
    http = openai.DefaultAsyncHttpxClient(**PLAIN_HTTP)
    return openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0, http_client=http)


def test_base_is_offered():
    """The base model of these tests is one that the engine offers."""
    from engine.catalogue import base_models

    assert base_models()[BASE].shutdown_date == "2027-01-14"
