"""A small server that plays the routes of vLLM that we use.

The routes and their errors: vllm/entrypoints of https://github.com/vllm-project/vllm (looked up
2026-11-29).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WORDS = ("<think>", "hm", "</think>", "Good ", "day", "!")
"""An answer; each is a token, and one more ends it."""


class Vllm:
    """What the server has loaded, what it was asked, and how it fails."""

    def __init__(self) -> None:
        self.base = "/models/Tiny-Base"
        self.key = "vllm-key"
        self.adapters: dict[str, str] = {}
        self.may_load = True
        self.status = 0
        """Answer each request with this; 0: answer."""
        self.location = ""
        self.retry_after = ""
        self.breaks_after: int | None = None
        """Close the connection after so many words of a stream."""
        self.asked: list[tuple[str, Any]] = []
        """Path and body of each request."""
        self.hung_up = threading.Event()
        """A client has left amid an answer."""
        self.is_slow = False
        """Say the first words of an answer, then nothing."""
        self.url = ""

    def restart(self) -> None:
        """Forget what was loaded."""
        self.adapters.clear()

    def bodies(self, path: str) -> list[Any]:
        """What was sent to a route."""
        return [body for asked, body in self.asked if asked == path]


@contextmanager
def running_vllm() -> Iterator[Vllm]:
    """A server on loopback."""
    vllm = Vllm()
    handler = type("Handler", (_Handler,), {"vllm": vllm})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    vllm.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield vllm
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    vllm: Vllm

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _answer(self, body: Any) -> None:
        vllm = self.vllm
        vllm.asked.append((self.path, body))
        if vllm.status:
            self._error(vllm.status, "try later", "ServiceUnavailable")
        elif self.headers["authorization"] != f"Bearer {vllm.key}":
            self._send(401, {"error": "Unauthorized"})
        elif self.path == "/v1/models":
            self._send(200, {"object": "list", "data": self._cards()})
        elif self.path.endswith("_lora_adapter") and not vllm.may_load:
            self._send(404, {"detail": "Not Found"})
        elif self.path == "/v1/load_lora_adapter":
            self._load(body["lora_name"], body["lora_path"])
        elif self.path == "/v1/unload_lora_adapter":
            self._unload(body["lora_name"])
        elif body["model"] not in (vllm.base, *vllm.adapters):
            self._error(404, f"The model `{body['model']}` does not exist.", "NotFoundError")
        elif self.path == "/tokenize":
            self._tokenize(body)
        else:
            self._chat(body)

    def _cards(self) -> list[dict[str, Any]]:
        vllm = self.vllm
        base = {"id": vllm.base, "root": vllm.base, "parent": None}
        adapters = vllm.adapters.items()
        return [base, *({"id": n, "root": path, "parent": vllm.base} for n, path in adapters)]

    def _load(self, name: str, path: str) -> None:
        if name in self.vllm.adapters:
            message = f"The lora adapter '{name}' has already been loaded. If you want to ..."
            self._error(400, message, "InvalidUserInput")
        elif not Path(path).is_dir():
            self._error(404, f"No adapter found for {path}", "NotFoundError")
        else:
            self.vllm.adapters[name] = path
            self._send(200, f"Success: LoRA adapter '{name}' added successfully.")

    def _unload(self, name: str) -> None:
        del self.vllm.adapters[name]
        self._send(200, f"Success: LoRA adapter '{name}' removed successfully.")

    def _tokenize(self, body: Any) -> None:
        if any(
            message["role"] not in ("system", "user", "assistant") for message in body["messages"]
        ):
            self._error(400, "Unexpected message role.", "BadRequestError")
            return
        count = sum(len(message["content"].split()) + 1 for message in body["messages"])
        self._send(200, {"count": count, "max_model_len": 64, "tokens": [0] * count})

    def _chat(self, body: Any) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        words = WORDS[: body["max_tokens"]]
        try:
            self._frame([{"delta": {"role": "assistant", "content": ""}}], 0)
            for number, word in enumerate(words, 1):
                if number - 1 == self.vllm.breaks_after:
                    return
                if self.vllm.is_slow and number == 5:
                    self.connection.settimeout(20)
                    self.connection.recv(1)  # ends when the client leaves
                    self.vllm.hung_up.set()
                    return
                self._frame([{"delta": {"content": word}, "finish_reason": None}], number)
            reason = "stop" if len(words) < body["max_tokens"] else "length"
            total = len(words) + (reason == "stop")
            self._frame([{"delta": {"content": ""}, "finish_reason": reason}], total)
            self._frame([], total)
            self.wfile.write(b"data: [DONE]\n\n")
        except ConnectionError:
            self.vllm.hung_up.set()

    def _frame(self, choices: list[Any], n_tokens: int) -> None:
        chunk = {"choices": choices, "usage": {"prompt_tokens": 1, "completion_tokens": n_tokens}}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _error(self, status: int, message: str, kind: str) -> None:
        self._send(status, {"error": {"message": message, "type": kind, "code": status}})

    def _send(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        if self.vllm.retry_after:
            self.send_header("retry-after", self.vllm.retry_after)
        if self.vllm.location:
            self.send_header("location", self.vllm.location)
        self.end_headers()
        self.wfile.write(raw)
