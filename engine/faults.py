"""Turns exceptions into answers in OpenAI's shape of an error."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from engine.errors import CLIENT_GONE, SERVER_ERROR, ApiError, bad_request


def install(app: FastAPI) -> None:
    """Register the handler for every kind of error."""
    for kind in (Exception, ApiError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    headers: Mapping[str, str] | None = None
    if isinstance(error, ApiError):
        answer = error
        headers = error.headers
    elif isinstance(error, HTTPException):
        answer, headers = _of_framework(request, error), error.headers
    elif isinstance(error, RequestValidationError):
        answer = _explained(error.errors())
    else:  # A bug: `envelope.Envelope` logs its traceback under the same request id.
        message = (
            "The server had an error while processing your request "
            f"(request id {request.scope['request_id']})."
        )
        answer = ApiError(500, message, kind=SERVER_ERROR, code="internal_error")
    return JSONResponse(answer.body(), answer.status, headers=headers)


async def _answer_nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)


def _of_framework(request: Request, error: HTTPException) -> ApiError:
    where = f"{request.method} {request.url.path}"
    if error.status_code == 404:
        return ApiError(404, f"Invalid URL ({where})", code="unknown_url")
    if error.status_code == 405:
        return ApiError(405, f"Not allowed: {where}", code="method_not_supported")
    return ApiError(error.status_code, str(error.detail))


def _explained(faults: Sequence[Any]) -> ApiError:
    """400 for the first fault, as at OpenAI (the framework would send 422); without the value."""
    fault = faults[0]
    kind = fault["type"]
    if kind == "json_invalid" or fault["loc"] == ("body",):
        return bad_request("We could not parse the JSON body of your request.")
    param = ".".join(str(part) for part in fault["loc"][1:])
    if kind == "missing":
        message = f"Missing required parameter: '{param}'."
        return bad_request(message, param=param, code="missing_required_parameter")
    if kind == "extra_forbidden":
        message = f"Unknown parameter: '{param}'."
        return bad_request(message, param=param, code="unknown_parameter")
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return bad_request(f"Invalid '{param}': {reason}.", param=param, code="invalid_value")
