"""What is known of how the bot is, and what of that is wrong."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from bot.storage.copies import LEAST_FREE_BYTES

HELD_S: Final = 600
"""For so long a message may wait to be sent."""
CONFLICT_S: Final = 60
"""For so long two processes may ask for the same updates; one may just be ending."""
WEBHOOK_S: Final = 120
"""For so long Telegram may fail to reach the webhook."""
TICK_S: Final = 300
"""The most that may pass without any repeated work; the shortest interval is half a minute."""
MOST_INCIDENTS: Final = 5
"""In an hour."""
FULL: Final = ("SQLITE_FULL", "ENOSPC")


class Problem(StrEnum):
    """What can be wrong. All but the first two are told; those can't be, or end by themselves."""

    SILENCE = "silence"
    """Telegram does not answer."""
    TICKS = "ticks"
    DISK = "disk"
    DATABASE = "database"
    """It can't be written or read: it is locked, for instance."""
    REPLACED = "replaced"
    """A file of the database is another one, or gone: its own, its WAL or its lock."""
    COPY = "copy"
    """The daily copy of the database failed: it may be damaged."""
    WORK = "work"
    """Repeated work comes and always fails."""
    CONFLICT = "conflict"
    """Two servers on one token."""
    WEBHOOK = "webhook"
    HELD = "held"
    INCIDENTS = "incidents"


TOLD: Final = tuple(Problem)[2:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All durations in seconds, by the monotonic clock."""

    telegram_age_s: float = 0
    """Since Telegram last said whether there are updates."""
    tick_age_s: float = 0
    write_age_s: float = 0
    database_error: str = ""
    """SQLite's name of what keeps us from writing or reading."""
    replaced_files: str = ""
    """Names of the database's files that are other ones, or gone."""
    copy_error: str = ""
    """In a word, why the last daily copy of the database failed."""
    failing_ticks: str = ""
    """Names of other repeated work that always fails."""
    free_bytes: int = LEAST_FREE_BYTES
    waiting_s: float = 0
    """For how long the oldest message has waited to be sent."""
    conflict_s: float = 0
    webhook_s: float = 0
    """For how long Telegram has not reached the webhook, or knows another one."""
    webhook_error: str = ""
    incidents: int = 0
    """In the last hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The facts, and what is wrong."""

    facts: Facts
    problems: Sequence[Problem]

    @property
    def status(self) -> str:
        """In one word."""
        return "failing" if self.problems else "ok"

    @property
    def text(self) -> str:
        """For people: a line for each fact."""
        return "".join(f"{name}: {_shown(value)}\n" for name, value in self._everything.items())

    @property
    def json(self) -> str:
        """For programs."""
        return json.dumps(self._everything | {"problems": self.problems}, ensure_ascii=False)

    @property
    def _everything(self) -> dict[str, object]:
        problems = ", ".join(self.problems) or "none"
        return {"status": self.status, "problems": problems} | asdict(self.facts)


def report_on(facts: Facts, *, silent_s: float) -> Report:
    """What of *facts* is wrong; Telegram may be silent for *silent_s*."""
    is_full = (
        facts.free_bytes < LEAST_FREE_BYTES
        or facts.database_error in FULL
        or facts.copy_error in FULL
    )
    rules = {
        Problem.SILENCE: facts.telegram_age_s > silent_s,
        Problem.TICKS: facts.tick_age_s > TICK_S,
        Problem.DISK: is_full,
        # Of a file that is gone, SQLite's errors say less than that it is gone.
        Problem.DATABASE: not facts.replaced_files and facts.database_error not in ("", *FULL),
        Problem.REPLACED: bool(facts.replaced_files),
        Problem.COPY: facts.copy_error not in ("", *FULL),
        Problem.WORK: bool(facts.failing_ticks),
        Problem.CONFLICT: facts.conflict_s > CONFLICT_S,
        Problem.WEBHOOK: facts.webhook_s > WEBHOOK_S,
        Problem.HELD: facts.waiting_s > HELD_S,
        Problem.INCIDENTS: facts.incidents > MOST_INCIDENTS,
    }
    return Report(facts=facts, problems=[each for each, is_so in rules.items() if is_so])


def _shown(value: object) -> object:
    return f"{value:.1f}" if isinstance(value, float) else value
