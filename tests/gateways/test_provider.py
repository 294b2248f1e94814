"""Files, jobs and models, with every quirk of servers that is known."""

import json
from contextlib import aclosing
from dataclasses import replace
from datetime import date

import httpx2
import pytest

from bot import errors
from bot.domain.datasets import TrainingMethod
from bot.domain.training import FineTuningJob, Hyperparameters, JobStatus, Refusal
from bot.gateways.provider import TrainingApi
from tests.gateways.provider_double import KEY, Provider, event, html, job, page, refuses, says

PARAMETERS = Hyperparameters(
    base_model="gpt-4.1-mini-2025-04-14",
    n_epochs=3,
    learning_rate_multiplier=0.1,
    suffix="natasha-v1",
)
LINE = b'{"messages": []}\r\n'


async def test_job_is_created_as_the_plan_says(training: TrainingApi, provider: Provider):
    """The body has the method, our marks and nothing else."""
    provider.will(says(job(metadata={"run": "5"}, user_provided_suffix="natasha-v1")))

    created = await training.create_job(
        PARAMETERS, training_file="file-1", seed=7, metadata={"run": "5"}
    )

    assert provider.sent == {
        "model": "gpt-4.1-mini-2025-04-14",
        "training_file": "file-1",
        "seed": 7,
        "suffix": "natasha-v1",
        "metadata": {"run": "5"},
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 3, "learning_rate_multiplier": 0.1}},
        },
    }
    assert created == FineTuningJob(
        id="ftjob-1",
        base_model="gpt-4.1-mini-2025-04-14",
        status=JobStatus.RUNNING,
        status_word="running",
        created_at=1_764_000_000,
        training_file="file-1",
        n_epochs=3,
        learning_rate_multiplier=0.1,
        suffix="natasha-v1",
        seed=7,
        metadata={"run": "5"},
    )


@pytest.mark.parametrize("is_elsewhere", [False, True])
async def test_job_on_pairs_of_answers(provider: Provider, is_elsewhere: bool):
    """Of DPO's own parameters none is sent: the provider chooses `beta`."""
    training = TrainingApi(provider.client, secrets={KEY}, in_both_places=is_elsewhere)
    provider.will(says(job()))

    await training.create_job(
        PARAMETERS, training_file="file-1", method=TrainingMethod.DPO, seed=7, metadata={}
    )

    assert provider.sent["method"] == {"type": "dpo", "dpo": {"hyperparameters": HYPERPARAMETERS}}
    assert ("hyperparameters" in provider.sent) == is_elsewhere
    await training.aclose()


HYPERPARAMETERS = {"n_epochs": 3, "learning_rate_multiplier": 0.1}


async def test_elsewhere_hyperparameters_stand_in_both_places(provider: Provider):
    """A server that reads only the top level would train with numbers of its own."""
    training = TrainingApi(provider.client, secrets={KEY}, in_both_places=True)
    provider.will(says(job()))

    await training.create_job(PARAMETERS, training_file="file-1", seed=7, metadata={})

    assert provider.sent["hyperparameters"] == HYPERPARAMETERS
    assert provider.sent["method"]["supervised"]["hyperparameters"] == HYPERPARAMETERS
    await training.aclose()


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(400, "unknown_parameter", param="hyperparameters"),
        refuses(400, message="Give either method or hyperparameters"),
        says({"detail": [{"loc": ["body", "hyperparameters"], "msg": "extra"}]}, 422),
    ],
)
async def test_a_server_that_refuses_one_place_gets_the_other(provider: Provider, refusal):
    """After such a clear no the job is asked for once more, with `method` alone."""
    training = TrainingApi(provider.client, secrets={KEY}, in_both_places=True)
    provider.will(refusal, says(job()))

    await training.create_job(PARAMETERS, training_file="file-1", seed=7, metadata={})

    assert len(provider.requests) == 2
    assert "hyperparameters" not in provider.sent
    assert provider.sent["method"]["supervised"]["hyperparameters"] == HYPERPARAMETERS
    await training.aclose()


@pytest.mark.parametrize(
    "answer", [refuses(400, param="model"), refuses(500, param="hyperparameters"), html(409)]
)
async def test_nothing_else_is_asked_for_twice(provider: Provider, answer):
    """Any other refusal, and above all an unclear answer, ends it."""
    training = TrainingApi(provider.client, secrets={KEY}, in_both_places=True)
    provider.will(answer, says(job()))

    with pytest.raises(errors.ProviderError):
        await training.create_job(PARAMETERS, training_file="file-1", seed=7, metadata={})

    assert len(provider.requests) == 1
    await training.aclose()


