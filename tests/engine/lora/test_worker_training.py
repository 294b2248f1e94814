"""What a worker that trains promises, shown by real ones on a tiny base."""

import json
import math
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.backends.lora.orders import (
    ADAPTER,
    STOPPED_EXIT,
    WHOLE_FILE,
    Reason,
    StepLine,
)
from engine.backends.steps import reported_steps
from tests.engine.lora.nursery import Nursery
from tests.engine.lora.orders import (
    end_of,
    ended,
    lines_of,
    numbers,
    order,
    started,
    steps_of,
    whole_checkpoints,
)
from tests.engine.lora.tiny import chat_rows, pair_rows, write_rows


@pytest.fixture(scope="module")
def unbroken(
    nursery: Nursery, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[StepLine]]:
    """A job that nobody disturbs: its folder and its steps."""
    job = tmp_path_factory.mktemp("unbroken")
    validation = write_rows(job / "validation.jsonl", chat_rows(40))
    code, lines = ended(nursery, job, order(job, tiny_base, validation_file=str(validation)))
    end = end_of(lines)
    assert (code, end.reason) == (0, Reason.DONE)
    return job, steps_of(lines)


def test_loss_falls_and_each_step_is_told(unbroken: tuple[Path, list[StepLine]]) -> None:
    _, steps = unbroken

    assert [line.step for line in steps] == reported_steps(12, 3)
    assert steps[-1].train_loss < steps[0].train_loss - 4
    assert all(0 <= line.train_accuracy <= 1 for line in steps)
    assert steps[-1].seconds_left == 0
    assert all(line.peak_bytes > 1_000_000 for line in steps)
    assert [line.step for line in steps if line.checkpoint] == [4, 8, 12]


def test_validation_is_measured_as_it_goes_and_in_full_after_an_epoch(
    unbroken: tuple[Path, list[StepLine]],
) -> None:
    _, steps = unbroken

    in_full = {line.step for line in steps if line.full_valid_loss is not None}
    sampled = {line.step for line in steps if line.valid_loss is not None}
    assert in_full == {4, 8, 12}
    assert in_full < sampled
    losses = [line.valid_loss for line in steps if line.valid_loss is not None]
    assert losses[-1] < losses[0]
    assert losses[-1] != steps[-1].full_valid_loss  # 32 of 40 rows


def test_first_loss_is_what_the_base_says_of_the_first_batch(
    unbroken: tuple[Path, list[StepLine]], tiny_base: Path
) -> None:
    """Computed here row by row: no padding, no micro batches, no logits left out."""
    import torch
    from transformers import AutoModelForCausalLM

    from engine.backends.lora.worker.loading import number_type
    from engine.backends.lora.worker.stepping import EpochOrder

    _, steps = unbroken
    rows = _encoded(tiny_base, chat_rows(11))
    batch = [rows[place] for place in list(EpochOrder(11, 7, lambda: 0))[:3]]
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=number_type("cpu"))
    total = count = 0.0
    for (text,) in batch:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([[*text.ids]])).logits[0, :-1].float()
        labels = torch.tensor(text.labels)[1:]
        total += torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item()
        count += int((labels != -100).sum())

    assert steps[0].train_loss == pytest.approx(total / count, rel=2e-3)
    assert steps[0].trained_tokens == sum(len(text.ids) for (text,) in batch)
    assert steps[3].trained_tokens == sum(len(text.ids) for (text,) in rows)
    assert steps[-1].trained_tokens == 3 * steps[3].trained_tokens


def _encoded(base: Path, rows: list[dict[str, Any]]) -> list[Any]:
    from engine.backends.lora.worker.encoding import Encoder
    from engine.backends.lora.worker.tokenizer import load_tokenizer

    path = write_rows(base.parent / "encoded.jsonl", rows)
    return list(Encoder(load_tokenizer(str(base)), 512).conversations(path))


