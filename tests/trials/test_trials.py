"""The sample prompts are put to a model; the first one that answers them well may serve."""

import time
from collections import deque
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.models import ServedModel, Usage
from bot.trials.entities import Trial, TrialState, Verdict
from tests.clocks import now, until
from tests.composition import ADMIN, MODEL, PROMPT, SECOND_ADMIN, TUNED, House
from tests.fakes import job_of

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


def says(house: House, model: str, *replies: str) -> None:
    house.server.replies_of[model] = deque(replies)


def asked_of(house: House, model: str) -> list[list[tuple[str, str]]]:
    """What the model was asked so far."""
    return [
        [(m.role, m.content) for m in messages]
        for name, messages in house.server.asked
        if name == model
    ]


async def ended(house: House, trial_id: int) -> Trial:
    await house.trials.idle(trial_id)
    trial = await house.trials.get(trial_id)
    assert trial is not None
    return trial


async def test_every_prompt_is_put_to_the_model_as_in_a_chat(house: House):
    """And to its base model, which is told the same first."""
    model = await model_of(house)
    says(house, TUNED, "Представь лес.", "А зачем ты спрашиваешь?")
    says(house, MODEL, "Здравствуйте!", "Смотря что.")
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED
    assert (trial.base_model, trial.base_trouble) == (MODEL, None)
    assert [(a.prompt, a.answer, a.base_answer) for a in trial.answers] == [
        (PROMPTS[0], "Представь лес.", "Здравствуйте!"),
        (PROMPTS[1], "А зачем ты спрашиваешь?", "Смотря что."),
    ]
    for name in (TUNED, MODEL):
        assert asked_of(house, name) == [
            [("system", PROMPT), ("user", prompt)] for prompt in PROMPTS
        ]


async def test_base_model_is_the_jobs_where_the_name_tells_none(house: House):
    model = await model_of(house, "natasha", job="ftjob-x")
    assert (await ended(house, await automatic(house, model))).base_model == MODEL

    unknown = await model_of(house, "somebody")
    trial = await ended(house, await automatic(house, unknown))
    assert (trial.base_model, [a.base_answer for a in trial.answers]) == (None, [None, None])
    assert trial.base_trouble is None


@pytest.mark.parametrize(
    "error",
    [
        errors.ModelUnknown(model=MODEL),
        errors.ProviderUnreachable(),
        errors.KeyRefused(message="?"),
    ],
)
async def test_base_model_that_does_not_answer_harms_nothing(house: House, error):
    """It is not tried again, and what it did not say is told."""
    model = await model_of(house, job="ftjob-x")
    house.server.works(f"stream {MODEL}")
    house.server.fails(f"stream {MODEL}", error)
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED
    assert trial.base_trouble is not None
    assert trial.base_trouble.key == error.key
    assert [bool(a.base_answer) for a in trial.answers] == [True, False]
    assert len(asked_of(house, MODEL)) == 2
    assert await house.serving.current() is not None


async def test_base_model_that_hangs_is_not_waited_for_for_long(house: House):
    model = await model_of(house, job="ftjob-x")
    house.server.hangs(f"stream {MODEL}")
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.ANSWERED
    assert trial.base_trouble is not None
    assert trial.base_trouble.key == "error_provider_uncertain"


async def test_base_model_is_asked_once_its_child_answers(house: House):
    """Not each time that a model is waited for."""
    house.server.lacks.add(TUNED)
    await house.restart(model_patience_s=30)
    await ended(house, await automatic(house, await model_of(house, job="ftjob-x")))

    assert asked_of(house, TUNED)
    assert asked_of(house, MODEL) == []


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
    news = {"trial_id": trial_id, "promoted": True, "withheld": False}
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
    assert len(asked_of(house, TUNED)) == len(PROMPTS)


