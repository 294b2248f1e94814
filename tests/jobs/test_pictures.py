"""A job's losses become a picture, drawn once, whatever the provider's file is like."""

import asyncio
import base64
import logging
import os
import struct
import subprocess
import sys
import time
import zoneinfo
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ProviderUncertain
from bot.jobs.curves import Curves, Point
from bot.jobs.drawing import SIZE, Labels, draw_losses, shown_range
from bot.jobs.pictures import KEPT_S, LossChart
from bot.texts import Texts
from tests.composition import BotParts
from tests.fakes import event_of, job_of

LOOP = asyncio.SelectorEventLoop
"""Drawing takes its time, whatever the loop thinks."""

MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")
RU, EN = Texts("ru", MOSCOW), Texts("en", MOSCOW)
RICH = b"step,train_loss,valid_loss\n" + b"".join(
    f"{n},{3 - n / 50:.2f},{3 - n / 60:.2f}\n".encode() for n in range(1, 101)
)
NOT_READ = "The result file of job ftjob-1 can't be used"


async def has_job(parts: BotParts, *losses: float, **fields: Any) -> None:
    """A job that is followed, with a metrics event for each loss."""
    events = [
        event_of(
            f"e{step}",
            step,
            type="metrics",
            data={"step": step, "total_steps": 30, "train_loss": loss},
        )
        for step, loss in enumerate(losses, start=1)
    ]
    await parts.database.write(lambda tx: parts.jobs.save(tx, job_of(**fields), followed_by=5))
    await parts.database.write(lambda tx: parts.jobs.add_events(tx, "ftjob-1", events))


async def drawn(parts: BotParts, texts: Texts = RU) -> LossChart:
    chart = await parts.pictures.loss_chart("ftjob-1", texts)
    assert chart is not None
    assert size_of(chart.path) == SIZE
    return chart


