"""Features that do not fit together are found before anybody is served."""

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.notifications import NotificationKind
from bot.edge.context import BotContext
from bot.edge.feature import Feature
from bot.edge.menus import ADMINS, TESTERS
from bot.edge.registry import Registry
from bot.errors import FeaturesDisagree
from tests.composition import registry
from tests.drift.project import sources, tree

FEATURES = registry().features


async def nothing(context: BotContext) -> None:
    """A handler."""


async def unsaid(*_: Any) -> None:
    """Puts nothing into words."""


def problems(*features: Feature) -> list[str]:
    """What is wrong with the bot's features, changed or completed by these."""
    named = {feature.name: feature for feature in FEATURES} | {each.name: each for each in features}
    with pytest.raises(FeaturesDisagree) as caught:
        Registry(list(named.values()))
    return caught.value.problems


def of(name: str) -> Feature:
    (found,) = (feature for feature in FEATURES if feature.name == name)
    return found


def without(mapping: Any, name: object) -> Any:
    return {key: value for key, value in mapping.items() if key != name}


def test_two_claims_to_one_name_are_told():
    double = Feature(
        name="double",
        admin_commands={"train": nothing},
        presses={"chat:stop": nothing},
        outside={"/start": nothing},
        talks=["/new"],
        notifications={next(iter(of("jobs").notifications)): unsaid},
    )

    found = problems(double)

    for what in (
        "command train",
        "press chat:stop",
        "entry for people outside /start",
        "lane /new",
    ):
        assert f"{what}: 2 features claim it" in found
    assert any(line.startswith("notification ") and "2 features" in line for line in found)


def test_a_press_bears_the_name_of_its_feature():
    assert problems(Feature(name="odd", presses={"chat:odd": nothing})) == [
        "press chat:odd: its first word has to be odd"
    ]


@pytest.mark.parametrize(
    "odd",
    [
        Feature(name="odd", talks=["odd:gone"]),
        Feature(name="odd", stops=["odd:gone"]),
        Feature(name="odd", outside={"/gone": nothing}),
        Feature(name="odd", costly=["odd:gone"]),
    ],
)
def test_a_name_that_no_feature_has_is_told(odd):
    (line,) = problems(odd)

    assert line.endswith("no feature has it")


@pytest.mark.parametrize("kind", sorted({k for f in FEATURES for k in f.notifications}), ids=str)
def test_a_kind_that_nobody_puts_into_words_is_told(kind):
    """Each of them: an admin would never hear."""
    (teller,) = (feature for feature in FEATURES if kind in feature.notifications)

    silent = replace(teller, notifications=without(teller.notifications, kind))

    assert problems(silent) == [f"notification {kind}: no feature puts it into words"]


def test_no_kind_is_a_bare_string():
    """What is told is a `NotificationKind`, so the type checker finds a misspelt one."""
    found = [
        f"{path}:{node.lineno}"
        for path in sources("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("tell", "tell_admins")
        and ast.unparse(node.func.value).endswith("notifications")
        and any(isinstance(argument, ast.Constant) for argument in node.args[:3])
    ]

    assert found == []
    assert all(isinstance(kind, NotificationKind) for kind in registry().notifications)


@pytest.mark.parametrize("name", sorted(registry().commands))
def test_a_command_without_its_words_is_told(name):
    """The help speaks of it, and perhaps a menu."""
    (owner,) = (f for f in FEATURES if name in f.commands or name in f.admin_commands)
    gone = replace(
        owner,
        commands=without(owner.commands, name),
        admin_commands=without(owner.admin_commands, name),
    )

    found = problems(gone)

    is_in_menu = any(line.startswith(f"/{name}: named for") for line in found)
    assert is_in_menu or name not in (*ADMINS, *TESTERS)
    if name not in ("start", "help"):
        key = "help_tester" if name in owner.commands else "help_admin"
        assert f"command {name}: {key} (ru) names it, but it is not for them" in found


def test_a_command_that_the_help_does_not_name_is_told():
    """Not even when a longer one begins with it, as /used does with /use."""
    found = problems(Feature(name="odd", admin_commands={"odd": nothing, "mode": nothing}))

    assert "command odd: help_admin (ru) does not name it" in found
    assert "command mode: help_admin (en) does not name it" in found  # though /models is there


# What buttons carry, and what is claimed


def made() -> set[str]:
    """`feature:action` of every `data_of` in the code; a part in braces stands for any word."""
    return {
        f"{_word(feature)}:{_word(action)}"
        for path in sources("bot")
        if path != Path("bot/edge/buttons.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for feature, action in _made_by(node)
    }


def _made_by(call: ast.Call) -> list[tuple[ast.expr, ast.expr]]:
    """What `data_of(feature, action, ...)` or `partial(data_of, feature, action)` names."""
    names = [getattr(part, "id", "") for part in (call.func, *call.args)]
    arguments = {("data_of",): call.args, ("partial", "data_of"): call.args[1:]}
    return [
        (found[0], found[1])
        for beginning, found in arguments.items()
        if tuple(names[: len(beginning)]) == beginning
    ]


def _word(node: ast.expr) -> str:
    match node:
        case ast.Constant(str(word)):
            return word
        case ast.JoinedStr(values=[ast.Constant(str(beginning)), *_]):
            return beginning + "{}"
    return "{}"


def fits(pattern: str, name: str) -> bool:
    """Whether a button that is made like that may carry that name."""
    beginning, is_open, _ = pattern.partition("{}")
    return name.startswith(beginning) if is_open else name == pattern


def test_every_button_has_a_feature_that_takes_it():
    presses = registry().presses

    assert [each for each in made() if not any(fits(each, name) for name in presses)] == []


def test_every_press_has_a_button():
    """What nobody can press is needless, unless it is the name of a button in old messages."""
    buttons = made()

    assert [
        name for name in registry().presses if not any(fits(each, name) for each in buttons)
    ] == []