@pytest.mark.parametrize("silence", ["", "  \n "])
async def test_model_that_answers_nothing_is_not_promoted(house: House, silence: str):
    """All sample prompts must have been answered, with words."""
    model = await model_of(house, job="ftjob-x")
    says(house, TUNED, "Представь лес.", silence)
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
    await house.restart(model_patience_s=30)
    house.server.lacks.add(TUNED)
    began = now()
    trial = await unserved(house)

    assert now() - began >= 29
    assert (trial.answers, trial.judgement) == ([], None)
    assert trial.trouble is not None
    assert (trial.trouble.key, trial.trouble.params) == ("error_model_unknown", {"model": TUNED})
    assert await house.serving.current() is None
    told = (await house.told("trial_unserved"), await house.told("trial_finished"))
    assert [len(rows) for rows in told] == [2, 0]


async def unserved(house: House) -> Trial:
    """A model of ours that nobody serves yet; the admins have been told."""
    trial = await ended(house, await automatic(house, await model_of(house, job="ftjob-x")))
    assert trial.state is TrialState.UNSERVED
    return trial


async def passes(house: House, trial_id: int, *, waited_s: int = 0) -> None:
    """It has been waited for so long, and the time of the next try has come."""
    await house.database.write(
        lambda tx: tx.execute(
            "UPDATE trials SET next_at = :now, waiting_since = :since WHERE id = :id",
            {"id": trial_id, "now": int(time.time()), "since": int(time.time()) - waited_s},
        )
    )


async def ticked(house: House, trial_id: int) -> Trial:
    await house.trials.tick()
    return await ended(house, trial_id)


async def test_unserved_model_is_asked_again_until_it_answers(house: House):
    """Ever more seldom, also after a restart; told once, and once more with the verdict."""
    await house.restart(model_patience_s=30)
    house.server.lacks.add(TUNED)
    trial = await unserved(house)
    n_asked = len(house.server.asked)
    await house.restart()
    house.trials.wake(trial.id)
    await ticked(house, trial.id)
    assert len(house.server.asked) == n_asked  # its time has not come

    pauses = []
    for waited_s in (600, 3600, 20_000):
        await passes(house, trial.id, waited_s=waited_s)
        found = await ticked(house, trial.id)
        assert found.next_at is not None
        pauses.append(found.next_at - int(time.time()))
    assert pauses == [pytest.approx(s, abs=3) for s in (300, 1800, 7200)]
    assert len(house.server.asked) == n_asked + 3
    assert len(await house.told("trial_unserved")) == 2

    house.server.lacks.clear()
    await passes(house, trial.id)
    await house.restart()
    trial = await ticked(house, trial.id)

    assert (trial.state, trial.next_at, trial.trouble) == (TrialState.ANSWERED, None, None)
    assert trial.judgement is not None
    assert [news["promoted"] for _, _, news in await house.told("trial_finished")] == [True, True]
    assert len(await house.told("trial_unserved")) == 2
    await ticked(house, trial.id)
    assert len(await house.told()) == 4


async def test_server_that_is_off_is_waited_for_like_a_model_that_is_unknown(house: House):
    house.server.fails("stream", *[errors.ProviderUnreachable()] * 3)
    trial = await unserved(house)

    assert trial.trouble is not None
    assert trial.trouble.key == "error_provider_unreachable"
    assert trial.next_at is not None


async def test_after_a_day_it_is_given_up_with_a_word(house: House):
    """Until an admin presses; then the day begins anew."""
    await house.restart(model_patience_s=5)
    house.server.lacks.add(TUNED)
    trial = await unserved(house)
    await passes(house, trial.id, waited_s=24 * 3600 + 1)
    trial = await ticked(house, trial.id)

    assert (trial.state, trial.next_at) == (TrialState.UNSERVED, None)
    assert len(await house.told("trial_unserved")) == 4
    await house.trials.check(trial.id, request_id=1, by=ADMIN)
    trial = await ended(house, trial.id)
    assert trial.next_at is not None
    assert len(await house.told("trial_unserved")) == 5


