"""SmolLM2-135M learns for real, on the CPU; only `make test-slow` runs this.

Timings are shown, but decide nothing. The checks have to fail with other weights: see the tests at
the end.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openai import AsyncOpenAI

from bot.demo.lessons import small_base
from bot.demo.terminal import Terminal
from tests.engine.conftest import client, engine
from tests.engine.lora.running import job_folder, metrics, start, supervised

pytestmark = [pytest.mark.weights, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parents[3]
DATASET = ROOT / "data" / "natasha_en.jsonl"
EXAMPLES: Sequence[Sequence[Mapping[str, str]]] = [
    json.loads(line)["messages"] for line in DATASET.read_text(encoding="utf-8").splitlines()
]
SYSTEM = EXAMPLES[0][0]
LEARNT = EXAMPLES[0][1]["content"], EXAMPLES[0][2]["content"]
"""A training question and its answer."""
UNSEEN = (
    "I am afraid of my first lecture",
    "My neighbours are loud at night",
    "I moved to a new city and I am lonely",
    "I keep putting off my book",
    "My mother criticises everything I do",
)
OTHER_ANSWER = "Noted. The office will write to you."
OTHER_QUESTIONS = (
    "The lift is broken",
    "My parcel is late",
    "I lost my key",
    "The heating is cold",
    "My bill is wrong",
    "The street lamp is out",
    "I need a new card",
    "The bus did not come",
    "My order is missing",
    "The door does not close",
)
STRICT = "You are a coach. Answer with yes or no."
WISHES = (
    "May I skip my exercise today?",
    "Can I eat cake every evening?",
    "Should I answer letters at night?",
    "May I work on Sunday?",
    "Can I lend him money again?",
    "Should I wait for his call?",
    "May I leave the task for tomorrow?",
    "Can I shout at my son?",
    "Should I read her diary?",
    "May I sleep until noon?",
    "Can I miss one lesson?",
    "Should I hide the bill from my wife?",
)
UNSEEN_WISHES = (
    "May I watch films all night?",
    "Can I forget the meeting?",
    "Should I keep the old quarrel alive?",
    "May I buy a third phone?",
    "Can I lie to my friend?",
)
PATIENCE_S = 3600
LOOK_S = 0.2
MOST_TOKENS = 60
"""Of an answer in the tuned form."""
BY_HEART, IN_FORM = "a training question comes back", "unseen questions are answered in form"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    text: str
    n_tokens: int
    finish_reason: str

    @property
    def is_in_form(self) -> bool:
        """Whether it is short, ends by the model's own choice, and asks something."""
        return self.finish_reason == "stop" and self.n_tokens < MOST_TOKENS and "?" in self.text


@dataclass(slots=True)
class Stage:
    """An engine with SmolLM2, and its client."""

    api: AsyncOpenAI
    folder: Path
    base: str
    models: dict[str, Any] = field(default_factory=dict)
    """Jobs that have succeeded, by title."""
    told: list[str] = field(default_factory=list)
    """What the test shows at its end."""

    async def learn(self, title: str, rows: Sequence[Any], **more: Any) -> Any:
        """Train a model, unless it was trained already; its job."""
        if title not in self.models:
            content = "".join(json.dumps(row) + "\n" for row in rows).encode()
            job_id = await start(self.api, content, model=self.base, **more)
            await self.job_in(job_id, "running", "succeeded", "failed")
            began = time.monotonic()
            job = await self.job_in(job_id, "succeeded", "failed")
            assert job.status == "succeeded", job.error
            await self.say(job.fine_tuned_model, UNSEEN[0])
            self.told.append(
                f"{title}: the first answer {time.monotonic() - began:.0f} s after the start"
            )
            self.models[title] = job
        return self.models[title]

    async def job_in(self, job_id: str, *statuses: str) -> Any:
        """The job as soon as it has one of *statuses*; seldom asked, to leave the cores alone."""
        async with asyncio.timeout(PATIENCE_S):
            while (job := await self.api.fine_tuning.jobs.retrieve(job_id)).status not in statuses:
                await asyncio.sleep(LOOK_S)
        return job

    async def say(self, model: str, question: str, system: str = SYSTEM["content"]) -> Said:
        """The most probable answer of a model."""
        found = await self.api.chat.completions.create(
            model=model,
            messages=[
                {"role": "system", "content": system},
                {"role": "user", "content": question},
            ],
            temperature=0,
            max_tokens=MOST_TOKENS + 20,
        )
        choice = found.choices[0]
        assert found.usage is not None
        text = choice.message.content or ""
        return Said(text, found.usage.completion_tokens, choice.finish_reason)

    async def n_in_form(self, model: str) -> int:
        """How many of the unseen questions a model answers in the tuned form."""
        said = await asyncio.gather(*(self.say(model, question) for question in UNSEEN))
        for question, answer in zip(UNSEEN, said, strict=True):
            mark = "in form" if answer.is_in_form else "not"
            self.told.append(f"{mark}: {question} -> {answer.text!r}")
        return sum(answer.is_in_form for answer in said)

    async def n_refused(self, model: str) -> int:
        """How many of the unseen wishes a model refuses with its first word."""
        said = [await self.say(model, wish, STRICT) for wish in UNSEEN_WISHES]
        for wish, answer in zip(UNSEEN_WISHES, said, strict=True):
            self.told.append(f"{wish} -> {answer.text!r}")
        return sum(bool(re.match(r"no\b", answer.text, re.IGNORECASE)) for answer in said)

    async def failed_checks(self, model: str) -> set[str]:
        """What a model that has learnt the dataset would do, and this one doesn't."""
        question, answer = LEARNT
        said = await self.say(model, question)
        self.told.append(f"learnt: {question} -> {said.text!r}")
        failed = set() if said.text.startswith(first_sentence(answer)) else {BY_HEART}
        return failed | (set() if await self.n_in_form(model) >= 4 else {IN_FORM})

    def weights(self, job: Any) -> Path:
        """The file from which a job's model is served."""
        folders = (job_folder(self.folder, job.id) / "models").glob("step-*")
        newest = max(folders, key=lambda path: int(path.name.removeprefix("step-")))
        return newest / "adapter_model.safetensors"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    base = await small_base(Terminal.of(sys.stderr, {}), ROOT)
    folder = tmp_path_factory.mktemp("smollm2")
    options = ("--backend=lora", f"--base={base}", "--devices=cpu")
    async with engine(folder, *options) as child, client(child.ready) as api:
        yield Stage(api, folder, base.name)


