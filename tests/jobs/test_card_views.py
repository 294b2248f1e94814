"""The card of a job, its log, its picture and the list: what a thumb needs at a glance."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import load_catalogue
from bot.delivery.screen import Screen
from bot.domain.training import JobEvent, Refusal, TrackedJob
from bot.edge.buttons import parse
from bot.jobs import card_views as views
from bot.jobs import event_views as events
from bot.jobs import views as jobs
from bot.jobs.card_views import SPARK_WIDTH, SPARKS, sparkline
from bot.jobs.curves import Curves, Point
from bot.jobs.pictures import LossChart
from tests.fakes import event_of, job_of
from tests.screens import EN, RU, buttons_of, shown

CATALOGUE = load_catalogue()
OPENAI, ELSEWHERE = "https://api.openai.com/v1", "https://models.example/v1"
NBSP = "\N{NO-BREAK SPACE}"
LOOKS, ACTS = ["jobs:events:4", "jobs:refresh:4"], ["jobs:ask:4", "jobs:list:0"]


def tracked(
    status: str = "running",
    metrics: Sequence[dict[str, Any]] = (),
    times: Sequence[int] = (),
    *,
    number: int = 4,
    **fields: Any,
) -> TrackedJob:
    names = ("last_message", "warning", "price_usd")
    more = {name: fields.pop(name) for name in names if name in fields}
    return TrackedJob(
        job=job_of(status=status, **fields),
        number=number,
        run_id=12,
        followed_by=None,
        metrics=metrics,
        metric_times=tuple(times),
        **more,
    )


def card(found: TrackedJob, url: str = ELSEWHERE) -> Screen:
    return views.card(RU, found, CATALOGUE, base_url=url)


# The sparkline


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([1.0], ""),
        ([1.0, 1.0], "▁▁"),
        ([1.0, 2.0], "▁▇"),
        ([3.0, 2.0, 1.0], "▇▄▁"),
        ([-5.0, 0.0, 5.0], "▁▄▇"),
        ([float(n) for n in range(7)], SPARKS),
        ([1e300, -1e300], "▇▁"),
    ],
)
def test_sparkline(values: list[float], expected: str):
    assert sparkline(values) == expected


@pytest.mark.parametrize("n", [9, 10, 11, 99, 100, 1001])
def test_sparkline_of_many_values_goes_from_the_first_to_the_last(n: int):
    falling = [float(n - x) for x in range(n)]
    line = sparkline(falling)

    assert len(line) == min(n, SPARK_WIDTH)
    assert (line[0], line[-1]) == (SPARKS[-1], SPARKS[0])
    assert list(line) == sorted(line, reverse=True)


# The card


STEPS = [
    {"step": n, "total_steps": 963, "train_loss": 2.4 - n / 800, "valid_loss": 1.31}
    for n in range(0, 656, 5)
]


def test_card_of_a_running_job():
    found = tracked(
        metrics=STEPS,
        estimated_finish=int(time.time()) + 14 * 60 + 5,
        price_usd=0.92,
        last_message="Шаг <655>",
    )
    screen = card(found)
    lines = shown(card(found, OPENAI)).splitlines()

    assert lines[0] == "⏳ natasha-v1 · обучается"
    assert lines[1] == "▓▓▓▓▓▓░░░░ 68\N{NO-BREAK SPACE}% · эпоха 3 из 3"
    assert lines[2] == "шаг 655 из 963 · осталось ~14 мин"
    assert lines[3].startswith("ошибка упала на 34\N{NO-BREAK SPACE}%  ▇")
    assert lines[4].startswith("на проверочных почти не изменилась  ")
    assert lines[5] == "потрачено ~$0,63"
    assert "Шаг <655>" not in lines  # the bar says so
    assert buttons_of(screen) == ["jobs:chart:4", *LOOKS, "jobs:pause:4", *ACTS]


def test_time_left_is_learnt_from_the_pace():
    """Where the provider gives no estimate, or one that is over."""
    times = [1_700_000_000 + 2 * n for n in range(0, 656, 5)]
    for finish in (None, 1):
        text = shown(card(tracked(metrics=STEPS, times=times, estimated_finish=finish)))
        assert "шаг 655 из 963 · осталось ~10 мин" in text

    assert "осталось" not in shown(card(tracked("paused", STEPS, times)))


def test_cost_so_far_is_the_providers_word_before_the_share():
    told = card(tracked(metrics=STEPS, trained_tokens=200_000, price_usd=0.92), OPENAI)

    assert "потрачено ~$1,00" in shown(told)
    assert "потрачено" not in shown(card(tracked(metrics=STEPS), OPENAI))
    assert "потрачено" not in shown(card(tracked("queued", price_usd=0.92), OPENAI))


@pytest.mark.parametrize("url", [ELSEWHERE, "https://ours.openai.azure.com/openai/v1"])
@pytest.mark.parametrize("status", ["running", "succeeded"])
def test_cost_is_told_only_where_the_prices_are_known(url: str, status: str):
    """Also for plans of earlier versions, which stored another provider's price."""
    found = tracked(status, metrics=STEPS, trained_tokens=200_000, price_usd=0.92)

    assert "$" not in shown(card(found, url))
    assert "$" in shown(card(found, OPENAI))


