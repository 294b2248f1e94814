"""A provider with a large account, for counting: `python -m benchmarks.crowd OURS FOREIGN where`.

It speaks OpenAI's schema of jobs and events, prints its port, and knows three words of its own:
`GET /calls` (how many since the last such request), `POST /end` (all of our jobs fail) and
`POST /hang` (the first of ours does not answer from now on). It ends with its standard input.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

JOBS = "/v1/fine_tuning/jobs"
N_EVENTS = 60


class Account:
    """Jobs, newest first: ours before or behind those of others."""

    def __init__(self, n_ours: int, n_foreign: int, *, are_ours_newest: bool) -> None:
        self.ours = [f"ftjob-ours{n:04}" for n in range(n_ours)]
        foreign = [f"ftjob-foreign{n:05}" for n in range(n_foreign)]
        self.ids = self.ours + foreign if are_ours_newest else foreign + self.ours
        self.place = {job_id: n for n, job_id in enumerate(self.ids)}
        self.n_calls = 0
        self.status = "running"
        self.is_hanging = False

    def job(self, job_id: str) -> dict[str, object]:
        return {
            "id": job_id,
            "object": "fine_tuning.job",
            "created_at": 1_764_000_000 - self.place[job_id],
            "error": {"code": "server_error", "message": "out of luck", "param": None}
            if self.status == "failed"
            else None,
            "fine_tuned_model": None,
            "finished_at": 1_764_000_900 if self.status == "failed" else None,
            "hyperparameters": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 0.1},
            "model": "gpt-4.1-mini-2025-04-14",
            "organization_id": "org-x",
            "result_files": [],
            "seed": 7,
            "status": self.status,
            "trained_tokens": None,
            "training_file": "file-x",
            "validation_file": None,
            "metadata": {"natasha_run": job_id},
        }

    def page(self, after: str, limit: int) -> dict[str, object]:
        start = self.place[after] + 1 if after else 0
        shown = self.ids[start : start + limit]
        rows = [self.job(job_id) for job_id in shown]
        return {"object": "list", "data": rows, "has_more": start + limit < len(self.ids)}

    def events(self, job_id: str) -> dict[str, object]:
        rows = [
            {
                "id": f"ftevent-{job_id}-{step}",
                "object": "fine_tuning.job.event",
                "created_at": 1_764_000_000 + step,
                "level": "info",
                "type": "metrics",
                "message": f"Step {step}/900: training loss=1.00",
                "data": {"step": step, "total_steps": 900, "train_loss": 1.0},
            }
            for step in range(N_EVENTS, 0, -1)
        ]
        return {"object": "list", "data": rows, "has_more": False}


class Handler(BaseHTTPRequestHandler):
    """Answers for the class's account."""

    account: Account
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        account, url = self.account, urlsplit(self.path)
        if url.path == "/calls":
            n_calls, account.n_calls = account.n_calls, 0
            return self._answer(n_calls)
        account.n_calls += 1
        job_id, _, what = url.path.removeprefix(JOBS).strip("/").partition("/")
        if account.is_hanging and job_id == account.ours[0]:
            time.sleep(3600)
        if not job_id:
            query = parse_qs(url.query)
            after, limit = query.get("after", [""])[0], int(query["limit"][0])
            return self._answer(account.page(after, limit))
        return self._answer(account.events(job_id) if what else account.job(job_id))

    def do_POST(self) -> None:
        if self.path == "/end":
            self.account.status = "failed"
        else:
            self.account.is_hanging = True
        self._answer(None)

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def _main(n_ours: str, n_foreign: str, where: str) -> None:
    Handler.account = Account(int(n_ours), int(n_foreign), are_ours_newest=where == "newest")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _main(*sys.argv[1:])