def size_of(path: Path) -> tuple[int, ...]:
    """Width and height, from a PNG's first bytes."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data.endswith(b"IEND\xaeB`\x82")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize(
    ("losses", "top"),
    [
        # A model that learns its examples by heart: its beginning belongs to the picture.
        ([3.9, 3.1, 2.7, 2.2, 1.9, 1.2, 0.4, *[0.01] * 33], 3.9),
        ([*[2.0] * 20, 400.0, *[2.0] * 20], 20.0),
        ([3.9, 0.01], 3.9),
        ([1.0], 1.0),
    ],
)
def test_a_spike_is_cut_off_and_a_beginning_is_not(losses, top):
    points = tuple(Point(step, loss) for step, loss in enumerate(losses, start=1))

    assert shown_range(Curves(train=points)) == pytest.approx((min(losses), top))


@pytest.mark.processes
async def test_losses_are_drawn_once(parts: BotParts):
    """A replay, another admin and a double tap get the same file; another language its own."""
    await has_job(parts, 2.5, 2.0, 1.5)

    charts = await asyncio.gather(*(drawn(parts) for _ in range(3)))
    first = charts[0]
    assert {chart.path for chart in charts} == {first.path}
    inode = first.path.stat().st_ino
    assert (await drawn(parts)).path.stat().st_ino == inode
    assert (await drawn(parts, EN)).path != first.path
    assert first.curves.train == (Point(1, 2.5), Point(2, 2.0), Point(3, 1.5))
    assert first.path.parent == parts.path.parent / "charts"

    await parts.database.write(
        lambda tx: parts.jobs.add_events(
            tx, "ftjob-1", [event_of("x", type="metrics", data={"step": 4, "train_loss": 1})]
        )
    )
    assert (await drawn(parts)).path != first.path


@pytest.mark.parametrize("losses", [(), (2.5,)])
async def test_too_few_points_are_no_picture(parts: BotParts, losses):
    await has_job(parts, *losses)

    assert await parts.pictures.loss_chart("ftjob-1", RU) is None
    assert len((await parts.pictures.curves("ftjob-1")).train) == len(losses)
    assert await parts.pictures.loss_chart("ftjob-404", RU) is None
    assert await parts.pictures.curves("ftjob-404") == Curves()


@pytest.mark.processes
@pytest.mark.parametrize("content", [RICH, base64.b64encode(RICH)])
async def test_the_richer_source_is_drawn(parts: BotParts, content: bytes):
    """The result file has every step; it is fetched once, also for the next process."""
    await has_job(parts, 2.5, 2.0, result_file="file-r")
    parts.provider.files["file-r"] = content

    chart = await drawn(parts)

    assert len(chart.curves.train) == 100
    assert chart.curves.best == Point(100, 1.33)
    await parts.restart()
    await drawn(parts, EN)
    assert parts.provider.n_calls("file_content file-r") == 1


async def test_the_events_count_where_they_tell_more(parts: BotParts):
    await has_job(parts, *[2.0] * 50, result_file="file-r")
    parts.provider.files["file-r"] = b"step,train_loss\n1,2.5\n2,2.4\n"

    assert len((await parts.pictures.curves("ftjob-1")).train) == 50


@pytest.mark.parametrize(
    "content", [b"", b"<html>no</html>", b"step,reward\n1,1\n", b"\xff\x00" * 999, None]
)
async def test_a_useless_file_is_logged_and_the_events_count(parts: BotParts, content, caplog):
    await has_job(parts, 2.5, 2.0, result_file="file-r")
    if content is not None:
        parts.provider.files["file-r"] = content

    with caplog.at_level(logging.WARNING):
        curves = await parts.pictures.curves("ftjob-1")

    assert len(curves.train) == 2
    assert NOT_READ in caplog.text


async def test_a_provider_in_trouble_costs_no_picture(parts: BotParts, caplog):
    """Neither an error nor a call that hangs for ever; the next time the file may be there."""
    await has_job(parts, 2.5, 2.0, result_file="file-r")
    parts.provider.files["file-r"] = RICH
    parts.provider.fails("file_content", ProviderUncertain())
    assert len((await parts.pictures.curves("ftjob-1")).train) == 2
    assert NOT_READ in caplog.text

    parts.provider.hangs("file_content")
    hasty = replace(parts.pictures, patience_s=0.1)
    assert len((await hasty.curves("ftjob-1")).train) == 2

    assert len((await parts.pictures.curves("ftjob-1")).train) == 100


async def test_a_broken_drawing_is_logged(parts: BotParts, caplog):
    """Whoever waits for it goes on without; nothing half-made is taken for a picture."""
    await has_job(parts, 2.5, 2.0)
    (parts.path.parent / "charts").write_text("a file where the folder should be")

    assert await parts.pictures.loss_chart("ftjob-1", RU) is None
    assert "A picture was not drawn" in caplog.text


@pytest.mark.processes
async def test_old_pictures_are_swept(parts: BotParts):
    """Those that nobody has asked for in a long time."""
    await parts.pictures.tidy()  # before there is anything
    await has_job(parts, 2.5, 2.0)
    old, new = await drawn(parts), await drawn(parts, EN)
    os.utime(old.path, (time.time() - KEPT_S - 60,) * 2)

    await parts.pictures.tidy()

    assert not old.path.exists()
    assert new.path.exists()
    assert (await drawn(parts)).path == old.path


@pytest.mark.processes
def test_the_bot_does_not_load_the_library():
    """It would cost each process 60 MB and a second; only the child that draws pays."""
    code = "import sys, bot.wiring; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


LABELS = Labels(
    title="Ошибка · natasha-v1",
    train="обучение",
    valid="проверка",
    step="шаг",
    best="лучшая 1,2",
    epochs=["эпоха 1", "эпоха 2", "эпоха 3"],
    decimal_point=",",
)


def falling(*losses: float) -> tuple[Point, ...]:
    return tuple(Point(step, loss) for step, loss in enumerate(losses, start=1))


@pytest.mark.parametrize(
    ("curves", "total_steps"),
    [
        (Curves(train=falling(2.0, 1.0)), 963),
        (Curves(train=falling(2.0, 1.0)), None),
        (Curves(train=(Point(0, 0.0), Point(1, 0.0))), 1),
        (Curves(train=falling(*[3 - k / 999 for k in range(1000)])), 1000),
        (Curves(train=falling(*[3 - k / 9999 for k in range(20_000)])), 20_000),
        (Curves(train=falling(*[1.0] * 40, 1e6, *[1.0] * 40)), 81),
        (Curves(train=falling(*[1e6] * 99)), 33),
        (Curves(valid=falling(2.0, 1.0)), 9),
        (Curves(full_valid=falling(2.0, 1.0, 1.5)), None),
        (Curves(train=falling(*[2.0] * 99), full_valid=falling(1.0)), 99),
        (
            Curves(
                train=falling(*[2.0] * 99), valid=falling(*[2.1] * 99), full_valid=(Point(33, 2.0),)
            ),
            50,
        ),
    ],
)
def test_whatever_was_measured_is_drawn(tmp_path, curves: Curves, total_steps):
    draw_losses(tmp_path / "loss.part", curves, LABELS, total_steps=total_steps)

    assert size_of(tmp_path / "loss.part") == SIZE


@pytest.mark.parametrize("title", ["", "$\\frac{$", "日本 😊 <b>", "a" * 300])
@pytest.mark.parametrize("n_epochs", [0, 1, 50])
def test_any_name_and_any_number_of_epochs(tmp_path, title: str, n_epochs: int):
    """A name is no formula, and a letter that the font lacks is no error."""
    labels = Labels(
        title=title,
        train="a",
        valid="b",
        step="c",
        best="d",
        epochs=[f"эпоха {n}" for n in range(n_epochs)],
        decimal_point=".",
    )

    draw_losses(tmp_path / "loss", Curves(train=falling(2.0, 1.0)), labels, total_steps=2)

    assert size_of(tmp_path / "loss") == SIZE
