"""`/v1/fine_tuning/jobs` takes what OpenAI takes and refuses what it refuses."""

import csv
import io
import math

import openai
import pytest

from tests.engine.conftest import (
    BASE,
    all_events,
    engine_and_api,
    job_in,
    new_job,
    tuned,
    upload,
)
from tests.engine.pairs import GOOD_FILE, LINES

SUPERVISED = {
    "type": "supervised",
    "supervised": {
        "hyperparameters": {"n_epochs": 4, "batch_size": 3, "learning_rate_multiplier": 0.1}
    },
}


async def test_job_of_its_whole_life(api, backend):
    """A job succeeds with the numbers asked for, a name with the suffix, and its tokens."""
    validation = await upload(api, "\n".join(LINES[:3]).encode())

    job = await tuned(
        api,
        method=SUPERVISED,
        suffix="natasha v1",
        seed=42,
        metadata={"run": "7"},
        validation_file=validation,
    )

    assert job.status == "succeeded"
    assert job.error is None
    assert (job.model, job.seed, job.metadata) == (BASE, 42, {"run": "7"})
    assert job.method.supervised.hyperparameters.n_epochs == 4
    assert (job.hyperparameters.batch_size, job.hyperparameters.n_epochs) == (3, 4)
    assert job.fine_tuned_model.startswith(f"ft:{BASE}:{backend}:natasha-v1:")
    assert job.finished_at >= job.created_at
    assert job.trained_tokens % 4 == 0
    assert job.trained_tokens > 4 * 20 * 20


async def test_first_event_says_that_it_is_a_rehearsal(api):
    """Nobody takes the invented curve for a real one: the first line of the log says so."""
    events = await all_events(api, (await tuned(api)).id)

    assert events[0].message.startswith(
        "rehearsal backend: no weights are trained, the loss curve is invented"
    )
    assert events[0].type == "message"


async def test_metrics_follow_the_steps(api):
    """Metric events rise to the last step, with validation losses where there is such a file."""
    validation = await upload(api, "\n".join(LINES[:3]).encode())
    job = await tuned(api, method=SUPERVISED, validation_file=validation)

    metrics = [e.data for e in await all_events(api, job.id) if e.type == "metrics"]

    total = math.ceil(20 / 3) * 4
    assert [m["step"] for m in metrics] == list(range(1, total + 1))
    assert {m["total_steps"] for m in metrics} == {total}
    assert metrics[-1]["train_loss"] < metrics[0]["train_loss"]
    assert all(0 < m["train_mean_token_accuracy"] < 1 for m in metrics)
    assert all(m["valid_loss"] > 0 for m in metrics)
    assert [m["step"] for m in metrics if "full_valid_loss" in m] == [7, 14, 21, 28]


async def test_without_validation_file_no_validation_loss(api):
    """What was not measured is not told."""
    events = await all_events(api, (await tuned(api)).id)

    assert not any("valid_loss" in event.data for event in events)


async def test_long_job_has_at_most_a_hundred_metric_events(api):
    """A thousand steps are told in about a hundred events, the last one among them."""
    job = await tuned(
        api, method={**SUPERVISED, "supervised": {"hyperparameters": {"n_epochs": 50}}}
    )

    metrics = [e.data for e in await all_events(api, job.id) if e.type == "metrics"]

    assert 50 <= len(metrics) <= 100
    assert metrics[-1]["step"] == 1_000


async def test_same_seed_same_curve(api):
    """The seed makes a job repeatable."""
    curves = []
    for seed in (5, 5, 6):
        job = await tuned(api, seed=seed)
        events = await all_events(api, job.id)
        curves.append([e.data["train_loss"] for e in events if e.type == "metrics"])

    assert curves[0] == curves[1] != curves[2]


async def test_result_file_holds_the_steps(api):
    """The CSV has the provider's columns and a row for each step told."""
    job = await tuned(api, method=SUPERVISED)

    text = (await api.files.content(job.result_files[0])).text
    rows = list(csv.DictReader(io.StringIO(text)))

    assert list(rows[0]) == [
        "step",
        "train_loss",
        "train_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
    ]
    assert [int(row["step"]) for row in rows] == list(range(1, 29))
    assert 0 < float(rows[0]["train_accuracy"]) < 1
    assert (await api.files.retrieve(job.result_files[0])).purpose == "fine-tune-results"


