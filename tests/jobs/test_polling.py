"""Many jobs in a shared account: what is asked for, how often, and that nobody is forgotten."""

import asyncio
import logging

import pytest

from bot import errors
from bot.domain.training import JobStatus
from bot.jobs.polling import AT_ONCE, FEW, PAGES, SECOND_CALLS, TURNS
from tests.clocks import until
from tests.composition import ADMIN, SECOND_ADMIN, BotParts
from tests.fakes import event_of, job_of

MOST_CALLS = 60
"""Show 3 of issue 4: so many calls a tick, for 50 jobs of ours among 5,000 of others."""
ADMINS = (ADMIN, SECOND_ADMIN)
OURS = [f"ftjob-our{n}" for n in range(50)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page counts as late only where a test makes it late, however busy this machine is."""
    monkeypatch.setattr("bot.jobs.polling.PAGE_PATIENCE_S", 60.0)


async def follow(parts: BotParts, *job_ids: str, status: str = "running") -> None:
    """Jobs that run, and that we have followed for a while."""
    jobs = [parts.provider.has_job(job_of(job_id, status)) for job_id in job_ids]

    async def work(tx):
        for job in jobs:
            await parts.jobs.save(tx, job, followed_by=ADMIN)

    await parts.database.write(work)


def foreign(parts: BotParts, n: int) -> None:
    """Jobs of other people."""
    for number in range(n):
        parts.provider.has_job(job_of(f"ftjob-foreign{number}"))


async def calls_of_a_tick(parts: BotParts) -> list[str]:
    n_before = len(parts.provider.calls)
    await parts.looked_at()
    return parts.provider.calls[n_before:]


async def told_jobs(parts: BotParts) -> set[str]:
    return {payload["job_id"] for _, _, payload in await parts.told("job_finished")}


async def test_one_job_costs_one_call_or_two(parts: BotParts):
    """Itself, and its events once it has begun."""
    await follow(parts, "ftjob-a", status="queued")
    assert await calls_of_a_tick(parts) == ["job ftjob-a"]

    parts.provider.moves("ftjob-a", "running")
    assert await calls_of_a_tick(parts) == ["job ftjob-a", "new_events ftjob-a"]


async def test_few_jobs_need_no_list(parts: BotParts):
    await follow(parts, *OURS[:FEW])
    foreign(parts, 300)

    calls = await calls_of_a_tick(parts)

    assert len(calls) == 2 * FEW
    assert "job_pages" not in calls


async def test_fifty_that_nobody_lists_cost_sixty_calls(parts: BotParts):
    """All older than 5,000 foreign jobs: five pages in vain, then each one by itself."""
    await follow(parts, *OURS)
    foreign(parts, 5000)
    for _ in range(3):
        calls = await calls_of_a_tick(parts)

        assert len(calls) == PAGES + TURNS + SECOND_CALLS == MOST_CALLS
        assert {call.split()[1] for call in calls if call.startswith("job ")} == set(OURS)


async def test_fifty_that_are_listed_cost_a_page_and_their_events(parts: BotParts):
    """The newest of the account: nobody is asked for by itself."""
    foreign(parts, 5000)
    await follow(parts, *OURS)

    calls = await calls_of_a_tick(parts)

    assert calls.count("job_pages") == 1
    assert sorted(calls[1:]) == sorted(f"new_events {job_id}" for job_id in OURS)


async def test_listed_jobs_that_wait_cost_the_page_alone(parts: BotParts):
    await follow(parts, *OURS, status="queued")

    assert await calls_of_a_tick(parts) == ["job_pages"]


async def test_everybodys_events_have_their_turn(parts: BotParts):
    """Five of those that are asked for by themselves a tick: each within ten."""
    await follow(parts, *OURS)
    foreign(parts, 5000)
    for job_id in OURS:
        parts.provider.logs(job_id, event_of(f"{job_id}-1", message="шаг"))
    for _ in range(len(OURS) // SECOND_CALLS):
        await calls_of_a_tick(parts)

    assert [(await parts.tracked(job_id)).last_message for job_id in OURS] == ["шаг"] * len(OURS)


@pytest.mark.parametrize("is_listed", [True, False])
async def test_more_jobs_than_calls_take_turns(parts: BotParts, is_listed: bool):
    """However many there are, a tick costs the same, and three ticks reach all of 120."""
    many = [f"ftjob-our{n}" for n in range(120)]
    if is_listed:
        foreign(parts, 100)
    await follow(parts, *many)
    if not is_listed:
        foreign(parts, 5000)
    seen = []
    for _ in range(3):
        calls = await calls_of_a_tick(parts)
        assert len(calls) <= MOST_CALLS
        seen += [call.split()[1] for call in calls if call != "job_pages"]

    assert set(seen) == set(many)


async def test_what_the_list_shows_is_told_without_a_turn(parts: BotParts):
    """120 jobs end in one moment, 50 have their turn: all are told in that tick."""
    many = [f"ftjob-our{n}" for n in range(120)]
    await follow(parts, *many)
    for job_id in many:
        parts.provider.moves(job_id, "failed")
    await parts.looked_at()

    assert await told_jobs(parts) == set(many)


async def test_change_that_only_the_list_shows_reaches_the_card(parts: BotParts):
    await follow(parts, *OURS)
    await parts.looked_at()
    await parts.stale_cards()
    parts.provider.moves(OURS[7], "paused")
    await parts.looked_at()

    assert (await parts.tracked(OURS[7])).job.status is JobStatus.PAUSED
    assert await parts.stale_cards() == [(admin, OURS[7]) for admin in ADMINS]


async def test_end_in_the_list_is_asked_of_the_job_itself(parts: BotParts):
    """Lists of some servers leave out what they trained; the end is told but once."""
    await follow(parts, *OURS)
    full = parts.provider.moves(OURS[0], "succeeded", fine_tuned_model="ft:x")
    parts.provider.pages_show = {OURS[0]: job_of(OURS[0], "succeeded")}
    await parts.looked_at()

    assert (await parts.tracked(OURS[0])).job.fine_tuned_model == full.fine_tuned_model
    assert await parts.models.named("ft:x") is not None


async def test_absence_from_the_list_means_nothing(parts: BotParts):
    await follow(parts, *OURS)
    parts.provider.lists_jobs = False
    parts.provider.moves(OURS[3], "succeeded", fine_tuned_model="ft:y")
    await parts.looked_at()

    tracked = await parts.jobs.get(OURS[3])
    assert tracked is not None
    assert tracked.job.status is JobStatus.SUCCEEDED
    assert len(await parts.jobs.active()) == len(OURS) - 1


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderRefused(code="", message="Not Found", status=404),
        errors.ProviderUncertain(),
        errors.ProviderBusy(),
    ],
)
async def test_without_a_list_each_is_asked_for_in_turn(parts: BotParts, error):
    await follow(parts, *OURS)
    parts.provider.fails("job_pages", error)

    calls = await calls_of_a_tick(parts)

    assert len(calls) <= MOST_CALLS
    assert {call for call in calls if call.startswith("job ")} == {f"job {n}" for n in OURS}


@pytest.mark.parametrize("call", ["job_pages", f"job {OURS[0]}", f"new_events {OURS[0]}"])
async def test_call_that_hangs_delays_nobody(parts: BotParts, call: str):
    """Show 4: fifty jobs end, one call never comes back, and all the others are told."""
    await follow(parts, *OURS)
    parts.provider.lists_jobs = call == "job_pages"
    parts.provider.hangs(call)
    for job_id in OURS:
        parts.provider.moves(job_id, "failed")
    await parts.watching.tick()
    late = set() if call == "job_pages" else {OURS[0]}

    async def are_told() -> bool:
        return await told_jobs(parts) == set(OURS) - late

    await until(are_told)
    assert parts.provider.n_calls(call) == 1


async def test_hung_job_is_told_when_its_call_comes_back(parts: BotParts):
    await follow(parts, *OURS)
    held = parts.provider.hangs(f"new_events {OURS[0]}")
    await parts.watching.tick()
    await until(lambda: parts.provider.n_calls(f"new_events {OURS[0]}") == 1)
    parts.provider.moves(OURS[0], "failed")
    for _ in range(3):
        await parts.looked_at(*OURS[1:])
    assert await told_jobs(parts) == set()

    held.set()
    await parts.watching.idle(OURS[0])

    assert await told_jobs(parts) == {OURS[0]}


async def test_only_so_many_calls_at_once(parts: BotParts):
    """A round does not flood the provider; who waits for one job does not stand in that line."""
    await follow(parts, *OURS, "ftjob-zzz")
    parts.provider.lists_jobs = False
    held = [parts.provider.hangs("job") for _ in range(AT_ONCE)]
    await parts.watching.tick()
    await until(lambda: sum(map(parts.provider.n_calls, (f"job {n}" for n in OURS))) == AT_ONCE)
    parts.provider.moves("ftjob-zzz", "failed")

    parts.watching.wake("ftjob-zzz")
    await parts.watching.idle("ftjob-zzz")

    assert await told_jobs(parts) == {"ftjob-zzz"}
    assert sum(map(parts.provider.n_calls, (f"job {n}" for n in OURS))) == AT_ONCE
    for each in held:
        each.set()
    await asyncio.gather(*map(parts.watching.idle, OURS))
    assert sum(map(parts.provider.n_calls, (f"job {n}" for n in OURS))) == len(OURS)


async def test_outage_is_told_as_one_kind_and_its_end_with_how_long(parts: BotParts, caplog):
    """The log counts what is of one kind; whoever asks in an outage says nothing besides."""
    caplog.set_level(logging.INFO, logger="bot")
    await follow(parts, "ftjob-a", "ftjob-b")
    away = [errors.ProviderUnreachable()] * 4
    parts.provider.fails("job ftjob-a", *away)
    parts.provider.fails("job ftjob-b", *away)
    for _ in range(4):
        await parts.looked_at()
    assert {record.msg for record in caplog.records} == {"The provider: %s"}

    await parts.looked_at()
    assert "The provider: no longer unreachable, after" in caplog.text
