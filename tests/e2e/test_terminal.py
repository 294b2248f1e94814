"""The workflow without Telegram: real processes of the terminal's commands, and a real engine."""

import asyncio
import json
import os
import pty
import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.commands import REAL, Ended, environment, free_port, terminal
from tests.world import API_KEY, DATASET, World, world

PASSED = "✅ Проверка пройдена, обучающих примеров: 321"
FAILED = "❌ Проверка не пройдена: ошибок — "


def example(question: str, answer: str) -> str:
    messages = [
        {"role": "system", "content": "Ты Наташа."},
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The shipped dataset with three defects in the middle."""
    lines = DATASET.read_text(encoding="utf-8").splitlines()
    lines[87] = lines[87].replace('"assistant"', '"asistant"')
    lines[99] = lines[99][:-3]
    lines[199] = example("Как дела?\x1b[31m", "Хорошо").replace('"system"', '"\\u001b[31mking"')
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty megabytes of different examples, in the shipped dataset's words."""
    words = sorted(set(DATASET.read_text(encoding="utf-8").split()))
    words = [word for word in words if word.isalpha()]
    dice = random.Random(1)
    path: Path = tmp_path_factory.mktemp("big") / "big.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(13_000):
            question, answer = (" ".join(dice.choices(words, k=n)) for n in (20, 100))
            file.write(example(f"{question}?", f"{answer}.") + "\n")
    assert path.stat().st_size > 20_000_000
    return path


async def test_the_shipped_dataset_passes(tmp_path):
    """Without any setting: the numbers, and the guide's own words as the last line."""
    ended = await terminal("validate", DATASET, cwd=tmp_path)

    assert (ended.code, ended.err) == (0, "")
    assert ended.lines[-1] == PASSED
    assert ended.lines[0] == "Примеров: 321"
    assert any(line.startswith("Токенов всего ") for line in ended.lines)


async def test_the_file_is_the_settings_unless_named(tmp_path, broken):
    ended = await terminal("validate", cwd=tmp_path, DATASET_PATH=str(DATASET))
    other = await terminal("validate", broken, cwd=tmp_path, DATASET_PATH=str(DATASET))

    assert ended.lines[-1] == PASSED
    assert other.code == 1


@pytest.mark.parametrize(
    ("language", "line", "last"),
    [
        ("ru", "строка 88: ", rf"{FAILED}\d+, обучающих примеров — 321"),
        ("en", "line 88: ", r"❌ Validation failed: errors: \d+, training examples: 321"),
    ],
    ids=["ru", "en"],
)
async def test_report_speaks_the_settings_language_and_no_other(
    tmp_path, broken, language, line, last
):
    ended = await terminal("validate", broken, cwd=tmp_path, LANGUAGE=language)

    assert (ended.code, ended.err) == (1, "")
    assert re.fullmatch(last, ended.lines[-1])
    # Its names of things are words of the file's own, in Latin letters.
    own = [each for each in ended.lines if not re.match(r"строка|line|Темы|Themes", each)]
    other = "[A-Za-z]{3}" if language == "ru" else "[а-яё]"
    assert [each for each in own if re.search(other, each)] == []
    found, *_ = (each for each in ended.lines if each.startswith(line) and "asistant" in each)
    assert "&quot;" not in found
    assert "<" not in found


async def test_a_file_can_not_paint_the_screen(tmp_path, broken):
    """What it holds is quoted without the characters that terminals obey."""
    ended = await terminal("validate", broken, cwd=tmp_path)

    assert "king" in ended.out
    assert "\x1b" not in ended.out


async def test_more_findings_than_are_listed_are_counted(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"messages": []}\n' * 300, encoding="utf-8")

    ended = await terminal("validate", path, cwd=tmp_path, LANGUAGE="en")

    assert sum(line.startswith("line ") for line in ended.lines) == 200
    assert ended.lines[-2] == "and 100 more"
    assert ended.lines[-1] == "❌ Validation failed: errors: 300, training examples: 300"


async def test_json_is_one_object_and_nothing_else(tmp_path, broken):
    good = await terminal("validate", DATASET, "--json", cwd=tmp_path)
    bad = await terminal("validate", broken, "--json", cwd=tmp_path)

    assert (good.code, good.err) == (0, "")
    report = json.loads(good.out)
    assert report["is_valid"]
    assert (report["file"], report["examples"]) == (str(DATASET), 321)
    assert len(report["sha256"]) == 64
    tokens = report["tokens"]
    assert tokens["min"] <= tokens["median"] <= tokens["p95"] <= tokens["max"] < tokens["total"]
    assert sum(report["turns"].values()) == 321
    assert sum(report["system_prompts"].values()) == 321
    assert (bad.code, json.loads(bad.out)["is_valid"]) == (1, False)
    finding = next(f for f in json.loads(bad.out)["findings"] if f["line"] == 88)
    assert (finding["level"], finding["rule"]) == ("error", "bad_role")
    # As JSON, so that a text can be told from a number.
    assert finding["params"]["value"] == '"asistant"'
    assert "asistant" in finding["message"]


@pytest.mark.parametrize("command", ["validate", "upload"])
@pytest.mark.parametrize("name", ["nobody.jsonl", ".", "two\nlines.jsonl"])
async def test_a_file_that_is_not_there_is_one_clear_line(tmp_path, command, name):
    ended = await terminal(
        command, name, "--json", cwd=tmp_path, LANGUAGE="en", OPENAI_API_KEY=API_KEY
    )

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"{name.replace(chr(10), ' ')}: there is no such file\n"


async def test_a_file_that_can_not_be_read_is_told_with_the_reason(tmp_path):
    ended = await terminal("validate", "x" * 300, cwd=tmp_path)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith(": File name too long\n")


async def test_a_big_file_is_read_to_its_end(tmp_path, big):
    ended = await terminal("validate", big, cwd=tmp_path)

    assert (ended.code, ended.err) == (0, "")
    assert ended.lines[-1] == PASSED.replace("321", "13000")


async def test_people_see_how_far_it_is_and_can_stop_it(tmp_path, big):
    """A bar on the terminal; Ctrl-C ends it without a traceback."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *REAL, "bot", "validate", big, cwd=tmp_path, env=environment({}), stderr=theirs,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"big.jsonl:" not in seen or b"%" not in seen:
        seen += await asyncio.to_thread(os.read, ours, 4096)

    process.send_signal(signal.SIGINT)
    out, _ = await process.communicate()
    seen += _rest(ours)

    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in seen


@pytest.mark.parametrize("words", ["validate bad.jsonl --json", "check", "health"])
async def test_a_reader_that_has_enough_ends_it_quietly(tmp_path, words):
    """As in `validate | head`."""
    (tmp_path / "bad.jsonl").write_text("{}\n" * 300, encoding="utf-8")
    command = shlex.join([*REAL, "bot", *words.split()])
    process = await asyncio.create_subprocess_shell(
        f"({command}; echo ended with $? >&2) | head -c 0; sleep 0",
        cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip

    _, err = await process.communicate()

    assert err == b"ended with 141\n"


@pytest.mark.parametrize(
    "poor", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "ascii:strict"}]
)
async def test_a_poor_terminal_loses_no_word(tmp_path, broken, poor):
    ended = await terminal("validate", broken, cwd=tmp_path, python=REAL, **poor)

    assert (ended.code, ended.err) == (1, "")
    assert "строка 88: " in ended.out
    assert ended.lines[-1].startswith(FAILED)


async def test_a_terminal_of_few_letters_shows_those_that_it_has(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *REAL, "bot", "validate", DATASET, cwd=tmp_path, stdout=subprocess.PIPE,
        env=environment({"PYTHONIOENCODING": "koi8-r"}),
    )  # fmt: skip

    out, _ = await process.communicate()

    assert process.returncode == 0
    assert out.decode("koi8-r").splitlines()[-1] == PASSED.replace("✅", "?")


def test_validating_loads_neither_telegram_nor_the_providers_library(tmp_path):
    """So it starts quickly; measured by what is loaded, not by the clock."""
    script = f"""
import sys
from bot.cli import main
assert main(["validate", {str(DATASET)!r}]) == 0
print({{"telegram", "openai", "aiosqlite"}} & sys.modules.keys())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=environment({}), capture_output=True, check=False,
    )  # fmt: skip

    assert done.stdout.decode().splitlines()[-1] == "set()", done.stderr