async def test_last_three_checkpoints_stay(api):
    """Of four epochs the last three are usable models; the last is the final model itself."""
    job = await tuned(api, method=SUPERVISED)

    page = await api.fine_tuning.jobs.checkpoints.list(job.id)
    first = await api.fine_tuning.jobs.checkpoints.list(job.id, limit=1)
    rest = await api.fine_tuning.jobs.checkpoints.list(job.id, after=first.data[0].id)

    assert [point.step_number for point in page.data] == [28, 21, 14]
    assert page.data[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    assert page.data[1].fine_tuned_model_checkpoint == f"{job.fine_tuned_model}:ckpt-step-21"
    assert page.data[0].metrics.train_loss is not None
    assert first.has_more is True
    assert [point.step_number for point in rest.data] == [21, 14]
    answer = await api.chat.completions.create(
        model=page.data[2].fine_tuned_model_checkpoint,
        messages=[{"role": "user", "content": "Муж меня не слышит"}],
    )
    assert answer.choices[0].message.content


@pytest.mark.parametrize(
    "options",
    [
        {"hyperparameters": {"n_epochs": 2, "batch_size": 5, "learning_rate_multiplier": 2}},
        {
            "method": {
                "type": "supervised",
                "supervised": {
                    "hyperparameters": {
                        "n_epochs": 2,
                        "batch_size": 5,
                        "learning_rate_multiplier": 2,
                    }
                },
            }
        },
    ],
    ids=["old", "method"],
)
async def test_both_places_of_hyperparameters(api, options):
    """The old top-level place and `method` mean the same."""
    job = await tuned(api, **options)

    asked = job.hyperparameters
    assert (asked.n_epochs, asked.batch_size, asked.learning_rate_multiplier) == (2, 5, 2)
    assert (await all_events(api, job.id))[-3].data["total_steps"] == 8


async def test_auto_is_chosen_after_validation(api):
    """What was left to "auto" is a number in the end."""
    chosen = (await tuned(api, hyperparameters={"n_epochs": "auto"})).hyperparameters

    assert (chosen.n_epochs, chosen.batch_size) == (3, 1)
    assert chosen.learning_rate_multiplier > 0


async def test_list_is_newest_first_and_pages(api):
    """The list goes back in time, page after page, and knows whether there is more."""
    ids = [await new_job(api, metadata={"group": "pages"}) for _ in range(3)]

    page = await api.fine_tuning.jobs.list(limit=2)
    rest = await api.fine_tuning.jobs.list(limit=1, after=page.data[-1].id)
    with pytest.raises(openai.BadRequestError, match="after"):
        await api.fine_tuning.jobs.list(after="ftjob-none")

    assert [job.id for job in page.data] == [ids[2], ids[1]]
    assert page.has_more is True
    assert [job.id for job in rest.data] == [ids[0]]


async def test_list_filters_by_metadata(api):
    """`metadata[k]=v` finds a run by its own id; all pairs must fit; null means none at all."""
    one = await new_job(api, metadata={"run": 'x-1 "quoted"', "who": "Аня"})
    two = await new_job(api, metadata={"run": "x-2", "who": "Аня"})
    bare = await new_job(api)

    async def found(**wanted):
        page = await api.fine_tuning.jobs.list(metadata=wanted, limit=100)
        return [job.id for job in page.data]

    assert await found(run='x-1 "quoted"') == [one]
    assert await found(who="Аня") == [two, one]
    assert await found(who="Аня", run="x-2") == [two]
    assert await found(run="x") == []
    without = await api.fine_tuning.jobs.list(extra_query={"metadata": "null"}, limit=100)
    assert bare in [job.id for job in without.data]
    assert one not in [job.id for job in without.data]


async def test_events_page_without_gaps_or_repeats(api):
    """Events are newest first; following `after` reads each of them once."""
    job = await tuned(api)

    paged = [e.id async for e in api.fine_tuning.jobs.list_events(job.id, limit=7)]

    assert paged == [event.id for event in reversed(await all_events(api, job.id))]
    assert len(paged) == len(set(paged)) > 60


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"hyperparameters": {"n_epochs": 0}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": "3"}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": 1.5}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": True}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"batch_size": 257}}, "hyperparameters.batch_size"),
        (
            {"hyperparameters": {"learning_rate_multiplier": 0}},
            "hyperparameters.learning_rate_multiplier",
        ),
        (
            {"method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 99}}}},
            "method.supervised.hyperparameters.n_epochs",
        ),
        ({"method": {"type": "reinforcement"}}, "method.type"),
        ({"suffix": "x" * 65}, "suffix"),
        ({"suffix": ""}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata"),
        ({"metadata": {"k": 1}}, "metadata"),
        ({"training_file": "file-none"}, "training_file"),
        ({"validation_file": "file-none"}, "validation_file"),
        ({"extra_body": {"epochs": 3}}, "epochs"),
    ],
)
async def test_values_out_of_range_are_refused(api, options, param):
    """A value that OpenAI refuses is refused here, by name, and no job is left."""
    options = {"model": BASE, "training_file": await upload(api), **options}
    (before,) = (await api.fine_tuning.jobs.list(limit=1)).data or [None]

    with pytest.raises(openai.BadRequestError) as refusal:
        await api.fine_tuning.jobs.create(**options)

    assert refusal.value.param == param
    (after,) = (await api.fine_tuning.jobs.list(limit=1)).data or [None]
    assert (after and after.id) == (before and before.id)  # which may still be going on