async def test_who_presses_hears_what_came_of_it(house: House):
    """However often they press, and nobody else does, until the model answers."""
    await house.restart(model_patience_s=5)
    house.server.lacks.add(TUNED)
    trial = await unserved(house)
    held = house.server.hangs("stream")
    for request_id in (1, 2, 2):
        await house.trials.check(trial.id, request_id=request_id, by=SECOND_ADMIN)
    held.set()
    await ended(house, trial.id)

    assert [person for person, _, _ in await house.told("trial_unserved")].count(SECOND_ADMIN) == 2
    assert len(await house.told("trial_unserved")) == 3

    house.server.lacks.clear()
    await house.trials.check(trial.id, request_id=3, by=ADMIN)
    assert (await ended(house, trial.id)).state is TrialState.ANSWERED
    assert len(await house.told("trial_finished")) == 2
    done = await house.trials.check(trial.id, request_id=4, by=ADMIN)
    assert done.judgement is not None
    with pytest.raises(errors.TrialGone):
        await house.trials.check(404, request_id=5, by=ADMIN)


async def test_test_by_command_waits_for_nobody(house: House):
    """Who mistyped a name hears so at once, and it is not asked again."""
    house.server.lacks.add("nobody")
    await house.trials.ask(await model_of(house, "nobody"), request_id=1, by=ADMIN)
    ((person, _, news),) = await until(lambda: house.told("trial_unserved"))
    trial = await house.trials.numbered(news["trial_id"])

    assert person == ADMIN
    assert (len(house.server.asked), trial.next_at) == (1, None)


async def test_some_answers_and_then_none_is_no_unserved_model(house: House):
    """What was said is shown, and what was not."""
    model = await model_of(house, job="ftjob-x")
    house.server.works(f"stream {TUNED}")
    house.server.fails(f"stream {TUNED}", *[errors.ModelUnknown(model=TUNED)] * 3)
    trial = await ended(house, await automatic(house, model))

    assert trial.state is TrialState.FAILED
    assert [bool(a.answer) for a in trial.answers] == [True, False]
    assert trial.judgement is not None
    assert trial.judgement.verdict is Verdict.CHECK
    assert await house.serving.current() is None
    assert [news["withheld"] for _, _, news in await house.told("trial_finished")] == [True, True]


async def test_model_to_leave_alone_is_not_promoted(house: House):
    """An admin may still put it to use."""
    model = await model_of(house, job="ftjob-x")
    says(house, TUNED, *["Как языковая модель, я не могу давать советы. А вы?"] * 2)
    trial = await ended(house, await automatic(house, model))

    assert (trial.state, await house.serving.current()) == (TrialState.ANSWERED, None)
    assert trial.judgement is not None
    assert trial.judgement.verdict is Verdict.LEAVE
    assert await house.trial_store.verdicts() == {model.id: Verdict.LEAVE}
    assert [news["withheld"] for _, _, news in await house.told("trial_finished")] == [True, True]


async def test_answers_are_held_against_the_runs_own_dataset(house: House):
    """The file of the settings may be another one by now."""
    model = await model_of(house, job="ftjob-x")
    says(house, TUNED, "Лес. Ответ 3. Какой он?", "Лес. Ответ 4. А зачем?")
    house.path.write_text("")
    trial = await ended(house, await automatic(house, model))

    assert trial.judgement is not None
    assert trial.judgement.training is not None
    assert trial.judgement.training.n_answers == 12


async def test_without_a_dataset_there_is_a_verdict_too(house: House):
    house.path.unlink()
    trial = await ended(house, await automatic(house, await model_of(house)))

    assert trial.judgement is not None
    assert trial.judgement.training is None


async def test_answer_that_took_all_allowed_tokens_is_cut_off(house: House):
    house.server.usage = Usage(prompt_tokens=9, completion_tokens=500)
    trial = await ended(house, await automatic(house, await model_of(house)))

    assert [a.is_cut for a in trial.answers] == [True, True]


async def test_killed_in_the_middle_it_goes_on(house: House):
    """With what was answered; and is told once."""
    model = await model_of(house, job="ftjob-x")
    says(house, TUNED, "Представь лес.", "А зачем?")
    house.server.works(f"stream {TUNED}")
    house.server.hangs(f"stream {TUNED}")
    trial_id = await automatic(house, model)
    await until(lambda: len(asked_of(house, TUNED)) == 2 and len(asked_of(house, MODEL)) == 2)
    assert await house.told() == []

    await house.restart()
    trial = await ended(house, trial_id)

    assert [a.answer for a in trial.answers] == ["Представь лес.", "А зачем?"]
    assert len(asked_of(house, TUNED)) == 3
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