async def test_empty_suffix_is_not_sent(training, provider: Provider):
    """An empty suffix would be refused."""
    provider.will(says(job()))

    await training.create_job(
        replace(PARAMETERS, suffix=""), training_file="f", seed=1, metadata={}
    )

    assert "suffix" not in provider.sent


async def test_file_is_uploaded_without_its_mark(training, provider: Provider, tmp_path):
    """A file that an editor began with a byte order mark would be refused by the provider."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINE * 10_000)
    provider.will(says({"id": "file-9"}))

    file_id = await training.upload(path, name="natasha.jsonl")

    body = provider.requests[0].content
    assert file_id == "file-9"
    assert body.count(LINE) == 10_000
    assert b"\xef\xbb\xbf" not in body
    assert b'filename="natasha.jsonl"' in body
    assert b"fine-tune" in body
    assert int(provider.requests[0].headers["content-length"]) == len(body)


@pytest.mark.parametrize("content", [b"", b"{}", LINE, b"\xef\xbb"])
async def test_file_without_a_mark_is_uploaded_whole(
    training, provider: Provider, tmp_path, content
):
    """No byte of an ordinary file is lost."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)
    provider.will(says({"id": "file-9"}))

    await training.upload(path, name="x.jsonl")

    assert b"\r\n\r\n" + content + b"\r\n--" in provider.requests[0].content


async def test_missing_file_is_said_before_anything_is_sent(training, provider, tmp_path):
    """The dataset's file may have been deleted since the plan."""
    with pytest.raises(errors.DatasetMissing):
        await training.upload(tmp_path / "gone.jsonl", name="x.jsonl")

    assert provider.requests == []


@pytest.mark.parametrize("answer", [html(200), says({}), says({"id": None}), says([])])
async def test_upload_without_an_id_is_uncertain(training, provider: Provider, tmp_path, answer):
    """An answer that tells no file id is no success."""
    (tmp_path / "data.jsonl").write_bytes(LINE)
    provider.will(answer)

    with pytest.raises(errors.ProviderUncertain):
        await training.upload(tmp_path / "data.jsonl", name="x.jsonl")


async def test_what_changes_something_is_sent_once(provider: Provider, tmp_path):
    """Also with a client that repeats: a repeated request could start a second job."""
    training = TrainingApi(lambda: provider.client(max_retries=2), secrets={KEY})
    (tmp_path / "data.jsonl").write_bytes(LINE)
    provider.will(httpx2.Response(500, headers={"retry-after-ms": "1"}))

    with pytest.raises(errors.ProviderUncertain):
        await training.create_job(PARAMETERS, training_file="f", seed=1, metadata={})
    with pytest.raises(errors.ProviderUncertain):
        await training.cancel("ftjob-1")
    with pytest.raises(errors.ProviderUncertain):
        await training.upload(tmp_path / "data.jsonl", name="x.jsonl")

    assert len(provider.requests) == 3
    await training.aclose()


