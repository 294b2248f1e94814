"""A day of training in a quick clock: what rings in an admin's pocket, and what only moves."""

from collections import Counter

from tests.e2e.faults import spoiled, upload
from tests.e2e.training import card, job_of, started
from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, SECOND_ADMIN, World, eventually, world

ENGINE = {"running-seconds": "12"}
"""Long enough for a card to be seen moving on a busy machine: it moves every three seconds."""
CLOCK: Json = {"POLL_INTERVAL_S": "0.2"}
LONG = 90
NEW = ("sendMessage", "sendPhoto", "sendDocument")
EDITS = ("editMessageText", "editMessageCaption", "editMessageMedia")
MUTED = 1004
"""An admin who does not want to hear what others started."""
CARD, END = 1, 1
"""New messages of a job: its card once, and its end."""


async def is_on_screen(admin: Person, job_id: str, part: str) -> None:
    """Wait until a message about the job says that."""

    def shows(message: Json) -> bool:
        return job_id in words(message) and part in words(message)

    await admin.sees(shows, timeout=LONG, what=f"{part!r} of {job_id}")


async def cards_of_others(admin: Person) -> int:
    """How many cards say who started the training; it has no price at a server of our own."""
    return sum("Запуск: Мария" in words(message) for message in await admin.chat())


async def begun(everything: World) -> str:
    """A plan, started; returns the job's id once its card shows that it trains."""
    job_id = await job_of(everything, await started(everything.admin))
    await card(everything.admin, job_id)
    await is_on_screen(everything.admin, job_id, "обучается")
    return job_id


async def succeeds(everything: World) -> int:
    """It trains to its end; returns how often the admin asked for something."""
    job_id = await begun(everything)
    await is_on_screen(everything.admin, job_id, "· обучилась")
    return 1


async def fails(everything: World) -> int:
    """The provider does not take the file."""
    everything.proxy.rewrite = upload(spoiled, b"")
    job_id = await job_of(everything, await started(everything.admin))
    await is_on_screen(everything.admin, job_id, "не обучилась")
    everything.proxy.rewrite = lambda exchange: None
    return 1


async def is_stopped(everything: World) -> int:
    """An admin thinks better of it."""
    job_id = await begun(everything)
    await everything.admin.says(f"/cancel {job_id}")
    await everything.admin.presses("Да, остановить")
    await is_on_screen(everything.admin, job_id, "остановлена ·")
    return 2


async def rests(everything: World) -> int:
    """Held for a while, and then let go on to its end."""
    job_id = await begun(everything)
    await everything.admin.presses("Пауза")
    await is_on_screen(everything.admin, job_id, "на паузе")
    await everything.admin.presses("Продолжить")
    await is_on_screen(everything.admin, job_id, "· обучилась")
    return 3


async def test_a_day_rings_once_for_each_thing_that_happened(tmp_path):
    """Six trainings: a card and an end each, answers to what was asked, nothing more.

    Everything else, and that is most of it, moves the cards where they stand. Of three admins each
    hears one ring for each training, but not the one who muted what others started.
    """
    admins: Json = {"ADMIN_IDS": f"{ADMIN},{SECOND_ADMIN},{MUTED}"}
    async with world(tmp_path, engine=ENGINE, **CLOCK, **admins) as everything:
        second = await everything.people.person(SECOND_ADMIN, "Анна")
        muted = await everything.people.person(MUTED, "Пётр")
        await second.says("/start")
        await muted.says("/settings")
        await muted.presses("Чужие обучения: без звука")
        await muted.sees("Чужие обучения: без звука")
        n_asked = sum(
            [
                await succeeds(everything),
                await fails(everything),
                await is_stopped(everything),
                await rests(everything),
                await fails(everything),
                await succeeds(everything),
            ]
        )

        async def all_is_told() -> bool:
            ((waiting,),) = everything.stored("SELECT sum(sent_at IS NULL) FROM outbox")
            ((judged,),) = everything.stored("SELECT sum(judgement IS NOT NULL) FROM trials")
            return not waiting and judged == 3

        await eventually(all_is_told, timeout=LONG)
        rung = Counter[str]()
        for call in await everything.people.calls():
            if call["params"].get("chat_id") == everything.admin.chat_id:
                rung[call["method"]] += 1
        rings = Counter(
            call["params"]["chat_id"]
            for call in await everything.people.calls()
            if call["method"] in NEW and not call["params"].get("disable_notification")
        )
        assert rings == {everything.admin.chat_id: 6, second.chat_id: 6}
        # Only those who did not start it read who did; two failed, which cards do not explain.
        told = [await cards_of_others(each) for each in (everything.admin, second, muted)]
        assert told == [0, 4, 4]
        n_new = sum(rung[method] for method in NEW)
        assert n_new <= 6 * (CARD + END) + n_asked, rung
        assert sum(rung[method] for method in EDITS) >= 6, rung
        ends = "SELECT count(*) FROM outbox WHERE kind != 'screen' AND edit_key IS NULL"
        assert everything.stored(ends) == [(3 * 6 * END,)]
        kinds = {kind for (kind,) in everything.stored("SELECT DISTINCT kind FROM outbox")}
        assert kinds == {"screen", "job_finished", "trial_finished"}
