"""Training without Telegram: real processes of the terminal's commands, and a real engine."""

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.commands import (
    REAL,
    Ended,
    after,
    bot,
    environment,
    free_port,
    in_order,
    settings_of,
    terminal,
)
from tests.e2e.training import ENDLESS, FILES, JOBS, MODEL
from tests.world import API_KEY, DATASET, World, eventually, world


@dataclass(slots=True)
class Running:
    """A command at work, with a terminal of its own where there is a screen."""

    process: asyncio.subprocess.Process
    screen: int
    seen: str = ""

    async def shows(self, words: str) -> None:
        """Wait until the words have stood on the terminal."""

        def is_seen() -> bool:
            self._look()
            return words in self.seen

        await eventually(is_seen, timeout=60)

    def types(self, words: str) -> None:
        os.write(self.screen, words.encode())

    async def ends(self) -> int:
        """Its exit code."""
        code = await asyncio.wait_for(self.process.wait(), 60)
        self._look()
        os.close(self.screen)
        return code

    def _look(self) -> None:
        with suppress(OSError):  # nothing new, or the program has ended
            while more := os.read(self.screen, 4096):
                self.seen += more.decode(errors="replace")


OWN_PRICE = "Price: 0, a rehearsal: the server only simulates training; OpenAI would charge ~$"


