"""What the papers say of commands, options and settings is what there is."""

import argparse
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import arguments
from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.dataset.validation.scan import validate
from bot.texts import LANGUAGES
from bot.usage.cost import training_cost
from engine import settings as engine_settings
from sandbox import __main__ as sandbox_main
from tests.composition import registry
from tests.drift.project import ROOT, text

REGISTRY = registry()
EVERYONE, ADMINS = REGISTRY.everyones_commands, REGISTRY.admins_commands

READMES = ("README.md", "README.ru.md")
COMMANDS = ("docs/commands.md", "docs/commands.ru.md")
PAPERS = (
    *READMES,
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs").rglob("*.md"))),
)
TWINS = [
    (paper.replace(".ru.md", ".md"), paper)
    for paper in PAPERS
    if paper.endswith(".ru.md") and "glossary" not in paper
]
"""English and Russian; the glossaries have other columns and a test of their own."""
FOR_EVERYBODY = {"docs/commands.md": "everybody", "docs/commands.ru.md": "всем"}
SHIPPED = ROOT / Settings.model_fields["dataset_path"].default
MOST_LINES = 150
NOT_OURS = {"healthz", "metrics", "newbot", "mybots", "revoke", "telegram", "sandbox"}
"""Commands of @BotFather's, and beginnings of addresses."""
CATALOGUE = load_catalogue()


def bot_commands() -> set[str]:
    return {*REGISTRY.commands}


def rows(paper: str, start: str) -> dict[str, list[str]]:
    """Rows of the tables whose first cell begins with *start*: its next word -> the other cells."""
    found = re.findall(rf"(?m)^\| `{re.escape(start)}([\w-]+)[^|]*\| (.*) \|$", text(paper))
    return {name: rest.split(" | ") for name, rest in found}


def make_targets() -> dict[str, str]:
    return dict(re.findall(r"(?m)^([a-z-]+):[^#\n]*## (.+)$", text("Makefile")))


def subcommands(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }


@pytest.mark.parametrize("paper", COMMANDS)
def test_every_command_of_the_bot_is_listed(paper):
    table = rows(paper, "/")

    assert table.keys() == bot_commands()
    assert {name for name, (who, *_) in table.items() if who == FOR_EVERYBODY[paper]} == {*EVERYONE}


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_name_no_command_that_is_not_there(paper):
    """Neither in the text nor in its examples."""
    named = re.findall(r"`/([a-z]+)\b(?![/{])", text(paper))
    in_examples = re.findall(r"(?m)^ {4}(?:\S+ +)?/([a-z]+)(?= |$)", text(paper))

    assert {*named, *in_examples} - NOT_OURS <= bot_commands()


@pytest.mark.parametrize(("language", "messages"), [(n, x.messages) for n, x in LANGUAGES.items()])
def test_help_names_every_command(language, messages):
    """And shows testers none that they may not use."""

    def named(key: str) -> set[str]:
        return set(re.findall(r"(?<![\w<])/([a-z]+)", messages[key]))

    known = {"start", "help"}  # how one gets there
    sections = [key for key in messages if key.startswith("help_") and key != "help_tester"]
    assert set().union(*map(named, sections)) | known == bot_commands()
    assert named("help_tester") | known == {*EVERYONE}
    assert {word for key in messages for word in named(key)} <= bot_commands()


@pytest.mark.parametrize("paper", COMMANDS)
def test_every_command_of_the_terminal_is_listed(paper):
    assert rows(paper, "python -m bot ").keys() == subcommands(arguments.parser())


@pytest.mark.parametrize("paper", COMMANDS)
def test_every_option_of_the_terminal_is_listed(paper):
    """In the table, or in the row of its only command; and no option that is not there."""
    (chapter,) = re.findall(r"(?s)python -m bot run.*?(?=\n## )", text(paper))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", chapter))

    assert named == options(arguments.parser()) - {"--help", "--until-eof"}


