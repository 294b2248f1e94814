"""A cheap server: the bot lives on in little memory, whatever file it is sent."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.datasets import GOOD, sent
from tests.e2e.test_dataset_faults import large, nothing_broke
from tests.telegram_people import words
from tests.world import world

CHEAP = 200_000_000
TOO_LITTLE = 75_000_000
"""Beyond the bot's own: the child that checks would need some 100 MB, and is ended first."""
ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
CHECKED = "Датасет готов"
REFUSED = "Файл слишком тяжёлый: проверка заняла бы больше времени или памяти"


@dataclass
class Cgroup:
    """A control group; version 1 of the kernel's interface, or 2."""

    folder: Path
    limit: Path
    usage: Path

    def allow(self, n_bytes: int) -> None:
        self.limit.write_text(str(n_bytes), encoding="ascii")

    @property
    def used(self) -> int:
        return int(self.usage.read_text(encoding="ascii"))


@pytest.fixture
def cgroup() -> Iterator[Cgroup]:
    """One that may have as much memory as a cheap server; skips where none can be made."""
    root = Path("/sys/fs/cgroup")
    old = root / "memory"
    folder = (old if old.exists() else root) / f"natasha-test-{os.getpid()}"
    names = ("limit_in_bytes", "usage_in_bytes") if old.exists() else ("max", "current")
    limit, usage = (folder / f"memory.{name}" for name in names)
    try:
        folder.mkdir()
    except OSError as exc:
        pytest.skip(f"no control group can be made here: {exc}")
    try:
        found = Cgroup(folder, limit, usage)
        try:
            found.allow(CHEAP)
        except OSError as exc:
            pytest.skip(f"no control group can be given a limit here: {exc}")
        yield found
    finally:
        folder.rmdir()


@pytest.mark.parametrize("is_short", [False, True])
async def test_a_large_file_does_not_end_the_bot(tmp_path, cgroup: Cgroup, is_short):
    """19 MB are checked or, where memory is short, refused with a word; the next file is read."""
    async with world(tmp_path, start_bot=False) as everything:
        everything.python = ("sh", "-c", ENTER, str(cgroup.folder), sys.executable, "-m")
        bot = await everything.start_bot()
        # It asks the provider, so that the library for that has its memory before the limit comes.
        asked = await everything.admin.says("/monitor ftjob-0")
        await everything.admin.sees(lambda _: True, after=asked["message_id"])
        assert everything.proxy.sent("GET", "/v1/fine_tuning/jobs/ftjob-0")
        if is_short:
            cgroup.allow(cgroup.used + TOO_LITTLE)

        report = words(await sent(everything.admin, "large.jsonl", large(19_000_000, "строка")))

        assert (REFUSED in report) or (CHECKED in report and not is_short)
        again = await sent(everything.admin, "small.jsonl", b"".join(GOOD[:30]))
        assert CHECKED in words(again)
        assert bot.is_running
        await nothing_broke(everything, everything.admin)
