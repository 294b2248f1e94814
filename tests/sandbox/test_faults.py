"""Faults on order: each does what it says, to the calls that it names, as often as it says."""

import asyncio

import httpx
import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person


async def texts(person: Person) -> list[str]:
    return [message["text"] for message in await person.chat()]


async def test_retry_after(bot: BotClient, people: People, anna: Person):
    await people.fault("sendMessage", "retry_after", seconds=7)

    response = await bot.raw("sendMessage", chat_id=anna.id, text="x")

    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert await texts(anna) == ["/start"]
    await bot.call("sendMessage", chat_id=anna.id, text="x")


async def test_server_errors(bot: BotClient, people: People, anna: Person):
    await people.fault("sendMessage", "status", status=503)
    await people.fault("sendMessage", "bad_gateway_html")

    first = await bot.raw("sendMessage", chat_id=anna.id, text="x")
    second = await bot.raw("sendMessage", chat_id=anna.id, text="x")

    assert (first.status_code, first.json()["error_code"]) == (503, 503)
    assert (second.status_code, second.headers["content-type"]) == (502, "text/html")
    assert await texts(anna) == ["/start"]


@pytest.mark.parametrize(("kind", "is_executed"), [("drop_before", False), ("drop_after", True)])
async def test_dropped_connections(
    bot: BotClient, people: People, anna: Person, kind: str, *, is_executed: bool
):
    await people.fault("sendMessage", kind)

    with pytest.raises(httpx.TransportError):
        await bot.raw("sendMessage", chat_id=anna.id, text="x")

    assert (await texts(anna) == ["/start", "x"]) is is_executed
    call = (await people.calls("sendMessage"))[-1]
    assert call["status"] == 0
    assert (call["response"] is not None) is is_executed


@pytest.mark.parametrize(("kind", "is_executed"), [("hold", False), ("hold_after", True)])
async def test_held_connections(
    bot: BotClient, people: People, anna: Person, kind: str, *, is_executed: bool
):
    await people.fault("sendMessage", kind, seconds=0.5)

    call = asyncio.create_task(bot.call("sendMessage", chat_id=anna.id, text="x"))
    await asyncio.sleep(0.25)
    while_held = await texts(anna)
    await call

    assert (while_held == ["/start", "x"]) is is_executed
    assert await texts(anna) == ["/start", "x"]


async def test_times_after_and_chat(bot: BotClient, people: People, anna: Person):
    boris = await people.person(6_300_001, "Борис")
    await boris.says("/start")
    await people.fault("sendMessage", "status", status=500, times=2, after=1, chat_id=anna.id)

    async def statuses(person: Person, count: int) -> list[int]:
        return [
            (await bot.raw("sendMessage", chat_id=person.id, text=str(number))).status_code
            for number in range(count)
        ]

    assert await statuses(boris, 3) == [200, 200, 200]
    assert await statuses(anna, 5) == [200, 500, 500, 200, 200]


async def test_any_method(bot: BotClient, people: People):
    await people.fault("*", "status", status=500, times=2)

    assert (await bot.raw("getMe")).status_code == 500
    assert (await bot.raw("getUpdates")).status_code == 500
    assert (await bot.raw("getMe")).status_code == 200


async def test_a_dropped_poll_loses_no_update(bot: BotClient, people: People, anna: Person):
    await people.fault("getUpdates", "drop_after")

    with pytest.raises(httpx.TransportError):
        await bot.raw("getUpdates")

    assert len(await bot.call("getUpdates")) == 1


async def test_a_held_poll_can_be_abandoned(bot: BotClient, people: People, anna: Person):
    await people.fault("getUpdates", "hold", seconds=60)

    with pytest.raises(httpx.ReadTimeout):
        await bot.http.get(f"/bot{bot.bot_token}/getUpdates", timeout=0.3)

    assert len(await bot.call("getUpdates")) == 1


