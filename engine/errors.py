"""Errors for clients, in OpenAI's shape."""

from typing import Any

SERVER_ERROR = "server_error"


class ApiError(Exception):
    """The engine answers a request with this error.

    Attributes:
        status: HTTP status.
        message: A sentence for the developer or administrator; contains no key.
        param: The faulty parameter; None where there is none.
        code: A word for programs, such as `model_not_found`; None where OpenAI sends none.
        kind: The `type` in the JSON.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind

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


def file_not_found(file_id: str) -> ApiError:
    """404 for an unknown file."""
    return ApiError(404, f"No such File object: {file_id}", param="id")
