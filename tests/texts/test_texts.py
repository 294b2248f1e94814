"""How sentences are made: numbers, money, days and durations as people write them, once escaped."""

import datetime as dtm
import zoneinfo

import pytest

from bot.texts import LONGEST_VALUE, Markup, Texts, choose_language, cut, shortened, utf16_length

MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")
RU, EN = Texts("ru", MOSCOW), Texts("en", MOSCOW)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("n", "ru", "en"),
    [
        (0, "примеров", "examples"),
        (1, "пример", "example"),
        (2, "примера", "examples"),
        (4, "примера", "examples"),
        (5, "примеров", "examples"),
        (11, "примеров", "examples"),
        (12, "примеров", "examples"),
        (14, "примеров", "examples"),
        (20, "примеров", "examples"),
        (21, "пример", "examples"),
        (22, "примера", "examples"),
        (101, "пример", "examples"),
        (111, "примеров", "examples"),
        (113, "примеров", "examples"),
        (321, "пример", "examples"),
        (1_000_002, "примера", "examples"),
    ],
)
def test_words_follow_their_number(n: int, ru: str, en: str):
    assert (RU.plural("examples", n), EN.plural("examples", n)) == (ru, en)


@pytest.mark.parametrize(
    ("value", "digits", "ru", "en"),
    [
        (0, 0, "0", "0"),
        (999, 0, "999", "999"),
        (61_480, 0, f"61{NBSP}480", "61,480"),
        (1_234_567.5, 1, f"1{NBSP}234{NBSP}567,5", "1,234,567.5"),
        (0.917, 2, "0,92", "0.92"),
        (-1234.5, 1, f"-1{NBSP}234,5", "-1,234.5"),
        (10**15, 0, f"1{NBSP}000{NBSP}000{NBSP}000{NBSP}000{NBSP}000", "1,000,000,000,000,000"),
    ],
)
def test_numbers(value: float, digits: int, ru: str, en: str):
    assert (RU.number(value, digits=digits), EN.number(value, digits=digits)) == (ru, en)


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [(0.1, "0,1", "0.1"), (3.0, "3", "3"), (0.05, "0,05", "0.05"), (1.5, "1,5", "1.5")],
)
def test_short_numbers(value: float, ru: str, en: str):
    """0.1 is no 0.10, and 3.0 no 3.0."""
    assert (RU.short_number(value), EN.short_number(value)) == (ru, en)


@pytest.mark.parametrize(
    ("usd", "ru", "en"),
    [
        (0, "$0,00", "$0.00"),
        (0.001, "<$0,01", "<$0.01"),
        (0.01, "$0,01", "$0.01"),
        (0.917, "$0,92", "$0.92"),
        (1234.5, f"$1{NBSP}234,50", "$1,234.50"),
    ],
)
def test_money(usd: float, ru: str, en: str):
    """What costs something is never shown as nothing."""
    assert (RU.money(usd), EN.money(usd)) == (ru, en)


@pytest.mark.parametrize(
    ("seconds", "ru", "en"),
    [
        (-5, "0 с", "0 s"),
        (0, "0 с", "0 s"),
        (42.4, "42 с", "42 s"),
        (60, "1 мин", "1 min"),
        (47 * 60 + 20, "47 мин", "47 min"),
        (119 * 60, "119 мин", "119 min"),
        (120 * 60, "2 ч", "2 h"),
        (3 * 3600 + 25 * 60, "3 ч 25 мин", "3 h 25 min"),
        (50 * 3600, "50 ч", "50 h"),
    ],
)
def test_durations(seconds: float, ru: str, en: str):
    assert (RU.duration(seconds), EN.duration(seconds)) == (ru, en)


def test_days_of_this_year_have_no_year():
    year = dtm.datetime.now(MOSCOW).year

    assert RU.day(dtm.date(year, 1, 14)) == "14 января"
    assert EN.day(dtm.date(year, 1, 14)) == "January 14"
    assert RU.day(dtm.date(year + 1, 12, 1)) == f"1 декабря {year + 1}"
    assert EN.day(dtm.date(year - 1, 5, 9)).startswith("May 9")
    assert str(year - 1) in EN.day(dtm.date(year - 1, 5, 9))


def test_moments_are_days_in_the_shown_zone():
    """Late in the evening of UTC it is tomorrow in Moscow."""
    evening = int(dtm.datetime(2020, 3, 31, 22, 30, tzinfo=dtm.UTC).timestamp())

    assert RU.moment(evening) == "1 апреля 2020"
    assert Texts("ru", zoneinfo.ZoneInfo("UTC")).moment(evening) == "31 марта 2020"


@pytest.mark.parametrize("unix_s", [1_700_000_000_000, 10**18, -(10**18), 2**200])
def test_moment_that_is_none_breaks_no_screen(unix_s: int):
    """A server that counts in milliseconds."""
    assert RU.moment(unix_s) == "?"


@pytest.mark.parametrize(
    ("chosen", "telegram", "default", "expected"),
    [
        ("en", "ru", "ru", "en"),
        ("ru", "en", "en", "ru"),
        (None, "en", "ru", "en"),
        (None, "en-GB", "ru", "en"),
        (None, "RU", "en", "ru"),
        (None, "pt-br", "ru", "ru"),
        (None, "pt-br", "en", "en"),
        (None, None, "ru", "ru"),
        (None, "", "en", "en"),
        ("de", "en", "ru", "en"),
        (None, "english", "ru", "ru"),
    ],
)
def test_language_is_the_persons_else_telegrams_else_the_settings(
    chosen: str | None, telegram: str | None, default: str, expected: str
):
    assert choose_language(chosen, telegram, default) == expected


def test_values_are_escaped_once():
    assert RU("error_provider_refused", message='<b> & "x"') == (
        'Провайдер отказал: &lt;b&gt; &amp; "x"'
    )
    assert RU("error_provider_refused", message=Markup("<b>5</b>")).endswith(": <b>5</b>")
    assert RU.plain("button_roll_back", model="<a> & b").endswith("<a> & b")


def test_braces_in_values_are_no_placeholders():
    assert "{x}" in RU("error_provider_refused", message="{x} {0}")


def test_keys_can_be_asked_for():
    assert "error_not_allowed" in RU
    assert "error_no_such" not in RU


def test_no_value_fills_a_message():
    """A name, an id or an error of any length, in any script."""
    for value in ("a" * 100_000, "🌲" * 100_000, "слово " * 20_000, "<" * 100_000):
        text = RU("error_provider_refused", message=value)
        assert utf16_length(text.replace("&lt;", "<")) < LONGEST_VALUE + 50
        assert text.endswith("…")


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("коротко", 7, "коротко"),
        ("один два три", 10, "один …"),
        ("один два три", 11, "один два …"),
        ("сплошное", 6, "спло…"),
        ("🌲🌲🌲🌲", 8, "🌲🌲🌲🌲"),
        ("🌲🌲🌲🌲", 7, "🌲🌲…"),
        ("", 5, ""),
    ],
)
def test_cut_ends_at_a_word_and_never_in_a_character(text: str, units: int, expected: str):
    assert cut(text, units) == expected
    assert utf16_length(expected) <= units


def test_shortened_is_markup():
    assert shortened("<b> лес", 100) == Markup("&lt;b&gt; лес")
