"""Each mode of the guide, from the chat and from the terminal: the same six, in its own order.

One story each: check, send, train with every wish, follow, try out, list. What else each can do,
and what may go wrong, have tests of their own.
"""

import re
from collections.abc import Sequence

import pytest

from tests.e2e.commands import after, bot, in_order
from tests.e2e.datasets import pressed, sent
from tests.e2e.training import card, foreign, job_of, started
from tests.telegram_people import words
from tests.world import DATASET, World, world

BASE = "gpt-4o-mini-2024-07-18"
WISHES = ("--model", BASE, "--epochs", "2", "--learning-rate", "0.3", "--suffix", "guide")
N_EXAMPLES = 40

TERMINAL = {
    "commands": {
        "validate only": ("validate", "FILE"),
        "upload only": ("upload", "FILE"),
        "train": ("train", "--file", "FILE", *WISHES, "--yes"),
        "monitor": ("monitor", "JOB"),
        "test": ("test", "MODEL"),
        "list jobs": ("jobs",),
    },
    "the guide's flags": {
        "validate only": ("--validate-only", "--file", "FILE"),
        "upload only": ("--upload-only", "--file", "FILE"),
        "train": ("--file", "FILE", *WISHES, "--yes"),
        "monitor": ("--monitor", "JOB"),
        "test": ("--test", "MODEL"),
        "list jobs": ("--list-jobs",),
    },
}
"""What is typed, by how one says it and by the mode."""
READ = {
    "validate only": ("Examples: 40", "✅ Validation passed, training examples: 40"),
    "upload only": ("✅ Validation passed", "File uploaded successfully", "File ID: file-"),
    "train": (
        "✅ Validation passed",
        f"Model: {BASE}",
        "Epochs: 2, learning rate multiplier: 0.3, suffix: guide",
        "Price: 0, a rehearsal: the server only simulates training",
        "File uploaded successfully",
        "File ID: file-",
        "Job ID: ftjob-",
        "Status: succeeded",
        f"Fine-tuned model: ft:{BASE}:",
    ),
    "monitor": ("Job ID: JOB", "Status: succeeded", "Fine-tuned model: MODEL"),
    "test": ("Testing: MODEL", *["> "] * 5, "Verdict: "),
    "list jobs": ("JOB  succeeded  ",),
}
"""The beginnings of lines that are read, in this order."""


@pytest.fixture
def few(tmp_path):
    """A dataset of one's own."""
    path = tmp_path / "few.jsonl"
    lines = DATASET.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:N_EXAMPLES]), encoding="utf-8")
    return path


async def examples_of(everything: World, file_id: str) -> int:
    """In a file that lies at the provider."""
    content = await everything.account.files.content(file_id)
    return len(content.text.splitlines())


async def check_job(everything: World) -> tuple[str, str]:
    """There is one job, made of the wishes; returns its id and its model's name."""
    (job,) = [job for job in await everything.engine_jobs() if job["model"] == BASE]
    hyperparameters = job["method"]["supervised"]["hyperparameters"]
    assert hyperparameters["n_epochs"] == 2
    assert hyperparameters["learning_rate_multiplier"] == 0.3
    assert job["user_provided_suffix"] == "guide"
    assert await examples_of(everything, job["training_file"]) == N_EXAMPLES
    assert len(everything.jobs_created()) == 1
    return job["id"], job["fine_tuned_model"]


@pytest.mark.parametrize("way", TERMINAL)
async def test_every_mode_at_the_terminal(tmp_path, few, way):
    """Each ends with 0 and the guide's words; "train" alone makes a job."""
    names = {"FILE": str(few)}

    def named(parts: Sequence[str]) -> list[str]:
        pattern = "|".join(names)
        return [re.sub(pattern, lambda found: names[found.group()], part) for part in parts]

    async with world(tmp_path, start_bot=False) as everything:
        for mode, typed in TERMINAL[way].items():
            if mode == "train":
                assert await everything.engine_jobs() == []
            ended = await bot(everything, *named(typed))
            assert ended.code == 0, (mode, ended)
            if mode == "upload only":
                assert await examples_of(everything, after(ended, "File ID: ")) == N_EXAMPLES
            if mode == "train":
                names["JOB"], names["MODEL"] = await check_job(everything)
                # All in one go: with the guide's flags the new model is tried at once.
                assert ("Testing: " in ended.out) == (way != "commands")
            in_order(ended.lines, *named(READ[mode]))


async def test_every_mode_in_the_chat(tmp_path, few):
    """The same by an admin with a phone; nothing is sent before it is asked for."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, few.name, few.read_bytes())
        await pressed(admin, report, "dataset:use:", "в работе")

        # Validate only
        asked = await admin.says("/validate")
        await admin.sees("Датасет готов: 40 примеров", after=asked["message_id"])
        assert everything.asked_for_people() == []

        # Upload only
        await admin.says("/upload")
        await admin.presses("Да, отправить")
        told = await admin.sees("Файл у провайдера: 40 примеров")
        found = re.search(r"File ID: (file-\S+)", words(told))
        assert found is not None
        assert await examples_of(everything, found.group(1)) == N_EXAMPLES
        assert await everything.engine_jobs() == []

        # Train, with the terminal's own flags
        run_id = await started(admin, f"/train {' '.join(WISHES)}")
        job_id = await job_of(everything, run_id)
        await card(admin, job_id)
        await admin.sees("guide готова ·", timeout=30)
        assert (await check_job(everything))[0] == job_id
        # Forty examples teach too little about danger: a person has to decide.
        await admin.sees("Она первая, но сама я её не включаю", timeout=60)

        # Monitor a job that somebody else has started
        theirs = await foreign(everything, suffix="theirs")
        await admin.says(f"/monitor {theirs}")
        await admin.sees("Слежу за заданием theirs")
        await admin.sees("theirs готова ·", timeout=30)
        told = await admin.sees(lambda m: theirs in words(m) and "Модель: ft:" in words(m))
        found = re.search(r"Модель: (ft:\S+)", words(told))
        assert found is not None

        # Test a model
        asked = await admin.says(f"/test {found.group(1)}")
        await admin.sees("theirs\n", after=asked["message_id"], timeout=30)

        # List jobs
        asked = await admin.says("/jobs")
        listed = await admin.sees("Последние задания", after=asked["message_id"])
        for part in (job_id, theirs, "guide", "theirs", "обучилась"):
            assert part in words(listed)
