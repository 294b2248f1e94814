"""From facts to what is wrong."""

import json
from typing import Any

import pytest

from bot.heart.facts import HELD_S, MOST_INCIDENTS, Facts, Problem, report_on
from bot.storage.copies import LEAST_FREE_BYTES

CASES: list[tuple[dict[str, Any], dict[str, Any], Problem]] = [
    ({"telegram_age_s": 300}, {"telegram_age_s": 301}, Problem.SILENCE),
    ({"tick_age_s": 299}, {"tick_age_s": 301}, Problem.TICKS),
    ({"free_bytes": LEAST_FREE_BYTES}, {"free_bytes": LEAST_FREE_BYTES - 1}, Problem.DISK),
    ({"database_error": ""}, {"database_error": "SQLITE_FULL"}, Problem.DISK),
    ({"database_error": ""}, {"database_error": "SQLITE_BUSY"}, Problem.DATABASE),
    ({"database_error": ""}, {"database_error": "SQLITE_IOERR_WRITE"}, Problem.DATABASE),
    ({"replaced_files": ""}, {"replaced_files": "bot.sqlite3-wal"}, Problem.REPLACED),
    ({"copy_error": ""}, {"copy_error": "SQLITE_CORRUPT"}, Problem.COPY),
    ({"copy_error": ""}, {"copy_error": "ENOSPC"}, Problem.DISK),
    ({"failing_ticks": ""}, {"failing_ticks": "watch jobs"}, Problem.WORK),
    ({"conflict_s": 60}, {"conflict_s": 61}, Problem.CONFLICT),
    ({"webhook_s": 60}, {"webhook_s": 121}, Problem.WEBHOOK),
    ({"waiting_s": HELD_S}, {"waiting_s": HELD_S + 1}, Problem.HELD),
    ({"incidents": MOST_INCIDENTS}, {"incidents": MOST_INCIDENTS + 1}, Problem.INCIDENTS),
]


@pytest.mark.parametrize(("good", "bad", "problem"), CASES)
def test_each_fact_that_is_wrong_is_named(good, bad, problem):
    assert report_on(Facts(**good), silent_s=300).problems == []
    assert report_on(Facts(**bad), silent_s=300).problems == [problem]


def test_every_problem_has_its_case():
    assert {problem for *_, problem in CASES} == {*Problem}


def test_a_report_as_text_and_as_json():
    well = report_on(Facts(free_bytes=10**9, telegram_age_s=2.25), silent_s=300)
    ill = report_on(Facts(free_bytes=0, replaced_files="bot.sqlite3"), silent_s=300)

    assert well.text.splitlines()[:3] == ["status: ok", "problems: none", "telegram_age_s: 2.2"]
    gone = Facts(replaced_files="bot.sqlite3", database_error="SQLITE_IOERR_FSTAT")
    assert report_on(gone, silent_s=300).problems == [Problem.REPLACED]
    assert ill.text.splitlines()[:2] == ["status: failing", "problems: disk, replaced"]
    assert json.loads(well.json)["problems"] == []
    found = json.loads(ill.json)
    assert (found["status"], found["problems"]) == ("failing", ["disk", "replaced"])
    assert found["replaced_files"] == "bot.sqlite3"