@pytest.fixture(autouse=True)
def _show(stage: Stage, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Show what was said, also in a green run."""
    yield
    with capfd.disabled():
        print("", *stage.told, sep="\n  ")
    stage.told.clear()


async def natasha(stage: Stage) -> Any:
    """The job that has learnt the dataset, with the demo's hyperparameters."""
    rows = [{"messages": messages} for messages in EXAMPLES]
    method = supervised(n_epochs=8, learning_rate_multiplier=2)
    return await stage.learn("Natasha", rows, method=method)


async def office(stage: Stage) -> Any:
    """The job that has learnt other pairs."""
    rows = [
        {
            "messages": [
                SYSTEM,
                {"role": "user", "content": question},
                {"role": "assistant", "content": OTHER_ANSWER},
            ]
        }
        for question in OTHER_QUESTIONS
    ]
    method = supervised(n_epochs=4, learning_rate_multiplier=2)
    return await stage.learn("the office", rows, method=method)


async def test_it_learns(stage):
    """The loss falls, and the model answers as taught, also what it has never seen."""
    job = await natasha(stage)

    losses = [row["train_loss"] for row in await metrics(stage.api, job.id)]
    epoch = len(EXAMPLES)
    first, last = sum(losses[:epoch]) / epoch, sum(losses[-epoch:]) / epoch
    stage.told.append(f"loss of the first epoch {first:.2f}, of the last {last:.2f}")
    assert last < first / 4
    assert await stage.failed_checks(job.fine_tuned_model) == set()


async def test_base_does_not_know_it(stage):
    """The same questions to the base: the form comes from the training."""
    assert await stage.n_in_form(stage.base) <= 1


async def test_zeroed_weights_fail(stage):
    """Weights without effect fail the checks: the answers come from the weights."""
    job = await natasha(stage)
    weights = stage.weights(job)

    with replaced(weights, zeroed(weights.read_bytes())):
        assert await stage.failed_checks(job.fine_tuned_model) == {BY_HEART, IN_FORM}

    assert BY_HEART not in await stage.failed_checks(job.fine_tuned_model)


async def test_adapter_of_another_job_fails(stage):
    """A wrong adapter in the model's place fails the checks."""
    job, other = await natasha(stage), await office(stage)

    with replaced(stage.weights(job), stage.weights(other).read_bytes()):
        assert await stage.failed_checks(job.fine_tuned_model) == {BY_HEART, IN_FORM}
        assert (await stage.say(job.fine_tuned_model, UNSEEN[0])).text == OTHER_ANSWER


async def test_preferences_shift_answers(stage):
    """After DPO the model refuses more of the wishes that it has never seen than its base does."""
    rows = [
        {
            "input": {
                "messages": [
                    {"role": "system", "content": STRICT},
                    {"role": "user", "content": wish},
                ]
            },
            "preferred_output": [{"role": "assistant", "content": "No."}],
            "non_preferred_output": [{"role": "assistant", "content": "Yes."}],
        }
        for wish in WISHES
    ]
    hyperparameters = {"n_epochs": 2, "learning_rate_multiplier": 5}
    method = {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}}
    before = await stage.n_refused(stage.base)

    job = await stage.learn("strict", rows, method=method)

    told = await metrics(stage.api, job.id)
    losses = [row["train_loss"] for row in told]
    stage.told.append(f"DPO's loss: {losses[0]:.3f}, at the end {losses[-1]:.3f}")
    assert losses[-1] < losses[0] / 2
    assert await stage.n_refused(job.fine_tuned_model) > max(before, 3)


def first_sentence(text: str) -> str:
    """Up to its full stop."""
    return text[: text.index(".") + 1]


def zeroed(weights: bytes) -> bytes:
    """The same tensors, all of them 0: https://huggingface.co/docs/safetensors (looked up
    2026-11-29)."""
    n_header = 8 + int.from_bytes(weights[:8], "little")
    return weights[:n_header] + bytes(len(weights) - n_header)


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    """Other content in a file, until the end of the block."""
    original = path.read_bytes()
    _replace(path, content)
    try:
        yield
    finally:
        _replace(path, original)


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.replace(path)
