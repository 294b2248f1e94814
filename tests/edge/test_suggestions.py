"""A command that does not exist: people read which one they may have meant."""

import pytest

from bot.edge.suggestions import ACTS_AT_ONCE, nearest, unknown_command
from tests.composition import registry
from tests.screens import RU

REGISTRY = registry()
TESTERS = REGISTRY.everyones_commands
ADMINS = [*TESTERS, *REGISTRY.admins_commands]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("trian", ["train"]),
        ("trein", ["train"]),
        ("modles", ["models"]),
        ("hlep", ["help"]),
        ("train_quick", ["train"]),
        ("stat", ["start", "status"]),
        ("stop", ["cancel"]),
        ("menu", ["help"]),
        ("yjdsq", ["new"]),
        ("gjvjom", ["help"]),
        ("nosuch", []),
        ("imagine", []),  # for another bot
        ("me", []),
        ("menus", ["help"]),
        ("1", []),
        ("etc", []),
    ],
)
def test_what_an_admin_may_have_meant(written: str, meant: list[str]):
    """Also another word for it, and one typed in the wrong layout."""
    assert nearest(written, ADMINS) == meant


@pytest.mark.parametrize("written", ["trian", "modles", "stop", "upload"])
def test_nobody_is_offered_what_they_may_not_do(written: str):
    assert set(nearest(written, TESTERS)) <= set(TESTERS)


def test_button_runs_only_what_is_harmless():
    """What acts at once is named so that a tap copies it; the others have a button."""
    train = unknown_command(RU, "trian", ADMINS)
    trial = unknown_command(RU, "tesst", ADMINS)

    assert train.text == "Такой команды нет. Может быть, /train?"
    ((button,),) = train.buttons
    assert (button.text, button.data) == ("/train", "command:run:train")
    assert trial.text == "Такой команды нет. Может быть, <code>/test</code>?"
    assert list(trial.buttons) == []
    assert set(ADMINS) >= ACTS_AT_ONCE


def test_nothing_near_points_at_the_help():
    screen = unknown_command(RU, "nosuch", ADMINS)

    assert screen.text == "Такой команды нет. Какие есть, покажет /help."
    assert list(screen.buttons) == []
