"""The sample prompts are put to a model; the first one that answers them well may serve."""

import time
from collections import deque
from dataclasses import replace

import pytest

from bot import errors
from bot.domain import JsonDict
from bot.domain.models import Ending, ServedModel, Usage
from bot.models.doubts import DoubtKind
from bot.trials.entities import Trial, TrialState, Verdict
from tests.clocks import now, until
from tests.composition import ADMIN, MODEL, PROMPT, SECOND_ADMIN, TUNED, BotParts
from tests.fakes import job_of

PROMPTS = ("Как начать свой бизнес?", "Зачем?")


async def model_of(
    parts: BotParts, name: str = TUNED, *, job: str | None = None, ours: bool = True
):
    """A model, and the job that it came from: planned here, or followed."""
    run = await parts.settled(await parts.confirmed()) if ours and job else None

    async def work(tx) -> ServedModel:
        if job is not None:
            run_id = run.id if run else None
            await parts.jobs.save(tx, job_of(job), run_id=run_id, followed_by=ADMIN)
        return await parts.models.remember(tx, name, system_prompt=PROMPT, job_id=job, now=1)

    return await parts.database.write(work)


async def automatic(parts: BotParts, model: ServedModel) -> int:
    """The trial that follows a success."""
    now_s = int(time.time())
    trial_id = await parts.database.write(lambda tx: parts.trial_store.ask(tx, model.id, now=now_s))
    assert trial_id is not None
    parts.trials.wake(trial_id)
    return trial_id


def says(parts: BotParts, model: str, *replies: str) -> None:
    parts.server.replies_of[model] = deque(replies)


def asked_of(parts: BotParts, model: str) -> list[list[tuple[str, str]]]:
    """What the model was asked so far."""
    return [
        [(m.role, m.content) for m in messages]
        for name, messages in parts.server.asked
        if name == model
    ]


async def ended(parts: BotParts, trial_id: int) -> Trial:
    await parts.trials.idle(trial_id)
    trial = await parts.trials.store.get(trial_id)
    assert trial is not None
    return trial


async def test_every_prompt_is_put_to_the_model_as_in_a_chat(parts: BotParts):
    """And to its base model, which is told the same first."""
    model = await model_of(parts)
    says(parts, TUNED, "Представь лес.", "А зачем ты спрашиваешь?")
    says(parts, MODEL, "Здравствуйте!", "Смотря что.")
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.ANSWERED
    assert (trial.base_model, trial.base_trouble) == (MODEL, None)
    assert [(a.prompt, a.answer, a.base_answer) for a in trial.answers] == [
        (PROMPTS[0], "Представь лес.", "Здравствуйте!"),
        (PROMPTS[1], "А зачем ты спрашиваешь?", "Смотря что."),
    ]
    for name in (TUNED, MODEL):
        assert asked_of(parts, name) == [
            [("system", PROMPT), ("user", prompt)] for prompt in PROMPTS
        ]


async def disk_is(parts: BotParts, *, full: bool, write: str) -> None:
    """Whether such a *write*, as SQL names it, fails as on a full disk."""
    create = f"""
        CREATE TRIGGER full BEFORE {write}
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
    """
    await parts.database.write(lambda tx: tx.execute(create if full else "DROP TRIGGER full"))


async def test_each_prompt_is_paid_for_once_while_no_answer_can_be_stored(
    parts: BotParts, caplog: pytest.LogCaptureFixture
):
    """However often the trial is tried again; what was answered is stored as soon as it can be."""
    model = await model_of(parts, job="ftjob-x")
    await disk_is(parts, full=True, write="UPDATE ON trials")
    trial_id = await automatic(parts, model)
    await until(lambda: caplog.text.count(f"trial {trial_id} failed") == 3)

    await disk_is(parts, full=False, write="UPDATE ON trials")
    trial = await ended(parts, trial_id)

    assert trial.state is TrialState.ANSWERED
    assert all(answer.answer and answer.base_answer for answer in trial.answers)
    for name in (TUNED, MODEL):
        assert len(asked_of(parts, name)) == len(PROMPTS)


