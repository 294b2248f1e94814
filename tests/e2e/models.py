"""The screens of the models, and who answers."""

from tests.telegram_people import Json, Person, words
from tests.world import World

SILENCE = "Чаты остаются без ответов"
"""What is said of a model that will probably not answer, once it is put to use."""


async def pressed(admin: Person, message: Json, button: str, *wanted: str) -> Json:
    """Press a button and wait until that same message says what is wanted, or one of that."""
    await admin.presses(button, message)

    def is_there(candidate: Json) -> bool:
        said = words(candidate)
        return candidate["message_id"] == message["message_id"] and any(w in said for w in wanted)

    return await admin.sees(is_there, what=f"{wanted!r} in the message of the button {button!r}")


async def taps(everything: World, person: Person, message: Json, data: str, n: int = 2) -> None:
    """An impatient thumb, or an old button: presses that the screen does not offer any more."""
    for k in range(n):
        await everything.people.raw_update(
            {
                "callback_query": {
                    "id": f"{data}-{k}",
                    "from": {"id": person.id, "is_bot": False, "first_name": "Мария"},
                    "chat_instance": "1",
                    "data": data,
                    "message": message,
                }
            }
        )


async def put_to_use(admin: Person, name: str, until: str = "Теперь отвечает") -> Json:
    """The admin names a model, and says yes if the bot doubts that it will answer."""
    asked = await admin.says(f"/use {name}")
    shown = await admin.sees(
        lambda message: until in words(message) or "Всё равно включить?" in words(message),
        after=asked["message_id"],
        what=f"an answer to /use {name}",
    )
    if until in words(shown):
        return shown
    return await pressed(admin, shown, "Всё равно включить", until, SILENCE)


async def insisted(admin: Person, message: Json, button: str, until: str) -> Json:
    """Press a button that puts a model to use, and say yes if its verdict is against it."""
    await admin.presses(button, message)
    shown = await admin.sees(
        lambda found: until in words(found) or "Всё равно включить?" in words(found),
        after=message["message_id"] - 1,
        what=f"an answer to the button {button!r}",
    )
    if until in words(shown):
        return shown
    return await pressed(admin, shown, "Всё равно включить", until)


def served(everything: World) -> list[str]:
    """Who was put to use, in order."""
    query = "SELECT m.name FROM servings s JOIN models m ON m.id = s.model_id ORDER BY s.id"
    return [name for (name,) in everything.stored(query)]


def offered(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]
