"""Many write at once: order holds in every chat, nobody waits for another, nothing gets lost."""

import asyncio
import re

from tests.e2e.faults import CHAT
from tests.telegram_people import Person, words
from tests.world import World, eventually, world

BASE = "gpt-4.1-mini-2025-04-14"
CROWD = range(3001, 3041)
EACH = 5
FLOODER = 3100
FLOOD = 120
LIMITS = ("--limits",)


async def crowd(everything: World) -> list[Person]:
    return [await everything.people.person(number, f"Ч{number}") for number in CROWD]


async def answered(everything: World, person: Person) -> list[str]:
    """What the person asked and got answered, in the order of the turns."""
    rows = everything.stored(
        "SELECT user_text FROM turns WHERE person_id = :id ORDER BY id", id=person.id
    )
    return [text for (text,) in rows]


def ids(*numbers: int) -> str:
    return ",".join(map(str, numbers))


async def test_order_holds_in_every_chat(tmp_path):
    """Forty people write five messages each at once, one of them asks what takes for ever."""
    async with world(
        tmp_path, sandbox=LIMITS, CHAT_MODEL=BASE, TESTER_IDS=ids(*CROWD)
    ) as everything:
        slow, *people = await crowd(everything)
        held = everything.proxy.fault("POST", CHAT, "hold_before")
        await slow.says("Подумай подольше")
        await asyncio.wait_for(held.happened.wait(), 20)

        async def writes(person: Person) -> None:
            for number in range(EACH):
                await person.says(f"Вопрос {number} от {person.id}")

        await asyncio.gather(*(writes(person) for person in people))

        async def all_answered() -> bool:
            (found,) = everything.stored("SELECT count(*) FROM turns")
            return bool(found[0] == EACH * len(people))

        await eventually(all_answered, timeout=600)
        for person in people:
            asked = [f"Вопрос {number} от {person.id}" for number in range(EACH)]
            assert await answered(everything, person) == asked
        assert await answered(everything, slow) == []

        await everything_sent(everything, EACH * len(people))
        held.released.set()
        # Their answer, or on a slow machine that it took too long.
        said = "SELECT 1 FROM outbox WHERE chat_id = 3001 AND sent_at IS NOT NULL"
        await eventually(lambda: everything.stored(said))


async def everything_sent(everything: World, n_turns: int) -> None:
    """Every final text has reached its chat, whatever Telegram's limits were."""
    waiting = "SELECT 1 FROM outbox WHERE sent_at IS NULL"
    await eventually(lambda: not everything.stored(waiting), timeout=120)
    rows = everything.stored("SELECT person_id, assistant_text FROM turns ORDER BY id")
    assert len(rows) == n_turns
    shown: dict[int, str] = {}
    for person_id, answer in rows:
        if person_id not in shown:
            person = Person(everything.people, person_id, person_id)
            bots = [m for m in await person.chat() if m["from"]["is_bot"]]
            shown[person_id] = plain(" ".join(words(message) for message in bots))
        assert plain(answer) in shown[person_id]


def plain(text: str) -> str:
    """Words alone: what formatting and line breaks do to a text does not matter here."""
    return " ".join(re.findall(r"\w+", text))


async def test_a_flood_delays_nobody(tmp_path):
    """One tester sends far more than may wait; ten others are answered before the flood is over."""
    others = list(CROWD)[:10]
    async with world(
        tmp_path, sandbox=LIMITS, CHAT_MODEL=BASE, TESTER_IDS=ids(FLOODER, *others)
    ) as everything:
        flooder = await everything.people.person(FLOODER, "Поток")
        people = [await everything.people.person(number, f"Ч{number}") for number in others]
        await asyncio.gather(*(flooder.says(f"Ещё {number}") for number in range(FLOOD)))

        for person in people:
            await person.says("А я тихо спрошу")

        async def all_answered() -> bool:
            (found,) = everything.stored(
                "SELECT count(*) FROM turns WHERE person_id != :flooder", flooder=FLOODER
            )
            return bool(found[0] == len(people))

        await eventually(all_answered, timeout=60)
        waiting = "SELECT count(*) FROM inbox WHERE done_at IS NULL AND chat_id = :flooder"
        ((left,),) = everything.stored(waiting, flooder=FLOODER)
        assert left > 0, "the flood was over before the others were answered: a test of nothing"
        await flooder.sees("больше, чем я успеваю")
