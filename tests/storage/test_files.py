"""What others may read of the bot's files."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.files import make_private

DATASET = f"{'a' * 64}.jsonl"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def older(folder: Path, *names: str) -> Path:
    """A database's folder and its files as an older version left them, readable by everybody."""
    for name in ("bot.sqlite3", "bot.sqlite3-wal", *names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        path.chmod(0o644)
        path.parent.chmod(0o755)
    folder.chmod(0o755)
    return folder / "bot.sqlite3"


async def test_the_start_closes_what_an_older_version_left_open(tmp_path: Path):
    path = older(tmp_path / "run", f"datasets/{DATASET}", "imports/chat", "bot.sqlite3.lock")

    await (await Database.open(path)).close()

    assert [mode(each) for each in (path, path.parent, path.parent / "datasets")] == [
        0o600, 0o700, 0o700,
    ]  # fmt: skip


def test_the_usual_folder_is_closed_whatever_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    path = older(tmp_path / "data" / "run", "notes.txt")

    make_private(path)

    assert mode(path.parent) == 0o700
    assert mode(tmp_path / "data" / "run" / "bot.sqlite3-wal") == 0o600


@pytest.mark.parametrize(
    ("names", "folder_mode"),
    [(["notes.txt", "datasets/of mine.csv"], 0o755), ([], 0o1777)],
)
def test_a_folder_that_others_use_stays_as_it_is(
    tmp_path: Path, names: Sequence[str], folder_mode: int
):
    """A folder of the operator, or one like /tmp; what is only the bot's in it is closed."""
    path = older(tmp_path / "run", "backups/backup-1.zip", *names)
    path.parent.chmod(folder_mode)

    make_private(path)

    assert mode(path.parent) == folder_mode
    assert [mode(path), mode(path.parent / "backups")] == [0o600, 0o700]
    assert all(mode(each.parent) != 0o700 for each in (path.parent / name for name in names))


def test_a_home_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = older(tmp_path / "home")
    monkeypatch.setenv("HOME", str(path.parent))

    make_private(path)

    assert (mode(path), mode(path.parent)) == (0o600, 0o755)
