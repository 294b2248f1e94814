"""Files that an admin sends, and the buttons of the report on them."""

from pathlib import Path

from bot.delivery.old_names import current
from tests.telegram_people import Json, Person, words
from tests.world import DATASET, World

DATASET_OF_SETTINGS = DATASET.read_bytes()
GOOD = DATASET_OF_SETTINGS.splitlines(keepends=True)


def kept(everything: World) -> set[bytes]:
    """The files that the bot keeps, drafts among them, if any stayed behind."""
    folder = Path(everything.settings["DATABASE_PATH"]).parent / "datasets"
    return {path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def sent(person: Person, name: str, content: bytes, caption: str | None = None) -> Json:
    """Send a file; returns what the bot answers."""
    message = await person.sends_document(name, content, caption)
    return await person.sees(lambda _: True, after=message["message_id"], timeout=60)


async def pressed(person: Person, message: Json, button: str, wanted: str) -> Json:
    """Press a button of a message whose data begins with *button*; returns what then shows."""
    data = next(
        key["callback_data"]
        for row in message["reply_markup"]["inline_keyboard"]
        for key in row
        if key["callback_data"].startswith(current(button))
    )
    await person.presses(data, message)
    return await person.sees(wanted, after=message["message_id"] - 1)


def number_of(message: Json) -> int:
    """The version that a report speaks of."""
    line = next(line for line in words(message).splitlines() if line.startswith("Версия №"))
    return int(line.split("№")[1].split()[0])
