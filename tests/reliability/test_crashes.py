"""The crash matrix, tried on the real bot: `kill -9` at each moment, then a start."""

import asyncio
from functools import partial
from pathlib import Path

from tests.e2e.chats import said_by_bot
from tests.e2e.training import creates_again, is_judged, job_of, number_of
from tests.proxy import Fault
from tests.reliability.crashes import JOBS, RUN, TURN, Moment
from tests.reliability.stage import begins
from tests.telegram_people import Json, button_data, words
from tests.world import World, eventually, world

MODEL = "gpt-4.1-mini-2025-04-14"


def held(everything: World, moment: Moment) -> Fault | None:
    """The call at which the bot will be killed, if it is one of the provider's."""
    if moment.call is None:
        return None
    return everything.proxy.fault(*moment.call, moment.hold, n_events=4)


async def come(everything: World, fault: Fault | None, query: str) -> None:
    """Wait for the moment: the held call, or a row that the bot has just stored."""
    if fault is not None:
        await asyncio.wait_for(fault.happened.wait(), 30)
    else:
        await eventually(lambda: everything.stored(query))
    await everything.restart_bot()


async def test_killed_at_any_step_of_a_run(tmp_path: Path):
    """There is one job for each plan, one message of its end, and its model answers."""
    stored = {
        "the press is stored": "SELECT 1 FROM training_runs WHERE id = {run} AND confirmed_at",
        "its end is stored": "SELECT 1 FROM jobs WHERE is_over AND run_id = {run}",
    }
    async with world(tmp_path, engine={"running-seconds": "0.5"}, CHAT_MODEL=MODEL) as everything:
        admin = everything.admin
        for nth, moment in enumerate(RUN):
            plan, start = await begins(admin, f"/train suffix=step-{nth}")
            run_id = number_of(plan)
            ((seen,),) = everything.stored("SELECT max(update_id) FROM inbox")
            fault = held(everything, moment)
            await start()
            if moment is not RUN[-1]:
                query = stored.get(moment.name, "").format(seen=seen, run=run_id)
                await come(everything, fault, query)
            if (moment.call, moment.hold) == (("POST", JOBS), "hold_before"):
                asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся")
                await creates_again(admin, asked)
            job_id = await job_of(everything, run_id)
            end = partial(_tells, f"step-{nth} готова ·")
            told = await admin.sees(end)
            if moment is RUN[-1]:
                query = (
                    "SELECT 1 FROM servings s JOIN models m ON m.id = s.model_id "
                    f"WHERE m.job_id = '{job_id}'"
                )
                await admin.presses("Включить всем", told)
                await come(everything, None, query)
            else:
                await everything.settled(0)
                assert sum(map(end, await admin.chat())) == 1, moment
            assert len(await everything.engine_jobs()) == nth + 1, moment
        assert len(everything.stored(query)) == 1
        jobs = await everything.engine_jobs()
        assert len({job["metadata"]["natasha_run"] for job in jobs}) == len(RUN)


def _tells(text: str, message: Json) -> bool:
    return text in words(message) and is_judged(message)


async def test_killed_at_any_step_of_a_turn(tmp_path: Path):
    """There is one answer in one message, and the model is not asked more often than is said."""
    stored = {
        "the question is stored": "SELECT 1 FROM inbox WHERE done_at IS NULL",
        "the turn is stored": "SELECT 1 FROM turns WHERE user_text = '{}'",
        "the answer is sent": "SELECT 1 FROM turns WHERE user_text = '{}'",
    }
    pace = {"tokens-per-second": "60"}
    async with world(tmp_path, engine=pace, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        for nth, moment in enumerate(TURN):
            n_asked, question = len(everything.asked()), f"Вопрос {nth}"
            fault = held(everything, moment)
            if moment.name == "the answer is sent":
                for method in ("sendMessage", "editMessageText"):
                    await everything.people.fault(method, "hold_after", seconds=60, times=99)
            asked = await tester.says(question)
            await come(everything, fault, stored.get(moment.name, "").format(question))
            await everything.people.no_faults()
            await tester.sees(lambda m: button_data(m, "🔁"), after=asked["message_id"])
            await everything.settled(nth + 1)

            *_, (text, answer) = everything.stored("SELECT user_text, assistant_text FROM turns")
            assert (text, said_by_bot(await tester.chat())[-1]) == (question, answer), moment
            assert len(said_by_bot(await tester.chat())) == nth + 1, moment
            assert len(everything.stored("SELECT 1 FROM turns")) == nth + 1, moment
            assert len(everything.asked()) - n_asked <= moment.n_asked, moment
