"""A small server that plays Ray's Jobs API: each job is a process of this machine.

https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html (looked up
2026-12-01). Tests of what a real cluster does are in `test_ray.py`.
"""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PlayedRay:
    """The jobs, and whether a wish to stop one is answered."""

    def __init__(self) -> None:
        self.address = ""
        self.jobs: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = threading.Event()
        self.may_stop = threading.Event()
        """While it is not set, nobody who wants to stop a job gets an answer."""
        self.may_stop.set()

    @property
    def options(self) -> tuple[str, ...]:
        """Those of an engine that works there."""
        return "--executor=ray", f"--ray-address={self.address}"

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """The JSON of an answer; None: there is no such job."""
        if path == "/api/version":
            return {}
        if method == "POST" and path == "/api/jobs/":
            more = body["runtime_env"]["env_vars"]
            process = subprocess.Popen(
                ["sh", "-c", body["entrypoint"]],
                env=os.environ | more,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.jobs[body["submission_id"]] = process
            return {}
        job_id, *what = path.removeprefix("/api/jobs/").split("/")
        job = self.jobs.get(job_id)
        if job is None:
            return None
        if what == ["stop"]:
            self.asked_to_stop.set()
            self.may_stop.wait()
            job.terminate()
            return {}
        return _description(job.poll())


@contextmanager
def playing_ray() -> Iterator[PlayedRay]:
    """A cluster on loopback; what still runs at the end is killed."""
    ray = PlayedRay()

    class Handler(_Handler):
        pass

    Handler.ray = ray
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    ray.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield ray
    finally:
        ray.may_stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
        for job in ray.jobs.values():
            job.kill()
            job.wait()


class _Handler(BaseHTTPRequestHandler):
    ray: PlayedRay

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = self.ray.answer(self.command, self.path, json.loads(sent or b"{}"))
        self.send_response(404 if found is None else 200)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # of an engine that was killed meanwhile
            self.wfile.write(json.dumps(found).encode())


def _description(code: int | None) -> dict[str, Any]:
    status = {None: "RUNNING", 0: "SUCCEEDED"}.get(code, "FAILED")
    return {
        "status": status,
        "message": "",
        "driver_exit_code": code,
        "error_type": None,
        "driver_agent_http_address": "http://127.0.0.1:1",
        "driver_node_id": "played",
    }
