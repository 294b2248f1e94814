"""A new database, quickly: migrating one takes longer than most tests."""

from pathlib import Path

from bot.storage.database import Database

_template: list[bytes] = []


async def open_blank(path: Path) -> Database:
    """Open a database with all tables and no rows; the tables were made once for all tests."""
    if not _template:
        await (await Database.open(path)).close()
        _template.append(path.read_bytes())
    path.write_bytes(_template[0])
    return await Database.open(path)
