"""Alarms say what is wrong and since when, and offer what can be done."""

import time
from dataclasses import replace
from typing import Any

import pytest

from bot.alarms import views as alarms
from bot.alarms.entities import RestartState
from bot.domain.training import JobStatus, TrackedJob
from bot.jobs import notifications as outages
from bot.jobs.card_views import card
from bot.texts import Texts
from tests.fakes import job_of
from tests.screens import CATALOGUE, EN, OPENAI, RU, buttons_of, shown

QUEUED = TrackedJob(job=job_of(status="queued"), number=4, run_id=2, followed_by=None)
RUNNING = replace(QUEUED, job=job_of())
LOSSES = {"valid_before": 0.912, "valid_now": 1.04, "train_before": 0.6, "train_now": 0.41}
LANGUAGES = pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])


def ago(seconds: float) -> float:
    return time.time() - seconds


@LANGUAGES
def test_waiting_job_of_ours_can_be_created_again(texts: Texts):
    screen = alarms.overdue(texts, QUEUED, since=ago(3700))

    assert "natasha-v1" in shown(screen)
    assert texts.duration(3700) in shown(screen)
    assert buttons_of(screen) == ["alarms:restart:4", "alarms:wait:4"]


@LANGUAGES
def test_waiting_job_of_somebody_else_can_be_stopped(texts: Texts):
    """Its plan is not ours to start."""
    screen = alarms.overdue(texts, replace(QUEUED, run_id=None, followed_by=5), since=ago(3700))

    assert buttons_of(screen) == ["jobs:ask:4", "alarms:wait:4"]


def test_the_two_ways_of_waiting_read_differently():
    checking = replace(QUEUED, job=job_of(status="validating_files"))

    assert "в очереди уже 62 мин" in shown(alarms.overdue(RU, QUEUED, since=ago(3700)))
    assert "проверяют уже 2 ч 3 мин" in shown(alarms.overdue(RU, checking, since=ago(7380)))


@LANGUAGES
def test_stalled_job_tells_its_last_step_and_pace(texts: Texts):
    payload = {"step": 40, "since": ago(900), "usual_s": 61.0}
    screen = alarms.stalled(texts, RUNNING, payload)

    for part in ("40", texts.duration(900), texts.duration(61)):
        assert part in shown(screen)
    assert buttons_of(screen) == ["jobs:chart:4", "jobs:ask:4"]


def test_stalled_job_shows_it_on_its_card_until_it_ends():
    silent = replace(RUNNING, stalled_since=1_700_000_000.5)
    over = replace(silent, job=job_of(status="failed"))

    def text(tracked: TrackedJob) -> str:
        return shown(card(RU, tracked, CATALOGUE, base_url=OPENAI))

    assert "Нет новых шагов с 01:13" in text(silent)
    assert "Нет новых шагов" not in text(RUNNING)
    assert "Нет новых шагов" not in text(over)


def test_learning_by_heart_shows_both_losses():
    screen = alarms.overfit(RU, RUNNING, {"step": 1200, **LOSSES})

    assert "0,91 → 1,04" in shown(screen)
    assert "0,60 → 0,41" in shown(screen)
    assert shown(alarms.overfit(EN, RUNNING, {"step": 1200, **LOSSES}))
    assert buttons_of(screen) == ["jobs:chart:4", "jobs:ask:4"]


@LANGUAGES
@pytest.mark.parametrize("kind", ["unreachable", "refused"])
async def test_outage_is_told_in_its_own_words_with_the_providers(texts: Texts, kind: str):
    payload: dict[str, Any] = {"kind": kind, "since": ago(600), "message": "Bad <key>"}
    begun = shown(await outages.outage(texts, payload, 0))
    over = shown(await outages.outage_over(texts, {**payload, "until": time.time()}, 0))

    assert "Bad <key>" in begun
    assert ("OPENAI_API_KEY" in begun) is (kind == "refused")
    assert texts.duration(600) in begun
    assert texts.duration(600) in over


@LANGUAGES
def test_what_came_of_the_press(texts: Texts):
    started = alarms.restarted(texts, QUEUED, RestartState.STARTED, {"run_id": 9})
    begun = alarms.restarted(texts, RUNNING, RestartState.LATE, {})
    ended = replace(RUNNING, job=job_of(status=JobStatus.SUCCEEDED.value))
    gone = {"error": "error_job_unknown", "params": {"job_id": "ftjob-<2>"}}
    refused = alarms.restarted(texts, QUEUED, RestartState.REFUSED, gone)

    assert "9" in shown(started)
    assert shown(begun) != shown(alarms.restarted(texts, ended, RestartState.LATE, {}))
    assert "ftjob-<2>" in shown(refused)
    assert "<code>" not in shown(refused)
