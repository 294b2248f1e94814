"""What the bot's validation lets through, the engine trains on and the official schema allows.

The published schema names the example of a chat `FineTuneChatRequestInput`, and a pair of answers
`FineTunePreferenceRequestInput`; its minimal copy in `../shared/specs` has all the parts of these,
so they are put together here.
"""

import asyncio
import copy
import functools
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.dataset.validation.scan import validate
from bot.domain.datasets import TrainingMethod
from bot.gateways.dataset_file import open_dataset
from bot.gateways.provider import TrainingApi
from engine.backends import JobRefused
from engine.backends.examples import check_examples
from engine.domain import Method
from tests.engine.conftest import BASE, KEY, job_in
from tests.openai_schema import SCHEMA, needs_schema
from tests.world import DATASET

MANY = settings(
    derandomize=True,
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
GOOD = DATASET.read_bytes().splitlines()[:60]
PAIRS = [
    json.dumps(
        {
            "input": {"messages": talk},
            "preferred_output": [answer],
            "non_preferred_output": [{"role": "assistant", "content": f"Не знаю. {number}"}],
        },
        ensure_ascii=False,
    ).encode()
    for number, (*talk, answer) in enumerate(json.loads(line)["messages"] for line in GOOD)
]
LINES = {TrainingMethod.SUPERVISED: GOOD, TrainingMethod.DPO: PAIRS}
METHODS = st.sampled_from(TrainingMethod)
N_GOOD = 10
"""Lines before those in doubt: a provider wants ten examples at least."""
BOM = b"\xef\xbb\xbf"

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CUSTOM = {"id": "c2", "type": "custom", "custom": {"name": "f", "input": "x"}}
TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {}, "strict": None},
}
PIECES: list[list[dict[str, Any]]] = [
    [{"role": "developer", "content": "Коротко."}],
    [{"role": "user", "content": "Как дела?", "name": "Анна"}],
    [{"role": "assistant", "content": "Так.", "weight": 0}],
    [{"role": "assistant", "content": "Так.", "weight": 1, "refusal": "Нет."}],
    [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "{}"},
    ],
    [
        {"role": "assistant", "tool_calls": [CALL, CUSTOM], "weight": 0},
        {"role": "tool", "tool_call_id": "c2", "content": "+7 916 123-45-67"},
    ],
    [{"role": "assistant", "content": "", "function_call": CALL["function"]}],
]
"""What an example may hold besides a question and an answer."""
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "tools": st.just([TOOL]) | st.just([]),
        "functions": st.just([TOOL["function"]]),
        "parallel_tool_calls": st.booleans(),
    },
)
ODD: st.SearchStrategy[object] = st.sampled_from(
    [
        None, "", " ", 0, 1, 2, 1.0, 0.5, -1, True, False, [], {}, [{}], ["a"], "a", 10**30, 1e300,
        "\n", "😊", "\u2028", "\ufeff", "\ud83d", "\0", "<|im_end|>", "<|endoftext|>", "[INST]",
        "function", "custom", "system", "developer", "user", "assistant", "tool", "human",
        [{"type": "text", "text": "a"}], [{"text": 5}], float("nan"),
    ]
)  # fmt: skip
KEYS = (
    "role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal",
    "audio", "mood", "messages", "functions", "id", "type", "input", "preferred_output",
)  # fmt: skip


REF = "#/components/schemas/"
MESSAGES = {
    "type": "array",
    "minItems": 1,
    "items": {
        "allOf": [
            {"$ref": f"{REF}ChatCompletionRequestMessage"},
            {"properties": {"weight": {"type": "integer", "enum": [0, 1]}}},
        ]
    },
}
OUTPUT = {
    "type": "array",
    "maxItems": 1,
    "items": {"$ref": f"{REF}ChatCompletionRequestAssistantMessage"},
}
PAIR = {
    "type": "object",
    "properties": {
        "input": {
            "type": "object",
            "properties": {
                "messages": MESSAGES,
                "tools": {"type": "array", "items": {"$ref": f"{REF}ChatCompletionTool"}},
                "parallel_tool_calls": {"$ref": f"{REF}ParallelToolCalls"},
            },
        },
        "preferred_output": OUTPUT,
        "non_preferred_output": OUTPUT,
    },
}
EXAMPLE = {
    "type": "object",
    "required": ["messages"],
    "properties": {
        "messages": MESSAGES,
        "tools": {"type": "array", "items": {"$ref": f"{REF}ChatCompletionTool"}},
        "functions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 128,
            "items": {"$ref": f"{REF}ChatCompletionFunctions"},
        },
        "parallel_tool_calls": {"$ref": f"{REF}ParallelToolCalls"},
    },
}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Everything within *value*: what holds it, and its key or index there."""
    keys: Iterable[Any] = ()
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
    return [place for key in keys for place in [(value, key), *places(value[key])]]


@st.composite
def rows(draw: st.DrawFn, method: TrainingMethod) -> dict[str, Any]:
    """An example with some of all that it may have, and up to two things about it changed."""
    row: dict[str, Any] = json.loads(draw(st.sampled_from(LINES[method])))
    given = row.get("input", row)
    system, *talk = given["messages"]
    before = draw(st.lists(st.sampled_from(PIECES), max_size=2))
    more = itertools.chain.from_iterable(before)
    given.update({"messages": [system, *more, *talk], **draw(FIELDS)})
    row = copy.deepcopy(row)
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 1, 2]))):
        holder, key = draw(st.sampled_from(places(row) or [({}, "")]))
        match draw(st.integers(0, 3)):
            case 0:
                holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)
            case 1 if isinstance(holder, dict):
                holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(ODD))
            case _:
                holder[key] = copy.deepcopy(draw(ODD))
    return row


@st.composite
def lines(draw: st.DrawFn, method: TrainingMethod) -> bytes:
    """A line with such an example, or what is left of one."""
    text = json.dumps(draw(rows(method)), ensure_ascii=draw(st.booleans()))
    line = text.encode(errors="surrogatepass").replace(b"\n", b" ")
    match draw(st.integers(0, 25)):
        case 25:
            line = draw(st.sampled_from([*GOOD[:2], *PAIRS[:2]]))
        case 0:
            line = line[: draw(st.integers(0, len(line)))]
        case 1:
            at = draw(st.integers(0, len(line)))
            line = line[:at] + draw(st.binary(min_size=1, max_size=2)) + line[at:]
        case 2:
            line = draw(st.sampled_from([BOM, b" ", b"\t", b"\x0b", "\u00a0".encode()])) + line
        case 3:
            line = line.replace(b'"content"', b'"content": "x", "content"', 1)
        case 4:
            line = draw(st.sampled_from([b"", b" ", b"\x0c", b"\r", b"null", b"{}", b"[1]", b"7"]))
        case _:
            pass
    return line


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Ten good lines, one to three in doubt, spelled in the ways of several editors."""
    method = draw(METHODS)
    first = draw(st.integers(0, len(GOOD) - N_GOOD))
    n_good = draw(st.sampled_from([N_GOOD] * 9 + [N_GOOD - 2]))
    more = draw(st.lists(lines(method), min_size=1, max_size=3))
    content = LINES[method][first : first + n_good] + more
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n", b"\r"]))
    last = draw(st.sampled_from([end, b"", b"\n\n \n"]))
    return draw(st.sampled_from([b"", b"", b"", BOM])) + end.join(content) + last


