"""A job is held and let go on by presses, however often they come."""

import pytest

from bot import errors
from bot.domain.training import JobStatus
from tests.composition import BotParts
from tests.fakes import job_of


@pytest.fixture
async def number(parts: BotParts) -> int:
    """Ours for a job that runs and is followed."""
    parts.provider.has_job(job_of())
    return (await parts.watching.follow("ftjob-1", by=5)).number


async def status(parts: BotParts) -> JobStatus:
    """What the bot knows once it has looked."""
    await parts.watching.idle("ftjob-1")
    return (await parts.tracked()).job.status


@pytest.mark.parametrize("word", ["queued", "running"])
async def test_a_job_is_held_and_goes_on(parts: BotParts, number: int, word: str):
    """The bot looks at it at once, so that the card shows it."""
    parts.provider.moves("ftjob-1", word)

    assert (await parts.watching.pause(number)).name == "natasha-v1"
    assert await status(parts) is JobStatus.PAUSED

    await parts.watching.resume(number)
    assert await status(parts) is JobStatus.RUNNING


async def test_a_double_tap_asks_once(parts: BotParts, number: int):
    """Also a press that is handled anew after a kill."""
    for _ in range(3):
        await parts.watching.pause(number)
    for _ in range(3):
        await parts.watching.resume(number)

    assert parts.provider.n_calls("pause ftjob-1") == parts.provider.n_calls("resume ftjob-1") == 1


@pytest.mark.parametrize("word", ["succeeded", "failed", "cancelled", "post_processing"])
async def test_what_has_ended_meanwhile_is_left_alone(parts: BotParts, number: int, word: str):
    """The button is as old as its card; the provider's word counts, and becomes known."""
    parts.provider.moves("ftjob-1", word)

    with pytest.raises(errors.NotPausable):
        await parts.watching.pause(number)
    with pytest.raises(errors.NotPaused):
        await parts.watching.resume(number)

    assert parts.provider.n_calls("pause ftjob-1") == 0
    assert await status(parts) is JobStatus(word)


async def test_files_that_are_checked_can_not_be_held(parts: BotParts, number: int):
    parts.provider.moves("ftjob-1", "validating_files")

    with pytest.raises(errors.NotPausable):
        await parts.watching.pause(number)


@pytest.mark.parametrize(
    "error",
    [errors.PauseUnsupported(), errors.PauseRefused(message="No."), errors.ProviderUncertain()],
)
async def test_a_refusal_is_told_and_the_job_looked_at(parts: BotParts, number: int, error):
    await status(parts)
    looks = parts.provider.n_calls("job ftjob-1")
    parts.provider.fails("pause", error)

    with pytest.raises(type(error)):
        await parts.watching.pause(number)

    assert await status(parts) is JobStatus.RUNNING
    assert parts.provider.n_calls("job ftjob-1") == looks + 2


async def test_a_button_of_nobodys(parts: BotParts, number: int):
    with pytest.raises(errors.JobNotFollowed):
        await parts.watching.pause(number + 1)

    assert parts.provider.n_calls("pause") == 0
