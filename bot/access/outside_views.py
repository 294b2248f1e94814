"""What people see before an admin has let them in, and the welcome after that."""

from typing import Final

from bot.access.admission import OutsideAccess, OutsideState
from bot.access.invitations import InvitationOutcome
from bot.delivery.screen import Screen, rows
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.edge.who import moment, name_of
from bot.texts import Texts

STARTERS: Final = ("growth", "relationships", "business", "past_lives")
"""The themes of the questions under the welcome: who finds no words begins with one of these."""


def outside(texts: Texts, person_id: int, access: OutsideAccess) -> Screen:
    """What a stranger sees: what this bot is, their Telegram id, and what they can do."""
    number = texts("door_stranger", id=person_id)
    match access.state:
        case OutsideState.MAY_ASK:
            ask = button(texts, "ask_in", data_of("access", "ask"))
            return Screen(text=f"{number}\n{texts('door_may_ask')}", buttons=rows([ask]))
        case OutsideState.WAITING:
            rest = texts("door_waiting")
        case OutsideState.DENIED:
            rest = texts("door_denied", when=moment(texts, access.until))
        case OutsideState.BLOCKED:
            rest = texts("door_blocked")
    return Screen(text=f"{number}\n{rest}")


def link_failed(texts: Texts, outcome: InvitationOutcome, screen: Screen) -> Screen:
    """Why a link does not work, above what the stranger can do instead."""
    return Screen(text=f"{texts(f'code_{outcome}')}\n\n{screen.text}", buttons=screen.buttons)


def start_tester(texts: Texts, person: Person, *, is_ready: bool) -> Screen:
    """A tester's welcome, with questions to begin with."""
    welcome = texts("start_tester", name=name_of(person.name, person.id))
    if not is_ready:
        return Screen(text=f"{welcome}\n\n{texts('start_no_model')}")
    starters = [
        [button(texts, f"starter_{theme}", data_of("chat", "starter", theme))] for theme in STARTERS
    ]
    return Screen(text=welcome, buttons=rows(*starters))
