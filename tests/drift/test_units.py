"""The units of systemd: they write where the bot does, without rights, within bounds."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.drift.project import ROOT, text

UNITS = ("natasha.service", "natasha-backup.service")
HOME = "/home/natasha/natasha-bot"


def directives(unit: str) -> dict[str, str]:
    """The last value of each."""
    lines = [line for line in text(f"deploy/{unit}").splitlines() if "=" in line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_gives_no_rights(unit):
    found = directives(unit)

    assert found["User"] == "natasha"
    assert found["CapabilityBoundingSet"] == ""
    assert found["NoNewPrivileges"] == "yes"
    assert found["SystemCallFilter"] == "@system-service"


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_writes_into_its_own_folder_only(unit):
    """Not into the program in it either."""
    found = directives(unit)

    assert found["UMask"] == "0077"
    assert (found["ProtectSystem"], found["ProtectHome"]) == ("strict", "tmpfs")
    assert found["BindPaths"] == found["WorkingDirectory"] == HOME
    assert found["ReadOnlyPaths"] == f"{HOME}/.venv {HOME}/bot"
    assert "ReadWritePaths" not in found


def test_a_file_that_is_too_much_does_not_take_the_bot_along():
    """Without `continue` systemd stops the whole unit when the kernel ends a child."""
    found = directives("natasha.service")

    assert found["OOMPolicy"] == "continue"
    assert found["MemoryMax"] == "512M"
    assert found["RestartPreventExitStatus"] == "2"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="Needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_a_unit(unit, tmp_path: Path):
    """Its program is not installed where the tests run, so another stands for it."""
    program = f"{HOME}/.venv/bin/python"
    (tmp_path / unit).write_text(text(f"deploy/{unit}").replace(program, "/bin/true"))

    ran = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
