"""What 10,000 updates that Telegram kept for twenty hours do to the bot and to its people.

    python -m benchmarks.long_stop [--quick]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row, machine, print_row
from tests.e2e.training import MODEL
from tests.telegram_people import Person
from tests.world import TESTER, World, eventually, world

N_CHATS = 100
STOPPED_S = 20 * 3600
FIRST_ID = 7000


async def write(person: Person, n: int) -> None:
    """What somebody sends to a bot that does not answer: mostly words, now and then a command."""
    for number in range(n):
        await person.says("/help" if number % 20 == 19 else f"Вопрос {number}: вы здесь?")


async def measure(everything: World, n_chats: int, n_updates: int) -> Iterator[Row]:
    """People write to the stopped bot; it starts, and somebody else asks something new."""
    people = [
        await everything.people.person(number, f"Некто {number}")
        for number in range(FIRST_ID, FIRST_ID + n_chats)
    ]
    await asyncio.gather(*(write(person, n_updates // n_chats) for person in people))
    await everything.people.wrote_long_ago(STOPPED_S)
    before = {person.id: len(await person.chat()) for person in people}
    began = time.monotonic()
    await everything.start_bot()
    started = time.monotonic()
    asked = await everything.tester.says("Как дела?")

    async def is_answered() -> bool:
        messages = await everything.tester.chat()
        return any(
            each["from"]["is_bot"]
            and each["message_id"] > asked["message_id"]
            and "🔁" in str(each)
            for each in messages
        )

    await eventually(is_answered, timeout=600)
    fresh_s = time.monotonic() - started
    await eventually(lambda: _n_stored(everything) >= n_updates, timeout=600)
    await everything.settled(n_updates + 1)
    all_s = time.monotonic() - began
    said = [len(await person.chat()) - before[person.id] for person in people]
    n_requests = len(everything.asked()) - 1
    return iter(
        (
            Row("messages to a chat, most", max(said), "", n_updates / n_chats, 3),
            Row("requests to the model a chat", n_requests / n_chats, "", n_updates / n_chats, 1),
            Row("a new question is answered after", fresh_s, "s", None, 5),
            Row("everybody is answered after", all_s, "s"),
        )
    )


def _n_stored(everything: World) -> int:
    ((n,),) = everything.stored("SELECT count(*) FROM inbox")
    return int(n)


async def print_all(n_chats: int, n_updates: int) -> None:
    """Run it and print the table."""
    ids = ",".join(map(str, (TESTER, *range(FIRST_ID, FIRST_ID + n_chats))))
    with tempfile.TemporaryDirectory() as name:
        opened = world(Path(name), start_bot=False, CHAT_MODEL=MODEL, TESTER_IDS=ids)
        async with opened as everything:
            print_row(("", "ours", "one each", "", "ratio", "limit", ""))
            for row in await measure(everything, n_chats, n_updates):
                print_row(row.cells)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_stop", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 updates in 20 chats")
    n_chats, n_updates = (20, 1_000) if parser.parse_args().quick else (N_CHATS, 10_000)
    print(machine())
    asyncio.run(print_all(n_chats, n_updates))
    return 0


if __name__ == "__main__":
    sys.exit(main())
