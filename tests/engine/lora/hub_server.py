"""A small server that plays the routes of a hub which huggingface_hub asks for a download.

https://huggingface.co/docs/hub/api (looked up 2026-11-29), and huggingface_hub 2.4.
"""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


class Hub:
    """What the server knows, and what it was asked."""

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, Files]] = {}
        """By repository and commit."""
        self.main: dict[str, str] = {}
        self.gated: set[str] = set()
        self.token = ""
        """With it, gated ones may be read."""
        self.fails = 0
        """Answer each request with this status; 0: answer."""
        self.wrong_hash = False
        self.claimed_size: int | None = None
        self.held: set[str] = set()
        """Files of which only the first half is sent until `release`."""
        self.reached = threading.Event()
        """Such a half was sent."""
        self.release = threading.Event()
        self.asked: list[tuple[str, str]] = []
        """Method and path of each request."""
        self.tokens: set[str] = set()
        self.url = ""

    def publish(self, hub_id: str, files: Files) -> str:
        """A new commit of `main`."""
        digest = hashlib.sha1(json.dumps([hub_id, sorted(map(str, files.items()))]).encode())
        commit = digest.hexdigest()
        self.commits.setdefault(hub_id, {})[commit] = files
        self.main[hub_id] = commit
        return commit

    def downloads(self, name: str) -> int:
        """How often a file was fetched."""
        return sum(
            1 for method, path in self.asked if method == "GET" and path.endswith("/" + name)
        )


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub on loopback."""
    hub = Hub()

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in the middle is what a test wants."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def log_message(self, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        hub, path = self.hub, unquote(urlsplit(self.path).path)
        hub.asked.append((self.command, path))
        hub.tokens.add(self.headers.get("Authorization", ""))
        if hub.fails:
            return self._send(hub.fails, b"")
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            return self._api("/".join(parts[2:4]), parts[4], parts[5])
        return self._file("/".join(parts[:2]), parts[3], parts[4])

    def _find(self, hub_id: str, revision: str) -> tuple[str, Files] | None:
        commits = self.hub.commits.get(hub_id)
        if commits is None:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"})
            return None
        commit = self.hub.main[hub_id] if revision == "main" else revision
        if commit not in commits:
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})
            return None
        return commit, commits[commit]

    def _api(self, hub_id: str, kind: str, revision: str) -> None:
        found = self._find(hub_id, revision)
        if found is None:
            return None
        commit, files = found
        if kind == "tree":
            entries = [self._entry("path", name, content) for name, content in files.items()]
            return self._send(200, json.dumps(entries).encode())
        siblings = [self._entry("rfilename", name, content) for name, content in files.items()]
        answer = {"id": hub_id, "modelId": hub_id, "sha": commit, "siblings": siblings}
        return self._send(200, json.dumps(answer).encode())

    def _entry(self, key: str, name: str, content: bytes) -> dict[str, Any]:
        size = self.hub.claimed_size or len(content)
        entry: dict[str, Any] = {key: name, "size": size, "type": "file"}
        entry["oid" if key == "path" else "blobId"] = hashlib.sha1(content).hexdigest()
        if name.endswith(".safetensors"):
            digest = self._sha256(content)
            lfs = {"size": size, "pointerSize": 134}
            entry["lfs"] = lfs | ({"oid": digest} if key == "path" else {"sha256": digest})
        return entry

    def _sha256(self, content: bytes) -> str:
        return hashlib.sha256(content + (b"!" if self.hub.wrong_hash else b"")).hexdigest()

    def _file(self, hub_id: str, revision: str, name: str) -> None:
        hub = self.hub
        if hub_id in hub.gated and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self._send(401, b"", {"X-Error-Code": "GatedRepo"})
        found = self._find(hub_id, revision)
        if found is None:
            return None
        commit, content = found[0], found[1][name]
        is_large = name.endswith(".safetensors")
        tag = self._sha256(content) if is_large else hashlib.sha1(content).hexdigest()
        headers = {"ETag": f'"{tag}"', "X-Repo-Commit": commit}
        return self._send(200, content, headers, held=name in hub.held)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, held: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(body) // 2 if held else len(body)
        self.wfile.write(body[:half])
        if held:
            self.wfile.flush()
            self.hub.reached.set()
            self.hub.release.wait()
            self.wfile.write(body[half:])
