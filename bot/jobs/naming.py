"""Which job people mean: by its id, its number in the list, or the name that screens show."""

from collections.abc import Sequence

from bot.domain.typed import list_number, name_key
from bot.jobs.entities import JobNames


def meant(word: str, jobs: Sequence[JobNames]) -> list[str]:
    """The ids of the jobs that *word* may mean; of several with one name, those that go on.

    Jobs are often called the same, so of finished ones only the first of *jobs* is meant.
    """
    number, name = list_number(word), name_key(word)
    for found in (
        [job for job in jobs if job.id == word],
        [job for job in jobs if str(job.number) == number],
        [job for job in jobs if name and name in map(name_key, (job.id, job.suffix or ""))],
    ):
        if found:
            return [job.id for job in found if not job.is_over] or [found[0].id]
    return []
