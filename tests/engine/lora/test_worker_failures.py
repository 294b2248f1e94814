"""Each way to fail is told as what it is, and nothing is left that could be taken for a result."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.backends.lora.orders import (
    LOG_FILE,
    PROGRESS_FILE,
    STOPPED_EXIT,
    ExaminedFiles,
    Reason,
    Task,
)
from tests.engine.lora.nursery import CALM, OFFLINE, Nursery
from tests.engine.lora.orders import (
    attempt,
    end_of,
    ended,
    lines_of,
    order,
    started,
    whole_checkpoints,
)
from tests.engine.lora.tiny import chat_rows, pair_rows, write_rows


def test_command_examines_and_tells_the_sizes(tiny_base: Path, tmp_path: Path) -> None:
    """`python -m engine.backends.lora.worker FOLDER`, as the server starts it."""
    rows = [*chat_rows(10), {"messages": [{"role": "user", "content": "a" * 9}, _answer("b" * 90)]}]
    work = order(
        tmp_path,
        tiny_base,
        task=Task.EXAMINE,
        example_tokens=90,
        training_file=str(write_rows(tmp_path / "longer.jsonl", rows)),
        validation_file=str(write_rows(tmp_path / "validation.jsonl", chat_rows(4))),
    )
    folder = attempt(tmp_path, work)
    command = [sys.executable, "-m", "engine.backends.lora.worker", str(folder)]
    with (folder / LOG_FILE).open("wb") as log:
        child = subprocess.Popen(
            command, env=os.environ | OFFLINE | CALM, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        code = child.wait(60)
        assert child.stdin is not None
        child.stdin.close()
    sizes, end = lines_of(folder)

    assert (code, end_of([end]).reason) == (0, Reason.DONE), (folder / LOG_FILE).read_text()
    assert isinstance(sizes, ExaminedFiles)
    assert (sizes.n_examples, sizes.n_validation, sizes.n_cut, sizes.longest) == (11, 4, 1, 90)
    prompt = 1 + len("user\n") + 9 + 1 + 1 + 1 + len("assistant\n")
    assert sizes.learnt_tokens == 10 * (len("Good day, friend!") + 1) + (90 - prompt)
    assert (sizes.layers, sizes.hidden, sizes.intermediate) == (2, 48, 96)
    assert (sizes.vocabulary, sizes.context) == (259, 1024)
    assert sizes.parameters == _parameters(tiny_base)


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _parameters(base: Path) -> int:
    from transformers import AutoModelForCausalLM

    return int(AutoModelForCausalLM.from_pretrained(base).num_parameters())


def test_pairs_are_examined_too(nursery: Nursery, tiny_base: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "training.jsonl", pair_rows(3))
    code, lines = ended(
        nursery, tmp_path, order(tmp_path, tiny_base, task=Task.EXAMINE, method="dpo")
    )

    assert code == 0
    assert isinstance(lines[0], ExaminedFiles)
    assert lines[0].n_examples == 3
    assert lines[0].learnt_tokens == 3 * (len("Yes.$") + len("No!$"))


def test_rows_that_teach_nothing_fail_with_their_lines(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    work = order(tmp_path, tiny_base, task=Task.EXAMINE, example_tokens=20)
    code, lines = ended(nursery, tmp_path, work)

    assert (code, end_of(lines).reason) == (1, Reason.BAD_FILE)
    assert end_of(lines).message.startswith("line 1: nothing to learn within the first 20 tokens;")


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("damage", ["missing", "cut", "pickle"])
def test_base_that_is_missing_or_damaged(
    damage: str, task: Task, nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """Weights that are a pickle are never loaded."""
    base = tmp_path / "base"
    if damage != "missing":
        shutil.copytree(tiny_base, base)
        weights = base / "model.safetensors"
        if damage == "cut":
            weights.write_bytes(weights.read_bytes()[:-1000])
        else:
            weights.rename(base / "pytorch_model.bin")
    code, lines = ended(nursery, tmp_path, order(tmp_path, base, task=task))

    assert (code, end_of(lines).reason) == (1, Reason.BASE_MISSING)
    assert end_of(lines).message
    assert str(tmp_path) not in end_of(lines).message


def test_rate_that_blows_up_is_told_as_bad_numbers(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    work = order(tmp_path, tiny_base, learning_rate=1e30, checkpoint_s=0.0)
    code, lines = ended(nursery, tmp_path, work)

    assert (code, end_of(lines).reason) == (1, Reason.BAD_NUMBER)


def test_bug_tells_nothing_but_its_reason(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """The trace is in the log alone."""
    missing = str(tmp_path / "nowhere" / "step-3")
    code, lines = ended(nursery, tmp_path, order(tmp_path, tiny_base, resume_from=missing))

    end = end_of(lines)
    assert (code, end.reason, end.message) == (1, Reason.CRASHED, "")
    assert missing in (tmp_path / "attempt-1" / LOG_FILE).read_text()


def test_checkpoint_of_another_adapter_is_never_taken(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """A resumed child that began with fresh weights would go unnoticed."""
    from safetensors.torch import load_file, save_file

    work = order(tmp_path, tiny_base, n_epochs=1, total_steps=4)
    ended(nursery, tmp_path, work)
    (checkpoint,) = whole_checkpoints(tmp_path)
    path = checkpoint / "adapter" / "adapter_model.safetensors"
    weights = {f"other.{name}": weight for name, weight in load_file(path).items()}
    save_file(weights, path)
    code, lines = ended(nursery, tmp_path, order(tmp_path, tiny_base, resume_from=str(checkpoint)))

    assert (code, end_of(lines).reason) == (1, Reason.CRASHED)


def test_asked_to_stop_before_it_has_begun(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    worker = started(nursery, tmp_path, order(tmp_path, tiny_base))
    worker.close_input()

    assert worker.exit_code() == STOPPED_EXIT
    assert end_of(lines_of(worker.folder)).reason is Reason.STOPPED


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=300k tmpfs "$1" || exit 99
cp -r "$2" "$1/attempt-1"
"$3" -m engine.backends.lora.worker "$1/attempt-1" 2>"$4/log"
code=$?
cp "$1/attempt-1/progress.jsonl" "$4"
cd "$1/attempt-1/checkpoints" && ls -d * >"$4/all" && ls */whole >"$4/whole"
exit $code
"""
"""300 kB are less than three checkpoints. The disk ends with its namespace."""


