"""The help card, the call for people, and what admins see of people in danger."""

from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, rows
from bot.domain.help_lines import HelpLines
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.edge.who import mention, name_of
from bot.safety.entities import DangerCounts, Mark
from bot.texts import Texts, shortened

_MOST_SHOWN = 5
"""Messages, the newest ones, that an admin reads after a call."""
_WORDS_UNITS = 600
"""UTF-16 units of a message that an admin may read after a call."""


def card(texts: Texts, person: Person, mark: Mark, help_lines: HelpLines) -> Screen:
    """What to do first, the numbers, and for admitted people the button that calls the team."""
    call = button(texts, "call_people", data_of("safety", "call", mark.request_id))
    lines = [
        texts(f"danger_first_{mark.danger.kind}"),
        "",
        *(texts("danger_line", number=line.number, name=line.name) for line in help_lines.lines),
        "",
        texts("danger_program"),
    ]
    return Screen(text="\n".join(lines), buttons=rows([call] if person.is_admitted else []))


def silent(texts: Texts, card: Screen | None) -> Screen:
    """Natasha can't answer: a line below the card, or above the words of *card*."""
    if card is None:
        return Screen(text=texts("danger_silent"))
    return Screen(text=f"{texts('danger_silent_here')}\n\n{card.text}", buttons=card.buttons)


def again(texts: Texts, help_lines: HelpLines) -> Screen:
    """The numbers in a line, for somebody who gets no answer and had the card shortly before."""
    return Screen(text=texts("danger_again", numbers=numbers_of(texts, help_lines)))


def numbers_of(texts: Texts, help_lines: HelpLines) -> str:
    """The numbers in a line, as plain text."""
    return ", ".join(
        texts.plain("danger_line", number=line.number, name=line.name) for line in help_lines.lines
    )


def ask_call(texts: Texts, request_id: int) -> Screen:
    """What a call shows to whom, and whether the person wants that."""
    yes = button(texts, "call_people_yes", data_of("safety", "called", request_id))
    no = button(texts, "call_people_no", data_of("safety", "not_called"))
    return Screen(text=texts("danger_call_ask"), buttons=rows([yes, no]))


def called(texts: Texts, person: Person, words: Sequence[str]) -> Screen:
    """A person calls for people: who it is, and what they wrote."""
    said = [
        texts("danger_called_words", text=shortened(each, _WORDS_UNITS))
        for each in words[-_MOST_SHOWN:]
    ]
    lines = [
        texts("danger_called", name=name_of(person.name, person.id), mention=mention(person.id)),
        *(said or [texts("danger_called_unsaid")]),
    ]
    return Screen(text="\n".join(lines))


def overview(texts: Texts, counts: DangerCounts, *, has_notes: bool) -> Screen:
    """How many messages of people in danger there were, and whether this admin gets notes."""
    key = "danger_notes_on" if has_notes else "danger_notes_off"
    lines = [texts("danger_overview", **numbers(texts, counts)), "", texts(key)]
    back = button(texts, "back", data_of("ratings", "list"))
    return Screen(
        text="\n".join(lines), buttons=rows([_switch(texts, has_notes=has_notes)], [back])
    )


def opener(texts: Texts, counts: DangerCounts) -> Button:
    """The button under the figures about answers that opens `overview`."""
    return button(texts, "dangers", data_of("safety", "overview"), n=texts.number(counts.n_lately))


def numbers(texts: Texts, counts: DangerCounts) -> dict[str, str]:
    """The two numbers, as they are written."""
    return {"lately": texts.number(counts.n_lately), "n": texts.number(counts.n)}


def _switch(texts: Texts, *, has_notes: bool) -> Button:
    if has_notes:
        return button(texts, "danger_notes_stop", data_of("safety", "notes", 0))
    return button(texts, "danger_notes_start", data_of("safety", "notes", 1))
