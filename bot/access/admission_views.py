"""Requests to join, decisions about them, and invitations."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from bot.access.admission import MOST_TOLD_A_DAY
from bot.delivery.screen import Button, Screen, rows
from bot.domain.people import Invitation, JoinRequest, Person, RequestState
from bot.edge.buttons import button, data_of
from bot.edge.who import mention, moment, name_of
from bot.texts import Texts


def request(texts: Texts, asked: JoinRequest) -> Screen:
    """A stranger asks for access."""
    name = name_of(asked.name, asked.person_id)
    text = texts("join_request", name=name, mention=mention(asked.person_id))
    admit = button(texts, "let_in", data_of("access", "request_admit", asked.id))
    deny = button(texts, "deny", data_of("access", "request_deny", asked.id))
    return Screen(text=text, buttons=rows([admit, deny]))


def decided(texts: Texts, asked: JoinRequest, *, by: str) -> Screen:
    """What was decided and by whom, for the admin who decided and for one who was too late."""
    is_in = asked.state is RequestState.ADMITTED
    text = texts(
        "join_was_admitted" if is_in else "join_was_denied",
        name=name_of(asked.name, asked.person_id),
        by=name_of(by),
        when=moment(texts, asked.decided_at or 0),
    )
    details = button(texts, "card", data_of("access", "show", asked.person_id))
    return Screen(text=text, buttons=rows([details]))


def flood(texts: Texts) -> Screen:
    """So many ask that admins get no message about each."""
    outside = button(texts, "outside", data_of("access", "outside", 0))
    return Screen(text=texts("join_flood", limit=MOST_TOLD_A_DAY), buttons=rows([outside]))


def invitation(texts: Texts, made: Invitation, link: str) -> Screen:
    """The message that an admin forwards, or whose link they share with one tap.

    https://core.telegram.org/widgets/share#custom-buttons
    """
    query = urlencode({"url": link, "text": texts.plain("invitation_words")}, quote_via=quote)
    share = Button(text=texts.plain("button_share"), url=f"https://t.me/share/url?{query}")
    text = texts("invitation", link=link, when=moment(texts, made.expires_at))
    return Screen(text=text, buttons=rows([share]))


def invited(texts: Texts, person: Person, invitation_id: int) -> Screen:
    """Somebody came in by an admin's invitation."""
    details = button(texts, "card", data_of("access", "show", person.id))
    text = texts(
        "invitation_used",
        id=invitation_id,
        name=name_of(person.name, person.id),
        mention=mention(person.id),
    )
    return Screen(text=text, buttons=rows([details]))


def invitations(
    texts: Texts, found: Sequence[Invitation], *, makers: Mapping[int, str], is_new: bool
) -> Screen:
    """Links that still work, oldest first, each with a button to withdraw it.

    *makers* are the names of the admins who made them. *is_new*: the newest link is in the message
    above, for forwarding.
    """
    lines = [texts("invitation_how"), ""] if is_new else []
    lines.append(texts("invitations_title" if found else "invitations_none"))
    lines += [
        texts(
            "invitations_line",
            id=each.id,
            name=name_of(makers.get(each.made_by, ""), each.made_by),
            when=moment(texts, each.expires_at),
        )
        for each in found
    ]
    withdraw = [
        button(texts, "withdraw", data_of("access", "invitation_withdraw", each.id), id=each.id)
        for each in found
    ]
    pairs = [withdraw[n : n + 2] for n in range(0, len(withdraw), 2)]
    invite = button(texts, "invite", data_of("access", "invitation_make"))
    people = button(texts, "people", data_of("access", "list", 0))
    return Screen(text="\n".join(lines), buttons=rows(*pairs, [invite, people]))
