"""The help card in the language of a person, with the numbers of the settings."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain.help_lines import HelpLines
from bot.domain.people import Person
from bot.safety import views
from bot.safety.entities import Mark
from bot.texts import Texts

CARD_EVERY_S = 3600
"""A chat gets a card at most once in so many seconds, unless the sign is graver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Screens with numbers."""

    texts_for: Callable[[Person], Texts]
    """The sentences in a person's language."""
    help_lines_in: Callable[[str], HelpLines]
    """The numbers, by language."""

    def card(self, person: Person, mark: Mark) -> Screen:
        """The help card for that message."""
        texts = self.texts_for(person)
        return views.card(texts, person, mark, self._lines(texts))

    def silent(self, person: Person, mark: Mark, *, is_below: bool) -> Screen:
        """Natasha can't answer; with the card, unless the line *is_below* one."""
        return views.silent(self.texts_for(person), None if is_below else self.card(person, mark))

    def again(self, person: Person) -> Screen:
        """The numbers in a line."""
        texts = self.texts_for(person)
        return views.again(texts, self._lines(texts))

    def wish(self, person: Person) -> str:
        """The sentence for the model that is to answer a person in danger."""
        texts = self.texts_for(person)
        return texts.plain("danger_to_model", numbers=views.numbers_of(texts, self._lines(texts)))

    def names_help(self, person: Person, text: str) -> bool:
        """Whether one of the numbers is in that text."""
        return any(line.number in text for line in self._lines(self.texts_for(person)).lines)

    def _lines(self, texts: Texts) -> HelpLines:
        return self.help_lines_in(texts.language)


def card_key(request_id: int) -> str:
    """The key in the outbox of the card that is sent as soon as that update comes in."""
    return f"danger:{request_id}"
