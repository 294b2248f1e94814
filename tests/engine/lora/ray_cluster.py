"""A Ray cluster of two nodes on this machine: each node is a set of processes.

`python -m tests.engine.lora.ray_cluster CPUS` prints the address of its dashboard and the id of its
second node, which each line of its standard input has killed and replaced: it prints the new id.
The end of its standard input ends the cluster.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from types import TracebackType

CPUS = 2
"""Jobs that a node of the tests takes at once."""
SMALL = {"object_store_memory": 80_000_000, "resources": {}}
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # A dead node is noticed after 3 s instead of 30.
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


class RayCluster:
    """The cluster, as its tests see it."""

    def __init__(self, cpus: int, **environment: str) -> None:
        """Each node takes *cpus* jobs of one thread at once."""
        self._cpus = cpus
        self._environment = environment

    def __enter__(self) -> "RayCluster":
        # Short, because paths of sockets have at most 107 characters.
        self._folder = tempfile.mkdtemp(prefix="ray-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, str(self._cpus)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            env=os.environ | QUIET | {"RAY_TMPDIR": self._folder} | self._environment,
            text=True,
        )
        self.address, self.node = self._answer(), self._answer()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(60) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()
        _remove(self._folder)

    def replace_node(self) -> None:
        """Kill the second node without a warning, and add another one."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.node = self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        assert answer, "the cluster has ended"
        return answer


def on_ray(cluster: RayCluster) -> tuple[str, ...]:
    """The options of an engine that works there."""
    return "--executor=ray", f"--ray-address={cluster.address}"


def _remove(folder: str) -> None:
    """Ray's processes that are just ending may still write there."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return shutil.rmtree(folder)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _serve(cpus: int) -> None:
    from ray.cluster_utils import Cluster

    sys.stdout, answers = sys.stderr, sys.stdout  # Ray prints
    more = {"num_cpus": cpus, **SMALL}
    head = {
        "include_dashboard": True,
        "dashboard_port": 0,
        "dashboard_agent_listen_port": 0,
        **more,
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    node = cluster.add_node(**more)
    print(f"http://{cluster.webui_url}\n{node.node_id}", file=answers, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(node, allow_graceful=False)
        node = cluster.add_node(**more)
        print(node.node_id, file=answers, flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