async def test_word_of_a_success_that_cant_be_stored_ends_no_question(
    parts: BotParts, caplog: pytest.LogCaptureFixture
):
    """The admins read it once the disk has room."""
    await parts.restart(speaks_after_s=2)
    held = parts.server.hangs(f"stream {TUNED}")
    model = await model_of(parts, job="ftjob-x")
    await disk_is(parts, full=True, write="INSERT ON outbox")
    trial_id = await automatic(parts, model)
    await until(lambda: caplog.text.count("can't be stored yet") == 2)

    await disk_is(parts, full=False, write="INSERT ON outbox")
    news = [(admin, "trial_finished", {"trial_id": trial_id}) for admin in (ADMIN, SECOND_ADMIN)]

    async def is_told() -> bool:
        return await parts.told("trial_finished") == news

    await until(is_told)
    held.set()
    assert (await ended(parts, trial_id)).state is TrialState.ANSWERED
    assert len(asked_of(parts, TUNED)) == len(PROMPTS)


async def test_base_model_is_the_jobs_where_the_name_tells_none(parts: BotParts):
    model = await model_of(parts, "natasha", job="ftjob-x")
    assert (await ended(parts, await automatic(parts, model))).base_model == MODEL

    unknown = await model_of(parts, "somebody")
    trial = await ended(parts, await automatic(parts, unknown))
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
async def test_base_model_that_does_not_answer_harms_nothing(parts: BotParts, error):
    """It is not tried again, and what it did not say is told."""
    model = await model_of(parts, job="ftjob-x")
    parts.server.works(f"stream {MODEL}")
    parts.server.fails(f"stream {MODEL}", error)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.ANSWERED
    assert trial.base_trouble is not None
    assert trial.base_trouble.key == error.key
    assert [bool(a.base_answer) for a in trial.answers] == [True, False]
    assert len(asked_of(parts, MODEL)) == 2
    assert await parts.serving.current() is not None


async def test_base_model_that_hangs_is_not_waited_for_for_long(parts: BotParts):
    model = await model_of(parts, job="ftjob-x")
    parts.server.hangs(f"stream {MODEL}")
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.ANSWERED
    assert trial.base_trouble is not None
    assert trial.base_trouble.key == "error_provider_uncertain"


async def test_base_model_is_asked_once_its_child_answers(parts: BotParts):
    """Not each time that a model is waited for."""
    parts.server.lacks.add(TUNED)
    await parts.restart(model_patience_s=30)
    await ended(parts, await automatic(parts, await model_of(parts, job="ftjob-x")))

    assert asked_of(parts, TUNED)
    assert asked_of(parts, MODEL) == []


async def test_model_without_a_system_prompt_gets_none(parts: BotParts):
    model = await model_of(parts)
    await parts.database.write(lambda tx: parts.models.set_system_prompt(tx, model.id, ""))
    await ended(parts, await automatic(parts, model))

    assert [m.role for m in parts.server.asked[0][1]] == ["user"]


async def test_first_model_planned_here_serves_by_itself(parts: BotParts):
    model = await model_of(parts, job="ftjob-x")
    trial_id = await automatic(parts, model)
    await ended(parts, trial_id)

    serving = await parts.serving.current()
    assert serving is not None
    assert (serving.model, serving.chosen_by) == (model, None)
    news = {"trial_id": trial_id, "promoted": True, "withheld": False}
    assert await judged(parts) == [news, news]


async def test_second_model_does_not_push_the_first_aside(parts: BotParts):
    first = await model_of(parts, job="ftjob-x")
    await ended(parts, await automatic(parts, first))
    second = await model_of(parts, "ft:m:org:natasha-v2:B", job="ftjob-y")
    await ended(parts, await automatic(parts, second))

    serving = await parts.serving.current()
    assert serving is not None
    assert serving.model == first
    assert [news["promoted"] for news in await judged(parts)] == [True, True, False, False]


async def test_model_of_a_followed_job_is_offered_only(parts: BotParts):
    model = await model_of(parts, job="ftjob-x", ours=False)
    await ended(parts, await automatic(parts, model))

    assert await parts.serving.current() is None
    assert [news["promoted"] for news in await judged(parts)] == [False, False]


