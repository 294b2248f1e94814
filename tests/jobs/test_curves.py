"""Losses are read from whatever a provider tells, and become curves."""

import base64
import random
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.training import TrackedJob
from bot.jobs.curves import (
    BrokenResults,
    Curves,
    Point,
    Progress,
    from_events,
    from_results,
    progress_of,
    seconds_left,
    seconds_per_step,
    smoothed,
)
from tests.fakes import job_of

OPENAI = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n"
NAN, INF = float("nan"), float("inf")


def tracked_of(*rows: tuple[Any, int], total: int | None = None, **job: Any) -> TrackedJob:
    """A job with metrics events of (step, Unix time)."""
    more = {} if total is None else {"total_steps": total}
    return TrackedJob(
        job=job_of(**job),
        number=1,
        run_id=None,
        followed_by=None,
        metrics=[{"step": step, "train_loss": 1.0, **more} for step, _ in rows],
        metric_times=tuple(at for _, at in rows),
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([{"step": 2, "train_loss": 1.5}, {"step": 1, "train_loss": 2}], [(1, 2.0), (2, 1.5)]),
        ([{"step": 1, "train_loss": 2.0}, {"step": 1, "train_loss": 1.0}], [(1, 1.0)]),
        ([{"step": "3", "training_loss": "1.5"}], [(3, 1.5)]),
        ([{"global_step": 3.0, "loss": 1.5}], [(3, 1.5)]),
        ([{"train_loss": 1.5}], []),
        ([{"step": 1}], []),
        ([{"step": 1, "train_loss": None}], []),
        ([{"step": 1, "train_loss": "auto"}], []),
        ([{"step": 1, "train_loss": NAN}], []),
        ([{"step": NAN, "train_loss": 1.0}], []),
        ([{"step": 1, "train_loss": INF}], []),
        ([{"step": 1, "train_loss": -1.0}], []),
        ([{"step": -1, "train_loss": 1.0}], []),
        ([{"step": 10**400, "train_loss": 1.0}], []),
        ([{"step": 1, "train_loss": 10**400}], []),
        ([{"step": 1, "train_loss": 1e200}], [(1, 1e6)]),
        ([{"step": [1], "train_loss": {"x": 1}}], []),
    ],
)
def test_training_losses_are_read_from_events(rows, expected):
    """By step, each once, the later word counts; what is no loss is left out."""
    assert from_events(rows).train == tuple(Point(*pair) for pair in expected)


def test_validation_is_read_beside():
    """Of a part and of all examples; where nothing was measured, some say so by -1."""
    curves = from_events(
        [
            {"step": 1, "train_loss": 2.0, "valid_loss": 2.1},
            {"step": 2, "train_loss": 1.5, "eval_loss": 1.3},
            {"step": 3, "train_loss": 1.2, "valid_loss": -1, "full_valid_loss": 1.4},
            {"step": 4, "train_loss": 1.0, "valid_loss": None},
        ]
    )

    assert curves.valid == (Point(1, 2.1), Point(2, 1.3))
    assert curves.full_valid == (Point(3, 1.4),)
    assert curves.best == Point(3, 1.4)
    assert curves.n_points == 7


@pytest.mark.parametrize(
    ("valid", "full_valid", "best"),
    [
        ([], [], None),
        ([(1, 2.0), (2, 1.0), (3, 1.0), (4, 1.5)], [], (2, 1.0)),
        ([(1, 0.1)], [(2, 1.0)], (2, 1.0)),
    ],
)
def test_the_best_step_is_where_validation_was_lowest(valid, full_valid, best):
    """Of all examples, where that is told: a batch may have been easy by chance."""
    curves = Curves(
        valid=tuple(Point(*pair) for pair in valid),
        full_valid=tuple(Point(*pair) for pair in full_valid),
    )

    assert curves.best == (best and Point(*best))