async def test_orders_can_be_read_and_forgotten(bot: BotClient, people: People):
    fault_id = await people.fault("getMe", "status", status=500, times=3)
    await bot.raw("getMe")

    standing = await people.request("GET", "/sandbox/faults")
    await people.no_faults()

    assert [fault["times"] for fault in standing if fault["id"] == fault_id] == [2]
    assert await people.request("GET", "/sandbox/faults") == []
    assert (await bot.raw("getMe")).status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "earthquake", "method": "*"},
        {"kind": "drop_before"},
        {"kind": "status", "method": "*"},
        {"kind": "status", "method": "*", "status": 404},
        {"kind": "hold", "method": "*", "seconds": -1},
        {"kind": "drop_before", "method": "*", "times": "many"},
        {"kind": "odd_result", "method": "*"},
        {"kind": "odd_result", "method": "*", "body": "x", "result": 1},
        {"kind": "odd_result", "method": "*", "body": 1},
        {"kind": "odd_result", "method": "*", "body": "x", "status": 100},
        {"kind": "odd_result", "method": "*", "body": "x", "executed": "no"},
    ],
)
async def test_orders_without_sense(people: People, order):
    response = await people.http.post("/sandbox/faults", json=order)

    assert response.status_code == 400
    assert response.json()["error"]


async def test_calls_are_recorded_and_waited_for(bot: BotClient, people: People, anna: Person):
    newest = (await people.calls())[-1]["n"]
    waiting = asyncio.create_task(people.calls("sendMessage", after=newest, wait=20))
    await bot.call("getUpdates", offset=-1, timeout=0)
    await bot.call("getUpdates", offset=10**9)
    markup: dict[str, list] = {"inline_keyboard": []}
    await bot.http.post(
        f"/bot{bot.bot_token}/sendMessage",
        data={"chat_id": anna.id, "text": "5", "reply_markup": str(markup).replace("'", '"')},
    )

    calls = await waiting

    assert len(calls) == 1
    assert calls[0]["params"] == {"chat_id": anna.id, "text": "5", "reply_markup": markup}
    assert calls[0]["response"]["result"]["text"] == "5"
    assert [call["method"] for call in await people.calls(after=newest)] == [
        "getUpdates",
        "sendMessage",
    ]


async def test_downloads_meet_faults_too(bot: BotClient, people: People, anna: Person):
    """`drop_after` cuts the file in the middle. They are no method, so none is recorded."""
    message = await anna.sends_document("a.bin", b"x" * 100_000)
    path = (await bot.call("getFile", file_id=message["document"]["file_id"]))["file_path"]
    n_calls = len(await people.calls())
    for kind in ("drop_before", "drop_after"):
        await people.fault("download", kind)
    await people.fault("download", "retry_after", seconds=3)
    await people.fault("download", "status", status=500)
    await people.fault("download", "hold", seconds=0.1)
    await people.fault("download", "hold_after", seconds=0.1)

    async def fetched() -> httpx.Response:
        return await bot.http.get(f"/file/bot{bot.bot_token}/{path}")

    for error in (httpx.TransportError, httpx.RemoteProtocolError):
        with pytest.raises(error):
            await fetched()
    paused, failed, *held = [await fetched() for _ in range(4)]

    assert paused.json()["parameters"] == {"retry_after": 3}
    assert failed.status_code == 500
    assert [response.content for response in held] == [b"x" * 100_000] * 2
    assert len(await people.calls()) == n_calls


@pytest.mark.parametrize(
    ("odd", "body", "kind"),
    [
        ({"result": True}, '{"ok": true, "result": true}', "application/json"),
        ({"result": None}, '{"ok": true, "result": null}', "application/json"),
        ({"result": {"message_id": "7"}}, '{"ok": true, "result": {"message_id": "7"}}', "app"),
        ({"body": "<h1>Welcome</h1>"}, "<h1>Welcome</h1>", "text/html"),
        ({"body": "{}"}, "{}", "application/json"),
        ({"body": "", "content_type": "text/plain"}, "", "text/plain"),
    ],
)
@pytest.mark.parametrize("executed", [True, False])
async def test_answers_that_telegram_would_not_give(
    bot: BotClient, people: People, anna: Person, odd, body, kind, *, executed: bool
):
    """With or without the work done; and the next call is answered as ever."""
    await people.fault("sendMessage", "odd_result", executed=executed, **odd)

    response = await bot.raw("sendMessage", chat_id=anna.id, text="x")
    await bot.call("sendMessage", chat_id=anna.id, text="y")

    assert (response.status_code, response.text) == (200, body)
    assert response.headers["content-type"].startswith(kind)
    assert await texts(anna) == (["/start", "x", "y"] if executed else ["/start", "y"])
    assert (await people.calls("sendMessage"))[-2]["response"] == body


async def test_an_odd_answer_may_be_a_web_servers(bot: BotClient, people: People):
    await people.fault("getMe", "odd_result", body="<html>nginx</html>", status=404)

    response = await bot.raw("getMe")

    assert (response.status_code, response.text) == (404, "<html>nginx</html>")
