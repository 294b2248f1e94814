"""Every button that a day's chats ever showed is pressed again, twice, gone ones first."""

import json
from dataclasses import dataclass

from tests.e2e.chats import answered
from tests.e2e.training import MODEL, is_judged, planned
from tests.telegram_people import Json, Person, button_data
from tests.world import World, world

QUESTION = "А дальше?"
SHOWS_MORE = ("jobs:", "command:run:", "trials:page:", "training:remedies:", "models:talk:")
"""What a button with such data was made for is a new message, also below an old screen.

`trials:page` reads answers out of the verdict, which stays what it is; nothing is done by it.
"""


@dataclass(frozen=True, order=True)
class Shown:
    """A button, and the message that had it."""

    chat_id: int
    message_id: int
    data: str


async def ever_shown(everything: World) -> list[Shown]:
    """By what the bot has sent, in order."""
    found: dict[Shown, None] = {}
    for call in await everything.people.calls():
        markup, result = call["params"].get("reply_markup"), call["response"]
        if not markup or call["status"] != 200 or not isinstance(result.get("result"), dict):
            continue
        rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
        message = result["result"]
        for button in (button for row in rows for button in row if "callback_data" in button):
            shown = Shown(message["chat"]["id"], message["message_id"], button["callback_data"])
            found[shown] = None
    return list(found)


async def is_there(person: Person, shown: Shown) -> bool:
    messages = {message["message_id"]: message for message in await person.chat()}
    return button_data(messages.get(shown.message_id, {}), shown.data) is not None


async def pressed_twice(everything: World, person: Person, shown: Shown) -> tuple[int, int]:
    """How many messages that added, and how often the tester's question was asked again."""
    ((newest, n_updates),) = everything.stored("SELECT max(id), count(*) FROM inbox")
    n_asked = n_questions(everything)
    message: Json = {"message_id": shown.message_id}
    for _ in range(2):
        await person.presses_gone(shown.data, message)
    await everything.settled(n_updates + 2)
    ((n_added,),) = everything.stored(
        """
        SELECT count(*) FROM outbox JOIN inbox ON outbox.key LIKE 'request:' || inbox.id || ':%'
        WHERE inbox.id > :newest AND outbox.message_id IS NOT coalesce(outbox.edit_id, 0)
            AND outbox.message_id NOTNULL
        """,
        newest=newest,
    )
    return n_added, n_questions(everything) - n_asked


def n_questions(everything: World) -> int:
    return sum(messages[-1]["content"] == QUESTION for messages in everything.asked())


async def day(everything: World) -> None:
    """A training, a look at everything, an invitation, two answers and one of them again."""
    admin, tester = everything.admin, everything.tester
    await admin.says("/start")
    await planned(admin)
    plan = await planned(admin, "/train epochs=2")
    await admin.presses("training:start:2", plan)
    await admin.sees("natasha-v1 готова", timeout=60)
    await admin.sees(is_judged, timeout=60)
    await admin.presses("Почему так?")
    for command in ("/models", "/people", "/status natasha-v1", "/invite", "/models", "/people"):
        await admin.says(command)
    first = await answered(tester, "Как начать свой бизнес?")
    await tester.presses("👍", first)
    second = await answered(tester, QUESTION)
    await tester.presses("🔁", second)
    await everything.settled(14)


async def test_every_button_again(tmp_path):
    """No second job; a button that is gone adds no message and asks no model."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        await day(everything)
        people = {person.chat_id: person for person in (everything.admin, everything.tester)}
        buttons = await ever_shown(everything)
        gone = [each for each in buttons if not await is_there(people[each.chat_id], each)]
        assert {each.data.partition(":")[0] for each in gone} > {
            "training",
            "models",
            "access",
            "trials",
        }

        changed = {
            each.data: await pressed_twice(everything, people[each.chat_id], each) for each in gone
        }
        assert {
            data: found
            for data, found in changed.items()
            if found != (0, 0) and not data.startswith(SHOWS_MORE)
        } == {}

        for each in buttons:
            if each not in gone:
                await pressed_twice(everything, people[each.chat_id], each)
        assert len(everything.jobs_created()) == len(await everything.engine_jobs()) == 1