def as_uploaded(path: Path) -> Path:
    """The file as the provider gets it."""
    sent = path.with_name("sent.jsonl")
    with open_dataset(path) as file:
        sent.write_bytes(file.read())
    return sent


def refusal(path: Path, method: TrainingMethod) -> str:
    """Why the engine would not train on a file; empty when it would."""
    try:
        found = asyncio.run(check_examples(path, "training_file", 65_536, Method(method)))
    except JobRefused as exc:
        return str(exc)
    return "" if found.count >= N_GOOD else f"{found.count} examples"


@MANY
@given(files())
@example(b"\n".join(GOOD[:N_GOOD]))
@example(b"\n".join(PAIRS[:N_GOOD]))
def test_what_the_bot_lets_through_the_engine_trains_on(tmp_path, content):
    """And so, whatever the engine refuses, the bot has told before anybody pays."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)

    report = validate(path, encoding="o200k_base")

    if report.is_valid:
        assert refusal(as_uploaded(path), report.method) == "", content


@needs_schema
@MANY
@given(files())
def test_what_the_bot_lets_through_fits_the_official_schema(tmp_path, content):
    """Line by line, as the schema describes an example of a chat, or a pair."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)

    report = validate(path, encoding="o200k_base")

    if report.is_valid:
        for line in as_uploaded(path).read_bytes().split(b"\n"):
            if line.strip():
                assert faults(json.loads(line), report.method) == [], line


@MANY
@given(METHODS.flatmap(lambda method: st.tuples(st.just(method), lines(method))))
def test_what_the_engine_refuses_has_an_error_on_its_very_line(tmp_path, doubtful):
    method, line = doubtful
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join([*LINES[method][:N_GOOD], line]))
    reason = refusal(path, method)

    report = validate(path, encoding="o200k_base")

    if reason:
        assert N_GOOD + 1 in {finding.line for finding in report.findings}, reason
        assert not report.is_valid


def with_more() -> list[bytes]:
    """Good lines, each with something more."""
    found = []
    for line, more in zip(GOOD, PIECES, strict=False):
        system, *talk = json.loads(line)["messages"]
        row = {"messages": [system, *more, *talk], "tools": [TOOL], "parallel_tool_calls": False}
        found.append(json.dumps(row).encode())
    return found


REAL = {
    "plain": b"\n".join(GOOD),
    "mark and Windows": BOM + b"\r\n".join(GOOD[:N_GOOD]),
    "blank lines": b"\n\n \n".join(GOOD[:N_GOOD]) + b"\n\n",
    "escaped": b"\n".join(json.dumps(json.loads(line)).encode() for line in GOOD[:N_GOOD]),
    "all kinds": b"\n".join([*GOOD[20:30], *with_more()]),
    "pairs": BOM + b"\r\n".join(PAIRS),
}


@pytest.mark.parametrize("name", REAL)
async def test_a_job_on_what_the_bot_lets_through_is_past_its_check(tmp_path, api, name):
    """Uploaded as the bot uploads, to an engine that runs."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(REAL[name])
    report = validate(path, encoding="o200k_base")
    assert report.n_errors == 0

    file_id = await TrainingApi(lambda: api, secrets=[KEY]).upload(path, name="data.jsonl")
    job = await api.fine_tuning.jobs.create(
        training_file=file_id, model=BASE, method={"type": report.method.value}
    )

    done = await job_in(api, job.id, "succeeded", "failed")
    assert done.status == "succeeded", done.error
    assert report.tokens is not None
    assert done.trained_tokens == 3 * report.tokens.total


def faults(row: object, method: TrainingMethod) -> list[str]:
    """What the official schema has against an example."""
    return [error.message for error in _schema_of_examples(method).iter_errors(row)]


@functools.cache
def _schema_of_examples(method: TrainingMethod) -> Draft202012Validator:
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema = PAIR if method is TrainingMethod.DPO else EXAMPLE
    return Draft202012Validator({**schema, "components": published["components"]})
