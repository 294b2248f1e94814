"""What is imported is declared; what is declared is locked, with hashes and without addresses."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.drift.project import PACKAGES, imported, sources, text

PROJECT = tomllib.loads(text("pyproject.toml"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    name: [Requirement(line) for line in lines]
    for name, lines in PROJECT["optional-dependencies"].items()
}
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-lora.lock",
    "requirements-ray.lock",
)
TORCH = "requirements-torch.lock"
"""Builds of torch differ in their hashes, so it is pinned by its version alone."""
OURS = {*PACKAGES, "tests", "benchmarks"}
TYPES_ONLY = {"_typeshed"}


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def declared_for(folder: str) -> set[str]:
    everything = names(RUNTIME)
    if folder != "bot":
        everything |= names(EXTRAS["demo"])
    if folder in ("engine", "tests"):
        everything |= names(EXTRAS["lora"])
    if folder == "tests":
        everything |= names(EXTRAS["dev"]) | names(EXTRAS["ray"])
    return everything


def locked(lock: str) -> dict[str, str]:
    """Package -> version."""
    return dict(re.findall(r"(?m)^([a-z0-9][a-z0-9.-]*)==(\S+)", text(lock)))


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_what_is_imported_is_declared(folder):
    """Not only brought along by somebody else, who may drop it."""
    known = packages_distributions()
    roots = {name.split(".")[0] for path in sources(folder) for name in imported(path)}
    foreign = roots - OURS - TYPES_ONLY - sys.stdlib_module_names
    undeclared = {
        root
        for root in foreign
        if not {canonicalize_name(name) for name in known.get(root, [root])} & declared_for(folder)
    }

    assert undeclared == set()


def test_every_range_has_both_ends():
    """Except packages numbered by date, which promise nothing by their numbers."""
    by_date = {"tzdata", "packaging"}
    everything = [*RUNTIME, *EXTRAS["demo"], *EXTRAS["lora"], *EXTRAS["ray"], *EXTRAS["dev"]]
    open_ended = {
        requirement.name
        for requirement in everything
        if {specifier.operator for specifier in requirement.specifier} != {">=", "<"}
    }

    assert open_ended <= by_date


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        (LOCKS[0], RUNTIME),
        (LOCKS[1], [*RUNTIME, *EXTRAS["demo"], *EXTRAS["dev"]]),
        (
            LOCKS[2],
            [*RUNTIME, *EXTRAS["demo"], *(each for each in EXTRAS["lora"] if each.name != "torch")],
        ),
        (LOCKS[3], [*RUNTIME, *EXTRAS["ray"]]),
        (TORCH, [each for each in EXTRAS["lora"] if each.name == "torch"]),
    ],
)
def test_lock_fits_the_declaration(lock, requirements):
    """After a change in pyproject.toml, `make lock` is due."""
    versions = locked(lock)
    wrong = {
        str(requirement): versions.get(canonicalize_name(requirement.name))
        for requirement in requirements
        if not requirement.specifier.contains(
            versions.get(canonicalize_name(requirement.name), "0")
        )
    }

    assert wrong == {}


@pytest.mark.parametrize("other", LOCKS[1:])
def test_tests_and_real_training_run_with_what_is_delivered(other):
    runtime, versions = locked(LOCKS[0]), locked(other)

    assert {name: each for name, each in runtime.items() if versions.get(name) != each} == {}


@pytest.mark.parametrize(("one", "other"), [(1, 2), (1, 3), (2, 3)])
def test_what_is_installed_together_fits_together(one, other):
    """Tests, real training and Ray share an environment."""
    ours, theirs = locked(LOCKS[one]), locked(LOCKS[other])
    both = ours.keys() & theirs.keys()

    assert {name: ours[name] for name in both if ours[name] != theirs[name]} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_its_hashes(lock):
    entries = re.split(r"(?m)^(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text(lock)))

    assert len(entries) > 20
    assert [e.split()[0] for e in entries if e.strip() and "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_registry(lock):
    """Everybody installs from the registry that they have."""
    assert re.findall(r"(?m)^--.*|https?://\S+|file://\S+| @ \S+", text(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_says_how_it_is_made(lock):
    assert re.search(r"(?m)^#\s+make lock$", text(lock))
