"""Things to store."""

from bot.delivery.inbox_store import Incoming
from bot.domain.datasets import TokenStatistics, ValidationReport
from bot.storage.database import Database


def report_of(sha256: str, *, prompt: str = "Ты Наташа.", n_tokens: int = 900) -> ValidationReport:
    return ValidationReport(
        n_examples=10,
        n_messages=30,
        tokens=TokenStatistics(
            encoding="o200k_base", total=n_tokens, smallest=80, median=90, largest=100
        ),
        system_prompts={prompt: 10},
        findings=[],
        n_errors=0,
        sha256=sha256,
        size_bytes=1000,
    )


def update_of(
    update_id: int, chat_id: int = 5, lane: str = "talk", message_id: int = 0
) -> Incoming:
    return Incoming(
        update_id=update_id,
        chat_id=chat_id,
        lane=lane,
        message_id=message_id,
        payload=f'{{"update_id": {update_id}}}',
    )


async def values(database: Database) -> dict[str, str]:
    """The table `settings`, which serves these tests as a notebook."""
    return {row["key"]: row["value"] for row in await database.rows("SELECT * FROM settings")}
