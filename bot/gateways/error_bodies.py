"""Reads what a server says about a failure, in any of the forms that servers are known to use."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from bot.gateways.library import openai

# https://developers.openai.com/api/docs/guides/error-codes, looked up 2026-11-22
QUOTA_CODES = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
"""The account has no money or quota."""

_SAY_NOTHING = (404, 405, 409)
"""Statuses whose words count only as JSON: gateways send them with a plain text of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What a server says about a failure; a part is empty when the server does not say it."""

    code: str = ""
    message: str = ""
    """Unchanged: it may quote a key."""
    param: str = ""
    """The parameter that the failure is about."""


def error_body(exc: "openai.APIError") -> ErrorBody:
    """What the server says; an error without words is an empty one."""
    payload = _payload(exc)
    error = payload.get("error") if isinstance(payload, dict) else payload
    if isinstance(error, str):
        return ErrorBody(message=error)
    fields = error or payload
    if isinstance(fields, dict) and isinstance(fields.get("detail"), dict):
        fields = fields["detail"]
    if not isinstance(fields, dict):
        return ErrorBody()
    wrong = _first_wrong(fields.get("detail"))
    return ErrorBody(
        code=str(fields.get("code") or _quota_type(fields) or wrong.get("type") or ""),
        message=_sentence(fields),
        param=str(fields.get("param") or _place(wrong)),
    )


def _payload(exc: "openai.APIError") -> Any:
    if not isinstance(exc, openai.APIStatusError):
        return exc.body
    try:
        words = exc.response.text
    except httpx2.StreamError:
        return None
    try:
        return json.loads(words)
    except (ValueError, RecursionError):
        is_plain = exc.response.headers.get("content-type", "").startswith("text/plain")
        return words if is_plain and exc.status_code not in _SAY_NOTHING else None


def _quota_type(fields: dict[str, Any]) -> str:
    return str(fields["type"]) if fields.get("type") in QUOTA_CODES else ""


def _sentence(fields: dict[str, Any]) -> str:
    if wrong := _first_wrong(fields.get("detail")):
        return f"{_place(wrong)}: {wrong.get('msg', '')}"
    values = (fields.get(name) for name in ("message", "detail", "title", "msg"))
    return next((value for value in values if isinstance(value, str) and value), "")


def _first_wrong(detail: object) -> dict[str, Any]:
    """The first problem in a 422 of a server made with FastAPI; else empty."""
    first = detail[0] if isinstance(detail, list) and detail else None
    return first if isinstance(first, dict) else {}


def _place(wrong: dict[str, Any]) -> str:
    where = wrong.get("loc")
    return str(where[-1]) if isinstance(where, list) and where else ""
