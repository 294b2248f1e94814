"""The sample prompts are put to a model; the first one that answers them all may serve."""

from dataclasses import replace

import pytest

from bot import errors
from bot.domain import ServedModel, Trial, TrialState
from tests.clocks import now, until
from tests.fakes import job_of
from tests.services.house import ADMIN, PROMPT, SECOND_ADMIN, TUNED, House

PROMPTS = ("Как начать свой бизнес?", "Зачем?")


async def model_of(house: House, name: str = TUNED, *, job: str | None = None, ours: bool = True):
    """A model, and the job that it came from: planned here, or followed."""
    run = await house.settled(await house.confirmed()) if ours and job else None

    async def work(tx) -> ServedModel:
        if job is not None:
            run_id = run.id if run else None
            await house.jobs.save(tx, job_of(job), run_id=run_id, followed_by=ADMIN)
        return await house.models.remember(tx, name, system_prompt=PROMPT, job_id=job, now=1)

    return await house.database.write(work)


async def automatic(house: House, model: ServedModel) -> int:
    """The trial that follows a success."""
    trial_id = await house.database.write(lambda tx: house.trial_store.ask(tx, model.id, now=1))
    assert trial_id is not None
    house.trials.wake(trial_id)
    return trial_id


async def ended(house: House, trial_id: int) -> Trial:
    await house.trials._workers.idle(trial_id)
    trial = await house.trials.get(trial_id)
    assert trial is not None
    return trial


async def test_every_prompt_is_put_to_the_model_as_in_a_chat(house: House):
    model = await model_of(house)
    house.server.replies.extend(["Представь лес.", "А зачем ты спрашиваешь?"])
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED
    assert [(a.prompt, a.answer) for a in trial.answers] == [
        (PROMPTS[0], "Представь лес."),
        (PROMPTS[1], "А зачем ты спрашиваешь?"),
    ]
    assert [name for name, _ in house.server.asked] == [TUNED, TUNED]
    assert [[(m.role, m.content) for m in messages] for _, messages in house.server.asked] == [
        [("system", PROMPT), ("user", prompt)] for prompt in PROMPTS
    ]


async def test_model_without_a_system_prompt_gets_none(house: House):
    model = await model_of(house)
    await house.database.write(lambda tx: house.models.set_system_prompt(tx, model.id, ""))
    await ended(house, await automatic(house, model))

    assert [m.role for m in house.server.asked[0][1]] == ["user"]


async def test_first_model_planned_here_serves_by_itself(house: House):
    model = await model_of(house, job="ftjob-x")
    trial_id = await automatic(house, model)
    await ended(house, trial_id)

    serving = await house.serving.current()
    assert serving is not None
    assert (serving.model, serving.chosen_by) == (model, None)
    news = {"trial_id": trial_id, "promoted": True}
    assert await house.told("trial_finished") == [
        (admin, "trial_finished", news) for admin in (ADMIN, SECOND_ADMIN)
    ]


async def test_second_model_does_not_push_the_first_aside(house: House):
    first = await model_of(house, job="ftjob-x")
    await ended(house, await automatic(house, first))
    second = await model_of(house, "ft:m:org:natasha-v2:B", job="ftjob-y")
    await ended(house, await automatic(house, second))

    serving = await house.serving.current()
    assert serving is not None
    assert serving.model == first
    assert [payload["promoted"] for _, _, payload in await house.told("trial_finished")] == [
        True,
        True,
        False,
        False,
    ]


async def test_model_of_a_followed_job_is_offered_only(house: House):
    model = await model_of(house, job="ftjob-x", ours=False)
    await ended(house, await automatic(house, model))

    assert await house.serving.current() is None
    assert [payload["promoted"] for _, _, payload in await house.told()] == [False, False]


async def test_model_named_in_the_settings_is_not_pushed_aside(house: House):
    await house.restart(chat_model="gpt-4.1-mini-2025-04-14")
    model = await model_of(house, job="ftjob-x")
    await ended(house, await automatic(house, model))

    serving = await house.serving.current()
    assert serving is not None
    assert serving.model.name == "gpt-4.1-mini-2025-04-14"


