"""What the machine says about its memory."""

import os
from pathlib import Path

import pytest

from engine.backends.lora import machine


def group(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "1000\n", "memory.current": "300\n"}, 700),
        (
            {
                "memory.max": "1000\n",
                "memory.current": "300\n",
                "memory.stat": "anon 1\ninactive_file 200\n",
            },
            900,
        ),
        ({"memory.max": "1000\n", "memory.current": "1200\n"}, 0),
        ({"memory.max": "max\n", "memory.current": "300\n"}, None),
        (
            {
                "memory.limit_in_bytes": "1000\n",
                "memory.usage_in_bytes": "300\n",
                "memory.stat": "inactive_file 1\ntotal_inactive_file 50\n",
            },
            750,
        ),
        ({}, None),
    ],
)
def test_control_group_limits_memory(tmp_path, files, left):
    """Both versions; what caches hold is free."""
    assert machine.left_in(group(tmp_path, files)) == left


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ({"memory.events": "low 0\noom 9\noom_kill 2\n"}, 2),
        ({"memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"}, 3),
        ({}, 0),
    ],
)
def test_kills_for_memory_are_counted(tmp_path, files, kills):
    assert machine.killed_in(group(tmp_path, files)) == kills


async def test_this_machine_has_some_memory():
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    free = await machine.free_bytes("cpu")

    assert free is not None
    assert 10_000_000 < free <= total
    assert 1_000_000 < machine.resident_bytes(os.getpid()) < total
    assert machine.killed_for_memory() >= 0


def test_ended_process_has_no_memory():
    process_id = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(process_id, 0)

    assert machine.resident_bytes(process_id) == 0


def test_wanted_devices_and_threads_are_taken():
    assert machine.devices_here(("cuda:3", "cpu")) == ("cuda:3", "cpu")
    assert machine.cpu_threads(5) == 5
    assert machine.cpu_threads(None) == max(1, len(os.sched_getaffinity(0)) - 1)
    assert machine.weight_bytes("cuda:0") == 2
