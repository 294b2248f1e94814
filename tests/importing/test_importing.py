"""What waits for a decision: for a day, of the one who brought it, and without a trace after."""

import json
import time

import pytest

from bot.errors import ImportGone
from bot.importing.importing import GATHERING_S, KEPT_S, Importing, as_exported
from bot.importing.store import ImportStore, forget_imports
from tests.composition import ADMIN, TESTER, BotParts
from tests.importing.chats import NATASHA, OWNER, Scribe


@pytest.fixture
async def parts(tmp_path):
    parts = await BotParts.open(tmp_path)
    yield parts
    await parts.close()


@pytest.fixture
def importing(parts, tmp_path):
    return Importing(
        database=parts.database,
        store=ImportStore(parts.database),
        versions=parts.desk,
        folder=tmp_path / "imports",
    )


def chat() -> bytes:
    scribe = Scribe()
    scribe.says(5, "Как дела?")
    scribe.says(NATASHA, "Хорошо.")
    return json.dumps(scribe.chat).encode()


async def begun(importing, number, *, ago=0, is_gathering=False, at=2_000_000_000):
    await importing.database.write(
        lambda tx: importing.store.begin(tx, number, ADMIN, is_gathering=is_gathering, now=at - ago)
    )


async def test_only_who_brought_it_decides(importing):
    await importing.write(7, chat())
    await begun(importing, 7)
    assert (await importing.get(7, ADMIN)).id == 7
    with pytest.raises(ImportGone):
        await importing.get(7, TESTER)
    (importing.folder / "7.json").unlink()
    with pytest.raises(ImportGone):
        await importing.get(7, ADMIN)


async def test_the_same_chat_is_the_same_version(importing):
    """A repeated update makes no second one."""
    await importing.write(7, chat())
    await importing.make(7, OWNER)
    one, other = [await importing.accept(7, OWNER, name="a.jsonl", by=ADMIN) for _ in range(2)]
    assert one.dataset
    assert one.dataset == other.dataset


async def test_late_ones_end(importing):
    """Gathering ends after an hour, waiting after a day; the files go with them."""
    for number, ago, is_gathering in ((17, KEPT_S, False), (7, KEPT_S - 60, False)):
        await importing.write(number, chat())
        await importing.make(number, OWNER)
        await begun(importing, number, ago=ago, is_gathering=is_gathering, at=int(time.time()))
    await begun(importing, 8, ago=GATHERING_S, is_gathering=True, at=int(time.time()))
    await importing.end_late()
    assert await importing.store.ids() == {7}
    names = sorted(path.name for path in importing.folder.iterdir())
    assert names == [f"7-{OWNER}.jsonl", "7.json"]


async def test_nothing_stays_of_a_killed_process(importing):
    """Files of no import go at the start; /privacy forgets what a person brought."""
    await importing.write(7, chat())
    await importing.write(70, chat())
    await begun(importing, 7)
    await importing.tidy()
    assert [path.name for path in importing.folder.iterdir()] == ["7.json"]
    await importing.database.write(lambda tx: forget_imports(tx, ADMIN))
    await importing.tidy()
    assert list(importing.folder.iterdir()) == []


def test_only_people_are_gathered():
    """Channels have no person; who hides their account has a name."""
    origin = {"type": "channel", "date": 5, "chat": {"id": -1}}
    assert as_exported({"message_id": 1, "text": "a", "forward_origin": origin}) is None
    hidden = {"type": "hidden_user", "date": 5, "sender_user_name": "Ольга"}
    found = as_exported({"message_id": 1, "caption": "a", "forward_origin": hidden})
    assert found
    assert (found["from"], found["text"], found["date_unixtime"]) == ("Ольга", "a", "5")
