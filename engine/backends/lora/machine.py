"""What this machine has: devices, free memory, and whether the kernel has ended a process for it.

Reads `/proc` and the control groups; a GPU is asked by a child process, because only torch knows it
under the number that training uses.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_log = logging.getLogger(__name__)

_MEMORY_INFO = Path("/proc/meminfo")
_GROUPS = Path("/sys/fs/cgroup")
_NATIVE_16_BIT = {"amx_bf16", "avx512_bf16", "bf16"}
"""Names of processors' features, as the kernel writes them."""
_PROBE_TIMEOUT_S = 60
_PROBE = """
import json, torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
print(json.dumps([torch.cuda.mem_get_info(index)[0] for index in range(count)]))
"""


def devices_here(wanted: Sequence[str]) -> tuple[str, ...]:
    """The devices that train: the *wanted* ones, else each GPU, else the CPU."""
    if wanted:
        return tuple(wanted)
    if not Path("/dev/nvidiactl").exists():
        return ("cpu",)
    found = _parsed(subprocess.run(_command(), capture_output=True, timeout=_PROBE_TIMEOUT_S))  # noqa: PLW1510, S603
    return tuple(f"cuda:{index}" for index in range(len(found))) or ("cpu",)


async def free_bytes(device: str) -> int | None:
    """The memory that a new process can take on the *device*; None: it could not be found out."""
    if device == "cpu":
        left = (left_in(group) for group in _own_groups())
        return min([_available(), *(n_bytes for n_bytes in left if n_bytes is not None)])
    process = await asyncio.create_subprocess_exec(
        *_command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    found = _parsed(subprocess.CompletedProcess([], process.returncode, out, err))
    index = int(device.partition(":")[2] or 0)
    return found[index] if index < len(found) else None


def weight_bytes(device: str) -> int:
    """Bytes of a weight: 2 where the device computes with 16 bits natively, else 4."""
    if device != "cpu":
        return 2
    return 4 if _NATIVE_16_BIT.isdisjoint(_text(Path("/proc/cpuinfo")).split()) else 2


def cpu_threads(wanted: int | None) -> int:
    """The threads of a training: all cores but one, which serves; at least 1."""
    return wanted or max(1, len(os.sched_getaffinity(0)) - 1)


def left_in(group: Path) -> int | None:
    """The bytes that a control group, of version 2 or 1, leaves; None: it has no limit.

    Caches of files count as left. https://docs.kernel.org/admin-guide/cgroup-v2.html (looked up
    2026-11-29)
    """
    limit = _text(group / "memory.max") or _text(group / "memory.limit_in_bytes")
    used = _text(group / "memory.current") or _text(group / "memory.usage_in_bytes")
    if not (limit.strip().isdecimal() and used.strip().isdecimal()):
        return None
    statistics = _text(group / "memory.stat")
    cached = _value(statistics, "total_inactive_file") or _value(statistics, "inactive_file")
    return max(0, int(limit) - int(used) + (cached or 0))


def killed_for_memory() -> int:
    """How many processes of our own control group the kernel has ended for lack of memory."""
    group = next(_own_groups(), None)
    return killed_in(group) if group else 0


def killed_in(group: Path) -> int:
    """The same for any control group, of version 2 or 1."""
    counters = (_text(group / name) for name in ("memory.events", "memory.oom_control"))
    return sum(_value(text, "oom_kill") or 0 for text in counters)


def resident_bytes(process_id: int) -> int:
    """The memory of a process; 0 if it has ended."""
    return (_value(_text(Path(f"/proc/{process_id}/status")), "VmRSS:") or 0) * 1024


def descendants(process_id: int) -> Iterator[int]:
    """The children of a process, and theirs, as far as the kernel tells them.

    https://man7.org/linux/man-pages/man5/proc_pid_task.5.html (looked up 2026-12-01)
    """
    for thread in Path(f"/proc/{process_id}/task").glob("*/children"):
        for child in map(int, _text(thread).split()):
            yield child
            yield from descendants(child)


def _command() -> Sequence[str]:
    return sys.executable, "-c", _PROBE


def _parsed(probe: subprocess.CompletedProcess[bytes]) -> list[int]:
    if probe.returncode:
        _log.warning("the GPUs could not be asked: %s", probe.stderr.decode(errors="replace"))
        return []
    return [int(free) for free in json.loads(probe.stdout)]


def _available() -> int:
    return (_value(_text(_MEMORY_INFO), "MemAvailable:") or 0) * 1024


def _own_groups() -> Iterator[Path]:
    """The folders of the memory groups around this process, the innermost first."""
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, kinds, own = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        root = _GROUPS / kinds
        inner = root / own.strip("/")
        for folder in (inner, *inner.parents):
            if folder.is_dir():
                yield folder
            if folder == root:
                break


def _value(text: str, name: str) -> int | None:
    """The number behind a name at the beginning of a line."""
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == name:
            return int(words[1])
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
