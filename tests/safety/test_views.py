"""The card and all that stands around it, as Telegram and people see it."""

from collections.abc import Iterator

import pytest

from bot.config import Settings
from bot.delivery.screen import Screen
from bot.domain.people import Access, Person
from bot.safety import views
from bot.safety.entities import Danger, DangerCounts, DangerKind, Grade, Mark
from bot.texts import Texts
from tests.screens import EN, HUGE, LONG_AGO, NASTY, RU, buttons_of, shown

COUNTS = DangerCounts(n_lately=3, n=HUGE)
LINES = Settings.model_construct().help_lines_in("ru")
TESTER = Person(id=HUGE, name="Ира", access=Access.TESTER)


def mark_of(kind: DangerKind = DangerKind.SUICIDE) -> Mark:
    return Mark(
        request_id=HUGE,
        person_id=HUGE,
        chat_id=HUGE,
        message_id=1,
        danger=Danger(kind, Grade.ACUTE),
        card_id=HUGE,
        created_at=LONG_AGO,
    )


def screens(texts: Texts, value: str) -> Iterator[Screen]:
    for kind in DangerKind:
        yield views.card(texts, TESTER, mark_of(kind), LINES)
    card = views.card(texts, TESTER, mark_of(), LINES)
    yield views.silent(texts, card)
    yield views.silent(texts, None)
    yield views.again(texts, LINES)
    yield views.ask_call(texts, HUGE)
    person = Person(id=HUGE, name=value, access=Access.TESTER)
    yield views.called(texts, person, [value] * 20)
    yield views.called(texts, person, [])
    for has_notes in (True, False):
        yield views.overview(texts, COUNTS, has_notes=has_notes)


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
def test_telegram_takes_every_screen(texts, value):
    for screen in screens(texts, value):
        assert shown(screen)


@pytest.mark.parametrize("kind", DangerKind)
@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
def test_card_says_first_what_to_do_then_the_numbers(texts, kind):
    """It fits a phone's screen, and stands on the operator's numbers alone."""
    first, _, *rest = shown(views.card(texts, TESTER, mark_of(kind), LINES)).splitlines()

    assert not any(character.isdigit() for character in first)
    assert rest[:3] == ["112 — экстренная помощь", "103 — скорая", "124 — детский телефон доверия"]
    assert len(first) <= 200


def test_only_admitted_people_can_call_the_team():
    stranger = Person(id=1, name="Пётр", access=Access.STRANGER)

    assert buttons_of(views.card(RU, TESTER, mark_of(), LINES)) == [f"safety:call:{HUGE}"]
    assert buttons_of(views.card(RU, stranger, mark_of(), LINES)) == []


def test_call_shows_the_newest_words():
    """Of many messages an admin reads the last ones."""
    text = shown(views.called(RU, TESTER, [f"слово {n}" for n in range(9)]))

    assert "слово 8" in text
    assert "слово 3" not in text


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
def test_nobody_is_promised_to_be_watched(texts):
    """After a call, too, the person hears that nobody is on duty."""
    for key in ("danger_call_done", "danger_call_lately"):
        said = texts(key, when="12:00")
        assert "никто не дежурит" in said or "no one is on duty" in said
