"""Numbers for people in danger: written by the operator, checked at the start, not forgotten."""

import datetime as dtm

import pytest

from bot.config import Needs, Settings, load_settings
from bot.domain.help_lines import HelpLine, parse_help_lines
from bot.errors import SettingsError
from bot.terminal.check import help_line_warnings

TODAY = dtm.date(2026, 11, 30)


def settings_of(day: str) -> Settings:
    return Settings.model_construct(help_lines=f"112 помощь | {day}")


def test_numbers_names_and_the_day_are_read():
    """A number may be written with spaces, brackets and dashes; names may hold anything else."""
    found = parse_help_lines(
        "112 экстренная помощь;8-800-2000-122 детский телефон, с любого; +7 (495) 051 психолог"
        " |  2026-11-29 "
    )

    assert found.lines == (
        HelpLine(number="112", name="экстренная помощь"),
        HelpLine(number="8-800-2000-122", name="детский телефон, с любого"),
        HelpLine(number="+7 (495) 051", name="психолог"),
    )
    assert found.looked_up == dtm.date(2026, 11, 29)


@pytest.mark.parametrize(
    "text",
    [
        "112 помощь; 103 скорая",
        "112 помощь | вчера",
        "112 помощь | 2026-13-29",
        "112 | 2026-11-29",
        "помощь 112 | 2026-11-29",
        "112 помощь; | 2026-11-29",
        "| 2026-11-29",
        "; ".join(f"{n} линия" for n in range(100, 107)) + " | 2026-11-29",
        f"112 {'а' * 81} | 2026-11-29",
    ],
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"as in: 112 emergency; 103 ambulance \| 2026-11-29$"):
        parse_help_lines(text)


def test_start_ends_with_a_line_that_says_what_is_wrong(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELP_LINES_EN", "call 112")

    with pytest.raises(SettingsError) as caught:
        load_settings(Needs.NOTHING)

    (problem,) = caught.value.problems
    assert problem.startswith("HELP_LINES_EN: must be numbers with their names and the day")
    assert problem.endswith("as in: 112 emergency; 103 ambulance | 2026-11-29")


def test_defaults_hold_in_russia_in_both_languages():
    settings = Settings.model_construct()

    for language in ("ru", "en"):
        lines = settings.help_lines_in(language).lines
        assert [line.number for line in lines] == ["112", "103", "124"]
    assert settings.help_lines_in("ru").lines[1].name == "скорая"
    assert settings.help_lines_in("en").lines[1].name == "ambulance"


def test_numbers_that_were_checked_lately_bring_no_warning():
    assert help_line_warnings(Settings.model_construct(), today=TODAY) == []


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        ("2026-06-03", ""),
        ("2026-06-02", "HELP_LINES: last checked on 2026-06-02."),
        ("2026-12-01", "HELP_LINES: the day of the last check, 2026-12-01, is in the future"),
    ],
)
def test_old_numbers_are_named(day, warning):
    """After 180 days, or where the day is wrong; the bot starts all the same."""
    found = help_line_warnings(settings_of(day), today=TODAY)

    assert [each[: len(warning)] for each in found] == ([warning] if warning else [])