@pytest.mark.parametrize(
    "metrics",
    [
        [],
        [{}],
        [{"step": None, "total_steps": "x", "train_loss": None}],
        [{"step": 5}],
        [{"step": 5, "total_steps": 0}],
        [{"step": 5, "total_steps": -1, "train_loss": "1.5"}],
        [{"step": 50, "total_steps": 10, "train_loss": 0}],
        [{"train_loss": True, "valid_loss": 1e300}],
        [{"step": 5, "total_steps": 10, "train_loss": 1e300, "full_valid_loss": -1}],
    ],
)
def test_card_survives_metrics_of_any_shape(metrics: list[dict[str, Any]]):
    """Some servers leave out total_steps, or count beyond it."""
    text = shown(card(tracked(metrics=metrics, n_epochs=None)))

    assert "natasha-v1" in text
    assert " 100\N{NO-BREAK SPACE}%" in text or " 50\N{NO-BREAK SPACE}%" in text or "%" not in text


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("validating_files", [*LOOKS, *ACTS]),
        ("queued", [*LOOKS, "jobs:pause:4", *ACTS]),
        ("running", [*LOOKS, "jobs:pause:4", *ACTS]),
        ("paused", [*LOOKS, "jobs:resume:4", *ACTS]),
        ("warming_up", [*LOOKS, *ACTS]),
        ("succeeded", ["jobs:events:4", "jobs:list:0"]),
        ("failed", ["training:why:4", "jobs:events:4", "jobs:list:0"]),
        ("cancelled", ["jobs:events:4", "jobs:list:0"]),
    ],
)
def test_card_of_every_status(status: str, expected: list[str]):
    """Only what goes on can be stopped; only what waits or runs can be held."""
    screen = card(tracked(status))

    shown(screen)
    assert buttons_of(screen) == expected


def test_a_picture_is_offered_where_there_is_something_to_draw():
    assert "jobs:chart:4" in buttons_of(card(tracked("succeeded", STEPS)))
    assert "jobs:chart:4" in buttons_of(card(tracked("succeeded", result_file="file-1")))


def test_card_of_a_job_that_has_ended_sums_it_up():
    done = tracked(
        "succeeded",
        STEPS,
        finished_at=1_700_000_000 + 47 * 60,
        trained_tokens=184_302,
        fine_tuned_model="ft:m:org:natasha-v1:1",
        last_message="The job has successfully completed",
    )
    text = shown(card(done, OPENAI))

    assert "▓" not in text
    assert "за 47 мин" in text
    assert "потрачено ~$0,92" in text
    assert "Модель: ft:m:org:natasha-v1:1" in text
    assert "completed" not in text


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((2.0, 1.0), "упала вдвое"),
        ((3.1, 1.0), "упала втрое"),
        ((4.0, 9.0, 1.0), "упала вчетверо"),
        ((5.0, 1.0), "упала в 5 раз"),
        ((10.0, 1.0), "упала в 10 раз"),
        ((30.0, 1.0), "упала больше чем в 10 раз"),
        ((1.0, 0.0), "упала больше чем в 10 раз"),
        ((2.0, 1.5), "упала на 25\N{NO-BREAK SPACE}%"),
        ((2.0, 1.99), "почти не изменилась"),
        ((0.0, 0.0), "почти не изменилась"),
        ((1.0, 1.5), "выросла на 50\N{NO-BREAK SPACE}%"),
    ],
)
def test_an_error_is_told_in_words(losses, said):
    points = [Point(step, loss) for step, loss in enumerate(losses, start=1)]

    assert views.fall_of(RU, points) == said