async def test_test_by_command_promotes_nothing_and_is_told_to_who_asked(house: House):
    model = await model_of(house, job="ftjob-x")
    await house.trials.ask(model, request_id=1, by=SECOND_ADMIN)
    await house.trials.ask(model, request_id=1, by=SECOND_ADMIN)  # a replay
    await until(lambda: house.told("trial_finished"))

    ((person, _, payload),) = await house.told("trial_finished")
    assert (person, payload["promoted"]) == (SECOND_ADMIN, False)
    assert await house.serving.current() is None
    assert len(house.server.asked) == len(PROMPTS)


@pytest.mark.parametrize("silence", ["", "  \n "])
async def test_model_that_answers_nothing_is_not_promoted(house: House, silence: str):
    """All sample prompts must have been answered, with words."""
    model = await model_of(house, job="ftjob-x")
    house.server.replies.extend(["Представь лес.", silence])
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.FAILED
    assert [a.answer for a in trial.answers] == ["Представь лес.", None]
    assert await house.serving.current() is None


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderUnreachable(),
        errors.ProviderUncertain(),
        errors.ProviderBusy(),
        errors.ProviderRefused(code="", message="?", status=400),
    ],
)
async def test_trouble_that_passes_is_not_noticed(house: House, error):
    model = await model_of(house, job="ftjob-x")
    house.server.fails("stream", error, error)
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED


async def test_prompt_that_is_never_answered_does_not_hide_the_others(house: House):
    """Three tries; the rest is shown, and nobody is promoted."""
    model = await model_of(house, job="ftjob-x")
    house.server.fails("stream", *[errors.ProviderUncertain()] * 3)
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.FAILED
    assert [bool(a.answer) for a in trial.answers] == [False, True]
    assert await house.serving.current() is None
    assert len(await house.told("trial_finished")) == 2


async def test_model_that_is_not_known_yet_is_waited_for(house: House):
    """A model that has just finished may answer 404 for minutes."""
    model = await model_of(house, job="ftjob-x")
    house.server.fails("stream", *[errors.ModelUnknown(model=TUNED)] * 6)
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED
    assert await house.serving.current() is not None


async def test_model_that_stays_unknown_is_trained_but_not_served(house: House):
    """At some providers it must be deployed first."""
    await house.restart(patience_s=30)
    model = await model_of(house, job="ftjob-x")
    house.server.fails("stream", *[errors.ModelUnknown(model=TUNED)] * 1000)
    began = now()
    trial_id = await automatic(house, model)
    trial = await ended(house, trial_id)

    assert (trial.state, trial.answers) == (TrialState.UNSERVED, [])
    assert now() - began >= 30
    assert await house.serving.current() is None
    assert len(await house.told("trial_finished")) == 2
    n_asked = len(house.server.asked)
    await house.restart()
    await ended(house, trial_id)
    assert len(house.server.asked) == n_asked


async def test_killed_in_the_middle_it_begins_anew(house: House):
    """And is told once."""
    model = await model_of(house, job="ftjob-x")
    house.server.works("stream")
    house.server.hangs("stream")
    trial_id = await automatic(house, model)
    await until(lambda: len(house.server.asked) == 2)
    assert await house.told() == []

    await house.restart()
    trial = await ended(house, trial_id)

    assert trial.state is TrialState.ANSWERED
    assert len(await house.told("trial_finished")) == 2


async def test_one_trial_that_hangs_holds_up_no_other(house: House):
    house.server.hangs("stream")
    first = await automatic(house, await model_of(house))
    await until(lambda: house.server.asked)

    second = await ended(house, await automatic(house, await model_of(house, "other")))

    assert second.state is TrialState.ANSWERED
    found = await house.trials.get(first)
    assert found is not None
    assert found.state is TrialState.PENDING


async def test_model_that_was_chosen_during_the_trial_stays(house: House):
    """An admin's word goes before."""
    model = await model_of(house, job="ftjob-x")
    held = house.server.hangs("stream")
    trial_id = await automatic(house, model)
    await until(lambda: house.server.asked)
    chosen = await house.serving.use(await model_of(house, "other"), by=ADMIN)
    held.set()
    await ended(house, trial_id)

    serving = await house.serving.current()
    assert serving is not None
    assert serving.model == chosen == replace(chosen, name="other")
