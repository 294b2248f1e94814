"""`python -m benchmarks.engine_gpu`: the lora backend on a GPU, within ten minutes, offline.

It trains and chats with random weights in the shapes of Qwen3 0.6B and 8B. `--tiny` tries the
script itself on the CPU, in a minute.
"""

import argparse
import asyncio
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.table import machine as where_and_when
from engine.backends import TRAINING_FILE, ChatRequest, ModelSource
from engine.backends.lora import children, machine
from engine.backends.lora.attempts import Attempt, adapter_of
from engine.backends.lora.bases import Bases
from engine.backends.lora.chats import Chats
from engine.backends.lora.examining import examine
from engine.backends.lora.fit import Load
from engine.backends.lora.forecast import forecast, shape_of
from engine.backends.lora.measured import Measured
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.orders import EndLine, ExaminedFiles, Reason, StepLine, Task, WorkOrder
from engine.backends.lora.published import publish
from engine.domain import Method

LIMIT_S = 540
"""No part begins after this; ten minutes in all."""
MISSING = 3
"""Exit code where something needed is not installed."""
NEEDED = ("torch", "transformers", "peft", "trl", "accelerate", "safetensors", "tokenizers")
AT_ONCE = 16
FLOPS_PER_S = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12}
"""Dense bf16 with tensor cores, by NVIDIA's data sheets; of SXM models where there are several."""
FLOPS = {Method.SUPERVISED: 4, Method.DPO: 6}
"""For a parameter and token: forward 2, back through a frozen base 2, DPO's reference 2."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is computed with a shape."""

    shape: str
    n_examples: int
    n_pairs: int
    n_tokens: int
    """Of an example and of a pair's answers, about."""
    answer_tokens: int


SIZES = (
    Size(shape="0.6B", n_examples=480, n_pairs=160, n_tokens=400, answer_tokens=128),
    Size(shape="8B", n_examples=192, n_pairs=64, n_tokens=400, answer_tokens=64),
)
TINY = Size(shape="tiny", n_examples=48, n_pairs=32, n_tokens=60, answer_tokens=16)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a shape is tried."""

    size: Size
    folder: Path
    device: str
    gpu: str
    """Its name; empty: there is none."""

    @property
    def base(self) -> Path:
        """The base's folder."""
        return self.folder / f"random--{self.size.shape}"


