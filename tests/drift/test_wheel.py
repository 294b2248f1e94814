"""What is delivered starts elsewhere, too: the wheel, built and installed as anybody would."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import ENGLISH_DATASET, SHIPPED_DATASET
from tests.drift.project import PACKAGES, ROOT


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder with the installed wheel, and another one to run it from."""

    folder: Path
    elsewhere: Path
    wheel: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run *command* with the installed packages instead of this checkout's."""
        return run(command, cwd=self.elsewhere, PYTHONPATH=str(self.folder))


def run(command: Sequence[str], *, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        command,
        cwd=cwd,
        env=inherited | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Built with the tools of this environment and installed beside it, without a network."""
    place = tmp_path_factory.mktemp("wheel")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    built = run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), "."],
        cwd=ROOT,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = place.glob("*.whl")
    folder = place / "installed"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    done = run([*pip, "--no-index", "--target", str(folder), str(wheel)], cwd=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(folder, elsewhere, wheel)


def test_its_command_says_what_it_can_do(installed):
    result = installed.run(str(installed.folder / "bin" / "natasha-bot"), "--help")

    assert (result.returncode, result.stderr) == (0, "")
    for command in ("run", "check", "demo"):
        assert command in result.stdout


def test_it_says_what_is_missing(installed):
    """Not a traceback: what an operator sees who starts it without settings."""
    result = installed.run(str(installed.folder / "bin" / "natasha-bot"))

    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        f"{name}: is required and not set"
        for name in ("TELEGRAM_BOT_TOKEN", "OPENAI_API_KEY", "ADMIN_IDS")
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_is_there(installed, package):
    """Migrations, catalogue, prompts, schema, the page: setuptools would have left them out."""
    here = {
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    datasets = {f"bot/{path}" for path in (SHIPPED_DATASET, ENGLISH_DATASET)}
    names = set(zipfile.ZipFile(installed.wheel).namelist()) - datasets
    there = {name for name in names if name.startswith(f"{package}/")}

    assert {name.rpartition(".")[2] for name in here} - {"py"}
    assert there == here


def test_it_carries_nothing_else(installed):
    """Neither tests nor data nor anybody's settings."""
    roots = {name.split("/")[0] for name in zipfile.ZipFile(installed.wheel).namelist()}

    assert {root for root in roots if not root.endswith(".dist-info")} == set(PACKAGES)


def test_shipped_dataset_travels_along(installed):
    """Somebody who has only the wheel can look at a report at once."""
    result = installed.run(sys.executable, "-m", "bot", "validate")

    assert (result.returncode, result.stderr) == (0, "")
    assert "321" in result.stdout


@pytest.mark.parametrize(
    ("server", "missing"),
    [
        ("engine", "fastapi"),
        ("engine", "python_multipart"),
        ("sandbox", "starlette"),
        ("sandbox", "uvicorn"),
    ],
)
def test_a_server_names_the_extra_that_it_needs(installed, server, missing):
    script = f"""
import runpy, sys
sys.modules[{missing!r}] = None
runpy.run_module({server!r}, run_name="__main__", alter_sys=True)
"""

    result = installed.run(sys.executable, "-c", script)

    assert result.returncode == 2
    assert result.stderr == (f"{server}: {missing} is missing: pip install 'natasha-bot[demo]'\n")


def test_it_finds_its_own_files(installed):
    """By their place beside the code, not by the folder that one happens to be in."""
    script = """
import bot
from bot.catalogue import load_catalogue
from bot.storage.migrations import scripts
from bot.trials.sampling import sample_prompts
print(bot.__file__)
assert load_catalogue().models and scripts() and sample_prompts()
"""

    result = installed.run(sys.executable, "-c", script)

    assert (result.returncode, result.stderr) == (0, "")
    assert Path(result.stdout.strip()).is_relative_to(installed.folder)


@pytest.mark.parametrize("server", ["engine", "sandbox"])
def test_its_servers_start(installed, server):
    """Their parent is gone before they begin, so they say that they are ready, and end."""
    options = ["--data", str(installed.elsewhere / "engine")] if server == "engine" else []

    result = installed.run(sys.executable, "-m", server, "--port", "0", "--until-eof", *options)

    assert (result.returncode, result.stdout[: len(server) + 8]) == (0, f"{server}: ready "), result
