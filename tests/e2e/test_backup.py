"""The operator saves a running bot, and brings a saved one back."""

from pathlib import Path

from bot.storage.database import Database
from tests.e2e.chats import answered
from tests.e2e.commands import run
from tests.e2e.training import MODEL
from tests.world import world


async def test_backup_and_restore(tmp_path: Path):
    """Nothing is replaced while the bot runs, without a yes, or without a copy."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        settings = everything.settings | {"FOLDER": str(tmp_path)}
        await answered(everything.tester, "Как начать своё дело?")

        code, output = await run("backup", "saved.zip", **settings)
        assert (code, output.splitlines()[0].split(":")[0]) == (0, "Backup")
        assert "answers 1," in output
        await answered(everything.tester, "А дальше?")
        code, output = await run("restore", "saved.zip", "--yes", **settings)
        assert code == 2
        assert "another bot process uses it" in output

        await everything.stop_bot()
        code, output = await run("restore", "saved.zip", **settings)
        assert code == 1
        assert "Say so with --yes" in output
        assert "Nothing was changed" in output
        code, output = await run("restore", "saved.zip", "--yes", **settings)
        assert code == 0, output
        assert "answers 2," in output  # in the backup of what was there
        code, output = await run("backup", **settings)
        assert "answers 1," in output
        (made,) = (tmp_path / "data" / "backups").glob("before-restore-*.zip")

        code, output = await run("restore", str(made), "--yes", **settings)
        assert code == 0, output
        await everything.start_bot()
        assert await answered(everything.tester, "И это помните?")
        code, output = await run("restore", "data/bot.sqlite3", **settings)
        assert code == 2


async def test_damaged_database_is_replaced(tmp_path: Path):
    """That is when a backup is needed most. Each restore keeps what was there, also in one second."""
    database = tmp_path / "data" / "bot.sqlite3"
    settings = {"FOLDER": str(tmp_path), "DATABASE_PATH": str(database)}
    await (await Database.open(database)).close()
    code, output = await run("backup", "x.zip", **settings)
    assert code == 0, output
    database.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)

    code, output = await run("restore", "x.zip", "--yes", **settings)

    assert code == 0, output
    assert "no backup can be made of it" in output
    (kept,) = (tmp_path / "data" / "backups").glob("before-restore-*/bot.sqlite3")
    assert b"damaged" in kept.read_bytes()
    for _ in range(2):
        code, output = await run("restore", "x.zip", "--yes", **settings)
        assert code == 0, output
    assert len([*(tmp_path / "data" / "backups").glob("before-restore-*.zip")]) == 2
