"""The official schema of the Bot API, as a judge over calls and answers.

    check_call(call["method"], call["params"])      # what a bot asked: known names, right types
    check_result(call["method"], response["result"])  # what it was answered

Both raise `SchemaError` with the place of what is wrong, and skip the test with a word where
`../shared/specs` does not lie beside the checkout.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SCHEMA = Path(__file__).parents[2] / "shared" / "specs" / "telegram-bot-api.json"

_CONSTANT = re.compile(r"(?:must be|always) [\"'“]?([a-z_]+)[\"'”]?$")
_TAGS = frozenset({"type", "status", "source"})


class SchemaError(AssertionError):
    """A call or an answer is not what the Bot API describes."""


def check_call(method: str, params: dict[str, Any]) -> None:
    """Check the recorded parameters of a call: required ones there, types right, no other names.

    Files may be as the sandbox records them: `{"file_name": ..., "size": ...}`, under the
    parameter's own name or the one that `attach://` points to.
    """
    description = _method(method)
    attached = set(re.findall(r"attach://([^\"\\]+)", json.dumps(params)))
    named = {name: value for name, value in params.items() if name not in attached}
    _check_fields(named, description.get("fields", []), f"{method}")


def check_result(method: str, result: Any) -> None:
    """Check what a call returned (`result` of the answer)."""
    _check(result, _method(method)["returns"], f"{method} -> result")


def check_object(kind: str, value: Any) -> None:
    """Check one object, an `Update` say."""
    _check(value, [kind], kind)


@cache
def _schema() -> dict[str, Any]:
    if not SCHEMA.exists():
        pytest.skip(f"the Bot API's schema is not at {SCHEMA}")
    schema: dict[str, Any] = json.loads(SCHEMA.read_text())
    return schema


def _method(name: str) -> dict[str, Any]:
    methods = _schema()["methods"]
    if name not in methods:
        raise SchemaError(f"the Bot API has no method {name}")
    found: dict[str, Any] = methods[name]
    return found


def _check(value: Any, kinds: list[str], place: str) -> None:
    problems = []
    for kind in kinds:
        try:
            _check_one(value, kind, place)
        except SchemaError as exc:
            problems.append(str(exc))
        else:
            return
    raise SchemaError(problems[0] if len(problems) == 1 else f"{place}: none fits: {problems}")


def _check_one(value: Any, kind: str, place: str) -> None:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise SchemaError(f"{place}: {value!r} is no Array")
        for number, item in enumerate(value):
            _check_one(item, kind.removeprefix("Array of "), f"{place}[{number}]")
    elif kind in _SIMPLE:
        if not _SIMPLE[kind](value):
            raise SchemaError(f"{place}: {value!r} is no {kind}")
    else:
        _check_object_of(value, kind, place)


def _check_object_of(value: Any, kind: str, place: str) -> None:
    description = _schema()["types"][kind]
    if subtypes := description.get("subtypes"):
        _check(value, subtypes, place)
        return
    if not isinstance(value, dict):
        raise SchemaError(f"{place}: {value!r} is no {kind}")
    _check_fields(value, description.get("fields", []), f"{place} ({kind})")


def _check_fields(values: dict[str, Any], fields: list[dict[str, Any]], place: str) -> None:
    known = {field["name"]: field for field in fields}
    if unknown := sorted(values.keys() - known.keys()):
        raise SchemaError(f"{place} has no {', '.join(unknown)}")
    for name, field in known.items():
        if values.get(name) is None:
            if field["required"]:
                raise SchemaError(f"{place}.{name} is missing")
            continue
        _check(values[name], field["types"], f"{place}.{name}")
        constant = _CONSTANT.search(field["description"]) if name in _TAGS else None
        if constant and values[name] != constant[1]:
            raise SchemaError(f"{place}.{name}: {values[name]!r} is not {constant[1]!r}")


def _is_integer(value: Any) -> bool:
    # Forms carry strings; what the sandbox did not decode is still a number on the wire.
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+", value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: Any) -> bool:
    return _is_integer(value) or isinstance(value, float)


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"file_name", "size"}


_SIMPLE = {
    "Integer": _is_integer,
    "Float": _is_float,
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool) or value in ("true", "false"),
    "True": lambda value: value is True,
    "InputFile": _is_file,
}
