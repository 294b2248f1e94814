"""DPO: jobs on pairs of answers, of which one is preferred."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import openai
import pytest

import engine.storage.database
from engine.tokens import conversation_tokens
from tests.engine.conftest import (
    BASE,
    KEY,
    client,
    engine_and_api,
    job_in,
    new_job,
    tuned,
    upload,
)
from tests.engine.conftest import engine as running_engine
from tests.engine.pairs import (
    GOOD_FILE,
    PAIRS,
    PREFERENCE_FILE,
    PREFERENCES,
    answer_to,
    worse_answer,
)

DPO: Any = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2, "beta": 0.3}}}
QUESTION = PAIRS[3][0]


def changed(**fields: Any) -> str:
    """A good line with other fields; None takes one away."""
    row = {**json.loads(PREFERENCES[5]), **fields}
    return json.dumps({key: value for key, value in row.items() if value is not None})


def answer(**fields: Any) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": "Да.", **fields}]


BAD_LINES = {
    "supervised": (GOOD_FILE.decode().splitlines()[0], "unknown key 'messages'"),
    "no output": (changed(non_preferred_output=None), "no 'non_preferred_output'"),
    "no input": (changed(input=None), "no 'input'"),
    "another key": (changed(id=7), "unknown key 'id'"),
    "input": (changed(input=[]), "'input' is not an object"),
    "no messages": (changed(input={}), "'input.messages' must be a list"),
    "functions": (changed(input={"messages": [], "functions": []}), "key 'input.functions'"),
    "message": (changed(input={"messages": [{"role": "x"}]}), "input.messages[0].role is 'x'"),
    "none": (changed(preferred_output=[]), "'preferred_output' must be a list"),
    "two": (changed(preferred_output=answer() * 2), "'preferred_output' must hold exactly one"),
    "user": (changed(non_preferred_output=answer(role="user")), "of the assistant's"),
    "weight": (changed(preferred_output=answer(weight=1)), "unknown key 'weight'"),
    "token": (changed(preferred_output=answer(content="<|im_end|>")), "special token <|im_end|>"),
    "text": (changed(preferred_output=answer(content=5)), "content is not a string"),
}


async def test_model_prefers_what_was_preferred(api):
    """The job tells its method with all that was chosen, and the model gives preferred answers."""
    job = await tuned(api, content=PREFERENCE_FILE, method=DPO)

    assert job.status == "succeeded", job.error
    assert job.method.type == "dpo"
    chosen = job.method.dpo.hyperparameters
    assert (chosen.n_epochs, chosen.beta, chosen.batch_size) == (2, 0.3, 1)
    assert job.method.supervised is None
    assert job.hyperparameters.model_dump(exclude_none=True) == {}, "told of supervised jobs only"
    rows = [json.loads(line) for line in PREFERENCES]
    spoken = [
        [*row["input"]["messages"], *row["preferred_output"], *row["non_preferred_output"]]
        for row in rows
    ]
    assert job.trained_tokens == 2 * sum(map(conversation_tokens, spoken))
    asked: Any = [{"role": "user", "content": QUESTION}]
    said = await api.chat.completions.create(model=job.fine_tuned_model, messages=asked)
    assert said.choices[0].message.content == answer_to(QUESTION)
    assert said.choices[0].message.content != worse_answer(QUESTION)


async def test_what_was_said_before_is_not_learnt(api):
    """Answers within the input are given, neither preferred nor not."""
    row = json.loads(PREFERENCES[3])
    earlier = [
        {"role": "user", "content": "А скидку дать?"},
        {"role": "assistant", "content": "Скидка тоже слово. Кому ты её говоришь?"},
    ]
    system, question = row["input"]["messages"]
    row["input"]["messages"] = [system, *earlier, question]
    content = "\n".join([*PREFERENCES[:3], json.dumps(row), *PREFERENCES[4:]]).encode()

    job = await tuned(api, content=content, method=DPO)

    asked: Any = [earlier[0]]
    said = await api.chat.completions.create(model=job.fine_tuned_model, messages=asked)
    assert said.choices[0].message.content in dict(PAIRS).values()


async def test_beta_is_chosen_where_it_is_left_open(api):
    job = await tuned(api, content=PREFERENCE_FILE, method={"type": "dpo"})

    assert job.method.dpo.hyperparameters.beta == 0.1
    assert job.method.dpo.hyperparameters.n_epochs == 3


async def test_tuned_model_is_tuned_further(api):
    """First by examples, then by preferences, as the provider's guide advises."""
    first = await tuned(api)

    second = await tuned(
        api, content=PREFERENCE_FILE, method=DPO, model=first.fine_tuned_model, suffix="dpo"
    )

    assert second.fine_tuned_model.startswith(f"ft:{BASE}:rehearsal:dpo:")