async def test_model_named_in_the_settings_is_not_pushed_aside(parts: BotParts):
    await parts.restart(chat_model="gpt-4.1-mini-2025-04-14")
    model = await model_of(parts, job="ftjob-x")
    await ended(parts, await automatic(parts, model))

    serving = await parts.serving.current()
    assert serving is not None
    assert serving.model.name == "gpt-4.1-mini-2025-04-14"


async def test_test_by_command_promotes_nothing_and_is_told_to_who_asked(parts: BotParts):
    model = await model_of(parts, job="ftjob-x")
    await parts.trials.ask(model, request_id=1, by=SECOND_ADMIN)
    await parts.trials.ask(model, request_id=1, by=SECOND_ADMIN)  # a replay
    await until(lambda: parts.told("trial_finished"))

    ((person, _, payload),) = await parts.told("trial_finished")
    assert (person, payload["promoted"]) == (SECOND_ADMIN, False)
    assert await parts.serving.current() is None
    assert len(asked_of(parts, TUNED)) == len(PROMPTS)


@pytest.mark.parametrize("silence", ["", "  \n "])
async def test_model_that_answers_nothing_is_not_promoted(parts: BotParts, silence: str):
    """All sample prompts must have been answered, with words."""
    model = await model_of(parts, job="ftjob-x")
    says(parts, TUNED, "Представь лес.", silence)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.FAILED
    assert [a.answer for a in trial.answers] == ["Представь лес.", None]
    assert await parts.serving.current() is None


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderUnreachable(),
        errors.ProviderUncertain(),
        errors.ProviderBusy(),
        errors.ProviderRefused(code="", message="?", status=400),
    ],
)
async def test_trouble_that_passes_is_not_noticed(parts: BotParts, error):
    model = await model_of(parts, job="ftjob-x")
    parts.server.fails("stream", error, error)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.ANSWERED


async def test_prompt_that_is_never_answered_does_not_hide_the_others(parts: BotParts):
    """Three tries; the rest is shown, and nobody is promoted."""
    model = await model_of(parts, job="ftjob-x")
    parts.server.fails("stream", *[errors.ProviderUncertain()] * 3)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.FAILED
    assert [bool(a.answer) for a in trial.answers] == [False, True]
    assert await parts.serving.current() is None
    assert len(await parts.told("trial_finished")) == 2


async def test_model_that_is_not_known_yet_is_waited_for(parts: BotParts):
    """A model that has just finished may answer 404 for minutes."""
    model = await model_of(parts, job="ftjob-x")
    parts.server.fails("stream", *[errors.ModelUnknown(model=TUNED)] * 6)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.ANSWERED
    assert await parts.serving.current() is not None


async def test_model_that_stays_unknown_is_trained_but_not_served(parts: BotParts):
    """At some providers it must be deployed first."""
    await parts.restart(model_patience_s=30)
    parts.server.lacks.add(TUNED)
    began = now()
    trial = await unserved(parts)

    assert now() - began >= 29
    assert (trial.answers, trial.judgement) == ([], None)
    assert trial.trouble is not None
    assert (trial.trouble.key, trial.trouble.params) == ("error_model_unknown", {"model": TUNED})
    assert await parts.serving.current() is None
    told = (await parts.told("trial_unserved"), await parts.told("trial_finished"))
    assert [len(rows) for rows in told] == [2, 0]


async def judged(parts: BotParts) -> list[JsonDict]:
    """What admins are told with the verdict, each of them."""
    rows = await parts.told("trial_finished")
    return [payload for _, _, payload in rows if "promoted" in payload]


async def messages(parts: BotParts) -> list[tuple[int, str]]:
    """New messages, which ring, as (person, kind); what changes one is not among them."""
    rows = await parts.database.rows(
        "SELECT chat_id, kind FROM outbox WHERE edit_key IS NULL ORDER BY id"
    )
    return [(row["chat_id"], row["kind"]) for row in rows]


ONCE = [(admin, "trial_finished") for admin in (ADMIN, SECOND_ADMIN)]
"""One message to every admin."""


async def unserved(parts: BotParts) -> Trial:
    """A model of ours that nobody serves yet; the admins have been told."""
    trial = await ended(parts, await automatic(parts, await model_of(parts, job="ftjob-x")))
    assert trial.state is TrialState.UNSERVED
    return trial


