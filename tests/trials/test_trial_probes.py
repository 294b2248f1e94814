"""Trials with probes: who may speak to people, and what a kill or a dumb server changes."""

import asyncio
from collections import deque

import pytest

from bot import errors
from bot.trials.entities import Trial, TrialState, Verdict
from bot.trials.probes import shipped_probes
from tests.clocks import now
from tests.composition import ADMIN, MODEL, PROMPTS, TUNED, BotParts, write_dataset
from tests.trials.planted import MANNERS, good_answers
from tests.trials.test_trials import automatic, ended, model_of

SAMPLES = ("Представь лес. Кто там ждёт?", "А зачем ты спрашиваешь?")
PROBES = shipped_probes()


@pytest.fixture
async def parts(parts: BotParts) -> BotParts:
    """A bot that asks the probes, and a dataset in Russian."""
    parts.probes = PROBES
    await parts.restart()
    return parts


def says(parts: BotParts, manner: str, language: str = "ru", model: str = TUNED) -> None:
    good = good_answers(language)
    probed = [MANNERS[manner](good[probe.name]) for probe in PROBES]
    parts.server.replies_of[model] = deque([*SAMPLES, *probed])


async def tried(parts: BotParts) -> Trial:
    """The first model of this bot, after its trial."""
    return await ended(parts, await automatic(parts, await model_of(parts, job="ftjob-x")))


def reasons(trial: Trial) -> list[str]:
    assert trial.judgement is not None
    return [reason.rule for reason in trial.judgement.reasons]


async def test_model_that_helps_people_in_danger_answers_in_chats(parts: BotParts):
    """After it was asked everything in one go, as its base was."""
    says(parts, "good")
    trial = await tried(parts)

    assert trial.judgement is not None
    assert trial.judgement.probes is not None
    assert trial.judgement.probes.n_passed == 12
    assert trial.judgement.answers.n_asked == len(PROMPTS)
    assert [answer.prompt for answer in trial.probed] == [probe.ru for probe in PROBES]
    assert all(answer.base_answer for answer in trial.answers)
    assert (await parts.serving.current()) is not None


@pytest.mark.parametrize(
    ("manner", "rule"),
    [
        ("poem", "image"),
        ("refuses", "refuses"),
        ("loops", "loop"),
        ("human", "human"),
        ("marks", "mark"),
    ],
)
async def test_model_that_would_let_people_down_is_kept_from_them(parts: BotParts, manner, rule):
    """Its sample answers are fine; it is the first model of this bot, and still does not serve."""
    says(parts, manner)
    trial = await tried(parts)

    assert trial.judgement is not None
    assert trial.judgement.probes is not None
    assert trial.judgement.verdict is Verdict.LEAVE
    assert reasons(trial)[0] == "grave_probe"
    graves = {probe.name for probe in PROBES if probe.is_grave}
    found = {each.name for each in trial.judgement.probes.failed if rule in each.rules}
    assert found >= graves
    assert await parts.serving.current() is None
    told = [news for _, _, news in await parts.told("trial_finished")]
    assert [news["withheld"] for news in told if "withheld" in news] == [True, True]


async def test_training_that_made_a_model_worse_is_told(parts: BotParts):
    good = good_answers()
    says(parts, "good", model=MODEL)
    says(parts, "good")
    weak = [good[probe.name] if probe.is_grave else "Лес." for probe in PROBES]
    parts.server.replies_of[TUNED] = deque([*SAMPLES, *weak])
    trial = await tried(parts)

    assert trial.is_against
    assert reasons(trial)[0] == "worse_than_base"


async def test_weak_answers_where_no_life_is_at_stake_are_only_shown(parts: BotParts):
    good = good_answers()
    weak = [good[probe.name] if probe.name != "human" else "Лес." for probe in PROBES]
    parts.server.replies_of[TUNED] = deque([*SAMPLES, *weak])
    trial = await tried(parts)

    assert trial.judgement is not None
    assert trial.judgement.verdict is Verdict.CHECK
    assert "failed_probe" in reasons(trial)
    assert await parts.serving.current() is not None


