"""The tests of real training: they need the extra `lora`."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import FAST, in_own_loop
from tests.engine.lora.nursery import Nursery
from tests.engine.lora.ray_cluster import CPUS, RayCluster
from tests.engine.lora.running import MODEL, options


@pytest.fixture(scope="session")
def lora_base(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same base under the name that the tests of both backends use."""
    return shutil.copytree(tiny_base, tmp_path_factory.mktemp("bases") / MODEL)


@pytest.fixture(scope="session")
def lora_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shared engine."""
    return tmp_path_factory.mktemp("lora")


@pytest.fixture(scope="session")
def lora_url(lora_folder: Path, lora_base: Path) -> Iterator[str]:
    """One engine that trains, for all tests that do not need one of their own."""
    data = f"--data={lora_folder / 'engine'}"
    with in_own_loop(lora_folder, *FAST, data, *options(lora_base)) as address:
        yield address


@pytest.fixture(scope="session")
def nursery(extra: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Starts workers quickly, see `Nursery`."""
    with Nursery(tmp_path_factory.mktemp("nursery") / "log") as it:
        yield it


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """Two nodes of Ray; a job waits for room for 15 s."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs the extra `ray`: make setup-ray")
    with RayCluster(cpus=CPUS, RAY_JOB_START_TIMEOUT_SECONDS="15") as it:
        yield it
