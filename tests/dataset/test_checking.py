"""Work on dataset files holds up nobody, large or small, and is done once."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.dataset.checking import SMALL_BYTES, Checker
from bot.errors import DatasetMissing
from tests.clocks import in_real_time

SHIPPED = Path(__file__).parents[2] / "data" / "natasha_finetuning_20251125_153356.jsonl"


@pytest.fixture
def checker() -> Checker:
    return Checker(catalogue=load_catalogue(), base_model="gpt-4.1-mini-2025-04-14")


@in_real_time
@pytest.mark.processes
@pytest.mark.parametrize("n_copies", [1, 4], ids=["in a thread", "in a child process"])
async def test_others_get_their_turn_while_a_file_is_checked(
    checker: Checker, tmp_path: Path, n_copies: int
):
    """The tokenizer would keep the interpreter's lock for the whole file."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(SHIPPED.read_bytes() * n_copies)
    assert (path.stat().st_size > SMALL_BYTES) == (n_copies > 1)
    checking = asyncio.create_task(checker.report(path))
    n_turns = 0
    while not checking.done():
        await asyncio.sleep(0.001)
        n_turns += 1

    assert (await checking).n_examples == 321 * n_copies
    assert n_turns >= 6


@in_real_time
@pytest.mark.processes
async def test_report_is_the_same_wherever_the_work_is_done(checker: Checker, tmp_path: Path):
    """A file just over the limit, with a mistake on a line, says what the same lines would say."""
    rows = SHIPPED.read_bytes() + b"{}\n"
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    small.write_bytes(rows)
    large.write_bytes(rows + b"\n" * SMALL_BYTES)

    near, far = await asyncio.gather(checker.report(small), checker.report(large))

    assert (near.tokens, near.n_errors) == (far.tokens, far.n_errors)
    assert [f for f in far.findings if f.rule != "blank_lines"] == list(near.findings)


async def test_file_that_vanishes_is_missing(checker: Checker, tmp_path: Path):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({}))
    await checker.report(path)
    path.unlink()

    for ask in (checker.report, checker.known):
        with pytest.raises(DatasetMissing):
            await ask(path)