async def passes(parts: BotParts, trial_id: int, *, waited_s: int = 0) -> None:
    """It has been waited for so long, and the time of the next try has come."""
    await parts.database.write(
        lambda tx: tx.execute(
            "UPDATE trials SET next_at = :now, waiting_since = :since WHERE id = :id",
            {"id": trial_id, "now": int(time.time()), "since": int(time.time()) - waited_s},
        )
    )


async def ticked(parts: BotParts, trial_id: int) -> Trial:
    await parts.trials.tick()
    return await ended(parts, trial_id)


async def test_unserved_model_is_asked_again_until_it_answers(parts: BotParts):
    """Ever more seldom, also after a restart; told once, and once more with the verdict."""
    await parts.restart(model_patience_s=30)
    parts.server.lacks.add(TUNED)
    trial = await unserved(parts)
    n_asked = len(parts.server.asked)
    await parts.restart()
    parts.trials.wake(trial.id)
    await ticked(parts, trial.id)
    assert len(parts.server.asked) == n_asked  # its time has not come

    pauses = []
    for waited_s in (600, 3600, 20_000):
        await passes(parts, trial.id, waited_s=waited_s)
        found = await ticked(parts, trial.id)
        assert found.next_at is not None
        pauses.append(found.next_at - int(time.time()))
    assert pauses == [pytest.approx(s, abs=3) for s in (300, 1800, 7200)]
    assert len(parts.server.asked) == n_asked + 3
    assert len(await parts.told("trial_unserved")) == 2

    parts.server.lacks.clear()
    await passes(parts, trial.id)
    await parts.restart()
    trial = await ticked(parts, trial.id)

    assert (trial.state, trial.next_at, trial.trouble) == (TrialState.ANSWERED, None, None)
    assert trial.judgement is not None
    assert [news["promoted"] for _, _, news in await parts.told("trial_finished")] == [True, True]
    assert len(await parts.told("trial_unserved")) == 2
    await ticked(parts, trial.id)
    assert len(await parts.told()) == 4


async def test_server_that_is_off_is_waited_for_like_a_model_that_is_unknown(parts: BotParts):
    parts.server.fails("stream", *[errors.ProviderUnreachable()] * 3)
    trial = await unserved(parts)

    assert trial.trouble is not None
    assert trial.trouble.key == "error_provider_unreachable"
    assert trial.next_at is not None


async def test_after_a_day_it_is_given_up_with_a_word(parts: BotParts):
    """Until an admin presses; then the day begins anew."""
    await parts.restart(model_patience_s=5)
    parts.server.lacks.add(TUNED)
    trial = await unserved(parts)
    await passes(parts, trial.id, waited_s=24 * 3600 + 1)
    trial = await ticked(parts, trial.id)

    assert (trial.state, trial.next_at) == (TrialState.UNSERVED, None)
    assert len(await parts.told("trial_unserved")) == 4
    await parts.trials.check(trial.id, request_id=1, by=ADMIN)
    trial = await ended(parts, trial.id)
    assert trial.next_at is not None
    assert len(await parts.told("trial_unserved")) == 5


async def test_who_presses_hears_what_came_of_it(parts: BotParts):
    """However often they press, and nobody else does, until the model answers."""
    await parts.restart(model_patience_s=5)
    parts.server.lacks.add(TUNED)
    trial = await unserved(parts)
    held = parts.server.hangs("stream")
    for request_id in (1, 2, 2):
        await parts.trials.check(trial.id, request_id=request_id, by=SECOND_ADMIN)
    held.set()
    await ended(parts, trial.id)

    assert [person for person, _, _ in await parts.told("trial_unserved")].count(SECOND_ADMIN) == 2
    assert len(await parts.told("trial_unserved")) == 3

    parts.server.lacks.clear()
    await parts.trials.check(trial.id, request_id=3, by=ADMIN)
    assert (await ended(parts, trial.id)).state is TrialState.ANSWERED
    assert len(await parts.told("trial_finished")) == 2
    done = await parts.trials.check(trial.id, request_id=4, by=ADMIN)
    assert done.judgement is not None
    with pytest.raises(errors.TrialGone):
        await parts.trials.check(404, request_id=5, by=ADMIN)