@pytest.mark.parametrize(
    "content",
    [
        OPENAI + "1,2.5,0.3,2.6,0.2\n2,2.0,0.4,,\n",
        "\ufeff" + OPENAI.replace("\n", "\r\n") + "1,2.5,0.3,2.6,0.2\r\n2,2.0,0.4,,\r\n",
        "\n" + OPENAI + "1,2.5,0.3,2.6,0.2\n\n2,2.0",
        "Step, Train_Loss ,valid_loss\n1,2.5,2.6\n2,2.0,-1.0\n",
        "step,elapsed_tokens,training_loss,validation_loss\n1,9,2.5,2.6\n2,18,2.0,\n",
        "epoch;step;loss;eval_loss\n0,1;1;2.5;2.6\n0,2;2;2.0;\n",
        "global_step\tloss\tval_loss\n1\t2.5\t2.6\n2\t2.0\tNaN\n",
    ],
)
@pytest.mark.parametrize("is_encoded", [False, True])
def test_result_files_are_read_by_their_headers(content: str, is_encoded: bool):
    """Each provider has names of its own, and some send the table as base64."""
    data = content.encode()

    curves = from_results(base64.b64encode(data) if is_encoded else data)

    assert curves.train == (Point(1, 2.5), Point(2, 2.0))
    assert curves.valid == (Point(1, 2.6),)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Not Found</body></html>",
        b'{"error": {"message": "No such File object"}}',
        OPENAI.encode(),
        b"step,reward\n1,0.5\n",
        b"time,train_loss\n1,0.5\n",
        b"\x00\xff\xfe" * 50,
        b"step,train_loss\n" + b'"' * 200_000,
        base64.b64encode(b"hello"),
        b"A" * 5,
    ],
)
def test_what_is_no_table_of_losses_is_refused(content: bytes):
    with pytest.raises(BrokenResults):
        from_results(content)


def test_smoothing_keeps_the_course_and_drops_the_noise():
    noise = random.Random(7)
    course = [2.0 - k / 400 for k in range(400)]

    smooth = smoothed([value + noise.gauss(0, 0.2) for value in course])

    assert len(smooth) == 400
    wrong = [abs(a - b) for a, b in zip(smooth, course, strict=True)]
    assert max(wrong) < 0.2
    assert sum(wrong) / 400 < 0.05


@pytest.mark.parametrize("losses", [[], [1.0], [1.0, 3.0], [0.0] * 9])
def test_few_values_are_smoothed_too(losses):
    smooth = smoothed(losses)

    assert len(smooth) == len(losses)
    assert all(min(losses) <= value <= max(losses) for value in smooth)


def test_a_single_spike_is_left_out():
    assert max(smoothed([1.0] * 50 + [1e6] + [1.0] * 50)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], None),
        ([(1, 100)], None),
        ([(1, 100), (2, 100)], None),
        ([(1, 100), (11, 130)], 3.0),
        ([(1, 100), ("x", 105), (None, 107), (11, 130)], 3.0),
        ([(step, 100 + 2 * step) for step in range(40)], 2.0),
        ([(step, 100 + step // 3) for step in range(120)], 1 / 3),
        # Paused for a day in the middle.
        ([(step, 100 + 2 * step + (86_400 if step >= 20 else 0)) for step in range(40)], 2.0),
        # The clock went back.
        ([(1, 100), (2, 90)], None),
    ],
)
def test_the_usual_pace(rows, expected):
    pace = seconds_per_step(tracked_of(*rows))

    assert pace == (expected and pytest.approx(expected, rel=0.05))


def test_progress_is_what_the_events_tell():
    assert progress_of(tracked_of()) is None
    assert progress_of(tracked_of((5, 1), (7, 2))) == Progress(step=7, total=None)
    far = progress_of(tracked_of((5, 1), (7, 2), total=14))
    assert far == Progress(step=7, total=14)
    assert far is not None
    assert far.share == 0.5
    assert progress_of(tracked_of((5, 1), total=0)) == Progress(step=5, total=None)


def test_time_left_is_the_providers_word_or_the_pace():
    """Only of what runs: what waits or is held has no pace."""
    running = tracked_of((10, 100), (20, 130), total=100)
    told = replace(running, job=job_of(estimated_finish=1_000))

    assert seconds_left(running, now=0) == 240
    assert seconds_left(told, now=400) == 600
    assert seconds_left(told, now=1_001) == 240
    assert seconds_left(tracked_of((10, 100), (20, 130)), now=0) is None
    for status in ("paused", "queued", "validating_files", "succeeded", "failed", "cancelled"):
        held = replace(running, job=job_of(status=status, estimated_finish=1_000))
        assert seconds_left(held, now=400) is None
    assert seconds_left(replace(running, job=job_of(status="post_processing")), now=0) == 240
