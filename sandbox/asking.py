"""Reads the parameters of requests to the sandbox's own API, and refuses bad ones."""

from typing import Any

from starlette.requests import Request

from sandbox.errors import Refused
from sandbox.shapes import Json


async def json_body(request: Request) -> Json:
    """The JSON object in a request's body."""
    try:
        body: Any = await request.json()
    except ValueError as exc:
        raise Refused(400, f"the body is not JSON: {exc}") from exc
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def chat_path(request: Request) -> tuple[int, int]:
    """The bot's and the chat's id in a path."""
    return path_id(request, "bot_id"), path_id(request, "chat_id")


def path_id(request: Request, name: str) -> int:
    """A number in a path."""
    return whole_number(request.path_params[name], name)


def query_id(request: Request, name: str) -> int | None:
    """A number in a query; None when it is missing."""
    value = request.query_params.get(name)
    return None if value is None else whole_number(value, name)


def whole_number(value: str, name: str) -> int:
    """A whole number from its string."""
    try:
        return int(value)
    except ValueError:
        raise Refused(400, f"{name} must be a whole number, not {value!r}") from None


def seconds(value: str) -> float:
    """A waiting time from its string."""
    try:
        return max(0.0, float(value))
    except ValueError:
        raise Refused(400, f"wait must be a number of seconds, not {value!r}") from None


def amount(raw: Json, name: str, default: float | None = None) -> float:
    """A number in a body that is not negative; *default* when it is missing, if there is one."""
    value: Any = raw.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refused(400, f"{name} must be a number that is not negative")
    return value


def identifier(raw: Json, name: str, default: int | None = None) -> int | None:
    """A whole number in a body; *default* when it is missing."""
    value: Any = raw.get(name, default)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Refused(400, f"{name} must be a whole number")
    return value