async def test_reads_are_repeated(provider: Provider):
    """A hiccup while reading goes unnoticed."""
    training = TrainingApi(lambda: provider.client(max_retries=2), secrets={KEY})
    hiccup = httpx2.Response(502, headers={"retry-after-ms": "1"})
    provider.will(hiccup, says(job()))

    assert (await training.job("ftjob-1")).id == "ftjob-1"
    await training.aclose()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "paused"}, {"status": JobStatus.PAUSED, "status_word": "paused"}),
        ({"status": "deploying"}, {"status": JobStatus.UNKNOWN, "status_word": "deploying"}),
        ({"status": None}, {"status": JobStatus.UNKNOWN, "status_word": ""}),
        ({"error": {}}, {"refusal": None}),
        ({"error": None}, {"refusal": None}),
        ({"error": {"code": None, "message": None, "param": None}}, {"refusal": None}),
        ({"error": {"code": "", "message": ""}}, {"refusal": None}),
        ({"error": {"code": "exceeded_quota", "message": f"Key {KEY} is out of money"}},
         {"refusal": Refusal(code="exceeded_quota", message="Key *** is out of money")}),
        ({"error": {"message": "CUDA out of memory"}},
         {"refusal": Refusal(code="", message="CUDA out of memory")}),
        ({"error": "CUDA out of memory"},
         {"refusal": Refusal(code="", message="CUDA out of memory")}),
        ({"fine_tuned_model": ""}, {"fine_tuned_model": None}),
        ({"fine_tuned_model": "ft:x"}, {"fine_tuned_model": "ft:x"}),
        ({"hyperparameters": {"n_epochs": "auto"}}, {"n_epochs": None}),
        ({"hyperparameters": {"n_epochs": "auto"},
          "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 4}}}},
         {"n_epochs": 4}),
        ({"hyperparameters": None,
          "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}}},
         {"n_epochs": 2}),
        ({"hyperparameters": None, "method": {"type": "supervised", "supervised": None}},
         {"n_epochs": None}),
        ({"hyperparameters": {"n_epochs": "3"}}, {"n_epochs": 3}),
        ({"hyperparameters": {"n_epochs": 3.0}}, {"n_epochs": 3}),
        ({"metadata": None}, {"metadata": {}}),
        ({"metadata": {"run": 5, "note": None}}, {"metadata": {"run": "5"}}),
        ({"created_at": None}, {"created_at": 0}),
        ({"created_at": 1764.9}, {"created_at": 1764}),
        ({"created_at": "2026-11-22T10:00:00Z"}, {"created_at": 0}),
        ({"finished_at": 0, "estimated_finish": 0}, {"finished_at": None}),
        ({"finished_at": 5, "estimated_finish": 6}, {"finished_at": 5, "estimated_finish": 6}),
        ({"created_at": 1_790_000_000_123, "finished_at": "1790000060000"},
         {"created_at": 1_790_000_000, "finished_at": 1_790_000_060}),
        ({"created_at": 1e300, "finished_at": "9" * 19}, {"created_at": 0, "finished_at": None}),
        ({"trained_tokens": 1e300, "seed": -(2**70)}, {"trained_tokens": None, "seed": None}),
        ({"trained_tokens": 0}, {"trained_tokens": 0}),
        ({"trained_tokens": 12}, {"trained_tokens": 12}),
        ({"suffix": "natasha"}, {"suffix": "natasha"}),
        ({"suffix": None, "user_provided_suffix": None}, {"suffix": None}),
        ({"seed": None}, {"seed": None}),
        ({"seed": True}, {"seed": None}),
        ({"training_file": None, "model": None}, {"training_file": "", "base_model": ""}),
    ],
)  # fmt: skip
async def test_job_of_any_server_is_read(training, provider: Provider, fields, expected):
    """Servers leave out fields, send null, or put them elsewhere; a person gets the job."""
    provider.will(says(job() | fields))

    found = await training.job("ftjob-1")

    assert {name: getattr(found, name) for name in expected} == expected


async def test_job_that_is_only_an_id_is_read(training, provider: Provider):
    """Nothing but the id is required."""
    provider.will(says({"id": "ftjob-1"}))

    found = await training.job("ftjob-1")

    assert found.status is JobStatus.UNKNOWN
    assert not found.status.is_terminal


@pytest.mark.parametrize("answer", [html(200), says([]), says(None), says({"status": "queued"})])
async def test_read_that_is_no_job_is_refused(training, provider: Provider, answer):
    """A gateway's page is not taken for a job, nor for the job's absence."""
    provider.will(answer)

    with pytest.raises(errors.NotTheApi) as caught:
        await training.job("ftjob-1")

    assert caught.value.params["message"] == "200 OK"


async def test_job_that_the_provider_does_not_know(training, provider: Provider):
    """The person reads which job it is."""
    provider.will(refuses(404, message="Could not find fine tune"))

    for ask in (training.job, training.cancel, lambda name: training.new_events(name, known=())):
        with pytest.raises(errors.JobUnknown) as caught:
            await ask("ftjob-9")
        assert caught.value.params == {"job_id": "ftjob-9"}


@pytest.mark.parametrize(
    "answer",
    [html(404), says({"detail": "Not Found"}, 404), refuses(404, message="Invalid URL (GET /x)")],
)
async def test_server_without_the_route_does_not_deny_the_job(training, provider, answer):
    """A wrong address must not read as "no such job": the job may well be running."""
    provider.will(answer)

    with pytest.raises(errors.ProviderRefused):
        await training.job("ftjob-9")


@pytest.mark.parametrize("job_id", ["", ".", ".."])
async def test_job_with_an_impossible_name(training, provider: Provider, job_id):
    """Whatever a person types after /monitor, no other address is asked."""
    for ask in (training.job, training.cancel, lambda name: training.new_events(name, known=())):
        with pytest.raises(errors.JobUnknown):
            await ask(job_id)

    assert provider.requests == []


