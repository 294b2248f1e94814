"""What providers answer, and what an admin reads of it: tables of the real bot and real HTTP.

Every sentence is in Russian and says, in words or by a button, what comes next; none is a
traceback, the body of an answer, or a key. `tests/gateways` has the same answers without a bot.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from tests.e2e.commands import bot
from tests.e2e.faults import CHAT, check_kind, people, refusal, without_metadata
from tests.e2e.training import ENDLESS, FILES, JOBS, card, foreign, job_of, started
from tests.proxy import Fault
from tests.telegram_people import Json, Person, words
from tests.world import API_KEY, DATASET, World, eventually, world

QUICK = "0.05"
"""Of POLL_INTERVAL_S: tries follow each other at once."""
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
KEY = f"Incorrect API key provided: {API_KEY}. You can find your key at https://x.y."
WAY_ON = (
    r"(?i)проверьте|попробуйте|повторите|пополните|поможет|выберите|дождитесь|загляните|спрошу|"
    r"напишу|слежу|кнопка|/[a-z]{4,}"
)


def page(status: int, content: bytes = PAGE) -> Json:
    """The rest of an order for an answer that is not JSON."""
    return {"status": status, "body": content}


def says(status: int, body: Any) -> Json:
    """The rest of an order for an answer of any shape."""
    return {"status": status, "body": body}


def check(message: Json, *said: str) -> None:
    """It reads so, in words for people, with a way on."""
    for part in said:
        assert part in words(message), f"{part!r} is not in {words(message)!r}"
    check_kind(words(message))
    assert "reply_markup" in message or re.search(WAY_ON, words(message)), words(message)


# No job comes of it

REFUSED: Sequence[tuple[str, Json, str]] = (
    (JOBS, refusal(400, "weird", f"Bad {API_KEY}"), "Провайдер ответил: Bad"),
    (JOBS, refusal(400, "odd_code", ""), "Провайдер ответил: odd_code"),
    (JOBS, refusal(400, "invalid_training_file", "Line 7"), "(строка 7): Line 7"),
    (JOBS, says(400, {"error": None}), "не объяснил почему (400 Bad Request)"),
    (JOBS, says(400, ["no"]), "не объяснил почему (400 Bad Request)"),
    (JOBS, page(400), "не объяснил почему (400 Bad Request)"),
    (JOBS, page(400, b""), "не объяснил почему (400 Bad Request)"),
    (JOBS, says(400, {"error": {"message": "The suffix has dots", "param": "suffix"}}),
     "не подошло имя: The suffix has dots"),
    (JOBS, refusal(401, "invalid_api_key", KEY), "не принял ключ"),
    (JOBS, says(402, {"detail": "Payment required"}), "кончились деньги или квота"),
    (JOBS, refusal(403, "training_not_available", "No."), "больше не принимает обучение"),
    (JOBS, refusal(403, "unsupported_country_region_territory", "No."), "страну"),
    (JOBS, page(403), "не принял ключ"),
    (JOBS, refusal(404, "model_not_found", "No such model"), "не знает такой базовой модели"),
    (JOBS, says(404, {"detail": "Not Found"}), "не так, как принято в API OpenAI (404 Not Found)"),
    (JOBS, says(409, {"detail": "A run is in progress"}), "учит модели по одной"),
    (JOBS, says(422, {"detail": [{"loc": ["body", "n_epochs"], "msg": "too many", "type": "x"}]}),
     "Провайдер ответил: n_epochs: too many"),
    (JOBS, refusal(429, "insufficient_quota", "Pay."), "кончились деньги или квота"),
    (JOBS, refusal(429, "rate_limit_exceeded", "Slow down") | {"times": 5}, "просит подождать"),
    (FILES, refusal(401, "invalid_api_key", KEY), "не принял ключ"),
    (FILES, page(413), "не объяснил почему (413"),
    (FILES, refusal(500, "", "Oops") | {"times": 5}, "Провайдер ответил ошибкой ("),
    (FILES, page(502) | {"times": 5}, "Провайдер ответил ошибкой ("),
    (FILES, page(200) | {"times": 5}, "Провайдер ответил ошибкой ("),
    (FILES, says(200, {"id": 7}) | {"times": 5}, "Провайдер ответил ошибкой ("),
)  # fmt: skip


@pytest.mark.parametrize("part", range(2))
async def test_a_plan_that_is_refused(tmp_path, part):
    """Whatever is said to an upload or a creation: why there is no job, that nothing was paid."""
    ids = range(1001, 1005)
    rows = REFUSED[part::2]
    admin_ids = ",".join(map(str, ids))
    async with world(
        tmp_path, engine=ENDLESS, ADMIN_IDS=admin_ids, POLL_INTERVAL_S=QUICK
    ) as everything:
        admins = await people(everything, ids)
        for n, (path, order, said) in enumerate(rows):
            admin = admins[n % len(admins)]
            fault = everything.proxy.fault("POST", path, "answer", **order)
            run_id = await started(admin)
            told = await admin.sees(f"План №{run_id} не запустился, задания нет", timeout=30)
            check(told, said, "Деньги не списаны")
            assert told["reply_markup"]["inline_keyboard"]
            assert fault.times == 0
        assert await everything.engine_jobs() == []


# Nobody knows whether a job came of it

UNCLEAR: Sequence[Json] = (
    says(503, {"error": "over capacity"}),
    says(409, {}),
    page(200),
    page(200, b""),
    says(200, []),
    says(200, {"object": "list", "data": []}),
)


async def test_a_creation_without_a_clear_answer(tmp_path):
    """It is not asked for again; the list is read, and where that does not help, a person asked."""
    ids = range(1001, 1005)
    admin_ids = ",".join(map(str, ids))
    async with world(
        tmp_path, engine=ENDLESS, ADMIN_IDS=admin_ids, POLL_INTERVAL_S=QUICK
    ) as everything:
        admins, proxy = await people(everything, ids), everything.proxy
        for n, order in enumerate((*UNCLEAR, None)):
            admin = admins[n % len(admins)]
            if order is None:
                proxy.fault("POST", JOBS, "drop_before")
            else:
                proxy.fault("POST", JOBS, "answer", **order)
            run_id = await started(admin)
            asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся", timeout=30)
            check(asked, "в списке его заданий нашего нет", "Загляните в кабинет провайдера")
            assert len(everything.jobs_created()) == n + 1

        # A list that can't be read says nothing about what is in it.
        for order in (page(200), says(404, {"detail": "Not Found"})):
            listed = proxy.fault("GET", JOBS, "answer", times=1000, **order)
            proxy.fault("POST", JOBS, "drop_before")
            run_id = await started(admins[0])
            asked = await admins[0].sees(f"План №{run_id}: ответ провайдера", timeout=60)
            check(asked, "список его заданий не открывается", "поищите ещё раз позже")
            listed.times = 0
        assert await everything.engine_jobs() == []


async def test_a_lost_job_is_found_in_an_odd_list(tmp_path):
    """No `has_more`, `after` ignored, no order, no metadata, rows twice, and rows that are none."""
    async with world(tmp_path, engine=ENDLESS, POLL_INTERVAL_S=QUICK) as everything:
        proxy = everything.proxy
        await foreign(everything)
        proxy.rewrite = without_metadata
        created = proxy.fault("POST", JOBS, "hold_after")
        listed = asyncio.create_task(_list_oddly(everything, created))
        run_id = await started(everything.admin)
        ours = await job_of(everything, run_id)
        await listed

        check(await card(everything.admin, ours), "natasha-v1")
        assert len(everything.jobs_created()) == 1
        assert {job["id"] for job in await everything.jobs_of_ours()} == {ours}


async def _list_oddly(everything: World, created: Fault) -> None:
    """Once the job is there, let its answer be lost and every list be an odd one."""
    await asyncio.wait_for(created.happened.wait(), 30)
    jobs = list(reversed(await everything.engine_jobs()))
    body = {"data": [*jobs, None, "job", {"id": None}, *jobs]}
    everything.proxy.fault("GET", JOBS, "answer", times=1000, **says(200, body))
    async with everything.proxy.away():
        pass


# What a command is answered

FOLLOWED = "the job that is followed"
COMMANDS: Sequence[tuple[str, str, str, Json, str]] = (
    ("/upload", "POST", FILES, refusal(401, "invalid_api_key", KEY), "не принял ключ"),
    ("/upload", "POST", FILES, refusal(403, "unsupported_country_region_territory", "No."),
     "не обслуживает страну"),
    ("/upload", "POST", FILES, refusal(429, "insufficient_quota", "Pay"), "кончились деньги"),
    ("/upload", "POST", FILES, refusal(429, "rate_limit_exceeded", "Slow"), "перегружен"),
    ("/upload", "POST", FILES, page(413), "отказал и не объяснил почему (413"),
    ("/upload", "POST", FILES, page(502), "не дал внятного ответа (502 Bad Gateway)"),
    ("/upload", "POST", FILES, page(200), "не дал внятного ответа (200 OK)"),
    ("/monitor ftjob-x", "GET", f"{JOBS}/ftjob-x", refusal(404, "", "No such job"),
     "провайдер не знает"),
    ("/monitor ftjob-a", "GET", f"{JOBS}/ftjob-a", refusal(401, "invalid_api_key", KEY),
     "не принял ключ"),
    ("/monitor ftjob-b", "GET", f"{JOBS}/ftjob-b", page(404),
     "не так, как принято в API OpenAI (404 Not Found)"),
    ("/monitor ftjob-c", "GET", f"{JOBS}/ftjob-c", page(200),
     "не так, как принято в API OpenAI (200 OK)"),
    ("/monitor ftjob-d", "GET", f"{JOBS}/ftjob-d", says(200, [{"id": "ftjob-d"}]),
     "не так, как принято в API OpenAI (200 OK)"),
    ("/monitor ftjob-e", "GET", f"{JOBS}/ftjob-e", refusal(500, "", "Oops") | {"times": 3},
     "не дал внятного ответа (500: Oops)"),
    (f"/cancel {FOLLOWED}", "POST", f"{JOBS}/.*/cancel", page(400),
     "не объяснил почему (400 Bad Request)"),
    (f"/cancel {FOLLOWED}", "POST", f"{JOBS}/.*/cancel", page(200),
     "не дал внятного ответа (200 OK)"),
    ("job:pause:1", "POST", f"{JOBS}/.*/pause", refusal(400, "", "Can't pause"),
     "Его слова: Can't pause"),
    ("job:pause:1", "POST", f"{JOBS}/.*/pause", says(404, {"detail": "Not Found"}),
     "не умеет ставить обучение на паузу"),
    ("job:pause:1", "POST", f"{JOBS}/.*/pause", page(501), "не умеет ставить обучение на паузу"),
    ("job:pause:1", "POST", f"{JOBS}/.*/pause", page(409),
     "не дал внятного ответа (409 Conflict)"),
    ("/test nobody", "POST", CHAT, refusal(404, "model_not_found", "No such model"),
     "nobody не отвечает"),
    ("/test closed", "POST", CHAT, refusal(401, "invalid_api_key", KEY), "не принял ключ"),
)  # fmt: skip


async def test_a_command_that_is_refused(tmp_path):
    """Each of somebody else's, so that nobody waits for Telegram's limit of messages a second."""
    ids = range(1001, 1001 + len(COMMANDS))
    admin_ids = ",".join(map(str, ids))
    async with world(
        tmp_path, engine=ENDLESS, ADMIN_IDS=admin_ids, POLL_INTERVAL_S=QUICK
    ) as everything:
        admins = await people(everything, ids)
        followed = await foreign(everything)
        for admin in admins[1:]:
            await admin.says("/id")
        await admins[0].says(f"/monitor {followed}")
        for admin in admins:
            await card(admin, followed)
        for admin, (what, method, path, order, said) in zip(admins, COMMANDS, strict=True):
            fault = everything.proxy.fault(method, path, "answer", **({"times": 1000} | order))
            await _does(admin, what.replace(FOLLOWED, followed))
            check(await admin.sees(said), said)
            fault.times = 0
        assert [job["status"] for job in await everything.engine_jobs()] == ["queued"]


async def _does(admin: Person, what: str) -> None:
    """Write a command, or press a button."""
    await (admin.says(what) if what.startswith("/") else admin.presses(what))
    for command, yes in (("/upload", "Да, отправить"), ("/cancel", "Да, остановить")):
        if what.startswith(command):
            await admin.presses(yes)


# What a command in a terminal is answered

OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
IN_A_TERMINAL: Sequence[tuple[str, str, str, Json, str]] = (
    ("test m", "POST", CHAT, refusal(500, "", "Oops"), "не дал внятного ответа (500: Oops)"),
    ("test m", "POST", CHAT, page(503), "не дал внятного ответа (503 Service Unavailable)"),
    ("test m", "POST", CHAT, says(504, {"detail": "Too slow"}), "(504: Too slow)"),
    ("test m", "POST", CHAT, says(529, OVERLOADED), "(529: Overloaded)"),
    ("test m", "POST", CHAT, page(200), "(200 OK)"),
    ("test m", "POST", CHAT, refusal(429, "rate_limit_exceeded", "Slow down"),
     "(429 Too Many Requests: Slow down)"),
    ("jobs", "GET", JOBS, says(503, {"error": "Over capacity"}), "(503: Over capacity)"),
    ("jobs", "GET", JOBS, says(500, ["odd"]), "(500 Internal Server Error)"),
    ("jobs", "GET", JOBS, page(520, b""), "(520)"),
    (f"upload {DATASET}", "POST", FILES, page(502), "(502 Bad Gateway)"),
    (f"upload {DATASET}", "POST", FILES, says(500, {"error": {"code": "disk_full"}}),
     "(500: disk_full)"),
    (f"upload {DATASET}", "POST", FILES, refusal(401, "invalid_api_key", KEY),
     "(401 Unauthorized: Incorrect API key provided: ***"),
    ("monitor ftjob-x", "GET", f"{JOBS}/ftjob-x", page(503, b"<h1>"), "(503 Service Unavailable)"),
    ("monitor ftjob-x", "GET", f"{JOBS}/ftjob-x", page(404), "(404 Not Found)"),
)  # fmt: skip


@pytest.mark.parametrize("part", range(2))
async def test_a_command_in_a_terminal_that_is_refused(tmp_path, part):
    """The status and the reason, as in Telegram; that it came in part is said of nothing else."""
    async with world(tmp_path, start_bot=False) as everything:
        for what, method, path, order, said in IN_A_TERMINAL[part::2]:
            fault = everything.proxy.fault(method, path, "answer", **({"times": 1000} | order))
            ended = await bot(everything, *what.split(), LANGUAGE="ru")
            fault.times = 0
            assert (ended.code, ended.err.count("\n")) == (1, 1), (what, ended)
            assert said in ended.err, (what, ended.err)
            assert "не дошёл целиком" not in ended.err
            assert "Traceback" not in ended.err
            assert API_KEY not in ended.out + ended.err

        dropped = everything.proxy.fault("GET", JOBS, "drop_before", times=1000)
        ended = await bot(everything, "jobs", LANGUAGE="ru")
        dropped.times = 0
        assert "посмотрите, не сделано ли уже. (" in ended.err


# What a job tells of itself


@dataclass(frozen=True, kw_only=True)
class State:
    """How a provider tells of a job, and what is read of it."""

    tells: Json
    read: Sequence[str]
    lacks: Sequence[str] = field(default=())
    """What it does not tell at all."""


def failed(error: object, *read: str) -> State:
    return State(tells={"status": "failed", "error": error}, read=("не обучилась", *read))


def why(code: object, message: object) -> Json:
    return {"code": code, "message": message, "param": None}


FAILED = (
    failed(why("invalid_training_file", "Line 7"), "не принял датасет: Line 7"),
    failed(why("invalid_training_file", None), "не принял датасет: подробностей нет"),
    failed(why("invalid_validation_file", "Line 7"), "не принял проверочную часть: Line 7"),
    failed(why("invalid_n_examples", "Too few"), "не хватило примеров: Too few"),
    failed(why("exceeded_quota", "Pay"), "кончились деньги или квота"),
    failed(why("cuda_oom", f"Out of memory, {API_KEY}"), "Провайдер ответил: Out of memory"),
    failed(why("cuda_oom", ""), "Провайдер не назвал причины (код cuda_oom)"),
)
ODDLY_FAILED = (
    failed({}, "Провайдер не назвал причины."),
    failed(None, "Провайдер не назвал причины."),
    failed("Out of memory", "Провайдер ответил: Out of memory"),
    failed(["Out of memory"], "Провайдер не назвал причины."),
    failed(why(42, 7), "Провайдер не назвал причины (код 42)"),
    State(tells={"status": "cancelled", "error": {}}, read=("остановлена ·",)),
    State(
        tells={"status": "succeeded", "fine_tuned_model": None},
        read=("обучилась ·", "Провайдер ещё не назвал модель"),
    ),
    State(
        tells={
            "status": "succeeded",
            "fine_tuned_model": "ft:ms",
            "created_at": 1_790_000_000_000,
            "finished_at": 1_790_000_600_000,
        },
        read=("· обучилась", "за 10 мин", "Модель: ft:ms"),
    ),
)
UNDERWAY = (
    State(tells={"status": "validating_files"}, read=("файлы проверяются",)),
    State(tells={"status": "queued"}, read=("в очереди",)),
    State(tells={"status": "running", "error": {}}, read=("· обучается",)),
    State(tells={"status": "paused"}, read=("на паузе",)),
    State(tells={"status": "reticulating"}, read=("состояние «reticulating»",)),
    State(tells={"status": 3}, read=("состояние не названо",)),
    State(tells={}, lacks=("status",), read=("состояние не названо",)),
    State(
        tells={"status": "running", "trained_tokens": 1e300, "result_files": 5, "metadata": []},
        lacks=("created_at", "model", "training_file", "method", "hyperparameters", "seed"),
        read=("· обучается",),
    ),
)


@pytest.mark.parametrize("states", [FAILED, ODDLY_FAILED, UNDERWAY])
async def test_a_job_in_any_state(tmp_path, states):
    """The final message of one that has ended, the card of one that has not."""
    async with world(tmp_path, engine=ENDLESS, CHAT_BASE_URL="http://127.0.0.1:9/v1") as everything:
        job_ids = [await foreign(everything, suffix=f"job{n}") for n in range(len(states))]
        objects = {job["id"]: job for job in await everything.engine_jobs()}
        for job_id, state in zip(job_ids, states, strict=True):
            known = {k: v for k, v in objects[job_id].items() if k not in state.lacks}
            answer, path = says(200, known | state.tells), f"{JOBS}/{job_id}"
            everything.proxy.fault("GET", path, "answer", times=100_000, **answer)
            await everything.admin.says(f"/monitor {job_id}")
        for job_id, state in zip(job_ids, states, strict=True):
            told = await everything.admin.sees(
                partial(_tells, (job_id, *state.read)), timeout=60, what=f"{job_id} {state.read}"
            )
            check(told, *state.read)


def _tells(parts: Sequence[str], message: Json) -> bool:
    return all(part in words(message) for part in parts)


async def test_a_model_that_is_named_a_little_later(tmp_path):
    """The success is told at once, and once; the model is tried as soon as it has a name."""
    async with world(tmp_path, engine={"running-seconds": "0.5"}) as everything:
        proxy = everything.proxy
        nameless = proxy.fault("GET", f"{JOBS}/ftjob-[^/]*", "answer", times=0, status=200)
        away = proxy.fault("GET", f"{JOBS}/ftjob-[^/]*", "drop_before", times=100_000)
        run_id = await started(everything.admin)
        job_id = await job_of(everything, run_id)

        async def is_over() -> bool:
            (job,) = await everything.engine_jobs()
            return bool(job["status"] == "succeeded")

        await eventually(is_over)
        (job,) = await everything.engine_jobs()
        nameless.body = job | {"fine_tuned_model": None}
        nameless.times = 100_000
        away.times = 0
        told = await everything.admin.sees("natasha-v1 обучилась ·", timeout=30)
        check(told, "Провайдер ещё не назвал модель", job_id)
        assert job["fine_tuned_model"] not in words(told)

        nameless.times = 0
        named = await everything.admin.sees("natasha-v1 готова ·", timeout=40)
        assert named["message_id"] == told["message_id"]
        assert "«" in words(named)


# Its log

EVENTS = (
    {"id": "e1", "created_at": 1_790_000_000, "level": "info", "message": "Первое",
     "type": "moderation_checks", "data": {}},
    {"id": "e2", "created_at": 1_790_000_060_000, "level": "warn", "message": "Второе",
     "data": None},
    {"created_at": 1_790_000_120, "message": "Третье"},
    {"id": "e4", "created_at": 1_790_000_180, "type": "metrics", "message": "Step 5: loss",
     "data": {"step": 5, "train_loss": 0.71}},
    {"id": "e5", "created_at": 1_790_000_240, "type": "metrics", "message": "Step 9: loss",
     "data": {"step": 9, "train_loss": "NaN", "total_steps": None}},
)  # fmt: skip
LOGS = (
    says(200, {"data": [EVENTS[n] for n in (2, 0, 4, 1, 3, 0, 2)], "object": "list"}),
    says(200, [None, *EVENTS, "event", *reversed(EVENTS)]),
)


@pytest.mark.parametrize("log", LOGS)
async def test_a_log_without_order(tmp_path, log):
    """Shuffled, twice, without ids, in milliseconds, no `has_more`: each line once, by time."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, job_id = everything.admin, await foreign(everything)
        (job,) = await everything.engine_jobs()
        running = says(200, job | {"status": "running"})
        everything.proxy.fault("GET", f"{JOBS}/{job_id}", "answer", times=100_000, **running)
        everything.proxy.fault("GET", f"{JOBS}/{job_id}/events", "answer", times=100_000, **log)
        await admin.says(f"/monitor {job_id}")
        shown = await admin.sees(lambda m: job_id in words(m) and "шаг 9" in words(m))
        check(shown, "· обучается", "Второе", "ошибка ")
        await admin.presses("События", shown)
        told = await admin.sees("События: natasha-v1")
        check(told)
        lines = [line for line in words(told).splitlines() if re.match(r"\d\d:\d\d ", line)]
        said = [re.sub(r"^\S+ (⚠️ )?", "", line) for line in lines]
        assert said == ["Step 9: loss", "Step 5: loss", "Третье", "Второе", "Первое"]


async def test_a_log_that_can_not_be_read(tmp_path):
    """How the job stands is told all the same, and the end with its reason."""
    orders = (page(502), page(200), says(200, {"data": 7}), says(404, {}))
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, proxy = everything.admin, everything.proxy
        for n, order in enumerate(orders):
            job_id = await foreign(everything, suffix=f"job{n}")
            (job, *_) = await everything.engine_jobs()
            over = says(200, job | {"status": "failed", "error": why("exceeded_quota", "Pay")})
            proxy.fault("GET", f"{JOBS}/{job_id}", "answer", times=100_000, **over)
            proxy.fault("GET", f"{JOBS}/{job_id}/events", "answer", times=100_000, **order)
            await admin.says(f"/monitor {job_id}")
            told = await admin.sees(f"job{n} не обучилась ·", timeout=40)
            check(told, "кончились деньги или квота", job_id)
