"""The map of the house holds: who may import whom, and what may stand where."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.drift.project import PACKAGES, imported, module_name, sources, strings, tree

RANKS = (
    {"bot.domain", "bot.errors"},
    {"bot.texts", "bot.catalogue", "bot.config", "bot.logs"}
    | {"bot.workers", "bot.children", "bot.apart", "bot.apart_child"},
    {"bot.gateways", "bot.storage"},
    {"bot.services"},
    {"bot.views"},
    {"bot.delivery", "bot.context"},
    {"bot.handlers"},
    {"bot.workshop", "bot.wiring", "bot.app"},
    {"bot.check"},
    {"bot.terminal"},
    {"bot.arguments", "bot.cli", "bot.demo"},
    {"bot.__main__"},
)
"""From the lowest up; imports go down. `docs/architecture.md` says why."""

HOMES = {
    "aiosqlite": "bot/storage/",
    "openai": "bot/gateways/",
    "httpx2": "bot/gateways/",
    "splintr": "bot/gateways/",
}
"""Libraries of which only one folder of `bot` knows."""

NOT_FOR_SERVICES = ("telegram", "openai", "aiosqlite", "sqlite3", "httpx", "httpx2")

SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|ROLLBACK|WITH)\b[ ;\n]"
)
CYRILLIC = re.compile("[\N{CYRILLIC CAPITAL LETTER A}-\N{CYRILLIC SMALL LETTER YA}ёЁ]")
SPEAKS_RUSSIAN = ("bot/texts/", "bot/demo")
"""Where people's sentences live; the demo's tour is a conversation in Russian."""
READS_RUSSIAN = ("bot/dataset/validation/", "bot/dataset/repair/")
"""What is looked for in a dataset's words, and shown to nobody."""


def part_of(module: str) -> str:
    """The part of `bot` that a module belongs to: `bot.views.plan` -> `bot.views`."""
    return ".".join(module.split(".")[:2])


def rank_of(part: str) -> int:
    return next(rank for rank, parts in enumerate(RANKS) if part in parts)


def arrows() -> Iterator[tuple[str, str]]:
    """(importing, imported) for all imports between different parts of `bot`."""
    for path in sources("bot"):
        here = part_of(module_name(path))
        for name in imported(path):
            there = part_of(name)
            if name.startswith("bot.") and there != here:
                yield here, there


def test_every_part_has_a_rank():
    """A new module or package takes its place in the order, here and in the docs."""
    parts = {part_of(module_name(path)) for path in sources("bot")} - {"bot"}

    assert parts == set().union(*RANKS)


def test_imports_go_down():
    """No arrow runs up."""
    upward = {(a, b) for a, b in arrows() if rank_of(a) < rank_of(b)}

    assert upward == set()


def test_no_arrow_makes_a_circle():
    """Sideways is fine, as long as nobody comes back that way."""
    graph: dict[str, set[str]] = {}
    for here, there in arrows():
        graph.setdefault(here, set()).add(there)

    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_of_a_package_make_no_circle(package):
    """A newcomer can read every package from its lowest module up."""
    modules = {module_name(path): path for path in sources(package)}
    graph = {
        name: {base for found in imported(path) if (base := _module(found, modules)) != name}
        for name, path in modules.items()
    }

    assert list(TopologicalSorter(graph).static_order())


def _module(name: str, modules: dict[str, Path]) -> str:
    """The module that an imported name is, or stands in."""
    return name if name in modules else name.rpartition(".")[0]


@pytest.mark.parametrize(
    ("package", "strangers"),
    [
        ("bot", {"engine", "sandbox"}),
        ("engine", {"bot", "sandbox"}),
        ("sandbox", {"bot", "engine"}),
    ],
)
def test_the_three_programs_do_not_know_each_other(package, strangers):
    """They speak over HTTP alone, and none of them knows the tests."""
    roots = {name.split(".")[0] for path in sources(package) for name in imported(path)}

    assert roots & (strangers | {"tests", "benchmarks"}) == set()


@pytest.mark.parametrize(("library", "home"), HOMES.items())
def test_library_stays_at_home(library, home):
    """Everybody else speaks our own words."""
    users = {str(path) for path in sources("bot") if library in roots_of(path)}

    assert users
    assert {user for user in users if not user.startswith(home)} == set()


def test_services_know_no_telegram_no_provider_no_sql():
    """The rules can be read, tested and used from the terminal without any of these."""
    strangers = {
        (str(path), library)
        for path in (*sources("bot/services"), *sources("bot/texts"), *sources("bot/domain"))
        for library in NOT_FOR_SERVICES
        if library in roots_of(path)
    }

    assert strangers == set()


def roots_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def test_sql_is_spoken_in_storage_only():
    found = [
        f"{path}:{node.lineno}"
        for path in sources("bot")
        if not str(path).startswith("bot/storage/")
        for node in strings(path)
        if SQL.match(str(node.value))
    ]

    assert found == []


def test_nothing_that_people_read_stands_outside_the_texts():
    """A sentence in the code can't be translated; looked for by its letters."""
    found = [
        f"{path}:{node.lineno}"
        for path in sources("bot")
        if not str(path).startswith(SPEAKS_RUSSIAN + READS_RUSSIAN)
        for node in strings(path)
        if CYRILLIC.search(str(node.value))
    ]

    assert found == []


def test_settings_are_read_at_the_top_only():
    """Below the composition root nothing looks into the environment."""
    allowed = {"bot/config.py", "bot/runtime/children.py"}
    found = {
        str(path) for path in sources("bot") if {"os.environ", "os.getenv"} & set(attributes(path))
    }

    assert {path for path in found if not path.startswith("bot/demo")} <= allowed


def attributes(path: Path) -> Iterator[str]:
    """`module.name` for every attribute of a plain name, as in `os.environ`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
