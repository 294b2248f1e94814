"""Two bots on one database would answer every message twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import DatabaseUnusable
from bot.storage import lock

HOLD = """
import sys, pathlib
from bot.storage import lock
held = lock.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def other_process(tmp_path: Path):
    """Another bot that holds the database."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "bot.sqlite3")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_lock_is_the_databases_whatever_link_leads_there(tmp_path: Path, other_process):
    link = tmp_path / "links" / "current.sqlite3"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "bot.sqlite3")

    with pytest.raises(DatabaseUnusable, match="another bot process uses it"):
        lock.hold(link)


def test_second_process_is_refused_until_the_first_ends(tmp_path: Path, other_process):
    """Also when the first was killed: a lock that stays behind would need a person's hand."""
    with pytest.raises(DatabaseUnusable, match="another bot process"):
        lock.hold(tmp_path / "bot.sqlite3")

    other_process.kill()
    other_process.wait()

    lock.hold(tmp_path / "bot.sqlite3").close()


def test_lock_is_free_again_once_closed(tmp_path: Path):
    path = tmp_path / "new" / "bot.sqlite3"
    first = lock.hold(path)
    with pytest.raises(DatabaseUnusable):
        lock.hold(path)

    first.close()

    lock.hold(path).close()


def test_two_databases_do_not_disturb_each_other(tmp_path: Path):
    with lock.hold(tmp_path / "a.sqlite3"), lock.hold(tmp_path / "b.sqlite3"):
        pass


def test_folder_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseUnusable):
        lock.hold(tmp_path / "file" / "bot.sqlite3")
