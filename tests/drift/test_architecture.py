"""The order of the packages: who may import whom, and what may be written where."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.drift.project import PACKAGES, ROOT, imported, module_name, sources, strings, text, tree

INNER_RANKS = ("entities", "store", "rule", "views", "handlers", "feature")
"""Of the files of a feature, by the last word of their names, from the ground up.

Any other name is a rule or a use case. Notifications are handlers: both put things into words.
"""

HOMES = {
    "aiosqlite": "bot/storage/",
    "openai": "bot/gateways/",
    "httpx2": "bot/gateways/",
    "splintr": "bot/gateways/",
}
"""Libraries of which only one folder of `bot` knows."""

NOT_FOR_RULES = ("telegram", "openai", "aiosqlite", "sqlite3", "httpx", "httpx2")

SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|ROLLBACK|WITH)\b[ ;\n]"
)
CYRILLIC = re.compile("[\N{CYRILLIC CAPITAL LETTER A}-\N{CYRILLIC SMALL LETTER YA}ёЁ]")
SPEAKS_RUSSIAN = ("bot/texts/", "bot/demo", "bot/domain/help_lines.py")
"""Where people's sentences live; the demo's tour is a conversation in Russian; a default."""
READS_RUSSIAN = (
    "bot/dataset/validation/", "bot/dataset/recognition/", "bot/safety/normal.py",
    "bot/trials/answer_faults.py", "bot/trials/probe_words.py",
)  # fmt: skip
"""What is looked for in somebody's or a model's words, and shown to nobody."""


def features() -> list[str]:
    """The folders that hand themselves over."""
    return sorted(path.parts[1] for path in sources("bot") if path.name == "feature.py")


def inner_rank(name: str) -> int:
    """`ending_handlers` -> the place of handlers."""
    word = "handlers" if name == "notifications" else name.rpartition("_")[2]
    return INNER_RANKS.index(word if word in INNER_RANKS else "rule")


def contracts_in(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What `import-linter` says of the code there."""
    script = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.processes
def test_imports_between_packages_keep_their_order():
    """The contracts of `pyproject.toml`: the order of the features, the three programs apart."""
    done = contracts_in(ROOT)

    assert done.returncode == 0, done.stdout


@pytest.mark.processes
def test_planted_wrong_imports_are_found(tmp_path):
    """One for each contract, all at once: looking takes two seconds."""
    planted = {
        "engine/settings.py": ("import bot.errors", "The three programs"),
        "bot/usage/cost.py": ("import bot.chat.chat", "Imports of bot go down"),
        "bot/jobs/handlers.py": ("import bot.jobs.feature", "Only wiring"),
        "bot/ratings/views.py": ("import bot.ratings.store", "Views are pure"),
        "bot/chat/store.py": ("import bot.chat.views", "Stores know entities"),
    }
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, (line, _) in planted.items():
        (tmp_path / file).write_text(f"{text(file)}\n{line}\n")

    said = contracts_in(tmp_path).stdout

    for _, contract in planted.values():
        assert re.search(rf"(?m)^{contract}.* BROKEN", said), said


@pytest.mark.parametrize("feature", [name for name in features() if name != "edge"])
def test_files_of_a_feature_import_down(feature):
    """Handlers show, views draw, rules decide, stores hold: each knows only what is below it."""
    upward = []
    for path in sources(f"bot/{feature}"):
        for name in imported(path):
            parts = name.split(".")
            if parts[:2] == ["bot", feature] and len(parts) > 3 and len(path.parts) == 3:
                here, there = inner_rank(path.stem), inner_rank(parts[2])
                upward += [f"{path} -> {name}"] if here < there else []

    assert upward == []


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


@pytest.mark.parametrize("package", PACKAGES)
def test_no_program_knows_its_tests(package):
    roots = {name.split(".")[0] for path in sources(package) for name in imported(path)}

    assert roots & {"tests", "benchmarks"} == set()


@pytest.mark.parametrize(("library", "home"), HOMES.items())
def test_library_stays_at_home(library, home):
    """Everybody else speaks our own words."""
    users = {str(path) for path in sources("bot") if library in roots_of(path)}

    assert users
    assert {user for user in users if not user.startswith(home)} == set()


def test_rules_know_no_telegram_no_provider_no_sql():
    """They can be read, tested and used from the terminal without any of these."""
    rules = [
        path
        for feature in features()
        for path in sources(f"bot/{feature}")
        if feature != "edge" and inner_rank(path.stem) < INNER_RANKS.index("views")
    ]
    strangers = {
        (str(path), library)
        for path in (*rules, *sources("bot/texts"), *sources("bot/domain"))
        for library in NOT_FOR_RULES
        if library in roots_of(path)
    }

    assert strangers == set()


def roots_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def test_sql_is_written_in_stores_only():
    found = [
        f"{path}:{node.lineno}"
        for path in sources("bot")
        if not str(path).startswith("bot/storage/") and not path.stem.endswith("store")
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
