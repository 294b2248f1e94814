"""Which messages are looked at, and when another card is sent."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.delivery.inbox_store import InboxRow
from bot.delivery.lanes import Lanes, Work
from bot.domain import JsonDict
from bot.safety.entities import DangerKind, Grade, Mark
from bot.safety.feature import SafetyFeature, build
from tests.composition import ADMIN, TESTER, BotParts

SERIOUS = "Раньше я думала о самоубийстве"
ACUTE = "Прощайте, я решил умереть сегодня ночью"
FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Ира", "date": 1}}
DOCUMENT = {"document": {"file_id": "f", "file_unique_id": "u"}}


@dataclass
class Telegram:
    """Hands updates over to lanes that answer nothing."""

    parts: BotParts
    safety: SafetyFeature = field(init=False)
    lanes: Lanes = field(init=False)
    n_updates: int = 0

    def __post_init__(self) -> None:
        self.safety = build(self.parts.core)
        self.lanes = Lanes(
            database=self.parts.database,
            store=self.parts.core.inbox,
            bot_id=77,
            names={},
            handle=self.handle,
            apologise=self.handle,  # type: ignore[arg-type]
            turn_away=self.handle,
            looks=[self.safety.lookout.look],
        )

    async def handle(self, row: InboxRow, **_: Any) -> Work:
        async def nothing(tx: object) -> None:
            pass

        return nothing

    async def brings(
        self, text: str, by: int = TESTER, /, *, kind: str = "message", **more: Any
    ) -> None:
        """Somebody writes; *more* are further fields of the message."""
        self.n_updates += 1
        message: JsonDict = {
            "message_id": self.n_updates,
            "date": 1,
            "from": {"id": by, "is_bot": False, "first_name": "Ира"},
            "chat": {"id": by, "type": "private"},
            "text": text,
        }
        await self.lanes.accept([{"update_id": self.n_updates, kind: message | more}])

    async def marks(self) -> list[Mark]:
        found = [await self.safety.store.of(n) for n in range(1, self.n_updates + 1)]
        return [mark for mark in found if mark is not None]

    async def cards(self) -> list[str]:
        """The keys of the cards that were put into the outbox."""
        rows = await self.parts.database.rows("SELECT key FROM outbox ORDER BY id")
        return [row["key"] for row in rows]


@pytest.fixture
async def telegram(parts: BotParts):
    found = Telegram(parts)
    yield found
    await found.lanes.close()


@pytest.mark.parametrize("kind", ["message", "edited_message"])
@pytest.mark.parametrize(
    "message",
    [
        {"text": SERIOUS},
        {"caption": SERIOUS, "text": None},
        {"rich_message": {"blocks": [{"type": "paragraph", "text": SERIOUS}]}, "text": None},
        {"text": f"/ask {SERIOUS}"},
        {"text": SERIOUS, "reply_to_message": {"message_id": 1, "text": "Как ты?"}},
        {"text": SERIOUS} | FORWARDED,
        {"caption": SERIOUS, "text": None} | DOCUMENT,
    ],
    ids=["text", "caption", "formatted", "command", "reply", "forward", "file"],
)
async def test_own_words_are_looked_at_wherever_they_stand(telegram, message, kind):
    await telegram.brings("", kind=kind, **message)

    (mark,) = await telegram.marks()
    assert (mark.danger.kind, mark.danger.grade) == (DangerKind.SUICIDE, Grade.SERIOUS)
    assert await telegram.cards() == ["danger:1"]


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (TESTER, {"text": "Что это?", "reply_to_message": {"message_id": 1, "text": SERIOUS}}),
        (TESTER, {"text": SERIOUS, "chat": {"id": -100, "type": "group"}}),
        (TESTER, {"text": SERIOUS, "from": {"id": 9, "is_bot": True, "first_name": "b"}}),
        (TESTER, {"text": SERIOUS, "from": None}),
        (ADMIN, {"text": SERIOUS} | FORWARDED),
        (ADMIN, {"caption": SERIOUS, "text": None} | DOCUMENT),
    ],
    ids=["quoted", "group", "bot", "nobody", "admin's forward", "admin's file"],
)
async def test_others_words_and_the_work_of_admins_are_not(telegram, by, message):
    await telegram.brings("", by, **message)

    assert await telegram.marks() == []
    assert await telegram.cards() == []


async def test_admin_in_danger_is_helped_but_for_corrections(telegram):
    await telegram.brings(SERIOUS, ADMIN)
    telegram.safety.lookout.is_work.append(_is_work)
    await telegram.brings(ACUTE, ADMIN)

    assert len(await telegram.marks()) == 1


async def _is_work(person: object, message: object) -> bool:
    return True


async def test_another_card_comes_after_an_hour_or_for_a_graver_sign(telegram):
    await telegram.brings(SERIOUS)
    await telegram.brings(SERIOUS)
    await telegram.brings(ACUTE)
    await telegram.brings(ACUTE)
    await telegram.brings(SERIOUS)
    assert await telegram.cards() == ["danger:1", "danger:3"]

    await telegram.parts.database.write(
        lambda tx: tx.execute("UPDATE danger_messages SET created_at = created_at - 3601")
    )
    await telegram.brings(SERIOUS)
    assert await telegram.cards() == ["danger:1", "danger:3", "danger:6"]
    assert [mark.card_id for mark in await telegram.marks()] == [1, None, 3, None, None, 6]


async def test_marks_and_cards_hold_no_words(telegram):
    await telegram.brings(SERIOUS)

    for table in ("danger_messages", "outbox"):
        rows = await telegram.parts.database.rows(f"SELECT * FROM {table}")
        assert "самоубийстве" not in json.dumps([tuple(row) for row in rows], ensure_ascii=False)


async def test_odd_updates_are_stored_all_the_same(telegram):
    """Whatever Telegram puts there one day: nothing of it may stop the bot."""
    odd: list[Any] = [None, [], {}, 5, "x"]
    for value in odd:
        await telegram.brings(SERIOUS, chat=value)
        await telegram.brings(SERIOUS, **{"from": value})
        await telegram.brings(SERIOUS, text=value)
    await telegram.brings(
        SERIOUS, **{"from": {"id": TESTER, "is_bot": False, "first_name": 1, "language_code": []}}
    )

    ((n,),) = await telegram.parts.database.rows("SELECT count(*) FROM inbox")
    assert n == telegram.n_updates
    assert len(await telegram.marks()) == 2  # where there is a private chat and a sender


async def test_parts_of_a_text_are_one_message(telegram):
    """A sign in either part, or only in both together, marks the first of them; one card."""
    await telegram.brings("Расскажи про лес.")
    await telegram.brings(SERIOUS)
    store = telegram.safety.store
    row = InboxRow(
        id=1,
        chat_id=TESTER,
        lane="talk",
        payload=json.dumps({"message": {"message_id": 1, "text": "Расскажи про лес."}}),
        floor_id=0,
        attempts=0,
        frame_message_id=None,
        parts=("",),
        part_ids=(2,),
    )
    person = await telegram.parts.core.people.named(TESTER)
    for _ in range(2):  # the second time after a kill
        mark = await telegram.safety.lookout.join(
            row, person, f"Расскажи про лес. {SERIOUS}", message_id=1, thread_id=None
        )

    assert mark is not None
    assert (mark.request_id, mark.message_id, mark.card_id) == (1, 1, 2)
    assert await store.of(2) is None
    assert await telegram.cards() == ["danger:2"]
    assert (await store.counts()).n == 1
