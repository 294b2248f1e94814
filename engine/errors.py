"""What a client may be told went wrong, in OpenAI's shape of an error."""

from typing import Any

INVALID_REQUEST = "invalid_request_error"
SERVER_ERROR = "server_error"


class ApiError(Exception):
    """A request is answered with an error.

    Attributes:
        status: HTTP status.
        message: A sentence for the developer or administrator; holds no key.
        param: The parameter at fault; None where there is none.
        code: A word for programs, such as `model_not_found`; None where OpenAI sends none.
        kind: The `type` on the wire.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = INVALID_REQUEST,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """The JSON body that goes to the client."""
        return {
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }
        }


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


def job_not_found(job_id: str) -> ApiError:
    """404 for an unknown fine-tuning job."""
    message = f"Could not find fine tune: {job_id}"
    return ApiError(404, message, param="fine_tune_id", code="fine_tune_not_found")


def not_supported(message: str) -> ApiError:
    """405 for what the provider that is played does not offer."""
    return ApiError(405, message, code="method_not_supported")


def training_not_available() -> ApiError:
    """403 for an organisation that may not train any more, in OpenAI's words for programs."""
    message = "Fine-tuning is not available for your organization."
    return ApiError(403, message, code="training_not_available")


def another_job_runs(job_id: str) -> ApiError:
    """409 where one job runs at a time."""
    return ApiError(409, f"Another training is running: {job_id}. Wait until it is over.")


def unknown_cursor(after: str) -> ApiError:
    """400 for an `after` that names nothing in the list."""
    return bad_request(f"'after' names nothing in this list: {after}", param="after")


def internal_error(request_id: str) -> ApiError:
    """500 for a bug; its traceback is in the log under the same request id."""
    message = f"The server had an error while processing your request (request id {request_id})."
    return ApiError(500, message, kind=SERVER_ERROR, code="internal_error")