async def test_probes_are_in_the_language_of_the_training_file(parts: BotParts):
    """Where that tells nothing, in that of the system prompt, or else of the bot."""
    english = "A forest where you have been before, and where nobody waits."
    write_dataset(parts.path, prompt="Be Natasha.", answer=english)
    says(parts, "good", "en")
    trial = await tried(parts)

    assert [answer.prompt for answer in trial.probed] == [probe.en for probe in PROBES]
    parts.path.unlink()
    other = await model_of(parts, "ft:m:org:b:C")
    again = await ended(parts, await automatic(parts, other))
    assert again.probed[0].prompt == PROBES[0].ru


async def test_kill_among_the_probes_asks_none_of_them_twice(parts: BotParts):
    says(parts, "good")
    trial_id = await automatic(parts, await model_of(parts, job="ftjob-x"))
    held = 7
    for _ in range(held - 1):
        parts.server.works(f"stream {TUNED}")
    hanging = parts.server.hangs(f"stream {TUNED}")
    while parts.server.n_calls(f"stream {TUNED}") < held:
        await asyncio.sleep(0.1)
    await parts.restart()
    hanging.set()
    trial = await ended(parts, trial_id)

    asked = [messages[-1].content for name, messages in parts.server.asked if name == TUNED]
    assert len(asked) == len(PROMPTS) + 12 + 1  # only the one that was cut off
    assert trial.judgement is not None
    assert trial.state is TrialState.ANSWERED
    assert await parts.serving.current() is not None


async def test_server_that_stays_dumb_at_a_probe_is_asked_thrice(parts: BotParts):
    """Then it has not answered; silence is no pass."""
    says(parts, "good")
    for _ in PROMPTS:
        parts.server.works(f"stream {TUNED}")
    parts.server.fails(f"stream {TUNED}", *[errors.ProviderUncertain()] * 3)
    trial = await tried(parts)

    assert trial.state is TrialState.FAILED
    assert trial.is_against
    assert trial.judgement is not None
    assert trial.judgement.probes is not None
    assert trial.judgement.probes.failed[0].rules == ["silent"]
    assert await parts.serving.current() is None


async def test_slow_server_is_not_asked_for_ever(parts: BotParts):
    """An hour after the first answer nothing more is asked."""
    says(parts, "good")
    began = now()
    parts.server.works(f"stream {TUNED}")
    for _ in range(10):
        parts.server.hangs(f"stream {TUNED}")
    trial = await tried(parts)

    assert now() - began < 3 * 3600
    assert trial.state is TrialState.FAILED
    assert any(answer.answer is None for answer in trial.answers)


async def test_trial_that_an_older_bot_began_gets_its_probes(parts: BotParts):
    """Its sample answers are kept."""
    says(parts, "good")
    model = await model_of(parts, job="ftjob-x")
    trial_id = await parts.database.write(lambda tx: parts.trial_store.ask(tx, model.id, now=1))
    assert trial_id is not None
    older = '[["Как начать свой бизнес?", "Лес.", null, null, null], ["Зачем?", "Да?", null]]'
    await parts.database.write(
        lambda tx: tx.execute(
            "UPDATE trials SET answers = :answers WHERE id = :id",
            {"answers": older, "id": trial_id},
        )
    )
    parts.server.replies_of[TUNED] = deque(good_answers()[probe.name] for probe in PROBES)
    parts.trials.wake(trial_id)
    trial = await ended(parts, trial_id)

    assert [answer.answer for answer in trial.sampled] == ["Лес.", "Да?"]
    assert trial.judgement is not None
    assert trial.judgement.probes is not None
    assert trial.judgement.probes.n_passed == 12


async def test_test_by_command_shows_the_probes_too(parts: BotParts):
    says(parts, "poem")
    model = await model_of(parts, job="ftjob-x")
    await parts.trials.ask(model, request_id=1, by=ADMIN)
    await parts.trials.idle(1)

    found = await parts.trial_store.newest_of(model.id)
    assert found is not None
    assert found.is_against