async def on_a_terminal(everything: World, *words: object, **settings: str) -> Running:
    """`python -m bot words`, with a person before it."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *REAL, "bot", *map(str, words), cwd=everything.folder,
        env=environment(settings_of(everything, **settings)),
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    os.set_blocking(ours, False)
    return Running(process, ours)


async def in_the_background(
    everything: World, *words: object, **settings: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *REAL, "bot", *map(str, words), cwd=everything.folder,
        env=environment(settings_of(everything, **settings)),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def facts(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.lines]


async def a_job(everything: World, **differences: Any) -> str:
    file = await everything.account.files.create(file=DATASET, purpose="fine-tune")
    order = {"model": MODEL, "training_file": file.id, "suffix": "theirs", **differences}
    job = await everything.account.fine_tuning.jobs.create(**order)
    return job.id


async def test_the_guides_flags_train_watch_and_test_in_one_go(tmp_path):
    """One job with these parameters, the guide's words, the price, and the model's answers."""
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(
            everything, "--file", DATASET, "--model", "gpt-4o-mini-2024-07-18", "--epochs", 2,
            "--learning-rate", 0.3, "--suffix", "guide", "--yes",
        )  # fmt: skip

        assert ended.code == 0, ended
        in_order(
            ended.lines, "✅ Validation passed, training examples: 321",
            "Plan 1: nothing has been sent yet",
            "Model: gpt-4o-mini-2024-07-18", "Epochs: 2, learning rate multiplier: 0.3, suffix: g",
            "Tokens: ", OWN_PRICE, "Time: ", "File uploaded successfully",
            "File ID: file-", "Job ID: ftjob-", "Status: running", "Status: succeeded",
            "Fine-tuned model: ft:",
            "Trained tokens: ", "Testing: ft:", "Answers: 5 of 5, with a question: ",
            "Base model gpt-4o-mini-2024-07-18: 5 of 5, with a question: 0",
            "Dataset: ", "Danger questions: passed 12 of 12; base model: 0 of 12",
            "Verdict: check first",
            "- This is a rehearsal",
        )  # fmt: skip
        assert "(prices of 2026-11-22)" in after(ended, "Price: ")
        (job,) = await everything.engine_jobs()
        assert job["id"] == after(ended, "Job ID: ")
        assert job["training_file"] == after(ended, "File ID: ")
        assert job["fine_tuned_model"] == after(ended, "Fine-tuned model: ")
        assert job["model"] == "gpt-4o-mini-2024-07-18"
        assert job["method"]["supervised"]["hyperparameters"]["n_epochs"] == 2
        assert job["method"]["supervised"]["hyperparameters"]["learning_rate_multiplier"] == 0.3
        assert job["user_provided_suffix"] == "guide"
        assert len(everything.jobs_created()) == 1
        assert len(everything.asked()) == 2 * (5 + 12)  # the base model, too
        assert sum(line.startswith("> ") for line in ended.lines) == 5 + 12
        assert "(no answer)" not in ended.lines
        assert all(messages[0]["role"] == "system" for messages in everything.asked())
        assert API_KEY not in ended.out + ended.err
        # Each event once, and the step only beside them.
        events = [line for line in ended.lines if re.match(r"  \d\d:\d\d:\d\d ", line)]
        assert events
        assert len(set(events)) == len(events)
        assert "step " in ended.err


async def test_every_change_is_one_line_of_json(tmp_path):
    """And nothing else is on standard output; the outcome is in the last ones."""
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, "--epochs", 1, "--yes", "--json")

        found = facts(ended)
        kinds = [fact["kind"] for fact in found]
        assert ended.code == 0, ended
        assert kinds[:3] == ["plan", "file", "submitted"]
        assert kinds[-1] == "trial"
        plan = found[0]
        assert (plan["epochs"], plan["examples"], plan["model"]) == (1, 321, MODEL)
        assert (plan["price_usd"], plan["price_elsewhere_usd"] > 0) == (None, True)
        assert plan["prices_date"] == "2026-11-22"
        statuses = [fact["status"] for fact in found if fact["kind"] == "job"]
        assert statuses[-1] == "succeeded"
        assert len(set(statuses)) == len(statuses)
        events = [fact["id"] for fact in found if fact["kind"] == "event"]
        assert len(set(events)) == len(events) > 5
        assert all(answer["answer"] for answer in found[-1]["answers"])


async def test_the_price_is_asked_for_first(tmp_path):
    """No: nothing is sent. Yes: one job, watched by a line that moves, until Ctrl-C."""
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        no = await on_a_terminal(everything, "train")
        await no.shows("[y/N]")
        no.types("n\n")
        assert await no.ends() == 1
        assert "Start training? [y/N]" in no.seen
        assert "nothing was sent" in no.seen
        assert everything.asked_for_people() == []
        assert everything.stored("SELECT state FROM training_runs") == [("dropped",)]

        yes = await on_a_terminal(everything, "train")
        await yes.shows("[y/N]")
        yes.types("y\n")
        await yes.shows("\x1b[K/ 0:")
        await yes.shows("queued")
        yes.process.send_signal(signal.SIGINT)
        assert await yes.ends() == 130
        (job,) = await everything.engine_jobs()
        assert job["status"] in ("validating_files", "queued")
        assert f"stopped watching; the job continues: python -m bot monitor {job['id']}" in yes.seen
        assert "Traceback" not in yes.seen


async def test_ctrl_c_at_the_question_ends_it(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        asked = await on_a_terminal(everything, "train")
        await asked.shows("[y/N]")
        asked.process.send_signal(signal.SIGINT)

        assert await asked.ends() == 130
        assert "Traceback" not in asked.seen
        assert everything.asked_for_people() == []


async def test_without_a_terminal_a_yes_is_needed(tmp_path):
    """The plan is shown, so it is a way to see the price."""
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, "train")

        assert ended.code == 1
        assert "--yes is needed" in ended.err
        in_order(ended.lines, "Plan 1", OWN_PRICE)
        assert everything.asked_for_people() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--epochs", "many"), "epochs: “many” is not allowed. Use 1–50.\n"),
        (("--epochs", "51"), "epochs: “51” is not allowed. Use 1–50.\n"),
        (("--learning-rate", "0"), "learning-rate: “0” is not allowed. Use > 0, auto.\n"),
        (("--learning-rate", "fast"), "learning-rate: “fast” is not allowed. Use > 0, auto.\n"),
        (
            ("--suffix", "x" * 65),
            (
                f"The name “{'x' * 65}” is too long: 65 characters, and the provider allows "
                "64. To choose another: python -m bot train --suffix name\n"
            ),
        ),
        (("--file", "nobody.jsonl"), "nobody.jsonl: No such file or directory\n"),
    ],
)
async def test_what_does_not_fit_is_named(tmp_path, words, said):
    """With its value and what is allowed, before anybody is asked."""
    ended = await terminal(
        "train", *words, "--yes", cwd=tmp_path, LANGUAGE="en", OPENAI_API_KEY=API_KEY,
        OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1", DATASET_PATH=str(DATASET),
    )  # fmt: skip

    assert (ended.code, ended.out, ended.err) == (1, "", said)


async def test_a_broken_dataset_is_not_sent(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text(DATASET.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, "train", "--file", path, "--yes")
        as_json = await bot(everything, "train", "--file", path, "--yes", "--json")

        assert (ended.code, as_json.code) == (1, 1)
        assert ended.lines[-1].startswith("❌ Validation failed: ")
        assert any(line.startswith("line 322: ") for line in ended.lines)
        assert [(fact["kind"], fact["is_valid"]) for fact in facts(as_json)] == [("invalid", False)]
        assert everything.proxy.exchanges == []


async def test_a_named_file_counts_for_this_run_only(tmp_path):
    """It is kept as a version, and trained on; without it the dataset in use is."""
    path = tmp_path / "few.jsonl"
    lines = DATASET.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:40]), encoding="utf-8")
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        named = await bot(everything, "train", "--file", path, "--yes", "--no-wait")
        usual = await bot(everything, "train", "--yes", "--no-wait")

        assert (named.code, usual.code) == (0, 0), (named, usual)
        sizes = []
        for ended in (named, usual):
            sent = await everything.account.files.content(after(ended, "File ID: "))
            sizes.append(len(sent.text.splitlines()))
        assert sizes == [40, 321]
        assert after(named, "Dataset: ") == "few.jsonl, examples: 40"


async def test_the_bot_and_train_do_not_share_a_database(tmp_path):
    """One clear line while the bot runs; everything else works beside it."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        ended = await bot(everything, "train", "--yes")
        listed = await bot(everything, "jobs")

        assert (ended.code, ended.out) == (2, "")
        assert ended.err == "the bot is running on this database: use /train there\n"
        assert (listed.code, listed.out) == (0, "There are no jobs yet.\n")
        assert everything.jobs_created() == []


