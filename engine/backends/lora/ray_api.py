"""Ray's Jobs API, which is spoken to over HTTP.

https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html (looked up
2026-12-01). Its answers and error types were read in ray 2.60.
"""

import logging
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

_TIMEOUT_S = 10.0
_SHOWN_CHARACTERS = 300
"""Of Ray's message, for the client."""
NOT_STARTED = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"
"""Ray gives a job up that has waited for room for `RAY_JOB_START_TIMEOUT_SECONDS`."""
UNREACHABLE = (httpx2.HTTPError, ValueError)
"""What calls raise: the cluster does not answer, or with something that is not JSON."""
_log = logging.getLogger(__name__)


class RayApi:
    """The jobs of a cluster. Calls raise what is in `UNREACHABLE`."""

    def __init__(self, address: str) -> None:
        """Nothing is asked yet; *address* is that of Ray's dashboard, with `http://`."""
        self.address = address
        self._http = httpx2.AsyncClient(
            base_url=address.rstrip("/"), timeout=_TIMEOUT_S, trust_env=False
        )

    async def submit(
        self,
        job_id: str,
        words: Sequence[str],
        *,
        device: str,
        threads: int,
        memory_bytes: int,
        environment: Mapping[str, str],
    ) -> None:
        """Hand a command to Ray, unless it has got it already: an answer of it may have been lost.

        On the CPU it gets so many threads and bytes, otherwise a GPU.
        """
        is_on_cpu = device == "cpu"
        body = {
            "submission_id": job_id,
            # `exec`: Ray's signals reach the process, and no shell in between.
            "entrypoint": f"exec {shlex.join(words)}",
            "entrypoint_num_cpus": threads if is_on_cpu else 1,
            "entrypoint_num_gpus": 0 if is_on_cpu else 1,
            "entrypoint_memory": memory_bytes if is_on_cpu else 0,
            "runtime_env": {"env_vars": {"OMP_NUM_THREADS": str(threads), **environment}},
        }
        if await self.find(job_id) is None:
            await self._ask("POST", "/", body)

    async def find(self, job_id: str) -> dict[str, Any] | None:
        """What Ray knows of a job; None: nothing."""
        return await self._ask("GET", f"/{job_id}")

    async def stop(self, job_id: str) -> None:
        """Ask Ray to end a job."""
        await self._ask("POST", f"/{job_id}/stop")

    async def is_alive(self) -> bool:
        """Whether the cluster answers; an exception says why not."""
        return (await self._http.get("/api/version")).is_success

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        answer = await self._http.request(method, f"/api/jobs{path}", json=body)
        if method == "GET" and answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        if answer.is_error:
            _log.warning("Ray answers %d: %s", answer.status_code, answer.text[-1000:])
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def sentences(message: str) -> str:
    """Ray's sentences; the indented lines between them are details of its actor."""
    said = " ".join(line for line in message.splitlines() if line[:1].strip())
    return said[:_SHOWN_CHARACTERS] or "Ray has stopped it"
