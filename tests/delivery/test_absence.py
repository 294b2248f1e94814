"""What was written or pressed long ago is told from what is new, however the bot was away."""

from dataclasses import dataclass, field

import pytest

from bot.delivery.absence import FULL_BATCH, LATE_S, Absence
from bot.delivery.inbox_store import InboxRow, InboxStore
from bot.delivery.lanes import Lanes, Work
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction

START = 1_800_000_000


@dataclass
class Bot:
    """It keeps what it takes in, and answers nothing."""

    database: Database
    is_polled: bool = True
    now: int = START
    n_updates: int = 0
    lanes: Lanes = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process."""
        absence = Absence(
            database=self.database, is_polled=self.is_polled, clock=lambda: float(self.now)
        )
        self.lanes = Lanes(
            database=self.database,
            store=InboxStore(self.database),
            bot_id=77,
            names={},
            handle=self.handle,
            apologise=self.handle,  # type: ignore[arg-type]
            turn_away=self.handle,
            absence=absence,
        )

    async def handle(self, row: InboxRow, **_: object) -> Work:
        async def nothing(tx: Transaction) -> None:
            pass

        return nothing

    def update(self, ago: int | None) -> JsonDict:
        """A message of so many seconds ago; None: a press."""
        self.n_updates += 1
        chat = {"id": 5, "type": "private"}
        if ago is None:
            press = {"id": "1", "data": "training:start:1", "message": {"chat": chat, "date": 1}}
            return {"update_id": self.n_updates, "callback_query": press}
        message = {"message_id": self.n_updates, "chat": chat, "text": "?", "date": self.now - ago}
        return {"update_id": self.n_updates, "message": message}

    async def gets(self, *agos: int | None) -> list[int]:
        """Take these in, in one batch; the ids of those that are late."""
        first = self.n_updates + 1
        await self.lanes.accept([self.update(ago) for ago in agos])
        rows = await self.database.rows(
            "SELECT update_id FROM inbox WHERE update_id >= :first AND is_late ORDER BY id",
            {"first": first},
        )
        return [row["update_id"] - first for row in rows]

    async def close(self) -> None:
        await self.lanes.close()


@pytest.fixture
async def bot(database: Database):
    found = Bot(database)
    yield found
    await found.close()


async def test_a_new_bot_has_sent_no_old_buttons(bot: Bot):
    """But what people wrote before it began is as old as it says."""
    assert await bot.gets(None, 3 * LATE_S) == [1]


async def test_with_a_wrong_clock_only_the_first_messages_look_old(bot: Bot):
    assert await bot.gets(3 * LATE_S) == [0]
    assert await bot.gets(3 * LATE_S, 3 * LATE_S) == []


async def test_after_an_absence_presses_are_late_until_something_new(bot: Bot):
    """Telegram keeps the order, so what follows a new message is new."""
    await bot.gets(None)
    bot.now += 20 * 3600
    assert await bot.gets(7200, None, 3600, None, 5, None, 7200) == [0, 1, 2, 3]
    assert await bot.gets(None) == []


async def test_a_short_absence_is_none(bot: Bot):
    await bot.gets(None)
    bot.now += LATE_S
    assert await bot.gets(None, 500) == []


async def test_an_empty_answer_ends_an_absence_and_is_remembered(bot: Bot):
    """Each poll says that nothing waits. A kill in between changes nothing."""
    for _ in range(5):
        bot.now += LATE_S - 30
        await bot.gets()
    await bot.close()
    bot.begin()
    bot.now += LATE_S - 30
    assert await bot.gets(None) == []
    await bot.close()
    bot.begin()
    bot.now += LATE_S + 1
    assert await bot.gets(None) == [0]


async def test_all_that_telegram_held_is_late_though_the_bot_is_killed(bot: Bot):
    """Full batches follow each other; the last one is not full."""
    await bot.gets(None)
    bot.now += 20 * 3600
    for _ in range(3):
        assert len(await bot.gets(*[None] * FULL_BATCH)) == FULL_BATCH
        await bot.close()
        bot.begin()
    assert await bot.gets(None, None) == [0, 1]
    assert await bot.gets(None) == []


async def test_behind_a_webhook_silence_is_no_absence(database: Database):
    """Nobody asks there. After a start, what comes within a minute may have been held."""
    bot = Bot(database, is_polled=False)
    await bot.gets(None)
    bot.now += 8 * 3600
    assert await bot.gets(None) == []
    await bot.close()
    bot.begin()
    bot.now += LATE_S + 1
    assert await bot.gets(None) == [0]
    bot.now += 30
    assert await bot.gets(None) == [0]
    bot.now += 31
    await bot.gets(None)
    assert await bot.gets(None) == []
    await bot.close()


async def test_what_waited_through_a_stop_is_late_at_the_next_start(bot: Bot):
    await bot.gets(None, None)
    await bot.close()
    await bot.database.write(
        lambda tx: tx.execute(
            "UPDATE inbox SET done_at = NULL, received_at = received_at - :s WHERE update_id = 1",
            {"s": LATE_S + 5},
        )
    )
    bot.begin()
    await bot.lanes.start()
    rows = await bot.database.rows("SELECT is_late FROM inbox ORDER BY id")
    assert [row["is_late"] for row in rows] == [1, 0]