async def test_the_admins_hear_of_a_job_from_the_terminal(tmp_path):
    """The bot may start while the job is watched in the terminal, and follows it as its own."""
    async with world(tmp_path, start_bot=False) as everything:
        settings = {"ADMIN_IDS": everything.settings["ADMIN_IDS"]}
        started = await bot(everything, "train", "--yes", "--no-wait", **settings)
        job_id = after(started, "Job ID: ")
        await everything.start_bot()
        await everything.admin.says("/start")
        await everything.admin.sees(lambda message: job_id in message.get("text", ""))
        await everything.admin.sees("готова ·")

        assert len(everything.jobs_created()) == 1


async def test_equal_training_is_not_paid_twice_by_accident(tmp_path):
    """The second one is refused without a terminal, asked about on one, and made with --another.

    A job that ended meanwhile is asked about no more, though only the provider knows that.
    """
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        first = await bot(everything, "train", "--yes", "--no-wait")
        again = await bot(everything, "train", "–epochs", 3, "--yes", "—no-wait")
        assert (first.code, again.code) == (0, 1), again
        job_id = after(first, "Job ID: ")
        assert f"the same training was started 0 min ago: plan 1, job {job_id}" in again.err
        assert "nothing was sent; to start one anyway: --another" in again.err
        assert len(everything.jobs_created()) == 1

        asked = await on_a_terminal(everything, "train", "--yes", "--no-wait")
        await asked.shows("Start another one? [y/N]")
        asked.types("n\n")
        assert await asked.ends() == 1
        assert len(everything.jobs_created()) == 1

        another = await bot(everything, "train", "--yes", "--no-wait", "--another")
        other = await bot(everything, "train", "--yes", "--no-wait", "--epochs", 2)
        assert (another.code, other.code) == (0, 0), (another, other)
        assert len(everything.jobs_created()) == 3

        for job in await everything.engine_jobs():
            await everything.account.fine_tuning.jobs.cancel(job["id"])
        repeated = await bot(everything, "train", "--yes", "--no-wait")
        assert repeated.code == 0, repeated