def test_one_reading_is_told_as_it_is():
    assert "ошибка 2,40" in shown(card(tracked(metrics=[{"step": 1, "train_loss": 2.4}])))


@pytest.mark.parametrize(("texts", "word"), [(RU, "Это репетиция"), (EN, "This is a rehearsal")])
def test_a_rehearsal_warns_in_the_readers_language(texts, word):
    said = "rehearsal backend: no weights are trained"
    found = tracked(warning=said, last_message=said)
    text = shown(views.card(texts, found, CATALOGUE, base_url=ELSEWHERE))

    assert word in text
    assert "backend" not in text


def test_warning_and_last_event_are_both_told():
    """And the same words once."""
    text = shown(card(tracked(warning="Осторожно", last_message="Шаг 5")))
    assert text.index("⚠️ Провайдер пишет: Осторожно") < text.index("Шаг 5")

    text = shown(card(tracked(warning="Осторожно", last_message="Осторожно")))
    assert text.count("Осторожно") == 1


def test_card_of_a_failure_is_one_line():
    """The reason is told once, by the message at the end: a press away."""
    refusal = Refusal(code="invalid_training_file", message="line 6174")
    failed = shown(card(tracked("failed", refusal=refusal, warning="Осторожно")))

    assert failed == "❌ natasha-v1 · не обучилась. Причина — в отдельном сообщении."


def test_word_that_nobody_knows_is_shown():
    assert "warming_up" in shown(card(tracked("warming_up")))


def test_provider_page_is_linked_where_there_is_one():
    page = "https://platform.openai.com/finetune/ftjob-1"

    assert page in buttons_of(card(tracked(), OPENAI))
    assert not any("http" in data for data in buttons_of(card(tracked())))


# Lists


def listing(n_jobs: int, page: int = 0) -> Screen:
    first = page * jobs.PAGE_SIZE
    shown_jobs = [
        tracked("running" if n < 2 else "failed", number=100 + n, job_id=f"ftjob-{n}")
        for n in range(first, min(n_jobs, first + jobs.PAGE_SIZE))
    ]
    return jobs.listing(RU, shown_jobs, page=page, n_jobs=n_jobs)


def test_list_of_jobs():
    assert buttons_of(jobs.listing(RU, [], page=0, n_jobs=0)) == ["training:plan:", "jobs:monitor:"]

    screen = listing(3)
    text = shown(screen)

    assert "⏳ №100 natasha-v1 · обучается" in text
    assert "❌ №102 natasha-v1 · не обучилась" in text
    assert text.startswith("Последние задания\n")
    assert buttons_of(screen) == [
        *(f"jobs:open:{n}" for n in (100, 101, 102)),
        "jobs:monitor:",
    ]


@pytest.mark.parametrize(
    ("page", "title", "pager"),
    [
        (0, "1–6 из 34", ["jobs:list:1"]),
        (2, "13–18 из 34", ["jobs:list:1", "jobs:list:3"]),
        (5, "31–34 из 34", ["jobs:list:4"]),
    ],
)
def test_dozens_of_jobs_come_in_pages(page: int, title: str, pager: list[str]):
    screen = listing(34, page)

    assert title in shown(screen).splitlines()[0]
    assert buttons_of(screen)[-len(pager) - 1 :] == [*pager, "jobs:monitor:"]
    assert len(shown(screen).splitlines()) <= 13


def test_stopping_is_asked_for_once():
    assert buttons_of(jobs.ask_cancel(RU, tracked(), [])) == ["jobs:cancel:4", "jobs:keep:4"]


# The log


