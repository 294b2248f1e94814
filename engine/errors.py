"""Errors for clients, in OpenAI's shape."""

from typing import Any

SERVER_ERROR = "server_error"
CLIENT_GONE = 499
"""Nobody reads this status: nginx's word for a client that did not wait."""


class ApiError(Exception):
    """The engine answers a request with this error.

    Attributes:
        status: HTTP status.
        message: A sentence for the developer or administrator; contains no key.
        param: The faulty parameter; None where there is none.
        code: A word for programs, such as `model_not_found`; None where OpenAI sends none.
        kind: The `type` in the JSON.
        retry_after_s: When another try is worth it, in seconds; None: not known.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        return {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}

    def body(self) -> dict[str, Any]:
        """The JSON body that goes to the client."""
        fields = {"message": self.message, "type": self.kind, "param": self.param}
        return {"error": fields | {"code": self.code}}


def bad_request(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """400: the client must change its request."""
    return ApiError(400, message, param=param, code=code)


def model_not_found(name: str) -> ApiError:
    """404 for a model that does not exist, is not deployed yet, or was deleted."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return ApiError(404, message, param="model", code="model_not_found")


def model_unavailable(name: str, reason: object) -> ApiError:
    """503 for a model that exists but can't be loaded now."""
    message = f"The model `{name}` can't be loaded: {reason}."
    return ApiError(503, message, code="model_unavailable", kind=SERVER_ERROR)


def too_busy(message: str, retry_after_s: int) -> ApiError:
    """429: others are served first."""
    return ApiError(
        429,
        message,
        code="rate_limit_exceeded",
        kind="rate_limit_error",
        retry_after_s=retry_after_s,
    )


def file_not_found(file_id: str) -> ApiError:
    """404 for an unknown file."""
    return ApiError(404, f"No such File object: {file_id}", param="id")