async def test_killed_while_creating_there_is_one_job(tmp_path):
    """`kill -9` between the request and its answer: the next `train` finds the job, or the bot."""
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        await _killed_while_creating(everything)
        again = await bot(everything, "train", "--yes", "--no-wait")

        assert again.code == 0, again
        assert "plan 1 was interrupted: continuing it instead of making another" in again.err
        (job,) = await everything.engine_jobs()
        assert after(again, "Job ID: ") == job["id"]
        assert len(everything.jobs_created()) == 1

        await _killed_while_creating(everything)
        await everything.start_bot()

        def submitted() -> bool:
            rows = everything.stored("SELECT 1 FROM training_runs WHERE state = 'submitted'")
            return len(rows) == 2

        await eventually(submitted)
        assert len(await everything.engine_jobs()) == len(everything.jobs_created()) == 2


async def _killed_while_creating(everything: World) -> None:
    fault = everything.proxy.fault("POST", JOBS, "hold_after")
    running = await in_the_background(everything, "train", "--yes", "--another")
    await asyncio.wait_for(fault.happened.wait(), 60)
    running.kill()
    await running.communicate()


async def test_a_lost_job_is_decided_at_the_terminal(tmp_path):
    """The request never arrived: who is there decides; nobody there: nothing is created again."""
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        everything.proxy.fault("POST", JOBS, "drop_before")
        alone = await bot(everything, "train", "--yes", POLL_INTERVAL_S="0.01")
        assert alone.code == 1
        assert "the provider's answer got lost" in alone.err
        assert "to decide, run `python -m bot train`" in alone.err
        assert await everything.engine_jobs() == []

        person = await on_a_terminal(everything, "train", "--no-wait", POLL_INTERVAL_S="0.01")
        await person.shows("[c]reate it again")
        person.types("c\n")
        assert await person.ends() == 0
        assert len(await everything.engine_jobs()) == 1
        assert len(everything.jobs_created()) == 2


async def test_a_lost_job_is_not_created_again_beside_an_equal_one_unasked(tmp_path):
    """Of two lost equal jobs one may exist; --another says yes beforehand."""
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        first = await bot(everything, "train", "--yes", "--no-wait")
        assert first.code == 0, first
        everything.proxy.fault("POST", JOBS, "drop_before")
        lost = await bot(everything, "train", "--yes", "--another", POLL_INTERVAL_S="0.01")
        assert lost.code == 1

        again = await on_a_terminal(everything, "train", "--no-wait", POLL_INTERVAL_S="0.01")
        await again.shows("[c]reate it again")
        again.types("c\n")
        await again.shows("Start another one? [y/N]")
        again.types("n\n")
        assert await again.ends() == 1
        assert len(await everything.engine_jobs()) == 1

        again = await on_a_terminal(everything, "train", "--no-wait", POLL_INTERVAL_S="0.01")
        await again.shows("[c]reate it again")
        again.types("c\n")
        await again.shows("Start another one? [y/N]")
        again.types("y\n")
        assert await again.ends() == 0
        assert len(await everything.engine_jobs()) == 2