async def test_limits_themselves_are_allowed(api):
    """64 characters of suffix, 16 pairs, 64 and 512 characters, 50 epochs, batches of 256."""
    job = await tuned(
        api,
        suffix="s" * 64,
        metadata={f"{n:064}": "v" * 512 for n in range(16)},
        hyperparameters={"n_epochs": 50, "batch_size": 256, "learning_rate_multiplier": 1e-4},
        seed=0,
    )

    assert job.status == "succeeded"
    assert len(job.metadata) == 16


async def test_unknown_model_is_404(api):
    """A model that cannot be tuned here is told as OpenAI tells it."""
    file_id = await upload(api)
    with pytest.raises(openai.NotFoundError) as refusal:
        await api.fine_tuning.jobs.create(model="gpt-6-luna", training_file=file_id)

    assert refusal.value.code == "model_not_found"


async def test_result_file_cannot_be_trained_on(api):
    """A file with another purpose is no training file."""
    result = (await tuned(api)).result_files[0]

    with pytest.raises(openai.BadRequestError) as refusal:
        await api.fine_tuning.jobs.create(model=BASE, training_file=result)

    assert refusal.value.code == "invalid_request"


@pytest.mark.parametrize("action", ["retrieve", "cancel", "pause", "resume", "list_events"])
async def test_unknown_job_is_404(api, action):
    """An id that names no job is a 404 on every route."""
    with pytest.raises(openai.NotFoundError):
        await getattr(api.fine_tuning.jobs, action)("ftjob-none")


async def test_tuned_model_can_be_tuned_on(api):
    """A second round may start from the first one's model; the name keeps the root."""
    first = await tuned(api)

    second = await tuned(api, model=first.fine_tuned_model)

    assert second.model == first.fine_tuned_model
    assert str(second.fine_tuned_model).startswith(f"ft:{BASE}:rehearsal::")


async def test_deleted_upload_does_not_hurt_a_job(tmp_path):
    """A job keeps its own copy: deleting the upload changes neither training nor answers."""
    async with engine_and_api(tmp_path, "--validating-seconds=0.2") as api:
        file_id = await upload(api, GOOD_FILE)
        job = await api.fine_tuning.jobs.create(model=BASE, training_file=file_id)
        await api.files.delete(file_id)

        done = await job_in(api, job.id, "succeeded", "failed")

        assert done.status == "succeeded"
        answer = await api.chat.completions.create(
            model=done.fine_tuned_model, messages=[{"role": "user", "content": "Ненавижу работу"}]
        )
        assert "Ненависть" in str(answer.choices[0].message.content)