def test_micro_batches_change_nothing_but_the_last_digits(
    unbroken: tuple[Path, list[StepLine]], nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    _, steps = unbroken

    _, lines = ended(nursery, tmp_path, order(tmp_path, tiny_base, micro_batch=3))

    found = [line.train_loss for line in steps_of(lines)]
    assert found == pytest.approx([line.train_loss for line in steps], rel=0.05, abs=0.05)


def test_gradient_checkpointing_changes_nothing_but_the_last_digits(
    unbroken: tuple[Path, list[StepLine]], nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    _, steps = unbroken

    _, lines = ended(nursery, tmp_path, order(tmp_path, tiny_base, recomputes=True))

    found = [line.train_loss for line in steps_of(lines)]
    assert found == pytest.approx([line.train_loss for line in steps], rel=0.05, abs=0.05)


def test_checkpoints_are_whole_and_few_and_safe(
    unbroken: tuple[Path, list[StepLine]], tiny_base: Path
) -> None:
    """What becomes a model is safetensors; it names no path; older epochs are gone."""
    job, steps = unbroken

    folders = sorted((job / "attempt-1" / "checkpoints").iterdir())
    assert {folder.name for folder in folders} == {"step-4", "step-8", "step-12"}
    for folder in folders:
        adapter = folder / ADAPTER
        assert (folder / WHOLE_FILE).is_file()
        assert {path.name for path in adapter.iterdir()} == {
            "adapter_config.json",
            "adapter_model.safetensors",
        }
        config = json.loads((adapter / "adapter_config.json").read_text())
        assert config["base_model_name_or_path"] == tiny_base.name
        assert str(job) not in (adapter / "adapter_config.json").read_text()
        assert folder.stat().st_mode & 0o077 == 0
    assert steps[-1].checkpoint == str(job / "attempt-1" / "checkpoints" / "step-12")


def test_only_last_epochs_and_newest_are_kept(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    work = order(tmp_path, tiny_base, n_epochs=5, batch_size=4, total_steps=15, checkpoint_s=0.0)
    code, _ = ended(nursery, tmp_path, work)

    assert code == 0
    assert [path.name for path in whole_checkpoints(tmp_path)] == ["step-9", "step-12", "step-15"]


def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_happened(
    unbroken: tuple[Path, list[StepLine]], nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """kill -9 ten times: the losses equal those of an unbroken run, to the last digit."""
    job, steps = unbroken
    moments = random.Random(12)
    work = order(
        tmp_path,
        tiny_base,
        validation_file=str(job / "validation.jsonl"),
        checkpoint_s=0.0,
    )
    told: dict[int, StepLine] = {}
    n_killed = 0
    for _ in range(10):
        newest = whole_checkpoints(tmp_path)
        resumed = str(newest[-1]) if newest else None
        worker = started(nursery, tmp_path, replace(work, resume_from=resumed))
        _wait_for_progress(worker.folder, moments)
        worker.send(signal.SIGKILL)
        n_killed += worker.exit_code() == -signal.SIGKILL
        told |= {line.step: line for line in reversed(steps_of(lines_of(worker.folder)))}
    newest = whole_checkpoints(tmp_path)
    code, lines = ended(nursery, tmp_path, replace(work, resume_from=str(newest[-1])))
    told |= {line.step: line for line in steps_of(lines)}

    assert n_killed >= 5
    assert (code, end_of(lines).reason) == (0, Reason.DONE)
    assert [numbers(told[step]) for step in sorted(told)] == [numbers(line) for line in steps]
    assert _weights(tmp_path) == _weights(job)


def _wait_for_progress(folder: Path, moments: random.Random) -> None:
    """Wait for the first whole checkpoint, or the end, then some milliseconds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if list(folder.glob(f"checkpoints/*/{WHOLE_FILE}")) or (folder / "exit_code").exists():
            break
        time.sleep(0.001)
    time.sleep(moments.uniform(0, 0.05))


def _weights(job: Path) -> dict[str, list[float]]:
    from safetensors.torch import load_file

    newest = whole_checkpoints(job)[-1]
    assert newest.name == "step-12"
    loaded = load_file(newest / ADAPTER / "adapter_model.safetensors")
    return {name: weight.flatten().tolist() for name, weight in loaded.items()}


@pytest.mark.parametrize("how", ["sigterm", "input"])
def test_asked_to_stop_it_saves_and_goes_on_later(
    how: str,
    unbroken: tuple[Path, list[StepLine]],
    nursery: Nursery,
    tiny_base: Path,
    tmp_path: Path,
) -> None:
    """SIGTERM is a pause; the end of standard input is the server's death."""
    job, steps = unbroken
    work = order(
        tmp_path, tiny_base, validation_file=str(job / "validation.jsonl"), checkpoint_s=0.0
    )
    worker = started(nursery, tmp_path, work)
    _wait_for_progress(worker.folder, random.Random(3))
    if how == "sigterm":
        worker.send(signal.SIGTERM)
    else:
        worker.close_input()
    code, lines = worker.exit_code(), lines_of(worker.folder)
    end = end_of(lines)

    assert (code, end.reason) == (STOPPED_EXIT, Reason.STOPPED)
    assert end.checkpoint == str(whole_checkpoints(tmp_path)[-1])
    _, more = ended(nursery, tmp_path, replace(work, resume_from=end.checkpoint))
    told = {line.step: numbers(line) for line in [*steps_of(lines), *steps_of(more)]}
    assert [told[step] for step in sorted(told)] == [numbers(line) for line in steps]


def test_second_attempt_waits_for_the_first_to_end(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """Two attempts of a job never train at once: the second begins when the first has ended."""
    work = order(tmp_path, tiny_base, n_epochs=400, total_steps=1600, checkpoint_s=0.0)
    first = started(nursery, tmp_path, work)
    _wait_for_progress(first.folder, random.Random(0))

    second = started(nursery, tmp_path, work)
    time.sleep(0.3)
    assert lines_of(second.folder) == []
    first.send(signal.SIGKILL)
    first.exit_code()
    _wait_for_progress(second.folder, random.Random(0))
    second.send(signal.SIGTERM)

    assert second.exit_code() == STOPPED_EXIT
    checkpoint = end_of(lines_of(second.folder)).checkpoint
    assert checkpoint is not None
    assert Path(checkpoint).parent.parent == second.folder


def test_start_adapter_goes_on_from_its_weights(
    unbroken: tuple[Path, list[StepLine]], nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    job, steps = unbroken
    start = str(whole_checkpoints(job)[-1] / ADAPTER)

    work = order(tmp_path, tiny_base, start_adapter=start, learning_rate=1e-2)
    _, lines = ended(nursery, tmp_path, work)

    assert steps_of(lines)[0].train_loss == pytest.approx(steps[-1].train_loss, abs=0.3)
    assert steps_of(lines)[-1].train_loss < steps[-1].train_loss


@pytest.mark.parametrize("is_continued", [False, True])
def test_pairs_teach_to_prefer_the_chosen_answers(
    is_continued: bool,
    unbroken: tuple[Path, list[StepLine]],
    nursery: Nursery,
    tiny_base: Path,
    tmp_path: Path,
) -> None:
    """The first loss is ln 2: the reference is the model that training starts from."""
    job, _ = unbroken
    start = str(whole_checkpoints(job)[-1] / ADAPTER) if is_continued else None
    pairs = write_rows(tmp_path / "training.jsonl", pair_rows(11))
    work = order(
        tmp_path,
        tiny_base,
        method="dpo",
        beta=0.1,
        validation_file=str(pairs),
        start_adapter=start,
        checkpoint_s=0.0,
    )
    code, lines = ended(nursery, tmp_path, work)
    steps = steps_of(lines)

    assert code == 0
    assert steps[0].train_loss == pytest.approx(math.log(2), abs=1e-6)
    assert steps[-1].train_loss < 0.5
    assert steps[-1].train_accuracy == 1
    assert steps[-1].full_valid_accuracy == 1
    middle = next(path for path in whole_checkpoints(tmp_path) if path.name == "step-8")
    _, again = ended(nursery, tmp_path, replace(work, resume_from=str(middle)))
    assert list(map(numbers, steps_of(again))) == [numbers(line) for line in steps[7:]]
