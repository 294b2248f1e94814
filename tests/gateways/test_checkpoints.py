"""What servers keep of a job, told in many ways, or not at all."""

from typing import Any

import httpx2
import pytest

from bot import errors
from bot.domain.models import Checkpoint
from bot.gateways.provider import TrainingApi
from tests.gateways.provider_double import Provider, html, page, refuses, says

NAME = "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC"


def checkpoint(step: int, **fields: Any) -> dict[str, Any]:
    """A checkpoint in the words of OpenAI."""
    return {
        "object": "fine_tuning.job.checkpoint",
        "id": f"ftckpt_{step}",
        "created_at": 1_764_000_000,
        "fine_tuned_model_checkpoint": f"{NAME}:ckpt-step-{step}",
        "fine_tuning_job_id": "ftjob-1",
        "metrics": {"step": step, "train_loss": 1.5, "valid_loss": 1.25},
        "step_number": step,
        **fields,
    }


async def test_checkpoints_by_step(training: TrainingApi, provider: Provider):
    """The loss over the whole validation part goes before that over a batch of it."""
    metrics = {"step": 99, "train_loss": 1, "valid_loss": 0.5, "full_valid_loss": 1.125}
    last = checkpoint(99, fine_tuned_model_checkpoint=NAME, metrics=metrics)
    provider.will(page(last, checkpoint(66), has_more=False))

    assert await training.checkpoints("ftjob-1") == [
        Checkpoint(name=f"{NAME}:ckpt-step-66", step=66, train_loss=1.5, valid_loss=1.25),
        Checkpoint(name=NAME, step=99, train_loss=1.0, valid_loss=1.125),
    ]
    assert provider.requests[0].url.path.endswith("/fine_tuning/jobs/ftjob-1/checkpoints")


async def test_all_pages_are_read_and_no_more(training: TrainingApi, provider: Provider):
    """Servers without `has_more`, or which ignore `after`, end it too."""
    provider.will(page(checkpoint(99), has_more=True), page(checkpoint(66), has_more=True), page())
    assert [each.step for each in await training.checkpoints("ftjob-1")] == [66, 99]
    assert provider.requests[1].url.params["after"] == "ftckpt_99"

    provider.requests.clear()
    provider.will(page(checkpoint(99)))
    assert [each.step for each in await training.checkpoints("ftjob-1")] == [99]
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"metrics": None}, (5, None, None)),
        ({"metrics": {"train_loss": "1.5", "valid_loss": True}}, (5, None, None)),
        ({"step_number": None, "metrics": {"step": 7.0}}, (7, None, None)),
        ({"step_number": "8", "metrics": {}}, (8, None, None)),
        ({"step_number": None, "metrics": {}}, (0, None, None)),
        ({"id": None, "metrics": {"train_loss": 2}}, (5, 2.0, None)),
    ],
)
async def test_whatever_is_told_of_a_checkpoint(
    training: TrainingApi, provider: Provider, fields: dict[str, Any], expected: tuple[Any, ...]
):
    provider.will(page(checkpoint(5, **fields)))

    (found,) = await training.checkpoints("ftjob-1")

    assert (found.step, found.train_loss, found.valid_loss) == expected


async def test_loss_that_is_no_number_is_left_out(training: TrainingApi, provider: Provider):
    """A training that diverged writes NaN into its JSON."""
    body = b'{"data": [{"fine_tuned_model_checkpoint": "x", "metrics": {"train_loss": NaN}}]}'
    provider.will(httpx2.Response(200, content=body))

    assert await training.checkpoints("ftjob-1") == [Checkpoint(name="x", step=0)]


@pytest.mark.parametrize(
    "answer",
    [
        refuses(404),
        says({"detail": "Not Found"}, 404),
        html(404),
        html(405),
        refuses(501),
        refuses(400, "unsupported"),
        html(200),
        says({"data": None}),
        says({"data": [None, 5, "x", {}, {"fine_tuned_model_checkpoint": ""}]}),
        says([]),
    ],
)
async def test_server_without_checkpoints_has_none(
    training: TrainingApi, provider: Provider, answer: httpx2.Response
):
    """Never an error: most servers do not have this route."""
    provider.will(answer)

    assert await training.checkpoints("ftjob-1") == []


@pytest.mark.parametrize("job_id", ["..", "a/b", ""])
async def test_job_that_no_address_can_hold(training: TrainingApi, provider: Provider, job_id: str):
    assert await training.checkpoints(job_id) == []
    assert provider.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refuses(401), errors.KeyRefused),
        (refuses(429, "rate_limit_exceeded"), errors.ProviderBusy),
        (html(502), errors.ProviderUncertain),
        (httpx2.ConnectError("no"), errors.ProviderUnreachable),
    ],
)
async def test_trouble_is_not_taken_for_no_checkpoints(
    training: TrainingApi, provider: Provider, answer: Any, error: type[Exception]
):
    """What can't be read now is asked for again later."""
    provider.will(answer)

    with pytest.raises(error):
        await training.checkpoints("ftjob-1")
