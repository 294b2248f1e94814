"""`measured.json` outlives restarts, and damage to it costs no more than the measurements."""

import json
import logging
import math
from dataclasses import asdict, replace

import pytest

from engine.backends.lora.measured import FILE, Measured, Run

RUN = Run(memory_factor=1.5, memory_offset=-3, tokens_per_s=120.0)

VALUES = asdict(RUN)


def test_runs_and_tokens_are_read_again(tmp_path):
    measured = Measured(tmp_path)
    measured.remember_run("smol", "cpu", "supervised", RUN)
    measured.remember_tokens("smol", 1.3)

    again = Measured(tmp_path)

    assert again.run("smol", "cpu", "supervised") == RUN
    assert again.token_factor("smol") == 1.3
    assert again.run("smol", "cpu", "dpo") is None
    assert again.run("smol", "cuda:0", "supervised") is None
    assert again.token_factor("other") is None


def test_run_without_speed_leaves_the_earlier_one(tmp_path):
    measured = Measured(tmp_path)
    measured.remember_run("smol", "cpu", "dpo", RUN)

    measured.remember_run("smol", "cpu", "dpo", replace(RUN, memory_factor=2.0, tokens_per_s=None))

    assert measured.run("smol", "cpu", "dpo") == replace(RUN, memory_factor=2.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({"runs": [], "token_factors": {}}),
        json.dumps({"runs": {"a": {}}, "token_factors": {}}),
        json.dumps({"runs": {"a": 1}, "token_factors": {}}),
        json.dumps({"runs": {}, "token_factors": {"a": "1"}}),
        json.dumps({"runs": {"a": VALUES | {"memory_factor": math.nan}}, "token_factors": {}}),
        json.dumps({"runs": {"a": VALUES | {"tokens_per_s": -1}}, "token_factors": {}}),
        '{"runs": {}, "token_factors": {"a": Infinity}}',
    ],
)
def test_damaged_file_is_logged_and_begins_empty(tmp_path, caplog, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    with caplog.at_level(logging.WARNING):
        measured = Measured(tmp_path)

    assert f"{FILE} is damaged" in caplog.text
    measured.remember_run("smol", "cpu", "supervised", RUN)
    assert Measured(tmp_path).run("smol", "cpu", "supervised") == RUN