async def test_odd_job_name_stays_in_its_place(training, provider: Provider):
    """A name with slashes can't reach another route: nobody is even asked about it."""
    with pytest.raises(errors.JobUnknown):
        await training.job("a/../../models?x=1")

    assert provider.requests == []


async def test_cancelled_job_is_returned(training, provider: Provider):
    """The answer to a cancellation is the job's new state."""
    provider.will(says(job(status="cancelled")))

    assert (await training.cancel("ftjob-1")).status is JobStatus.CANCELLED
    assert str(provider.requests[0].url).endswith("/fine_tuning/jobs/ftjob-1/cancel")


async def test_cancel_without_a_clear_answer_is_uncertain(training, provider: Provider):
    """The job may have been stopped."""
    provider.will(html(200))

    with pytest.raises(errors.ProviderUncertain):
        await training.cancel("ftjob-1")


async def test_jobs_are_paged_newest_first(training, provider: Provider):
    """Pages are joined, in order of creation even if the server has another."""
    provider.will(
        page(job("b", created_at=2), job("c", created_at=3), has_more=True),
        page(job("a", created_at=1), has_more=False),
    )

    jobs = await training.recent_jobs()

    assert [found.id for found in jobs] == ["c", "b", "a"]
    assert [dict(r.url.params) for r in provider.requests] == [
        {"limit": "100"},
        {"limit": "100", "after": "c"},
    ]


@pytest.mark.parametrize("more", [{}, {"has_more": True}, {"has_more": None}])
async def test_server_that_ignores_after_is_read_twice(training, provider: Provider, more):
    """The same page for ever ends after the second, and no job is told twice."""
    provider.will(page(job("a"), job("b"), **more))

    jobs = await training.recent_jobs()

    assert sorted(found.id for found in jobs) == ["a", "b"]
    assert len(provider.requests) == 2


async def test_endless_list_is_cut(training, provider: Provider):
    """An account with any number of jobs costs no more than the pages asked for."""
    provider.will(lambda request: page(job(f"job-{len(provider.requests)}"), has_more=True))

    assert len(await training.recent_jobs(pages=4)) == 4
    assert len(provider.requests) == 4


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (page(), []),
        (says({"data": None}), []),
        (says([job("a")]), ["a"]),
        (page(job("a"), {"object": "fine_tuning.job"}, None, "x", has_more=False), ["a"]),
    ],
)
async def test_odd_lists_are_read(training, provider: Provider, answer, expected):
    """Empty, bare and littered lists."""
    provider.will(answer)

    assert [found.id for found in await training.recent_jobs()] == expected


@pytest.mark.parametrize("answer", [html(200), says({"object": "list"}), says({"data": "x"})])
async def test_list_that_is_none_is_not_empty(training, provider: Provider, answer):
    """A garbled answer must not read as "there is no job": another one would be started."""
    provider.will(answer)

    with pytest.raises(errors.ProviderRefused):
        await training.recent_jobs()


async def test_events_are_read_back_to_a_known_one(training, provider: Provider):
    """Oldest first, each once, and no page more than needed."""
    provider.will(
        page(event("e6", 6), event("e5", 5), event("e4", 4), has_more=True),
        page(event("e4", 4), event("e3", 3), event("e2", 2), has_more=True),
        page(event("e1", 1)),
    )

    events = await training.new_events("ftjob-1", known=["e2", "e1"])

    assert [e.id for e in events] == ["e3", "e4", "e5", "e6"]
    assert len(provider.requests) == 2


async def test_events_in_any_order_are_all_found(training, provider: Provider):
    """A server that lists the oldest first, or shuffles, hides no new event behind a known one."""
    provider.will(
        page(event("e1", 1), event("e2", 2), has_more=True),
        page(event("e4", 4), event("e3", 3), has_more=False),
    )

    events = await training.new_events("ftjob-1", known=["e1", "e2"])

    assert [e.id for e in events] == ["e3", "e4"]


async def test_events_of_one_second_are_sorted_by_step(training, provider: Provider):
    """The curve goes forward."""
    rows = [event(f"e{step}", 5, type="metrics", data={"step": step}) for step in (10, 9, 2)]
    provider.will(page(*rows, has_more=False))

    events = await training.new_events("ftjob-1", known=())

    assert [e.data["step"] for e in events] == [2, 9, 10]