async def test_upload_gives_the_id_that_the_provider_knows(tmp_path):
    """Checked, sent, and said in the guide's words."""
    async with world(tmp_path, start_bot=False) as everything:
        ended = await upload(everything, DATASET)
        as_json = await upload(everything, DATASET, "--json")

        assert (ended.code, ended.err) == (0, "")
        *_, verdict, said, last = ended.lines
        assert (verdict, said) == (PASSED, "File uploaded successfully")
        file_id = last.removeprefix("File ID: ")
        assert file_id.startswith("file-")
        for known in (file_id, json.loads(as_json.out)["file_id"]):
            file = await everything.account.files.retrieve(known)
            assert (file.filename, file.purpose) == (DATASET.name, "fine-tune")
            assert file.bytes == DATASET.stat().st_size


async def test_a_broken_file_is_not_sent(tmp_path, broken):
    async with world(tmp_path, start_bot=False) as everything:
        ended = await upload(everything, broken)
        as_json = await upload(everything, broken, "--json")

        assert (ended.code, as_json.code) == (1, 1)
        assert ended.lines[-1].startswith(FAILED)
        assert json.loads(as_json.out)["file_id"] is None
        assert everything.proxy.sent("POST", "/v1/files") == []


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "не принял ключ"), ("en", "refused the key")]
)
async def test_a_wrong_key_is_said_without_the_key(tmp_path, language, said):
    wrong = "sk-wrong-9876543210zyxwvut"
    async with world(tmp_path, start_bot=False) as everything:
        ended = await upload(everything, DATASET, OPENAI_API_KEY=wrong, LANGUAGE=language)

    assert ended.code == 1
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert wrong not in ended.out + ended.err
    assert "File ID" not in ended.out