async def test_test_by_command_waits_for_nobody(parts: BotParts):
    """Who mistyped a name hears so at once, and it is not asked again."""
    parts.server.lacks.add("nobody")
    await parts.trials.ask(await model_of(parts, "nobody"), request_id=1, by=ADMIN)
    ((person, _, news),) = await until(lambda: parts.told("trial_unserved"))
    trial = await parts.trials.numbered(news["trial_id"])

    assert person == ADMIN
    assert (len(parts.server.asked), trial.next_at) == (1, None)


async def test_some_answers_and_then_none_is_no_unserved_model(parts: BotParts):
    """What was said is shown, and what was not."""
    model = await model_of(parts, job="ftjob-x")
    parts.server.works(f"stream {TUNED}")
    parts.server.fails(f"stream {TUNED}", *[errors.ModelUnknown(model=TUNED)] * 3)
    trial = await ended(parts, await automatic(parts, model))

    assert trial.state is TrialState.FAILED
    assert [bool(a.answer) for a in trial.answers] == [True, False]
    assert trial.judgement is not None
    assert trial.judgement.verdict is Verdict.CHECK
    assert await parts.serving.current() is None
    assert [news["withheld"] for news in await judged(parts)] == [True, True]


async def test_model_to_leave_alone_is_not_promoted(parts: BotParts):
    """An admin may still put it to use."""
    model = await model_of(parts, job="ftjob-x")
    says(parts, TUNED, *["Как языковая модель, я не могу давать советы. А вы?"] * 2)
    trial = await ended(parts, await automatic(parts, model))

    assert (trial.state, await parts.serving.current()) == (TrialState.ANSWERED, None)
    assert trial.judgement is not None
    assert trial.judgement.verdict is Verdict.LEAVE
    assert await parts.trial_store.verdicts() == {model.id: Verdict.LEAVE}
    assert [news["withheld"] for news in await judged(parts)] == [True, True]


async def test_answers_are_held_against_the_runs_own_dataset(parts: BotParts):
    """The file of the settings may be another one by now."""
    model = await model_of(parts, job="ftjob-x")
    says(parts, TUNED, "Лес. Ответ 3. Какой он?", "Лес. Ответ 4. А зачем?")
    parts.path.write_text("")
    trial = await ended(parts, await automatic(parts, model))

    assert trial.judgement is not None
    assert trial.judgement.training is not None
    assert trial.judgement.training.n_answers == 12


async def test_without_a_dataset_there_is_a_verdict_too(parts: BotParts):
    parts.path.unlink()
    trial = await ended(parts, await automatic(parts, await model_of(parts)))

    assert trial.judgement is not None
    assert trial.judgement.training is None


async def test_endings_are_kept_with_the_answers(parts: BotParts):
    """Of both models. The server tells them; tokens that happen to be as many do not."""
    parts.server.usage = Usage(prompt_tokens=9, completion_tokens=500)
    parts.server.endings.extend([Ending.CUT_BY_LENGTH] * 4)
    trial = await ended(parts, await automatic(parts, await model_of(parts)))
    endings = [(a.ending, a.base_ending) for a in trial.answers]
    assert endings == [(Ending.CUT_BY_LENGTH, Ending.CUT_BY_LENGTH)] * 2
    assert trial.judgement is not None
    assert "all_cut" in [reason.rule for reason in trial.judgement.reasons]

    whole = await ended(parts, await automatic(parts, trial.model))
    assert [(a.ending, a.base_ending) for a in whole.answers] == [(Ending.WHOLE, Ending.WHOLE)] * 2


async def test_answer_that_breaks_off_is_asked_for_again(parts: BotParts):
    """It is no answer: half a sentence would be judged."""
    says(parts, TUNED, "Представь и", "Представь лес.", "А зачем?")
    parts.server.endings.append(Ending.BROKEN_OFF)
    trial = await ended(parts, await automatic(parts, await model_of(parts)))

    assert [a.answer for a in trial.answers] == ["Представь лес.", "А зачем?"]
    assert trial.state is TrialState.ANSWERED


