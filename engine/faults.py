"""Turns what the web framework raises into OpenAI's shape of an error."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.errors import ApiError, bad_request, internal_error


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Exception, _bug)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), error.status)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    """500; `envelope.Envelope` logs the traceback under the same request id."""
    return JSONResponse(internal_error(request.scope["request_id"]).body(), 500)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path}"
    if error.status_code == 404:
        answer = ApiError(404, f"Invalid URL ({where})", code="unknown_url")
    elif error.status_code == 405:
        answer = ApiError(405, f"Not allowed: {where}", code="method_not_supported")
    else:
        answer = ApiError(error.status_code, str(error.detail))
    return JSONResponse(answer.body(), answer.status, headers=error.headers)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    """400, as at OpenAI; the framework would say 422."""
    assert isinstance(error, RequestValidationError)
    answer = _explained(error.errors())
    return JSONResponse(answer.body(), answer.status)


def _explained(faults: Sequence[Any]) -> ApiError:
    """The first fault, in words; the value itself is not repeated."""
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
