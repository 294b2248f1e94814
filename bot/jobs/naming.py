"""Which job people mean: by its id, its number in the list, or the name that screens show."""

import re
from collections.abc import Sequence

from bot.jobs.entities import JobNames


def meant(word: str, jobs: Sequence[JobNames]) -> list[str]:
    """The ids of the jobs that *word* may mean; of several with one name, those that go on.

    Jobs are often called the same, so of finished ones only the first of *jobs* is meant.
    """
    number = re.fullmatch(r"[№#]?\s*0*(\d{1,9})", word, re.ASCII)
    name = word.casefold()
    for found in (
        [job for job in jobs if job.id == word],
        [job for job in jobs if number and job.number == int(number[1])],
        [
            job
            for job in jobs
            if name and name in (job.id.casefold(), (job.suffix or "").casefold())
        ],
    ):
        if found:
            return [job.id for job in found if not job.is_over] or [found[0].id]
    return []