async def test_reasoning_that_takes_the_limit_is_told_as_that(parts: BotParts):
    """The model is not promoted, and the admin reads which setting helps."""
    says(parts, TUNED, "", "")
    parts.server.endings.extend([Ending.CUT_BY_LENGTH] * 4)
    trial = await ended(parts, await automatic(parts, await model_of(parts)))

    assert trial.state is TrialState.FAILED
    assert trial.judgement is not None
    assert trial.judgement.reasons[0].rule == "no_room"
    assert [a.answer for a in trial.answers] == [None, None]


async def test_killed_in_the_middle_it_goes_on(parts: BotParts):
    """With what was answered; and is told once."""
    model = await model_of(parts, job="ftjob-x")
    says(parts, TUNED, "Представь лес.", "А зачем?")
    parts.server.works(f"stream {TUNED}")
    parts.server.hangs(f"stream {TUNED}")
    trial_id = await automatic(parts, model)
    await until(lambda: len(asked_of(parts, TUNED)) == 2)
    assert (await parts.told(), asked_of(parts, MODEL)) == ([], [])

    await parts.restart()
    trial = await ended(parts, trial_id)

    assert [a.answer for a in trial.answers] == ["Представь лес.", "А зачем?"]
    assert len(asked_of(parts, TUNED)) == 3
    assert await messages(parts) == ONCE


async def test_answers_are_told_at_once_and_the_verdict_changes_the_message(parts: BotParts):
    """Killed between the two, nothing is told twice or lost; the base model is asked last."""
    model = await model_of(parts, job="ftjob-x")
    parts.server.hangs(f"stream {MODEL}")
    trial_id = await automatic(parts, model)
    await until(lambda: asked_of(parts, MODEL))
    assert (await messages(parts), await judged(parts)) == (ONCE, [])
    assert len(asked_of(parts, TUNED)) == len(PROMPTS)

    await parts.restart()
    await ended(parts, trial_id)

    assert await messages(parts) == ONCE
    assert len(await judged(parts)) == 2


async def test_after_two_minutes_there_is_a_message_with_what_there_is(parts: BotParts):
    """And the rest changes it."""
    await parts.restart(speaks_after_s=2)
    model = await model_of(parts, job="ftjob-x")
    parts.server.works(f"stream {TUNED}")
    held = parts.server.hangs(f"stream {TUNED}")
    trial_id = await automatic(parts, model)
    await until(lambda: parts.told("trial_finished"))
    assert await messages(parts) == ONCE
    trial = await parts.trials.numbered(trial_id)
    assert [bool(answer.answer) for answer in trial.answers] == [True, False]

    held.set()
    await ended(parts, trial_id)
    assert await messages(parts) == ONCE
    assert len(await parts.told("trial_finished")) == 6


async def test_model_is_doubted_until_it_is_judged(parts: BotParts):
    model = await model_of(parts, job="ftjob-x")
    held = parts.server.hangs(f"stream {MODEL}")
    trial_id = await automatic(parts, model)
    await until(lambda: asked_of(parts, MODEL))
    doubt = await parts.doubts.about(model)
    assert doubt is not None
    assert (doubt.kind, doubt.is_silence) == (DoubtKind.UNJUDGED, False)

    held.set()
    await ended(parts, trial_id)
    assert await parts.doubts.about(model) is None


async def test_one_trial_that_hangs_holds_up_no_other(parts: BotParts):
    parts.server.hangs("stream")
    first = await automatic(parts, await model_of(parts))
    await until(lambda: parts.server.asked)

    second = await ended(parts, await automatic(parts, await model_of(parts, "other")))

    assert second.state is TrialState.ANSWERED
    found = await parts.trials.store.get(first)
    assert found is not None
    assert found.state is TrialState.PENDING


async def test_model_that_was_chosen_during_the_trial_stays(parts: BotParts):
    """An admin's word goes before."""
    model = await model_of(parts, job="ftjob-x")
    held = parts.server.hangs("stream")
    trial_id = await automatic(parts, model)
    await until(lambda: parts.server.asked)
    chosen = await parts.serving.use(await model_of(parts, "other"), by=ADMIN)
    held.set()
    await ended(parts, trial_id)

    serving = await parts.serving.current()
    assert serving is not None
    assert serving.model == chosen == replace(chosen, name="other")
