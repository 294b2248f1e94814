"""The operator saves a running bot, and brings a saved one back."""

import asyncio
import fcntl
import os
import pty
import select
import termios
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.e2e.chats import answered
from tests.e2e.commands import REAL, environment, run
from tests.e2e.models import taps
from tests.e2e.training import MODEL, job_of, planned
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
        assert "Confirm with --yes" in output
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
    """A backup is needed most then. Each restore keeps what was there, also in one second."""
    database = tmp_path / "data" / "bot.sqlite3"
    settings = {"FOLDER": str(tmp_path), "DATABASE_PATH": str(database)}
    await (await Database.open(database)).close()
    code, output = await run("backup", "x.zip", **settings)
    assert code == 0, output
    database.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)

    code, output = await run("restore", "x.zip", "--yes", **settings)

    assert code == 0, output
    assert "it can't be backed up" in output
    (kept,) = (tmp_path / "data" / "backups").glob("before-restore-*/bot.sqlite3")
    assert b"damaged" in kept.read_bytes()
    for _ in range(2):
        code, output = await run("restore", "x.zip", "--yes", **settings)
        assert code == 0, output
    assert len([*(tmp_path / "data" / "backups").glob("before-restore-*.zip")]) == 2


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        (b"\x04", 1, "Nothing was changed."),
        (b"\xff\xfe\n", 1, "Nothing was changed."),
        (b"yes\n", 1, "Nothing was changed."),
        (b"\x03", 130, "continue: "),
        (b"Restore \n", 0, "Restored."),
    ],
)
async def test_only_the_word_itself_restores(tmp_path: Path, typed: bytes, code: int, says: str):
    """Whatever a person types at the question, also Ctrl-D and Ctrl-C: no traceback."""
    database = tmp_path / "bot.sqlite3"
    await (await Database.open(database)).close()
    await run("backup", "x.zip", FOLDER=str(tmp_path), DATABASE_PATH=str(database))
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *REAL, "bot", "restore", "x.zip", stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path,
        env=environment({"DATABASE_PATH": str(database)}), start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # for Ctrl-C
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while not seen.endswith(b"Type restore to continue: "):
        ready, _, _ = await asyncio.to_thread(select.select, [ours], [], [], 60)
        assert ready, seen
        seen += os.read(ours, 4096)

    os.write(ours, typed)

    assert await process.wait() == code
    seen += os.read(ours, 4096)
    os.close(ours)
    assert says.encode() in seen
    assert b"Traceback" not in seen


@pytest.mark.parametrize("state", ["planned", "creating"])
async def test_restored_bot_pays_nothing_twice(tmp_path: Path, state: str):
    """Whether the backup was made before the start of a run, or in the midst of it."""
    async with world(tmp_path) as everything:
        admin, settings = everything.admin, everything.settings | {"FOLDER": str(tmp_path)}
        plan = await planned(admin)
        await everything.settled(1)
        await run("backup", "x.zip", **settings)
        await admin.presses("train:start:1", plan)
        job_id = await job_of(everything, 1)
        if state == "creating":
            everything.stored(
                "UPDATE training_runs SET state = 'creating', job_id = NULL, attempted_at = 1"
            )
            everything.stored("DELETE FROM jobs")
            await run("backup", "x.zip", **settings)
        await everything.stop_bot()

        code, output = await run("restore", "x.zip", "--yes", **settings)
        assert code == 0, output
        await everything.start_bot()

        await taps(everything, admin, plan, "train:start:1")
        if state == "planned":
            await admin.sees("Плана №1 больше нет")
        else:
            assert await job_of(everything, 1) == job_id
        assert len(everything.jobs_created()) == 1