@pytest.mark.parametrize("fault", BAD_LINES)
async def test_bad_pair_is_named(api, fault):
    bad, words = BAD_LINES[fault]
    content = "\n".join([*PREFERENCES[:11], bad, *PREFERENCES[12:]]).encode()

    job = await tuned(api, content=content, method=DPO)

    assert (job.status, job.error.code) == ("failed", "invalid_training_file")
    assert "line 12: " in job.error.message
    assert words in job.error.message


async def test_a_file_fits_one_method_only(api):
    """Pairs can't be repeated, and of single answers none is preferred."""
    pairs = await tuned(api, content=PREFERENCE_FILE)
    examples = await tuned(api, content=GOOD_FILE, method=DPO)
    validation = await upload(api, GOOD_FILE)
    mixed = await tuned(api, content=PREFERENCE_FILE, method=DPO, validation_file=validation)

    codes = [job.error.code for job in (pairs, examples, mixed)]
    assert codes == ["invalid_training_file"] * 2 + ["invalid_validation_file"]


@pytest.mark.parametrize("beta", [0, -1, 2.1, "much", True])
async def test_beta_out_of_range_is_refused(api, beta):
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"beta": beta}}}

    with pytest.raises(openai.BadRequestError) as refusal:
        await new_job(api, PREFERENCE_FILE, method=method)

    assert refusal.value.param == "method.dpo.hyperparameters.beta"


@pytest.mark.parametrize("profile", ["crusoe", "unsloth"])
async def test_providers_without_dpo_refuse_it(tmp_path, profile):
    async with engine_and_api(tmp_path, f"--profile={profile}") as api:
        with pytest.raises(openai.BadRequestError) as refusal:
            await new_job(api, PREFERENCE_FILE, method=DPO)

    assert (refusal.value.param, refusal.value.code) == ("method.type", "unsupported_value")


async def test_who_ignores_methods_takes_pairs_for_bad_examples(tmp_path):
    async with engine_and_api(tmp_path, "--profile=nebius") as api:
        job = await tuned(api, content=PREFERENCE_FILE, method=DPO)

    assert (job.status, job.error.code) == ("failed", "invalid_training_file")


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_jobs_of_an_earlier_version_stay(tmp_path, version):
    """A database from before methods (1), owners and expiry (2), or usage (3) loses nothing."""
    async with engine_and_api(tmp_path) as api:
        job = await tuned(api)
    path = tmp_path / "engine" / "engine.sqlite3"
    _made_older(path, version)

    async with running_engine(tmp_path) as child, client(child.ready, KEY) as api:
        again = await job_in(api, job.id, "succeeded")
        newer = await tuned(api, content=PREFERENCE_FILE, method=DPO)

    assert again == job
    assert newer.method.type == "dpo"


def _made_older(path: Path, version: int) -> None:
    """Take the database back to *version*."""
    assert engine.storage.database.SCHEMA_VERSION == 4
    indexes, dropped = ["jobs_by_status"], [("jobs", "expected_tokens")]
    if version < 3:
        indexes += ["files_by_expiry", "files_by_key", "jobs_by_key"]
        dropped += [("jobs", "created_by"), ("files", "created_by"), ("files", "expires_at")]
    if version < 2:
        dropped += [("jobs", "method"), ("jobs", "beta")]
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE usage")
        for index in indexes:
            connection.execute(f"DROP INDEX {index}")
        for table, column in dropped:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
