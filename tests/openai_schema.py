"""Checks requests and responses against OpenAI's published API schema.

    check_request("POST", "/v1/fine_tuning/jobs", request.headers, request.content)
    check_response("POST", "/v1/fine_tuning/jobs", 200, response.headers, response.content)

Both raise `SchemaViolation` (an AssertionError) and do nothing where the schema does not lie beside
the checkout (`is_available`; mark a test that is about the schema itself with `needs_schema`).

Known gaps of the schema (FACTS 7) are stepped over: a healthy job's `error: {}`, the status
"paused". Stricter than the schema: a request may hold only parameters that the schema names.
"""

import copy
import email.parser
import email.policy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parents[2] / "shared" / "specs" / "openai-openapi-min.json"
is_available = SCHEMA.exists()
needs_schema = pytest.mark.skipif(not is_available, reason=f"no official schema at {SCHEMA}")


class SchemaViolation(AssertionError):
    """A request or response that the official schema does not allow."""


def check_request(
    method: str, path: str, headers: Mapping[str, str], body: bytes | str | None
) -> None:
    """Check a request: route, key, query, content type and body.

    Args:
        method: HTTP method.
        path: Path or whole URL, with the query; what comes before `/v1` is ignored.
        headers: Names in any case.
        body: As sent; None or empty for no body.
    """
    if not is_available or _is_of_engine(path):
        return
    where = f"{method} {path}"
    operation, path_item = _operation(method, path)
    known = {name.lower(): value for name, value in headers.items()}
    if not known.get("authorization", "").startswith("Bearer "):
        raise SchemaViolation(f"{where}: no bearer key")
    _check_query(where, operation.get("parameters", []) + path_item.get("parameters", []), path)
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        if body and body not in (b"{}", "{}"):
            raise SchemaViolation(f"{where}: a body where none is expected")
        return
    sent = known.get("content-type", "").split(";")[0]
    if sent not in content:
        raise SchemaViolation(f"{where}: content type {sent!r}, not one of {list(content)}")
    schema = content[sent]["schema"]
    if sent == "multipart/form-data":
        value: Any = _form(known["content-type"], body or b"")
    else:
        value = json.loads(body or b"null")
    _check(where, schema, value)
    if unknown := value.keys() - _property_names(schema):
        raise SchemaViolation(f"{where}: parameters that the schema does not know: {unknown}")


def check_response(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes | str
) -> None:
    """Check a response; errors (400 and above) against the schema of an error, on any route."""
    if not is_available or _is_of_engine(path):
        return
    where = f"{method} {path} -> {status}"
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        _check(where, {"$ref": "#/components/schemas/ErrorResponse"}, json.loads(text))
        return
    operation, _ = _operation(method, path)
    content = operation["responses"][str(status)]["content"]
    known = {name.lower(): value for name, value in headers.items()}
    sent = known.get("content-type", "").split(";")[0]
    if urlsplit(path).path.endswith("/content"):
        return  # A file's bytes: the schema's "JSON string" is not what anybody sends.
    if sent not in content:
        raise SchemaViolation(f"{where}: content type {sent!r}, not one of {list(content)}")
    if sent == "text/event-stream":
        _check_stream(where, content[sent]["schema"], text)
    else:
        _check(where, content[sent]["schema"], _without_gaps(json.loads(text)))


def stream_chunks(text: str) -> list[Any]:
    """The JSON objects of a server-sent event stream, without the closing `[DONE]`."""
    frames = [frame.removeprefix("data: ") for frame in text.split("\n\n") if frame.strip()]
    return [json.loads(frame) for frame in frames if frame != "[DONE]"]


def _check_stream(where: str, schema: Mapping[str, Any], text: str) -> None:
    if not text.endswith("data: [DONE]\n\n"):
        raise SchemaViolation(f"{where}: the stream does not end with [DONE]")
    for chunk in stream_chunks(text):
        _check(where, schema, chunk)


def _check(where: str, schema: Mapping[str, Any], value: Any) -> None:
    found = sorted(_validator(json.dumps(schema)).iter_errors(value), key=lambda e: list(e.path))
    if found:
        lines = [f"  {'.'.join(map(str, e.absolute_path)) or '(body)'}: {e.message}" for e in found]
        raise SchemaViolation(f"{where}\n" + "\n".join(lines))


def _check_query(where: str, parameters: list[dict[str, Any]], path: str) -> None:
    known = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
    for key, value in parse_qsl(urlsplit(path).query, keep_blank_values=True):
        name = key.split("[")[0]
        if name not in known:
            raise SchemaViolation(f"{where}: unknown query parameter {key!r}")
        if known[name].get("type") == "integer" and not value.isdecimal():
            raise SchemaViolation(f"{where}: {key}={value!r} is not a whole number")
        if value not in known[name].get("enum", [value]):
            raise SchemaViolation(f"{where}: {key}={value!r} is not one of {known[name]['enum']}")


def _form(content_type: str, body: bytes | str) -> dict[str, Any]:
    """A multipart form as an object; files by their content, as text; `a[b]` is within `a`."""
    raw = body.encode() if isinstance(body, str) else body
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + raw)
    form: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        text = (
            part.get_payload(decode=True) or b""  # type: ignore[union-attr]
        ).decode("utf-8", "replace")
        if inner := re.fullmatch(r"(\w+)\[(\w+)\]", name):
            value = int(text) if text.isdecimal() else text
            form.setdefault(inner[1], {})[inner[2]] = value
        else:
            form[name] = text
    return form


def _without_gaps(value: Any) -> Any:
    """The same, with what the schema does not know of replaced by what it knows."""
    value = copy.deepcopy(value)
    for job in _jobs(value):
        if job.get("error") == {}:
            job["error"] = None
        if job.get("status") == "paused":
            job["status"] = "queued"
    return value


def _jobs(value: Any) -> Iterator[dict[str, Any]]:
    objects = value.get("data", [value]) if isinstance(value, dict) else []
    yield from (item for item in objects if item.get("object") == "fine_tuning.job")


def _is_of_engine(path: str) -> bool:
    """Whether the route is the engine's own addition, which the official schema does not have."""
    return re.match(r"(.*?/v1)?/engine/", path) is not None


def _operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    plain = re.sub(r"^.*?/v1(?=/)", "", unquote(urlsplit(path).path), count=1)
    for template, item in _schema()["paths"].items():
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, plain) and method.lower() in item:
            return item[method.lower()], item
    raise SchemaViolation(f"{method} {path}: the schema has no such operation")


def _property_names(schema: Mapping[str, Any]) -> set[str]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _property_names(_schema()["components"]["schemas"][name])
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        names |= _property_names(part)
    return names


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": _schema()["components"]})


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema
