"""Refuses what could not be stored and told again: half characters, NUL, huge or endless numbers.

One check for every route. It sees the path, the query and the JSON body before a route does.
"""

import math
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from fastapi import Request

from engine.envelope import UPLOADS
from engine.errors import ApiError, bad_request

MAX_DEPTH = 64
"""How deep lists and objects of a body may be nested."""
_LARGEST = 2**63 - 1
"""SQLite's and OpenAI's whole numbers have 64 bits."""
_UNREADABLE = "We could not parse the JSON body of your request."


async def check_request(request: Request) -> None:
    """A dependency of every route; raises `ApiError` 400."""
    scope = request.scope
    for part in ("raw_path", "query_string"):
        _check_bytes(unquote_to_bytes(scope.get(part) or b""))
    if scope["path"] == UPLOADS or not await request.body():
        return  # An upload is read chunk by chunk, and its names are checked there.
    if "json" not in request.headers.get("content-type", ""):
        return  # No route reads such a body.
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise bad_request(_UNREADABLE) from None
    if isinstance(body, Mapping):
        for name, value in body.items():
            check_value(name, param=None)
            check_value(value, param=name)
    else:
        check_value(body, param=None)


def check_value(value: object, *, param: str | None) -> None:
    """Check a parsed JSON value with all that it contains; raises `ApiError` 400."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif fault := _fault(item):
                raise _refusal(fault, param)
        if not below:
            return
        level = below
    raise _refusal(f"it is nested deeper than {MAX_DEPTH} levels", param)


def _fault(item: object) -> str | None:
    if isinstance(item, str):
        return fault_of_text(item)
    if isinstance(item, float) and not math.isfinite(item):
        return "it has a number that is not finite"
    if isinstance(item, int) and not -_LARGEST - 1 <= item <= _LARGEST:
        return "it has a whole number of more than 64 bits"
    return None


def fault_of_text(text: str) -> str | None:
    """Why *text* can't be stored and told again; None: it can."""
    if "\0" in text:
        return "it has a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "it has half of a character (a lone surrogate), which is not valid Unicode"
    return None


def _check_bytes(raw: bytes) -> None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise bad_request("The address of the request is not valid UTF-8.") from None
    if fault := fault_of_text(text):
        raise bad_request(f"The address of the request is invalid: {fault}.")


def _refusal(fault: str, param: str | None) -> ApiError:
    if param is None:
        return bad_request(f"Invalid body: {fault}.", code="invalid_value")
    return bad_request(f"Invalid '{param}': {fault}.", param=param, code="invalid_value")