async def test_a_provider_that_is_not_there_is_said(tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}/v1"

    ended = await terminal(
        "upload", DATASET, "--json", cwd=tmp_path, LANGUAGE="en",
        OPENAI_BASE_URL=nobody, OPENAI_API_KEY=API_KEY,
    )  # fmt: skip

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(
        "The provider can't be reached. Please try again in a minute. (ConnectError"
    )


async def test_uploading_needs_the_providers_key_and_validating_nothing(tmp_path):
    ended = await terminal("upload", DATASET, cwd=tmp_path)
    wrong = await terminal("validate", DATASET, cwd=tmp_path, N_EPOCHS="many")

    assert (ended.code, ended.err) == (2, "OPENAI_API_KEY: is required and not set\n")
    assert wrong.code == 2
    assert wrong.err.startswith("N_EPOCHS: ")


def test_a_bug_shows_no_secret(tmp_path):
    """What nobody foresaw goes through the log's formatter, also where there is no log file."""
    script = """
import logging
from bot.terminal.console import guard_logs
guard_logs({"my-own-secret"})
try:
    raise LookupError("with my-own-secret and sk-somebody-elses-12345")
except LookupError:
    logging.getLogger("bot.cli").critical("Ended by a bug", exc_info=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=environment({}), capture_output=True, check=False,
    )  # fmt: skip

    assert b"LookupError: with [hidden] and [hidden]" in done.stderr


async def upload(everything: World, path: Path, *words: str, **settings: str) -> Ended:
    return await terminal(
        "upload", path, *words, cwd=everything.folder, **everything.settings | settings
    )


def _rest(terminal_fd: int) -> bytes:
    """What a terminal still shows after its program has ended."""
    seen = b""
    try:
        while more := os.read(terminal_fd, 4096):
            seen += more
    except OSError:  # Linux says the end of a terminal in this way
        pass
    finally:
        os.close(terminal_fd)
    return seen
