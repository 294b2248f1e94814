"""A bad file fails the job with the provider's code, and the message names the line."""

import json

import pytest

from tests.engine.conftest import all_events, job_in, new_job, tuned, upload
from tests.engine.pairs import GOOD_FILE, LINES, line


def example(*messages, **others):
    return json.dumps({"messages": list(messages), **others}, ensure_ascii=False)


USER = {"role": "user", "content": "Привет"}
ANSWER = {"role": "assistant", "content": "Здравствуй"}

BAD_LINES = {
    "not json": ("{'messages': []}", "not JSON"),
    "cut off": (LINES[0][:-5], "not JSON"),
    "no object": ("[1]", "not a JSON object"),
    "no messages": ('{"prompt": "a"}', "unknown key 'prompt'"),
    "empty messages": (example(), "'messages' must be a list"),
    "no assistant": (example(USER), "no assistant message"),
    "role": (example(USER, {"role": "natasha", "content": "a"}), "messages[1].role is 'natasha'"),
    "no role": (example({"content": "a"}, ANSWER), "messages[0].role is None"),
    "message key": (example(USER, {**ANSWER, "mood": 1}), "unknown key 'mood'"),
    "no content": (example(USER, {"role": "assistant"}), "messages[1].content is not a string"),
    "content number": (example({"role": "user", "content": 5}, ANSWER), "messages[0].content"),
    "not a message": (example("Привет", ANSWER), "messages[0] is not an object"),
    "weight of a user": (example({**USER, "weight": 1}, ANSWER), "only assistant messages"),
    "half a weight": (example(USER, {**ANSWER, "weight": 0.5}), "weight is 0.5"),
    "all weights 0": (example(USER, {**ANSWER, "weight": 0}), "nothing to learn"),
    "name": (example({**USER, "name": 5}, ANSWER), "name is not a string"),
    "half a character": (
        example({"role": "user", "content": "Да HALF"}, ANSWER).replace("HALF", r"\ud83d"),
        "messages[0].content has half a character at 4",
    ),
    "half a name": (
        example({**USER, "name": "HALF"}, ANSWER).replace("HALF", r"\ud83d"),
        "messages[0].name has half a character at 1",
    ),
    "endoftext": (line("Конец <|endoftext|>", "Да"), "messages[1].content contains the special"),
    "fim": (line("Да", "Нет <|fim_suffix|>"), "<|fim_suffix|>, which is not allowed"),
    "im_start": (example({"role": "system", "content": "<|im_start|>"}, USER, ANSWER), "im_start"),
    "not utf-8": ("Привет".encode("cp1251"), "not UTF-8 (byte 1 of the line)"),
    "deep": ("[" * 100_000, "not JSON"),
}


@pytest.mark.parametrize("fault", BAD_LINES)
async def test_bad_training_line_is_named(api, fault):
    """Whatever is wrong with a line, the reason names its number and what it is."""
    bad, words = BAD_LINES[fault]
    raw = bad if isinstance(bad, bytes) else bad.encode()
    content = b"\n".join([*(text.encode() for text in LINES[:11]), raw, LINES[12].encode()])

    job = await tuned(api, content=content)

    assert job.status == "failed"
    assert (job.error.code, job.error.param) == ("invalid_training_file", "training_file")
    assert "line 12: " in job.error.message
    assert words in job.error.message
    assert (job.fine_tuned_model, job.trained_tokens, job.result_files) == (None, None, [])
    last = (await all_events(api, job.id))[-1]
    assert last.level == "error"
    assert job.error.message in last.message


async def test_byte_order_mark_is_named(api):
    """A file saved with BOM says so."""
    job = await tuned(api, content=b"\xef\xbb\xbf" + GOOD_FILE)

    assert "line 1: starts with a byte order mark" in job.error.message


async def test_many_bad_lines_are_counted(api):
    """The first five are told, the others counted."""
    job = await tuned(api, content=b"{}\n" * 12)

    assert job.error.message.count("line ") == 5
    assert job.error.message.endswith("(and 7 more)")


@pytest.mark.parametrize("count", [1, 9])
async def test_too_few_examples(api, count):
    """Fewer than ten examples fail with a code of their own."""
    job = await tuned(api, content="\n".join(LINES[:count]).encode())

    assert job.status == "failed"
    assert job.error.code == "invalid_n_examples"
    assert f"{count} example(s), but must have at least 10" in job.error.message


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n  \n"])
async def test_ten_examples_are_enough(api, ending):
    """Ten are enough, however the file ends."""
    job = await tuned(api, content=("\n".join(LINES[:10]) + ending).encode())

    assert job.status == "succeeded"


async def test_bad_validation_file_has_its_own_code(api):
    """The validation file's fault is told as such."""
    validation = await upload(api, b"nonsense")

    job = await job_in(api, await new_job(api, validation_file=validation), "failed")

    assert (job.error.code, job.error.param) == ("invalid_validation_file", "validation_file")


async def test_everything_that_is_allowed_passes(api):
    """Weights, names, developer and tool messages, parts and several turns are all fine."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    good = [
        example(USER, {**ANSWER, "weight": 0}, USER, {**ANSWER, "weight": 1}),
        example({**USER, "name": "Anna"}, ANSWER),
        example({"role": "developer", "content": "Коротко"}, USER, ANSWER),
        example(
            USER,
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "ok"},
            ANSWER,
            tools=[],
            parallel_tool_calls=False,
        ),
        example({"role": "user", "content": [{"type": "text", "text": "Привет"}]}, ANSWER),
    ]

    job = await tuned(api, content="\n".join([*LINES[:10], *good]).encode())

    assert job.status == "succeeded"