def test_full_disk_is_told_and_leaves_only_whole_checkpoints(
    tiny_base: Path, tmp_path: Path
) -> None:
    work = order(tmp_path, tiny_base, checkpoint_s=0.0, rank=8)
    disk, told = tmp_path / "disk", tmp_path / "told"
    disk.mkdir()
    told.mkdir()
    script = ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]
    values = [disk, attempt(tmp_path, work), Path(sys.executable), told]
    child = subprocess.Popen(
        [*script, *map(str, values)],
        env=os.environ | OFFLINE | CALM,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    code = child.wait(120)
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdin.close()
    said = child.stderr.read().decode()
    child.stderr.close()
    if code == 99 or "unshare failed" in said:
        pytest.skip(f"a small disk can't be mounted here: {said}")

    assert (code, end_of(lines_of(told)).reason) == (1, Reason.DISK_FULL), (
        told / "log"
    ).read_text()
    folders = (told / "all").read_text().split()
    assert folders
    assert (told / "whole").read_text().split() == [f"{name}/whole" for name in folders]


def test_last_line_that_can_not_be_written_leaves_an_exit_code(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    folder = attempt(tmp_path, order(tmp_path, tiny_base))
    (folder / PROGRESS_FILE).symlink_to("/dev/full")

    assert nursery.start(folder).exit_code() == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), Reason.OUT_OF_MEMORY),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory"), "out_of_memory"),
        (RuntimeError("CUDA error: out of memory"), Reason.OUT_OF_MEMORY),
        (OSError(errno.ENOSPC, "No space left on device"), Reason.DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Reason.DISK_FULL),
        (RuntimeError("I/O error: No space left on device (os error 28)"), Reason.DISK_FULL),
        (RuntimeError("[enforce fail] . unexpected pos 576 vs 534"), Reason.DISK_FULL),
        (RuntimeError("/home/secret"), Reason.CRASHED),
    ],
)
@pytest.mark.usefixtures("extra")
def test_reasons(error: Exception, reason: Any) -> None:
    from engine.backends.lora.worker.failures import ending

    end = ending(error)

    assert end.reason == reason
    assert "secret" not in json.dumps(end.message)