def options(parser: argparse.ArgumentParser) -> set[str]:
    """The long names of all options, those of the commands too."""
    found = set()
    for action in parser._actions:
        found |= {name for name in action.option_strings if name.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            found |= set().union(*(options(each) for each in action.choices.values()))
    return found


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_name_only_commands_that_work(paper):
    """`make X` and `python -m bot X`, in the text and in what is to be copied."""
    of_make = re.findall(r"(?:^|`|\()make ([a-z-]+)", text(paper), re.MULTILINE)
    of_bot = re.findall(r"(?:python -m bot|natasha-bot) ([a-z]+)", text(paper))

    assert set(of_make) <= make_targets().keys()
    assert set(of_bot) <= subcommands(arguments.parser())


@pytest.mark.parametrize("paper", COMMANDS)
def test_every_target_of_make_is_named(paper):
    named = set(re.findall(r"`make ([a-z-]+)`", text(paper)))

    assert make_targets().keys() - {"help"} == named


def test_makefile_has_what_was_promised():
    assert {"demo", "test", "run", "lint", "lock"} <= make_targets().keys()
    (phony,) = re.findall(r"(?m)^\.PHONY: (.+)$", text("Makefile"))
    assert set(phony.split()) == make_targets().keys()


@pytest.mark.parametrize("twins", TWINS)
def test_both_languages_give_the_same_commands(twins):
    """What one copies into a terminal is the same in every language."""
    english, russian = (
        re.findall(r"(?s)```sh\n(.*?)```", text(paper)) + re.findall(r"(?m)^ {4}\S.*$", text(paper))
        for paper in twins
    )

    assert english == russian


@pytest.mark.parametrize("twins", TWINS)
def test_both_languages_have_the_same_parts(twins):
    def shape(paper: str) -> list[str]:
        parts = r"(?m)^(#+|\d+\.|- |\| (?:`[^`]*`)?|> |```)"
        return re.findall(parts, re.sub(r"МОДЕЛЬ", "MODEL", text(paper)))

    english, russian = map(shape, twins)

    assert english == russian != []


@pytest.mark.parametrize("readme", READMES)
def test_readme_is_short_and_has_commands_to_copy(readme):
    assert len(text(readme).splitlines()) <= MOST_LINES
    assert "```sh" in text(readme)


@pytest.mark.parametrize("readme", READMES)
def test_readmes_example_is_one_of_the_datasets(readme):
    """Word for word, though broken into other lines."""
    quoted = re.findall(r"(?m)^> ?(.*)$", text(readme))
    said = re.split(r"\*\*\w+:\*\*", " ".join(quoted))[1:]
    examples = [json.loads(line)["messages"] for line in SHIPPED.read_text("utf-8").splitlines()]
    talks = [
        [" ".join(each["content"].split()) for each in example if each["role"] != "system"]
        for example in examples
    ]

    assert any([" ".join(words.split()) for words in said] == talk[: len(said)] for talk in talks)
    assert len(said) >= 2


@pytest.mark.parametrize("readme", READMES)
def test_readmes_price_is_the_shipped_datasets(readme):
    """Of one training with the defaults; a plan for that file shows it as well."""
    settings = Settings.model_fields
    model = next(each for each in CATALOGUE.models if each.name == settings["base_model"].default)
    tokens = validate(SHIPPED, encoding=model.encoding).tokens
    assert tokens is not None
    cost = training_cost(tokens.total * settings["n_epochs"].default, model)
    assert cost is not None

    shown = f"${cost:.2f}"
    assert (shown.replace(".", ",") if ".ru." in readme else shown) in text(readme)


def pictures(readme: str) -> set[str]:
    return set(re.findall(r'"(docs/pictures/[^"]+)"', text(readme)))


@pytest.mark.parametrize("readme", READMES)
def test_pictures_are_there_in_both_themes_and_small(readme):
    """`make pictures` makes them."""
    taken = {f"docs/pictures/{path.name}" for path in (ROOT / "docs/pictures").iterdir()}

    assert pictures(readme) == taken
    assert {name.replace("-light.", "-dark.") for name in taken} == {
        name for name in taken if "-dark." in name
    }
    assert max((ROOT / name).stat().st_size for name in taken) <= 100_000


@pytest.mark.parametrize("name", ["natasha.service", "natasha-backup.service"])
def test_services_start_what_there_is_where_the_papers_put_it(name):
    unit = text(f"deploy/{name}")
    (folder,) = re.findall(r"(?m)^WorkingDirectory=(.+)$", unit)
    (command,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    (user,) = re.findall(r"(?m)^User=(.+)$", unit)

    python, _, word = command.partition(" -m bot ")
    assert python == f"{folder}/.venv/bin/python"
    assert word in subcommands(arguments.parser())
    for readme in READMES:
        assert f"cp {folder}/deploy/natasha* " in text(readme)
        assert f"useradd --create-home -K HOME_MODE=0700 --shell /bin/bash {user}\n" in text(readme)
        assert f"git clone ADDRESS-OF-THIS-REPOSITORY {Path(folder).name}\n" in text(readme)


@pytest.mark.parametrize("paper", COMMANDS)
def test_presets_are_the_catalogues(paper):
    for name, preset in CATALOGUE.presets.items():
        cells = rows(paper, "")[name]

        assert cells == [
            str(preset.n_epochs),
            str(preset.learning_rate_multiplier),
            preset.suffix,
            preset.base_model or "`BASE_MODEL`",
        ]


@pytest.mark.parametrize("readme", READMES)
def test_days_are_the_catalogues(readme):
    """When the catalogue is looked up anew, so are the READMEs."""
    days = {day for model in CATALOGUE.models for day in (model.shutdown, model.tunable_until)}

    for day in {*days, CATALOGUE.looked_up} - {None}:
        assert str(day) in text(readme)


@pytest.mark.parametrize("paper", PAPERS)
def test_settings_that_are_named_exist(paper):
    known = {name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"`([A-Z][A-Z]+_[A-Z_]+)(?:=[^`]*)?`", text(paper)))

    assert {name for name in named if not name.startswith("ENGINE_")} <= known | {"NO_PROXY"}


@pytest.mark.parametrize("readme", READMES)
def test_the_dataset_is_named_as_it_is(readme):
    assert f"`{Settings.model_fields['dataset_path'].default}`" in text(readme)


@pytest.mark.parametrize(
    ("paper", "options"),
    [
        ("docs/engine.md", engine_settings._parser({})._option_string_actions),
        ("docs/sandbox.md", sandbox_main._parser()._option_string_actions),
    ],
    ids=["engine", "sandbox"],
)
def test_servers_options_are_documented(paper, options):
    documented = {f"--{name}" for name in rows(paper, "--")}

    assert documented == options.keys() - {"-h", "--help"}


def links(paper: str) -> Iterator[tuple[str, str]]:
    """(file, heading) of every link that leads to something of ours."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text(paper)):
        if not target.startswith(("http:", "https:")):
            file, _, heading = target.partition("#")
            yield (str(Path(paper).parent / file) if file else paper), heading


def headings(paper: str) -> set[str]:
    """As GitHub names them in addresses."""
    titles = re.findall(r"(?m)^#+ (.+)$", text(paper))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("paper", [*PAPERS, "CHANGELOG.md", "data/README.md"])
def test_links_lead_somewhere(paper):
    broken = [
        (file, heading)
        for file, heading in links(paper)
        if not (ROOT / file).exists() or (heading and heading not in headings(file))
    ]

    assert broken == []


def test_promises_name_tests_that_exist():
    """`docs/architecture.md`: which test shows which promise, each in the folder named last."""
    (table,) = re.findall(r"(?s)\| promise \| shown by \|\n(.*?)\n\n", text("docs/architecture.md"))
    folder = ""
    missing = []
    for name in re.findall(r"`([\w/]+(?:\.py|/))`", table):
        folder = name.rpartition("/")[0] or folder
        path = ROOT / "tests" / (name if "/" in name else f"{folder}/{name}")
        missing += [] if path.exists() else [name]

    assert len(table.splitlines()) == 12
    assert missing == []


def test_architecture_is_read_in_ten_minutes():
    assert len(text("docs/architecture.md").splitlines()) <= 150


def test_changelog_knows_this_version():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]

    assert re.search(
        rf"(?m)^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", text("CHANGELOG.md")
    )
