"""People as admins see them: the list, one person, what answers cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.catalogue import Catalogue, Pricing, host_of
from bot.delivery.screen import Button, Screen, fitting, rows
from bot.domain.models import model_title
from bot.domain.people import JoinRequest, PersonProfile, RequestState
from bot.edge.buttons import button, data_of, page_buttons
from bot.edge.who import label_of, mention, name_of, seen
from bot.texts import Markup, Texts
from bot.usage.accounts import Bill

PAGE: Final = 8
"""People on one page of the list."""
LIMITS: Final = (20, 50, 100, 200)
"""Answers a day that a button offers."""
DEFAULT, NO_LIMIT = "d", 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """All that the screen of one person shows."""

    profile: PersonProfile
    today: Bill
    in_all: Bill
    limit: int
    """Answers a day; 0: any number."""
    admitted_by: str
    """The name of the admin who let them in; empty: nobody did."""
    request: JoinRequest | None
    """Their last one."""


def listed(
    texts: Texts,
    people: Sequence[tuple[PersonProfile, Bill, Bill]],
    *,
    page: int,
    has_more: bool,
    prices: str,
) -> Screen:
    """A page of people with access: role, last visit, answers and cost today and in all."""
    lines = [
        texts(
            "people_line",
            name=_bold(profile),
            role=_role(texts, profile),
            seen=seen(texts, profile.last_seen_at),
            today=texts.number(today.n_answers),
            total=texts.number(in_all.n_answers),
            price=price(texts, in_all),
        )
        for profile, today, in_all in people
    ]
    invite = button(texts, "invite", data_of("access", "invitation_make"))
    invitations = button(texts, "invitations", data_of("access", "invitation_list"))
    others = button(texts, "outside", data_of("access", "outside", 0))
    usage = button(texts, "model_usage", data_of("access", "models"))
    openers = _openers([profile for profile, _, _ in people])
    turners = _turners(texts, "list", page, has_more=has_more)
    return Screen(
        text="\n".join([texts("people_title"), *lines, prices]),
        buttons=rows(*openers, turners, [invite, invitations], [others, usage]),
    )


def outside(
    texts: Texts,
    people: Sequence[tuple[PersonProfile, JoinRequest | None]],
    *,
    page: int,
    has_more: bool,
) -> Screen:
    """A page of people who asked, or were denied, removed or blocked."""
    back = [button(texts, "people", data_of("access", "list", 0))]
    if not people:
        return Screen(text=texts("people_outside_none"), buttons=rows(back))
    lines = [
        texts(
            "people_line_outside",
            name=_bold(profile),
            state=_state(texts, profile, request),
            seen=seen(texts, profile.last_seen_at),
        )
        for profile, request in people
    ]
    openers = _openers([profile for profile, _ in people])
    turners = _turners(texts, "outside", page, has_more=has_more)
    text = "\n".join([texts("people_outside"), *lines])
    return Screen(text=text, buttons=rows(*openers, turners, back))


def card(texts: Texts, shown: PersonCard, *, prices: str) -> Screen:
    """One person, and the decisions that an admin can make about them."""
    profile = shown.profile
    lines = [
        texts(
            "person_title",
            name=name_of(profile.person.name, profile.person.id),
            role=_state(texts, profile, shown.request),
            mention=mention(profile.person.id),
            seen=seen(texts, profile.last_seen_at),
        )
    ]
    if profile.first_seen_at:
        lines.append(texts("person_first_seen", day=texts.moment(profile.first_seen_at)))
    lines += _how(texts, shown)
    lines.append(texts("person_today", **_amounts(texts, shown.today)))
    lines.append(texts("person_total", **_amounts(texts, shown.in_all)))
    if profile.person.is_admitted:
        lines.append(_limit(texts, shown))
    if shown.in_all.n_estimated:
        lines.append(texts("usage_estimated"))
    return Screen(text="\n".join([*lines, prices]), buttons=_decisions(texts, shown))


def ask_remove(texts: Texts, profile: PersonProfile) -> Screen:
    """Ask whether to remove somebody."""
    number = profile.person.id
    text = texts("person_ask_remove", name=name_of(profile.person.name, number))
    yes = button(texts, "remove_yes", data_of("access", "removed", number))
    no = button(texts, "remove_no", data_of("access", "show", number))
    return Screen(text=text, buttons=rows([yes, no]))


def by_model(
    texts: Texts, models: Sequence[tuple[str, Bill]], *, today: Bill, in_all: Bill, prices: str
) -> Screen:
    """What every model has cost, most used first."""
    back = rows([button(texts, "people", data_of("access", "list", 0))])
    if not models:
        return Screen(text=texts("usage_none"), buttons=back)
    lines = [
        texts("usage_title"),
        texts("usage_today", **_amounts(texts, today)),
        texts("usage_total", **_amounts(texts, in_all)),
        prices,
    ]
    if in_all.n_estimated:
        lines.append(texts("usage_estimated"))
    for model, bill in models:
        lines.append(
            texts("usage_line", model=name_of(model_title(model)), **_amounts(texts, bill))
        )
    return Screen(text="\n".join(fitting(lines)), buttons=back)


def prices_note(texts: Texts, catalogue: Catalogue, *, base_url: str) -> str:
    """Which prices the amounts come from."""
    match catalogue.pricing(base_url):
        case Pricing.KNOWN:
            provider = catalogue.provider_name
            return texts("people_prices", provider=provider, day=catalogue.looked_up)
        case Pricing.OWN_MACHINE:
            return texts("people_prices_own_machine")
        case Pricing.UNKNOWN:
            return texts("people_prices_elsewhere", host=host_of(base_url))


def price(texts: Texts, bill: Bill) -> str:
    """An estimate of the cost; says so where the price of some or all answers is unknown."""
    if bill.n_answers and bill.n_unpriced == bill.n_answers:
        return texts.plain("price_unknown")
    amount = texts.roughly(bill.usd)
    if not bill.n_unpriced:
        return amount
    return texts.plain("price_partly", price=amount, n=bill.n_unpriced)


def _decisions(texts: Texts, shown: PersonCard) -> tuple[tuple[Button, ...], ...]:
    profile, request = shown.profile, shown.request
    person = profile.person
    back = [button(texts, "people", data_of("access", "list", 0))]
    if person.is_admin:
        return rows(back)
    if person.is_admitted:
        leave = button(texts, "remove", data_of("access", "remove", person.id))
        return rows(*_limits(texts, shown), [] if profile.is_fixed else [leave], back)
    deny = []
    if request is not None and request.state is RequestState.OPEN:
        deny.append(button(texts, "deny", data_of("access", "request_deny", request.id)))
    word = "unblock" if profile.is_blocked else "block"
    return rows(
        [button(texts, "let_in", data_of("access", "admit", person.id)), *deny],
        [button(texts, word, data_of("access", word, person.id))],
        [button(texts, "outside", data_of("access", "outside", 0))],
    )


def _limits(texts: Texts, shown: PersonCard) -> list[list[Button]]:
    person = shown.profile.person

    def choice(label: str, value: int | None) -> Button:
        mark = "✓ " if person.daily_limit == value else ""
        data = data_of("access", "limit", f"{person.id}-{DEFAULT if value is None else value}")
        return Button(text=f"{mark}{label}", data=data)

    default = choice(texts.plain("button_limit_default"), None)
    no_limit = choice(texts.plain("button_limit_none"), NO_LIMIT)
    return [[choice(texts.number(n), n) for n in LIMITS], [default, no_limit]]


def _how(texts: Texts, shown: PersonCard) -> list[str]:
    profile = shown.profile
    if profile.person.is_admin:
        return [texts("person_fixed_admin")]
    if profile.is_fixed:
        return [texts("person_fixed_tester")]
    if profile.removed_at:
        return [texts("person_removed", day=texts.moment(profile.removed_at))]
    if profile.person.is_admitted and profile.admitted_at and shown.admitted_by:
        by = name_of(shown.admitted_by)
        return [texts("person_admitted", day=texts.moment(profile.admitted_at), by=by)]
    return []


def _limit(texts: Texts, shown: PersonCard) -> str:
    if not shown.limit:
        return texts("person_limit_none")
    is_default = shown.profile.person.daily_limit is None
    key = "person_limit_default" if is_default else "person_limit"
    return texts(key, limit=texts.number(shown.limit))


def _state(texts: Texts, profile: PersonProfile, request: JoinRequest | None) -> str:
    if profile.person.is_admitted:
        return _role(texts, profile)
    if profile.is_blocked:
        return texts.plain("outside_blocked")
    if request is not None and request.state is RequestState.OPEN:
        return texts.plain("outside_asks")
    return texts.plain("outside_removed" if profile.removed_at else "outside_denied")


def _role(texts: Texts, profile: PersonProfile) -> str:
    return texts.plain("role_admin" if profile.person.is_admin else "role_tester")


def _amounts(texts: Texts, bill: Bill) -> dict[str, str]:
    """The parameters of a sentence about a bill."""
    return {
        "n": texts.number(bill.n_answers),
        "tokens": ("~" if bill.n_estimated else "") + texts.number(bill.n_tokens),
        "price": price(texts, bill),
    }


def _bold(profile: PersonProfile) -> Markup:
    return Markup(f"<b>{name_of(profile.person.name, profile.person.id)}</b>")


def _openers(people: Sequence[PersonProfile]) -> list[list[Button]]:
    """Two to a row."""
    buttons = [
        Button(text=label_of(each.person), data=data_of("access", "show", each.person.id))
        for each in people
    ]
    return [buttons[n : n + 2] for n in range(0, len(buttons), 2)]


def _turners(texts: Texts, action: str, page: int, *, has_more: bool) -> list[Button]:
    return page_buttons(texts, partial(data_of, "access", action), page, has_more=has_more)
