"""The checker of the official schema notices what it is there to notice."""

import json

import pytest

from tests.openai_schema import SchemaViolation, check_request, check_response, needs_schema

JSON = {"Content-Type": "application/json"}
SENT = {**JSON, "Authorization": "Bearer k"}
JOBS = "http://127.0.0.1:1/v1/fine_tuning/jobs"

pytestmark = needs_schema


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", JOBS, JSON, {"model": "m", "training_file": "f"}),
        ("POST", JOBS, SENT, {"model": "m"}),
        ("POST", JOBS, SENT, {"model": "m", "training_file": "f", "epochs": 3}),
        ("POST", JOBS, SENT, {"model": "m", "training_file": "f", "suffix": "x" * 65}),
        ("POST", JOBS, {**SENT, "Content-Type": "text/plain"}, {"model": "m"}),
        ("POST", "/v1/fine_tuning/job", SENT, {}),
        ("GET", f"{JOBS}?limit=many", SENT, None),
        ("GET", f"{JOBS}?page=2", SENT, None),
        ("POST", "/v1/chat/completions", SENT, {"model": "m", "messages": []}),
    ],
)
def test_bad_request_is_noticed(method, path, headers, body):
    """A request that the provider would refuse is refused here first."""
    with pytest.raises(SchemaViolation):
        check_request(method, path, headers, body and json.dumps(body))


def test_good_requests_pass():
    """What the provider takes passes, with or without a host before the path."""
    body = {"model": "m", "training_file": "f", "metadata": {"run": "1"}}
    chat = {"model": "m", "messages": [{"role": "user", "content": "a"}], "max_tokens": 5}

    check_request("POST", JOBS, SENT, json.dumps(body))
    check_request("POST", "/v1/chat/completions", SENT, json.dumps(chat).encode())
    check_request("GET", f"{JOBS}?metadata[run]=1&limit=5", SENT, None)
    check_request("POST", f"{JOBS}/ftjob-1/cancel", SENT, b"")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"object": "list", "data": []}),
        (200, {"object": "list", "data": [{"id": "ftjob-1"}], "has_more": False}),
        (400, {"error": {"message": "m", "type": "t", "param": None}}),
        (422, {"detail": []}),
    ],
)
def test_bad_response_is_noticed(status, body):
    """An answer or an error of another shape is noticed."""
    with pytest.raises(SchemaViolation):
        check_response("GET", JOBS, status, JSON, json.dumps(body))
