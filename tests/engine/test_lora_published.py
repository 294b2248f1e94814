"""Only a whole adapter is published, and only whole folders appear."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from engine.backends import CONFIG_FILE, WEIGHTS_FILE, weights_folder
from engine.backends.lora.attempts import (
    Attempt,
    adapter_of,
    all_attempts,
    latest_order,
    new_attempt,
    newest_checkpoint,
)
from engine.backends.lora.orders import PROGRESS_FILE, EndLine, Reason, StepLine, append_line
from engine.backends.lora.published import (
    BadAdapter,
    check_adapter,
    dropped,
    publish,
)

NAME = "base_model.model.layers.0.self_attn.q_proj.lora_A.weight"
TENSOR: dict[str, Any] = {"dtype": "F32", "shape": [8, 4], "data_offsets": [0, 128]}
CONFIG: dict[str, Any] = {"r": 8, "lora_alpha": 16}


def adapter(folder: Path, *, header: Any = None, data: int = 128, config: Any = CONFIG) -> Path:
    """An adapter of one matrix; other arguments damage it."""
    folder.mkdir(parents=True)
    text = json.dumps({NAME: TENSOR} if header is None else header).encode()
    content = struct.pack("<Q", len(text)) + text + bytes(data)
    (folder / WEIGHTS_FILE).write_bytes(content)
    if config is not None:
        (folder / CONFIG_FILE).write_text(json.dumps(config), encoding="utf-8")
    return folder


def checkpoint(attempt: Attempt, step: int, *, is_whole: bool = True) -> Path:
    folder = attempt.folder / "checkpoints" / f"step-{step}"
    adapter(folder / "adapter")
    if is_whole:
        (folder / "whole").touch()
    return folder


def line(step: int, folder: Path | None) -> StepLine:
    return StepLine(
        step=step,
        train_loss=1.0,
        train_accuracy=0.5,
        checkpoint=str(folder) if folder else None,
        trained_tokens=10,
        peak_bytes=1,
    )


BROKEN: dict[str, Any] = {
    "no configuration": {"config": None},
    "another rank": {"config": {"r": 16, "lora_alpha": 16}},
    "no rank": {"config": {"lora_alpha": 16}},
    "configuration of another kind": {"config": [8]},
    "cut off": {"data": 100},
    "too long": {"data": 129},
    "empty header": {"header": {}, "data": 0},
    "header of another kind": {"header": [NAME]},
    "no shape": {"header": {NAME: {"dtype": "F32", "data_offsets": [0, 128]}}},
    "another type": {"header": {NAME: TENSOR | {"dtype": "I8"}}},
    "another size": {"header": {NAME: TENSOR | {"shape": [8, 5]}}},
    "no adapter": {"header": {"lm_head.weight": TENSOR}},
}


def test_whole_adapter_is_published_once(tmp_path):
    (tmp_path / "job").mkdir()

    made = publish(adapter(tmp_path / "a"), tmp_path / "job", 5)

    assert made == weights_folder(tmp_path / "job", 5)
    assert sorted(path.name for path in made.iterdir()) == [CONFIG_FILE, WEIGHTS_FILE]
    assert {path.stat().st_mode & 0o077 for path in (made, made.parent)} == {0}
    check_adapter(made)
    assert publish(tmp_path / "nowhere", tmp_path / "job", 5) == made


@pytest.mark.parametrize("fault", BROKEN)
def test_damaged_adapter_is_never_published(tmp_path, fault):
    broken = adapter(tmp_path / "a", **BROKEN[fault])

    with pytest.raises(BadAdapter) as refusal:
        publish(broken, tmp_path / "job", 5)

    assert str(tmp_path) not in str(refusal.value)
    assert not weights_folder(tmp_path / "job", 5).exists()


@pytest.mark.parametrize("content", [b"", b"1234567", struct.pack("<Q", 10**12), b"\xff" * 300])
def test_file_of_another_kind_is_no_adapter(tmp_path, content):
    broken = adapter(tmp_path / "a")
    (broken / WEIGHTS_FILE).write_bytes(content)

    with pytest.raises(BadAdapter):
        check_adapter(broken)


def test_publication_that_was_cut_off_is_done_again(tmp_path):
    """A crash in the middle leaves a folder that is not served, and that does not disturb."""
    half = weights_folder(tmp_path, 5).with_name(".step-5.half")
    half.mkdir(parents=True)
    (half / WEIGHTS_FILE).write_bytes(b"half")

    made = publish(adapter(tmp_path / "a"), tmp_path, 5)

    check_adapter(made)
    assert [path.name for path in made.parent.iterdir()] == ["step-5"]


def test_models_that_there_are_stay(tmp_path):
    """Which these are, the database alone knows: a client may have deleted any."""
    source = adapter(tmp_path / "a")
    made = {step: publish(source, tmp_path, step) for step in (2, 10, 9, 30)}
    half = made[2].with_name(".step-31.half")
    half.mkdir()

    assert sorted(dropped(tmp_path, {2, 30, 77})) == sorted([made[10], made[9], half])
    assert sorted(path.name for path in half.parent.iterdir()) == ["step-2", "step-30"]
    assert dropped(tmp_path / "nowhere", {1}) == []


def test_newest_whole_checkpoint_of_all_attempts_counts(tmp_path):
    """Numbers are compared as numbers; what is not whole, or in the making, is passed over."""
    first, second = new_attempt(tmp_path), new_attempt(tmp_path)
    best = checkpoint(first, 10)
    checkpoint(first, 9)
    checkpoint(second, 8)
    checkpoint(second, 12, is_whole=False)
    checkpoint(second, 20).rename(second.folder / "checkpoints" / "step-20.tmp")

    assert newest_checkpoint(tmp_path, before=100) == best
    assert newest_checkpoint(tmp_path, before=10) == first.folder / "checkpoints" / "step-9"
    assert newest_checkpoint(tmp_path, before=100, but={best}) == (
        first.folder / "checkpoints" / "step-9"
    )
    assert newest_checkpoint(tmp_path, before=8) is None


def test_adapter_of_a_step_may_be_in_any_attempt(tmp_path):
    first, second = new_attempt(tmp_path), new_attempt(tmp_path)
    made = checkpoint(first, 10)
    broken = checkpoint(second, 12, is_whole=False)

    assert adapter_of(tmp_path, line(10, second.folder / "checkpoints" / "step-10")) == (
        made / "adapter"
    )
    assert adapter_of(tmp_path, line(12, broken)) is None
    assert adapter_of(tmp_path, line(10, None)) is None


def test_attempts_are_numbered_on(tmp_path):
    for _ in range(11):
        new_attempt(tmp_path)
    (tmp_path / "attempt-3").rmdir()

    assert new_attempt(tmp_path).folder.name == "attempt-12"
    assert [a.folder.name for a in all_attempts(tmp_path)][-3:] == [
        "attempt-10",
        "attempt-11",
        "attempt-12",
    ]
    assert latest_order(tmp_path) is None


def steps(attempt: Attempt) -> list[int]:
    return [entry.step for entry in attempt.new_lines() if isinstance(entry, StepLine)]


def test_lines_are_read_once_and_damage_ends_them(tmp_path):
    attempt = new_attempt(tmp_path)
    append_line(attempt.folder, line(1, None))
    assert steps(attempt) == [1]
    append_line(attempt.folder, line(2, None))
    with (attempt.folder / PROGRESS_FILE).open("a") as file:
        file.write('{"kind": "Step')
    assert steps(attempt) == [2]
    with (attempt.folder / PROGRESS_FILE).open("a") as file:
        file.write("\n")
    append_line(attempt.folder, EndLine(reason=Reason.DONE))

    assert list(attempt.new_lines()) == []
    assert attempt.end is None
