"""A real engine with real weights for `benchmarks.engine`: its start, its jobs, its answers."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

from bot.runtime.children import Child, running
from engine.backends.lora.orders import EndLine, read_lines
from engine.tokens import conversation_tokens

LIBRARY = "libtorch"
_LOOK_S = 0.05
_PEAK = re.compile(r"peak memory ([\d.]+) GB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A job that has succeeded, and what it took."""

    model: str
    adapter: Path
    """Folder of its weights."""
    told_bytes: float
    """The estimate among its events."""
    peak_bytes: int
    """The worker's own figure."""
    kernel_bytes: int
    """The largest `VmHWM` of its process that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The engine, and a client of it."""

    child: Child
    api: AsyncOpenAI
    base: str
    """Its name for clients."""
    folder: Path
    start_s: float
    """From its command to its ready line."""

    def n_libraries(self) -> int:
        """How many maps of torch's libraries the server's process has."""
        maps = Path(f"/proc/{self.child.process.pid}/maps").read_text(encoding="utf-8")
        return sum(LIBRARY in line for line in maps.splitlines())

    async def estimate(self, rows: Sequence[Any], hyperparameters: Mapping[str, Any]) -> int:
        """The estimated peak of a training, in bytes."""
        tokens = [conversation_tokens(row["messages"]) for row in rows]
        body = {
            "model": self.base,
            "n_examples": len(rows),
            "example_tokens": sum(tokens),
            "longest_example": max(tokens),
            "hyperparameters": hyperparameters,
        }
        found: Any = await self.api.post("/engine/estimates", cast_to=object, body=body)
        return int(found["memory_bytes"])

    async def train(self, rows: Sequence[Any], hyperparameters: Mapping[str, Any]) -> Trained:
        """Train a model, and watch its process."""
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        file = await self.api.files.create(file=("rows.jsonl", content), purpose="fine-tune")
        method: Any = {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}
        job = await self.api.fine_tuning.jobs.create(
            training_file=file.id, model=self.base, method=method, seed=1
        )
        folder, kernel_bytes = self.folder / "engine" / "jobs" / job.id, 0
        while job.status not in ("succeeded", "failed", "cancelled"):
            await asyncio.sleep(_LOOK_S)
            kernel_bytes = max(kernel_bytes, _peak_of_child(folder))
            job = await self.api.fine_tuning.jobs.retrieve(job.id)
        if job.fine_tuned_model is None:
            raise RuntimeError(f"a training has failed: {job.error}")
        events = await self.api.fine_tuning.jobs.list_events(job.id, limit=100)
        told = [match[1] for event in events.data if (match := _PEAK.search(event.message))]
        ends = [line for _, line in read_lines(folder / "attempt-1") if isinstance(line, EndLine)]
        published = (folder / "models").glob("step-*")
        return Trained(
            model=job.fine_tuned_model,
            adapter=max(published, key=lambda path: int(path.name.removeprefix("step-"))),
            told_bytes=float(told[0]) * 1e9,
            peak_bytes=ends[-1].peak_bytes,
            kernel_bytes=kernel_bytes,
        )

    async def answer(self, model: str, messages: Any, max_tokens: int) -> int:
        """The tokens of a streamed answer, as the bot asks for them."""
        stream = await self.api.chat.completions.create(
            model=model,
            messages=messages,
            max_tokens=max_tokens,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
        n_tokens = 0
        async for chunk in stream:
            n_tokens = chunk.usage.completion_tokens if chunk.usage else n_tokens
        return n_tokens


@asynccontextmanager
async def engine_with(base: Path, folder: Path) -> AsyncIterator[Stage]:
    """An engine whose data is in *folder*."""
    options = ("--port=0", "--backend=lora", f"--base={base}", "--devices=cpu")
    waits = ("--validating-seconds=0", "--queued-seconds=0")
    data, log = f"--data={folder / 'engine'}", folder / "engine.log"
    began = time.perf_counter()
    async with running("engine", *options, *waits, data, log=log) as child:
        start_s = time.perf_counter() - began
        async with AsyncOpenAI(base_url=child.ready, api_key="benchmark", timeout=3600) as api:
            yield Stage(child=child, api=api, base=base.name, folder=folder, start_s=start_s)


def _peak_of_child(folder: Path) -> int:
    """`VmHWM` of a job's first child; 0 before it starts and after it has ended.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (looked up 2026-11-29)
    """
    try:
        process = json.loads((folder / "attempt-1" / "process.json").read_text(encoding="utf-8"))
        status = Path(f"/proc/{process['pid']}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
