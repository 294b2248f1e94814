"""The door, people, invitations and privacy: what is shown, however people are called."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from bot.access import admission_views as admission
from bot.access import outside_views
from bot.access import views as people
from bot.access.admission import OutsideAccess, OutsideState
from bot.access.invitations import MOST_OPEN, InvitationOutcome
from bot.catalogue import load_catalogue
from bot.delivery.screen import Screen
from bot.domain.people import Access, Invitation, JoinRequest, Person, PersonProfile, RequestState
from bot.edge.dispatch import refusal
from bot.errors import DailyLimitReached, PersonFixed
from bot.privacy import views as privacy
from bot.privacy.entities import StoredDanger, StoredTurn, StoredWords
from bot.ratings.entities import Complaint, Rating
from bot.safety.entities import DangerKind
from bot.texts import Texts
from bot.usage.accounts import Bill
from tests.screens import EN, HUGE, LONG_AGO, MOSCOW, NASTY, RU, buttons_of, shown

NOTHING = Bill(n_answers=0, n_estimated=0, n_tokens=0, usd=0.0, n_unpriced=0)
SOME = Bill(n_answers=12, n_estimated=0, n_tokens=61_480, usd=0.31, n_unpriced=0)
MUCH = Bill(n_answers=HUGE, n_estimated=HUGE, n_tokens=HUGE, usd=1e12, n_unpriced=HUGE - 1)
WORDLESS = StoredWords(n_conversations=0, n_turns=0, since=None, n_ratings=0, n_corrections=0)
PRICES = "<i>Цены каталога.</i>"


def person_of(name: str, access: Access = Access.TESTER, **options: int | None) -> Person:
    return Person(id=options.pop("id", HUGE) or 0, name=name, access=access, **options)  # type: ignore[arg-type]


def profile_of(
    name: str = "Пётр", access: Access = Access.TESTER, **options: object
) -> PersonProfile:
    base = PersonProfile(
        person=person_of(name, access),
        is_fixed=False,
        first_seen_at=LONG_AGO,
        last_seen_at=LONG_AGO,
        admitted_by=5,
        admitted_at=LONG_AGO,
    )
    return replace(base, **options)  # type: ignore[arg-type]


def asked_by(name: str, state: RequestState) -> JoinRequest:
    return JoinRequest(
        id=HUGE,
        person_id=HUGE,
        name=name,
        asked_at=LONG_AGO,
        state=state,
        decided_by=5,
        decided_at=LONG_AGO,
    )


def card_of(profile: PersonProfile, **options: object) -> people.PersonCard:
    base = people.PersonCard(
        profile=profile, today=SOME, in_all=SOME, limit=200, admitted_by="Мария", request=None
    )
    return replace(base, **options)  # type: ignore[arg-type]


def screens(texts: Texts, value: str) -> Iterator[Screen]:
    """Every screen that shows somebody's name or words."""
    profiles = [
        profile_of(value),
        profile_of(value, Access.ADMIN, is_fixed=True),
        profile_of(value, is_fixed=True, last_seen_at=0, first_seen_at=0),
        profile_of(value, Access.STRANGER, removed_at=LONG_AGO),
        profile_of(value, Access.STRANGER, is_blocked=True),
    ]
    billed = [(each, MUCH, MUCH) for each in profiles + profiles[:3]]
    yield people.listed(texts, billed, page=HUGE, has_more=True, prices=PRICES)
    for state in RequestState:
        request = asked_by(value, state)
        yield admission.request(texts, request)
        yield admission.decided(texts, request, by=value)
        rows = [(each, request) for each in profiles[3:]] * 4
        yield people.outside(texts, rows, page=HUGE, has_more=True)
        for each in profiles:
            card = card_of(each, in_all=MUCH, limit=HUGE, admitted_by=value, request=request)
            yield people.card(texts, card, prices=PRICES)
    yield people.outside(texts, [], page=0, has_more=False)
    yield people.ask_remove(texts, profiles[0])
    models = [(value, MUCH)] * 100
    yield people.by_model(texts, models, today=MUCH, in_all=MUCH, prices=PRICES)
    yield people.by_model(texts, [], today=NOTHING, in_all=NOTHING, prices=PRICES)
    yield admission.flood(texts)
    made = Invitation(id=HUGE, made_by=5, salt="", created_at=1, expires_at=LONG_AGO)
    yield admission.invitation(texts, made, "https://t.me/b?start=inv_x")
    yield admission.invited(texts, profiles[0].person, HUGE)
    for is_new in (True, False):
        for found in ([made] * MOST_OPEN, []):
            yield admission.invitations(texts, found, makers={5: value}, is_new=is_new)
    for kind in OutsideState:
        outside = outside_views.outside(texts, HUGE, OutsideAccess(state=kind, until=LONG_AGO))
        yield outside
        for outcome in InvitationOutcome:
            if outcome is not InvitationOutcome.ADMITTED:
                yield outside_views.link_failed(texts, outcome, outside)
    for is_ready in (True, False):
        yield outside_views.start_tester(texts, profiles[0].person, is_ready=is_ready)
    yield refusal(texts, PersonFixed(name=value))
    yield refusal(texts, DailyLimitReached(limit=20, zone=MOSCOW))
    dangers = [
        StoredDanger(kind=kind, n=HUGE, last_at=LONG_AGO, n_called=HUGE) for kind in DangerKind
    ]
    much = StoredWords(
        n_conversations=HUGE,
        n_turns=HUGE,
        since=LONG_AGO,
        n_ratings=HUGE,
        n_corrections=HUGE,
        dangers=dangers,
    )
    for words in (much, WORDLESS):
        yield privacy.overview(texts, profiles[0], words, host=value)
    yield privacy.ask_forget(texts)
    rating = Rating(is_good=False, complaint=Complaint.OTHER, correction=value)
    turn = StoredTurn(
        id=1,
        conversation_id=1,
        at=LONG_AGO,
        model=value,
        question=value,
        answer=value,
        rating=rating,
    )
    yield privacy.file_of(texts, profiles[0], [turn] * 3, words=much, usage=[(value, MUCH)])


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_telegram_takes_every_screen(texts: Texts, value: str):
    for screen in screens(texts, value):
        assert "{" not in shown(screen) or "{" in value