async def test_a_refused_job_is_told_with_its_reason(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        error = {"message": "No more.", "type": "x", "param": None}
        body = {"error": error | {"code": "training_not_available"}}
        everything.proxy.fault("POST", JOBS, "answer", status=403, body=body)
        ended = await bot(everything, "train", "--yes")

        assert ended.code == 1
        assert "no longer accepts training from your organisation" in ended.err
        assert "Job ID" not in ended.out


@pytest.mark.parametrize("words", [("monitor",), ("--monitor",)])
async def test_monitoring_tells_each_change_once(tmp_path, words):
    """Somebody else's job, and no database is needed."""
    async with world(tmp_path, start_bot=False) as everything:
        job_id = await a_job(everything)
        ended = await bot(everything, *words, job_id)
        again = await bot(everything, *words, job_id, "--json")

        assert (ended.code, again.code) == (0, 0), (ended, again)
        statuses = [line for line in ended.lines if line.startswith("Status: ")]
        assert statuses[-1] == "Status: succeeded"
        assert len(set(statuses)) == len(statuses)
        assert after(ended, "Fine-tuned model: ").startswith(f"ft:{MODEL}:")
        assert [f["status"] for f in facts(again) if f["kind"] == "job"] == ["succeeded"]
        assert not (everything.folder / "data").exists()


async def test_a_failed_and_a_stopped_job_end_with_one(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        account = everything.account
        bad = await account.files.create(
            file=("bad.jsonl", b'{"messages": []}\n' * 12), purpose="fine-tune"
        )
        failing = await a_job(everything, training_file=bad.id)
        stopped = await a_job(everything)
        await account.fine_tuning.jobs.cancel(stopped)
        failed, cancelled = await bot(everything, "monitor", failing), None
        cancelled = await bot(everything, "monitor", stopped)

        assert (failed.code, cancelled.code) == (1, 1)
        assert failed.lines[-1] == "Status: failed"
        assert "The provider refused the dataset" in failed.err
        assert cancelled.lines[-1] == "Status: cancelled"


async def test_an_outage_and_a_strange_status_do_not_end_the_watch(tmp_path):
    """An outage is told once, so is its end; a status that nobody knows is shown as it is."""
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        job_id = await a_job(everything)
        odd = await everything.account.fine_tuning.jobs.retrieve(job_id)
        path = f"{JOBS}/{job_id}"
        strange = everything.proxy.fault(
            "GET", path, "answer", status=200, times=1000,
            body=odd.model_dump(mode="json") | {"status": "re\x1bticulating"},
        )  # fmt: skip
        running = await in_the_background(everything, "monitor", job_id)
        assert running.stdout is not None
        assert running.stderr is not None
        seen = b""
        while b"Status: re ticulating\n" not in seen:
            seen += await running.stdout.readline()
        async with everything.proxy.away():
            # openai's client tries three times before it says so
            said = b""
            while b"can't be reached" not in said:
                said = await running.stderr.readline()
        while b"is answering again" not in said:
            said = await running.stderr.readline()
        strange.times = 0
        while b"Status: queued\n" not in seen:
            seen += await running.stdout.readline()

        running.send_signal(signal.SIGINT)
        _, err = await running.communicate()

        assert running.returncode == 130
        assert b"the job continues: python -m bot monitor " + job_id.encode() in err
        assert b"can't be reached" not in err
        assert seen.count(b"Status: re ticulating") == 1
        job = await everything.account.fine_tuning.jobs.retrieve(job_id)
        assert job.status == "queued"


async def test_a_job_that_nobody_knows(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, "monitor", "ftjob-nobodys")

        assert ended.code == 1
        assert ended.err == (
            "The provider does not know the job ftjob-nobodys. Check the ID: python -m bot jobs. "
            "(404 Not Found: Could not find fine tune: ftjob-nobodys)\n"
        )


@pytest.mark.parametrize("words", [("test",), ("--test",)])
async def test_a_model_is_asked_the_sample_questions(tmp_path, words):
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, *words, MODEL)
        as_json = await bot(everything, *words, MODEL, "--json")

        assert (ended.code, as_json.code) == (0, 0), (ended, as_json)
        assert sum(line.startswith("> ") for line in ended.lines) == 5 + 12
        (fact,) = facts(as_json)
        assert (fact["kind"], fact["model"], len(fact["answers"])) == ("trial", MODEL, 5 + 12)
        # It is a base model itself, which knows nothing of the dataset.
        assert fact["base_model"] is None
        assert fact["judgement"]["verdict"] == "leave"
        assert fact["judgement"]["answers"]["n_asking"] == 0
        assert "Verdict: don't use" in ended.lines
        assert "Danger questions: passed 0 of 12" in ended.lines
        assert any(line.startswith("- overdose: ") for line in ended.lines)


async def test_a_model_that_is_not_served_yet_is_said_so(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, "test", "ft:gpt-4.1-mini-2025-04-14:org:soon:x")

        assert ended.code == 1
        assert "is not answering yet" in ended.err
        assert "Verdict" not in ended.out


async def test_a_model_that_was_just_trained_is_waited_for(tmp_path):
    """Servers need a while until they know it; in one go that is no failure."""
    async with world(tmp_path, start_bot=False, engine={"deploy-seconds": "2"}) as everything:
        ended = await bot(everything, "--epochs", 1, "--yes")

        assert ended.code == 0, ended
        assert len(everything.asked()) > 5
        assert sum(line.startswith("> ") for line in ended.lines) == 5 + 12


@pytest.mark.parametrize("words", [("jobs",), ("--list-jobs",)])
async def test_the_latest_jobs_are_listed(tmp_path, words):
    async with world(tmp_path, start_bot=False, engine=ENDLESS) as everything:
        job_ids = [await a_job(everything, suffix=f"n{n}") for n in range(22)]
        ended = await bot(everything, *words)
        as_json = await bot(everything, *words, "--json")

        assert (ended.code, as_json.code) == (0, 0)
        assert len(ended.lines) == 20
        assert {line.split()[0] for line in ended.lines} < set(job_ids)
        assert all(MODEL in line for line in ended.lines)
        found = json.loads(as_json.out)["jobs"]
        assert [job["id"] for job in found] == [line.split()[0] for line in ended.lines]
        assert {job["model"] for job in found} == {MODEL}


async def test_the_guides_other_flags(tmp_path):
    async with world(tmp_path, start_bot=False) as everything:
        checked = await bot(everything, "--validate-only", "--file", DATASET)
        uploaded = await bot(everything, "--upload-only")

        assert (checked.code, uploaded.code) == (0, 0)
        assert checked.lines[-1] == "✅ Validation passed, training examples: 321"
        assert uploaded.lines[-2] == "File uploaded successfully"
        assert len(everything.proxy.sent("POST", FILES)) == 1


COMMANDS = [
    ("train", "--yes"), ("monitor", "ftjob-1"), ("test", MODEL), ("jobs",),
    ("--epochs", "1", "--yes"),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
async def test_a_wrong_key_is_said_without_the_key(tmp_path, words):
    wrong = "sk-wrong-9876543210zyxwvut"
    async with world(tmp_path, start_bot=False) as everything:
        ended = await bot(everything, *words, OPENAI_API_KEY=wrong)

        assert ended.code == 1
        assert "refused the key" in ended.err
        assert wrong not in ended.out + ended.err
        assert "Traceback" not in ended.err
        assert everything.proxy.sent("POST", JOBS) == []


@pytest.mark.parametrize("words", COMMANDS)
async def test_a_provider_that_is_not_there_is_said(tmp_path, words):
    ended = await terminal(
        *words, "--json", cwd=tmp_path, LANGUAGE="en", OPENAI_API_KEY=API_KEY,
        OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1", DATASET_PATH=str(DATASET),
        POLL_INTERVAL_S="0.1",
    )  # fmt: skip

    assert ended.code == 1
    assert re.match(r"The (model|provider) can't be reached\. ", ended.err)


@pytest.mark.parametrize("words", COMMANDS)
async def test_only_the_providers_key_is_needed(tmp_path, words):
    ended = await terminal(*words, cwd=tmp_path)

    assert (ended.code, ended.err) == (2, "OPENAI_API_KEY: is required and not set\n")