async def main() -> int:
    """Print the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine_gpu", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a tiny shape on the CPU")
    tiny = parser.parse_args().tiny
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    gpu = "" if tiny or missing else gpu_name()
    if not tiny and not missing and not gpu:
        missing = ["a CUDA build of torch with a GPU that it can use"]
    if missing:
        print(f"engine_gpu: missing: {', '.join(missing)}")
        return MISSING
    print(f"{where_and_when()}, {gpu or 'no GPU'}")
    deadline = time.monotonic() + LIMIT_S
    with tempfile.TemporaryDirectory(prefix="engine-gpu-") as scratch:
        for size in (TINY,) if tiny else SIZES:
            device = "cpu" if tiny else "cuda:0"
            place = Place(size=size, folder=Path(scratch), device=device, gpu=gpu)
            await try_shape(place, deadline)
    return 0


async def try_shape(place: Place, deadline: float) -> None:
    """All parts with one shape."""
    shape = place.size.shape
    if not has_time(deadline, shape):
        return
    since = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.random_base", str(place.base), shape]
    maker = await asyncio.create_subprocess_exec(*command, place.device)
    if await maker.wait():
        raise RuntimeError("the base could not be made")
    say(shape, "base written", time.monotonic() - since, "s")
    adapters = [
        await train(place, method)
        for method in (Method.SUPERVISED, Method.DPO)
        if has_time(deadline, f"{shape} {method}")
    ]
    if len(adapters) == 2 and has_time(deadline, f"{shape} chats"):
        await chat(place, adapters)
    shutil.rmtree(place.base)


async def train(place: Place, method: Method) -> ModelSource:
    """Train as the server does; returns the model."""
    job = place.folder / f"{place.size.shape}-{method}"
    job.mkdir()
    write_rows(job / TRAINING_FILE, method, place.size)
    batch = 4 if place.device == "cpu" else 16
    order = WorkOrder(
        task=Task.TRAIN,
        base=str(place.base),
        method=str(method),
        training_file=str(job / TRAINING_FILE),
        validation_file=None,
        example_tokens=4096,
        seed=1,
        device=place.device,
        threads=machine.cpu_threads(None),
        n_epochs=1,
        batch_size=batch,
        micro_batch=batch,
        learning_rate=2e-4,
        beta=0.1 if method is Method.DPO else None,
        rank=16,
        alpha=32,
    )
    sizes = await examine(job, order)
    order = replace(order, total_steps=-(-sizes.n_examples // batch))
    found = forecast(
        base=place.size.shape,
        shape=shape_of(sizes, place.device),
        load=Load(method=method, rank=16, longest=sizes.longest, micro_batch=batch),
        device=place.device,
        trained_tokens=sizes.epoch_tokens,
        available=await machine.free_bytes(place.device),
        threads=order.threads,
        measured=Measured(place.folder),
    )
    load = found.load
    order = replace(order, micro_batch=load.micro_batch, recomputes=load.recomputes)
    last, end, seconds = await run(job, order)
    what = f"{place.size.shape} {method}, {load.micro_batch} of {batch} at once"
    show_training(place, f"{what}{', recomputing' if load.recomputes else ''}", sizes, order, end)
    say(what, "memory, peak", end.peak_bytes / 1e9, "GB", found.peak / 1e9)
    say(what, "time with start", seconds, "s", found.seconds)
    adapter = adapter_of(job, last)
    assert adapter is not None
    publish(adapter, job, last.step)
    base = Bases([str(place.base)], place.folder).models[place.base.name]
    return ModelSource(name=str(method), base_model=base, folder=job, step=last.step)


async def run(job: Path, order: WorkOrder) -> tuple[StepLine, EndLine, float]:
    """Run the worker to its end."""
    attempt = Attempt(job / "attempt-1")
    attempt.folder.mkdir()
    since = time.monotonic()
    worker = await children.start(attempt.folder, order)
    try:
        await worker.ended()
    finally:
        await worker.stop()
    steps = [line for line in attempt.new_lines() if isinstance(line, StepLine)]
    if attempt.end is None or attempt.end.reason is not Reason.DONE:
        raise RuntimeError(f"{attempt.end}\n{children.tail(attempt.folder)}")
    return steps[-1], attempt.end, time.monotonic() - since


def show_training(
    place: Place, what: str, sizes: ExaminedFiles, order: WorkOrder, end: EndLine
) -> None:
    """Speed and utilisation."""
    assert end.steps_per_s is not None
    speed = end.steps_per_s * end.trained_tokens / order.total_steps
    say(what, "trained tokens", speed, "1/s")
    facts = Bases([str(place.base)], place.folder).facts(place.base.name)
    assert facts is not None
    looked_up = 0 if facts.tied else facts.vocabulary * facts.hidden
    flops = FLOPS[Method(order.method)] * (sizes.parameters - looked_up) * speed
    say(what, "model FLOPs", flops / 1e12, "T/s")
    peak = next((flop for name, flop in FLOPS_PER_S.items() if name in place.gpu), None)
    if peak:
        say(what, "model FLOP utilisation", 100 * flops / peak, "%")


async def chat(place: Place, tuned: Sequence[ModelSource]) -> None:
    """Answers of one and of many at once, and switches between adapters."""
    shape, n_tokens = place.size.shape, place.size.answer_tokens
    options = LoraOptions(bases=(str(place.base),), chat_batch=AT_ONCE)
    chats = Chats(Bases(options.bases, place.folder), options, (place.device,))
    plain = ModelSource(name="base", base_model=tuned[0].base_model, folder=None, step=0)
    try:
        say(shape, "base loaded, first token", (await ask(chats, plain, 1))[1], "s")
        for model in tuned:
            seconds = (await ask(chats, model, 1))[1]
            say(shape, f"adapter {model.name} loaded, first token", 1000 * seconds, "ms")
        await ask(chats, tuned[0], n_tokens)
        told, seconds = await ask(chats, tuned[0], n_tokens)
        say(shape, "chat of 1", told / seconds, "1/s")
        since = time.monotonic()
        models = [(*tuned, plain)[number % 3] for number in range(AT_ONCE)]
        answers = await asyncio.gather(*(ask(chats, model, n_tokens) for model in models))
        seconds = time.monotonic() - since
        total = sum(told for told, _ in answers)
        say(shape, f"chats of {AT_ONCE}, three models", total / seconds, "1/s")
        same = [(await ask(chats, tuned[0], 1))[1] for _ in range(20)]
        by_turns = [(await ask(chats, tuned[number % 2], 1))[1] for number in range(20)]
        switch = statistics.median(by_turns) - statistics.median(same)
        say(shape, "adapter switch", 1000 * switch, "ms")
    finally:
        await chats.close()


async def ask(chats: Chats, model: ModelSource, n_tokens: int) -> tuple[int, float]:
    """The tokens of an answer, and how many seconds it took."""
    question = ({"role": "user", "content": "How do you do? " * 8},)
    request = ChatRequest(model=model, messages=question, max_tokens=n_tokens, seed=1)
    since = time.monotonic()
    answer = await chats.answer(request)
    told = 0
    try:
        async for piece in answer.pieces:
            told += piece.n_tokens
    finally:
        await answer.pieces.aclose()
    return told, time.monotonic() - since


def write_rows(path: Path, method: Method, size: Size) -> None:
    """A file of made-up rows; a byte is a token."""
    count = size.n_pairs if method is Method.DPO else size.n_examples
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(row(method, number, size.n_tokens)) + "\n")


def row(method: Method, number: int, n_tokens: int) -> dict[str, Any]:
    """One row, of which a third is the question."""
    question = f"Question {number}? ".ljust(n_tokens // 3, "?")
    asked = {"role": "user", "content": question}
    answers = [f"{word} {number} ".ljust(2 * n_tokens // 3, ".") for word in ("Yes", "No")]
    said = [{"role": "assistant", "content": text} for text in answers]
    if method is Method.DPO:
        wanted, unwanted = said
        return {
            "input": {"messages": [asked]},
            "preferred_output": [wanted],
            "non_preferred_output": [unwanted],
        }
    return {"messages": [asked, said[0]]}


def gpu_name() -> str:
    """The first GPU that torch can use; empty: there is none."""
    code = "import torch; print(torch.cuda.is_available() and torch.cuda.get_device_name(0) or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def has_time(deadline: float, what: str) -> bool:
    """Whether another part may begin; says so if not."""
    if time.monotonic() < deadline:
        return True
    print(f"left out, because nine minutes are over: {what}", flush=True)
    return False


def say(what: str, kind: str, value: float, unit: str, estimate: float | None = None) -> None:
    """A row of the table."""
    told = "" if estimate is None else f"estimated {estimate:,.1f}"
    print(f"{what:<34}{kind:<38}{value:>12,.1f} {unit:<4} {told}", flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
