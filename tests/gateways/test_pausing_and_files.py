"""Jobs are held and let go on, and files read, at any server."""

import httpx2
import pytest

from bot import errors
from bot.domain.training import JobStatus
from bot.gateways.provider import TrainingApi
from tests.gateways.provider_double import KEY, Provider, html, job, refuses, says

CSV = b"step,train_loss\n1,2.5\n"


@pytest.mark.parametrize(("word", "status"), [("pause", "paused"), ("resume", "running")])
async def test_a_job_is_held_and_let_go_on(training: TrainingApi, provider: Provider, word, status):
    """The answer is the job's new state."""
    provider.will(says(job(status=status)))

    held = await getattr(training, word)("ftjob-1")

    assert held.status is JobStatus(status)
    (request,) = provider.requests
    assert (request.method, request.url.path) == ("POST", f"/v1/fine_tuning/jobs/ftjob-1/{word}")


@pytest.mark.parametrize("word", ["pause", "resume"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (html(404), errors.PauseUnsupported),
        (says({"detail": "Not Found"}, 404), errors.PauseUnsupported),
        (refuses(404, message="Invalid URL (POST /v1/x)"), errors.PauseUnsupported),
        (says({"detail": "Method Not Allowed"}, 405), errors.PauseUnsupported),
        (refuses(501, message="Not implemented"), errors.PauseUnsupported),
        (refuses(404, message="Could not find fine tune"), errors.JobUnknown),
        (refuses(400, message="Jobs cannot be paused here."), errors.PauseRefused),
        (refuses(409, message="It is being finished"), errors.PauseRefused),
        (says({"detail": [{"loc": ["path"], "msg": "bad"}]}, 422), errors.PauseRefused),
        (refuses(401), errors.KeyRefused),
        (refuses(429), errors.ProviderBusy),
        (refuses(500), errors.ProviderFailed),
        (html(200), errors.ProviderFailed),
        (httpx2.ConnectError("no"), errors.ProviderUnreachable),
        (httpx2.ReadTimeout("slow"), errors.ProviderUncertain),
    ],
)
async def test_what_goes_wrong_has_a_name(provider: Provider, word, answer, expected):
    """A server that has no such thing is told from one that refuses; and it is asked once."""
    training = TrainingApi(lambda: provider.client(max_retries=2), secrets={KEY})
    provider.will(answer)

    with pytest.raises(expected) as caught:
        await getattr(training, word)("ftjob-1")

    assert caught.type is expected
    assert len(provider.requests) == 1
    await training.aclose()


@pytest.mark.parametrize("job_id", ["", "..", "a/b"])
async def test_no_odd_address_is_asked(training: TrainingApi, provider: Provider, job_id):
    for ask in (training.pause, training.resume):
        with pytest.raises(errors.JobUnknown):
            await ask(job_id)

    assert provider.requests == []


async def test_a_refusal_shows_no_key(training: TrainingApi, provider: Provider):
    provider.will(refuses(400, message=f"{KEY} may not pause"))

    with pytest.raises(errors.PauseRefused) as caught:
        await training.pause("ftjob-1")

    assert caught.value.params == {"message": "*** may not pause"}


async def test_a_file_is_read(training: TrainingApi, provider: Provider):
    provider.will(httpx2.Response(200, content=CSV))

    assert await training.file_content("file-1", max_bytes=len(CSV)) == CSV
    assert provider.requests[0].url.path == "/v1/files/file-1/content"


async def test_a_file_beyond_the_limit_is_left(training: TrainingApi, provider: Provider):
    """It is read no further than that."""
    provider.will(httpx2.Response(200, content=CSV))

    with pytest.raises(errors.ProviderRefused):
        await training.file_content("file-1", max_bytes=len(CSV) - 1)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refuses(404, message="No such File object: file-1"), errors.ProviderRefused),
        (html(404), errors.ProviderRefused),
        (refuses(400, message="Not allowed to download"), errors.ProviderRefused),
        (refuses(403), errors.KeyRefused),
        (refuses(503), errors.ProviderUncertain),
        (httpx2.ConnectError("no"), errors.ProviderUnreachable),
        (httpx2.ReadTimeout("slow"), errors.ProviderUncertain),
    ],
)
async def test_a_file_that_is_not_handed_over(training, provider: Provider, answer, expected):
    provider.will(answer)

    with pytest.raises(expected):
        await training.file_content("file-1", max_bytes=1000)


@pytest.mark.parametrize("file_id", ["", ".", ".."])
async def test_a_file_with_an_impossible_name(training, provider: Provider, file_id):
    with pytest.raises(errors.ProviderRefused):
        await training.file_content(file_id, max_bytes=1000)

    assert provider.requests == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["file-9"], "file-9"),
        (["file-9", "file-10"], "file-9"),
        ([], None),
        (None, None),
        ("file-9", None),
        ([None, "", 7, "file-9"], "file-9"),
        ([{"id": "file-9", "object": "file"}], "file-9"),
        ([{}], None),
    ],
)
async def test_which_file_has_the_results(training, provider: Provider, files, expected):
    """Servers list ids, objects, or nothing."""
    provider.will(says(job(result_files=files)))

    assert (await training.job("ftjob-1")).result_file == expected


async def test_numbers_beyond_measure_are_left_out(training, provider: Provider):
    """They could be neither stored as steps nor drawn."""
    data = {"step": 10**400, "train_loss": 1.5}
    rows = [{"id": "e", "type": "metrics", "data": data}]
    provider.will(says({"data": rows, "has_more": False}))

    (found,) = await training.new_events("ftjob-1", known=())

    assert found.data == {"train_loss": 1.5}
