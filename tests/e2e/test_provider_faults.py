"""When the provider refuses, stumbles or is away: what people read, and nothing is paid twice."""

import asyncio

from tests.e2e.chats import answered, said_by_bot, streamed
from tests.e2e.faults import CHAT, check_kind, refusal, spoiled, upload
from tests.e2e.training import ENDLESS, FILES, JOBS, MODEL, card, creates_again, job_of, started
from tests.telegram_people import words
from tests.world import world


async def test_patience_where_it_is_safe(tmp_path):
    """A limit of requests, a stumble at the upload and a closed door are waited out; a job follows.

    A server's own trouble at the creation leaves it open whether there is a job: nothing repeats.
    """
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, proxy = everything.admin, everything.proxy

        limit = refusal(429, "rate_limit_exceeded", "Slow down")
        proxy.fault("POST", JOBS, "answer", times=2, **limit)
        proxy.fault("POST", FILES, "answer", **refusal(500, "", "Oops"))
        await card(admin, await job_of(everything, await started(admin)))
        assert len(await everything.engine_jobs()) == 1

        held = proxy.fault("POST", FILES, "hold_before")
        run_id = await started(admin)
        await asyncio.wait_for(held.happened.wait(), 20)
        async with proxy.away():
            await asyncio.sleep(0.3)  # at least one try meets the closed door
        await card(admin, await job_of(everything, run_id))
        assert len(await everything.engine_jobs()) == 2

        sent = len(everything.jobs_created())
        proxy.fault("POST", JOBS, "answer", **refusal(500, "", "Oops"))
        run_id = await started(admin)
        asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся")
        check_kind(asked["text"])
        assert len(everything.jobs_created()) == sent + 1
        async with proxy.away():
            await creates_again(admin, asked)
            told = await admin.sees(f"План №{run_id} не запустился, задания нет")
        assert "До провайдера не достучаться" in told["text"]
        assert len(await everything.engine_jobs()) == 2


async def test_a_job_that_fails_and_an_engine_that_goes_away(tmp_path):
    """A job that fails is told with the provider's reason; one that runs is not lost from sight.

    While the provider is away its job goes on, and its end is told when it is back.
    """
    async with world(tmp_path, engine={"running-seconds": "2.5"}) as everything:
        admin, proxy = everything.admin, everything.proxy
        proxy.rewrite = upload(spoiled, b"")
        await started(admin)
        failed = await admin.sees("natasha-v1 не обучилась ·", timeout=30)
        assert "Провайдер не принял датасет" in failed["text"]
        assert "(строка 4)" in failed["text"]
        proxy.rewrite = lambda exchange: None

        run_id = await started(admin)
        job_id = await job_of(everything, run_id)
        async with proxy.away():
            await admin.says("/status")
            await card(admin, job_id)
            await asyncio.sleep(2)  # long enough for the job to end meanwhile
        await admin.sees(lambda message: "готова ·" in words(message), timeout=30)
        assert len(await everything.engine_jobs()) == 2


WORDS = "Вдохни и послушай."


async def test_a_server_without_streams(tmp_path):
    """Its refusal is learnt once; a whole answer is an answer, whatever was asked for."""
    refused = {"message": "Streaming is not supported", "param": "stream", "code": None}
    answer = {"choices": [{"message": {"content": WORDS}, "finish_reason": "stop"}]}
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        proxy.fault("POST", CHAT, "answer", status=400, body={"error": refused})
        proxy.fault("POST", CHAT, "answer", status=200, body=answer)
        await answered(tester, "Раз")
        await answered(tester, "Два")

        assert [each.json.get("stream") for each in proxy.sent("POST", CHAT)] == [True, None, None]
        assert said_by_bot(await tester.chat())[0] == WORDS
        endings = everything.stored("SELECT ending FROM turns")
        assert endings == [("whole",), ("whole",)]


async def test_what_is_no_words_is_nowhere(tmp_path):
    """Reasoning and control characters reach neither the screen nor the history."""
    body = streamed("<thi", "nk>Кто он?</think>\n\nВдох", "ни\0 и пос", "лушай.\x1b")
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        proxy.fault("POST", CHAT, "answer", status=200, body=body)
        await answered(tester, "Раз")
        await answered(tester, "Два")

        assert said_by_bot(await tester.chat())[0] == WORDS
        (stored, _) = everything.stored("SELECT assistant_text FROM turns ORDER BY id")
        assert stored == (WORDS,)
        assert everything.asked()[-1][-2]["content"] == WORDS