def test_nobodys_name_looks_like_a_line_of_ours():
    """A name with line breaks stays in its line."""
    text = shown(admission.request(RU, asked_by("Пётр\n✅ Впущен", RequestState.OPEN)))

    assert text.splitlines()[0] == "🚪 Пётр ✅ Впущен просит доступ."


def test_the_list_says_who_when_how_much():
    billed = [(profile_of("Мария", Access.ADMIN), NOTHING, SOME), (profile_of(), SOME, SOME)]
    screen = people.listed(RU, billed, page=0, has_more=False, prices=PRICES)

    assert shown(screen).splitlines() == [
        "Люди",
        "Мария · администратор",
        "Визит: 15 ноября 2023, 01:13 · ответы: 0 сегодня, 12 всего · ~$0,31",
        "Пётр · тестировщик",
        "Визит: 15 ноября 2023, 01:13 · ответы: 12 сегодня, 12 всего · ~$0,31",
        "Цены каталога.",
    ]
    assert buttons_of(screen)[-4:] == [
        "access:invitation_make:",
        "access:invitation_list:",
        "access:outside:0",
        "access:models:",
    ]


@pytest.mark.parametrize(
    ("profile", "state", "offered"),
    [
        (profile_of("М", Access.ADMIN, is_fixed=True), None, set()),
        (profile_of(is_fixed=True), None, {"limit"}),
        (profile_of(), None, {"limit", "remove"}),
        (profile_of(access=Access.STRANGER, removed_at=1), None, {"admit", "block"}),
        (profile_of(access=Access.STRANGER), RequestState.OPEN, {"admit", "request_deny", "block"}),
        (profile_of(access=Access.STRANGER, is_blocked=True), None, {"admit", "unblock"}),
    ],
)
def test_a_card_offers_what_can_be_done(profile, state, offered):
    request = asked_by("П", state) if state else None
    screen = people.card(RU, card_of(profile, request=request), prices=PRICES)

    actions = {data.split(":")[1] for data in buttons_of(screen)}
    assert actions - {"list", "outside"} == offered