def log(n_events: int, end: int | None = None) -> Screen:
    every = [
        event_of(f"e{n}", 1_700_000_000 + 60 * n, message=f"Шаг {n}.") for n in range(n_events)
    ]
    end = n_events if end is None else end
    page = every[max(0, end - events.PAGE_SIZE) : end]
    return events.log(RU, tracked(), page, end=end, n_events=n_events)


def test_log_begins_with_the_newest_event():
    """In the zone of shown times; the day is said once."""
    lines = shown(log(3)).splitlines()

    assert lines == [
        "События: natasha-v1 · 1–3 из 3",
        "15 ноября 2023",
        "01:15 Шаг 2.",
        "01:14 Шаг 1.",
        "01:13 Шаг 0.",
    ]


@pytest.mark.parametrize(
    ("n_events", "end", "expected"),
    [
        (0, None, ["jobs:log:4"]),
        (8, None, ["jobs:log:4"]),
        (9, None, ["jobs:log:4", "jobs:log:4-1"]),
        (30, None, ["jobs:log:4", "jobs:log:4-22"]),
        (30, 22, ["jobs:log:4", "jobs:log:4-14"]),
        (30, 14, ["jobs:log:4-22", "jobs:log:4-6"]),
        (30, 6, ["jobs:log:4-14"]),
        # It has grown since the page was shown.
        (99, 30, ["jobs:log:4-38", "jobs:log:4-22"]),
    ],
)
def test_log_is_leafed_through(n_events: int, end: int | None, expected: list[str]):
    """Counted from the oldest event, so that new ones do not shift the pages."""
    screen = log(n_events, end)

    shown(screen)
    assert buttons_of(screen) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("jobs:log:4", (4, None)),
        ("jobs:log:4-22", (4, 22)),
        ("jobs:log:4-0", (4, None)),
        ("jobs:log:4-x", (4, None)),
        ("jobs:log:x-4", (0, 4)),
        ("jobs:log:", (0, None)),
        ("jobs:log:4--9", (4, None)),
    ],
)
def test_page_that_a_button_names(data: str, expected: tuple[int, int | None]):
    assert events.page_of(parse(data)) == expected


def line_of(**fields: Any) -> str:
    event: JobEvent = event_of("e", 1_700_000_000, **fields)
    return shown(events.log(RU, tracked(), [event], end=1, n_events=1)).splitlines()[-1]


def test_what_the_provider_says_is_shown_as_it_is():
    assert line_of(message="<b>&amp;") == "01:13 <b>&amp;"
    assert line_of(message="Мало", level="warn") == "01:13 ⚠️ Мало"
    assert line_of(message="Всё", level="error") == "01:13 ❌ Всё"
    assert (
        line_of(message="", data={"step": 5, "train_loss": 1.5})
        == "01:13 step = 5, train_loss = 1.5"
    )
    assert line_of(message="", type="moderation") == "01:13 moderation"


def test_the_longest_log_fits():
    long = [event_of(f"e{n}", n * 10**6, message="&😊 " * 4000) for n in range(events.PAGE_SIZE)]

    screen = events.log(EN, tracked(), long, end=8, n_events=10**9)

    assert shown(screen).count("😊") > 8 * 50


# The picture


def test_caption_says_where_it_stands():
    curves = Curves(
        train=(Point(1, 2.4), Point(963, 0.98)),
        valid=(Point(1, 2.5), Point(655, 1.27), Point(963, 1.31)),
    )
    screen = jobs.loss_chart(RU, tracked(), LossChart(path=Path("/charts/a.png"), curves=curves))

    assert shown(screen).splitlines() == [
        "natasha-v1",
        "Ошибка: 0,98 на шаге 963 (меньше — лучше)",
        "На проверочных: 1,31 на шаге 963",
        "Лучшая на проверочных: 1,27 на шаге 655",
    ]
    assert screen.attachment is not None
    assert (screen.attachment.kind, screen.attachment.path) == ("photo", "/charts/a.png")


def test_caption_without_validation():
    chart = LossChart(path=Path("a.png"), curves=Curves(train=(Point(1, 2.4), Point(2, 1e6))))

    assert shown(jobs.loss_chart(RU, tracked(), chart)).splitlines()[1:] == [
        f"Ошибка: 1{NBSP}000{NBSP}000,00 на шаге 2 (меньше — лучше)"
    ]
