"""Jobs are called by their id, by the number of the list, or by the name that screens show."""

import pytest

from bot import errors
from bot.jobs.entities import JobNames
from bot.jobs.naming import meant
from tests.composition import ADMIN, BotParts
from tests.fakes import job_of


def job(number: int, suffix: str | None = "natasha-v1", *, is_over: bool = False) -> JobNames:
    return JobNames(id=f"ftjob-{number}x", number=number, suffix=suffix, is_over=is_over)


JOBS = [
    job(9, "Наташа"), job(8, None), job(7), job(6), job(5, is_over=True),
    job(4, "old", is_over=True), job(3, "old", is_over=True), job(2, "12"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("ftjob-7x", ["ftjob-7x"]),
        ("FTJOB-7X", ["ftjob-7x"]),
        ("8", ["ftjob-8x"]),
        ("№8", ["ftjob-8x"]),
        ("#08", ["ftjob-8x"]),
        ("наташа", ["ftjob-9x"]),
        ("NATASHA-v1", ["ftjob-7x", "ftjob-6x"]),
        ("natasha v1", ["ftjob-7x", "ftjob-6x"]),
        ("Natasha_v1", ["ftjob-7x", "ftjob-6x"]),
        ("old", ["ftjob-4x"]),
        ("12", ["ftjob-2x"]),
        ("natasha-v", []),
        ("404", []),
        ("", []),
    ],
)
def test_job_is_understood(word: str, ids: list[str]):
    """Of several with one name the running ones are meant, else the newest."""
    assert meant(word, JOBS) == ids


async def test_followed_jobs_have_names(parts: BotParts):
    for number in (1, 2):
        parts.provider.has_job(job_of(f"ftjob-{number}", suffix=f"natasha-v{number}"))
        await parts.watching.follow(f"ftjob-{number}", by=ADMIN)

    for word in ("ftjob-2", "2", "Natasha-V2"):
        assert (await parts.watching.named(word)).job.id == "ftjob-2"
    with pytest.raises(errors.JobNotFollowed):
        await parts.watching.named("natasha-v3")


async def test_several_running_jobs_of_one_name_are_asked_about(parts: BotParts):
    """Nothing is stopped by a guess."""
    for number in (1, 2):
        parts.provider.has_job(job_of(f"ftjob-{number}"))
        await parts.watching.follow(f"ftjob-{number}", by=ADMIN)

    with pytest.raises(errors.WhichJob) as caught:
        await parts.watching.named("natasha-v1")
    assert "ftjob-1" in str(caught.value.params["job_ids"])