@pytest.mark.parametrize(("limit", "marked"), [(None, "Как у всех"), (50, "50"), (0, "Без лимита")])
def test_the_limit_in_force_is_marked(limit: int | None, marked: str):
    profile = profile_of()
    profile = replace(profile, person=replace(profile.person, daily_limit=limit))
    screen = people.card(RU, card_of(profile, limit=200 if limit is None else limit), prices="")

    labels = [button.text for row in screen.buttons for button in row]
    assert [label for label in labels if "✓" in label] == [f"✓ {marked}"]


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (NOTHING, "$0,00"),
        (replace(SOME, usd=0.001), "<$0,01"),
        (SOME, "~$0,31"),
        (replace(SOME, n_unpriced=12, usd=0.0), "цена неизвестна"),
        (replace(SOME, n_unpriced=2), "~$0,31; без цены ещё ответов: 2"),
    ],
)
def test_prices_say_what_they_do_not_know(bill: Bill, said: str):
    assert people.price(RU, bill) == said


def test_estimated_tokens_are_marked():
    screen = people.card(RU, card_of(profile_of(), in_all=replace(SOME, n_estimated=1)), prices="")

    assert "токены — ~61" in shown(screen)
    assert "часть токенов посчитал бот" in shown(screen)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://api.openai.com/v1", "По ценам OpenAI на"),
        ("https://models.example:8443/v1", "Цен провайдера models.example не знаю"),
        ("http://localhost:8081/v1", "сам сервер денег не берёт"),
    ],
)
def test_prices_of_another_provider_are_not_promised(url: str, said: str):
    assert said in people.prices_note(RU, load_catalogue(), base_url=url)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Moscow", "после полуночи по Москве."),
        ("Asia/Tokyo", "после полуночи по времени Asia/Tokyo."),
    ],
)
def test_the_limit_says_until_when(zone: str, said: str):
    texts = Texts("ru", zoneinfo.ZoneInfo(zone))
    screen = refusal(texts, DailyLimitReached(limit=20, zone=texts.timezone))

    assert said in shown(screen)


@pytest.mark.parametrize(
    ("kind", "may_ask"), [(kind, kind is OutsideState.MAY_ASK) for kind in OutsideState]
)
def test_a_stranger_sees_their_number_and_what_they_can_do(kind: OutsideState, may_ask: bool):
    screen = outside_views.outside(RU, 2001, OutsideAccess(state=kind, until=LONG_AGO))

    assert "Ваш ID в Telegram: 2001" in shown(screen)
    assert buttons_of(screen) == (["access:ask:"] if may_ask else [])


RATINGS = {
    1: Rating(is_good=True),
    2: Rating(),
    3: Rating(is_good=False, complaint=Complaint.UNTRUE, correction="<иначе>"),
}


def test_a_privacy_file_reads_like_a_conversation():
    turns = [
        StoredTurn(
            id=n,
            conversation_id=talk,
            at=LONG_AGO,
            model="m",
            question=f"вопрос {n}",
            answer=f"<ответ> {n}",
            rating=RATINGS[n],
        )
        for n, talk in ((1, 1), (2, 1), (3, 2))
    ]
    screen = privacy.file_of(
        RU, profile_of(), turns, words=replace(WORDLESS, n_turns=3), usage=[("m", SOME)]
    )

    assert screen.attachment is not None
    assert screen.attachment.text.count("— Разговор, ") == 2
    text = screen.attachment.text
    assert "Вы (15 ноября 2023, 01:13): вопрос 2\n\nНаташа: <ответ> 2" in text
    assert "<ответ> 1\n\nВаша оценка: 👍\n\nВы" in text
    assert text.endswith(
        "Ваша оценка: 👎\n\nЧто не так: Неправда\n\nКак сказала бы Наташа, по-вашему: <иначе>"
    )
    assert "самые новые" not in screen.attachment.text


def test_invitation_is_shared_with_one_tap():
    """Telegram's own page for sharing gets the whole link, and words in which help is named."""
    made = Invitation(id=1, made_by=5, salt="", created_at=1, expires_at=LONG_AGO)
    link = "https://t.me/b?start=inv_x&y"

    (row,) = admission.invitation(RU, made, link).buttons

    address, _, query = row[0].url.partition("?")
    assert (row[0].text, address) == ("Поделиться", "https://t.me/share/url")
    assert "+" not in query
    given = parse_qs(query)
    assert given["url"] == [link]
    assert "112" in given["text"][0]