@pytest.mark.parametrize("more", [{}, {"has_more": True}])
async def test_endless_events_end(training, provider: Provider, more):
    """Nothing new on a page, or the cap, ends the reading."""
    provider.will(page(event("a", 1), **more))
    await training.new_events("ftjob-1", known=())
    assert len(provider.requests) == 2

    provider.will(lambda request: page(event(f"e{len(provider.requests)}"), has_more=True))
    assert len(await training.new_events("ftjob-1", known=(), pages=3)) == 3


async def test_events_without_ids_are_told_once(training, provider: Provider):
    """They get an id of our making, the same at every reading."""
    provider.will(page(event(None, 1, message="one"), event(None, 2, message="two")))

    first = await training.new_events("ftjob-1", known=())
    again = await training.new_events("ftjob-1", known=[e.id for e in first[:1]])

    assert [e.message for e in first] == ["one", "two"]
    assert again == first[1:]


async def test_events_of_any_server_are_read(training, provider: Provider):
    """Missing fields, words of their own, losses that are no numbers, keys in messages."""
    bare = {"id": "a"}
    diverged = event("b", 1, data={"step": 2, "train_loss": float("nan")}, message=f"{KEY}!")
    untyped = event("c", 2, type=None, data={"step": 3, "train_loss": 0.5})
    own = event("d", 3, type="moderation_checks", level="warn", data=None, message=None)
    rows = json.dumps({"data": [bare, diverged, untyped, own], "has_more": False})
    provider.will(httpx2.Response(200, content=rows))

    events = {e.id: e for e in await training.new_events("ftjob-1", known=())}

    assert (events["a"].level, events["a"].type, events["a"].data) == ("info", "message", {})
    assert (events["b"].data, events["b"].message) == ({"step": 2}, "***!")
    assert events["c"].type == "metrics"
    assert (events["d"].type, events["d"].level) == ("moderation_checks", "warn")
    assert (events["d"].data, events["d"].message) == ({}, "")


async def test_model_names(training, provider: Provider):
    """Models without a name are no models."""
    provider.will(page({"id": "gpt-x"}, {"id": None}, {"id": "ft:gpt-x:org:natasha-v1:1"}))

    assert await training.model_names() == ["gpt-x", "ft:gpt-x:org:natasha-v1:1"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says({"id": "m", "shutdown_date": "2027-01-14"}), date(2027, 1, 14)),
        (says({"id": "m", "shutdown_date": "2027-01-14T00:00:00Z"}), date(2027, 1, 14)),
        (says({"id": "m", "shutdown_date": None}), None),
        (says({"id": "m", "shutdown_date": "soon"}), None),
        (says({"id": "m", "shutdown_date": 1_800_000_000}), None),
        (says({"id": "m"}), None),
        (html(200), None),
        (refuses(404, "model_not_found"), None),
        (html(404), None),
        (html(405), None),
    ],
)
async def test_shutdown_date(training, provider: Provider, answer, expected):
    """None wherever the server does not tell a day."""
    provider.will(answer)

    assert await training.shutdown_date("org/model") == expected
    assert provider.requests[0].url.raw_path == b"/v1/models/org%2Fmodel"


@pytest.mark.parametrize("model", ["", ".."])
async def test_shutdown_date_of_an_impossible_name(training, provider: Provider, model):
    """No address is made of it."""
    assert await training.shutdown_date(model) is None
    assert provider.requests == []


async def test_trouble_is_not_taken_for_no_shutdown_date(training, provider: Provider):
    """A refused key is told."""
    provider.will(refuses(401))

    with pytest.raises(errors.KeyRefused):
        await training.shutdown_date("m")


async def test_pages_come_one_by_one(training, provider: Provider):
    """Who has seen enough asks for no more."""
    provider.will(
        page(job("b", created_at=2), job("c", created_at=3), {"object": "?"}, has_more=True),
        page(job("a", created_at=1), has_more=True),
    )

    async with aclosing(training.job_pages(pages=5)) as pages:
        first = await anext(pages)
        assert len(provider.requests) == 1
        second = await anext(pages)

    assert [[found.id for found in each] for each in (first, second)] == [["b", "c"], ["a"]]
    assert len(provider.requests) == 2


async def test_pages_that_repeat_themselves_end(training, provider: Provider):
    """A server without `has_more` that ignores `after`, in whatever order it lists."""
    provider.will(page(job("a"), job("b")), page(job("b"), job("a")), page(job("a")))

    assert len([each async for each in training.job_pages(pages=5)]) == 2
