"""What a model has said so far, on its way to a person."""

from dataclasses import dataclass, field

from bot.chat.chat import Question
from bot.chat.generations import Generation
from bot.domain.models import Usage
from bot.errors import UserError


@dataclass(slots=True, kw_only=True)
class IncomingAnswer:
    """An answer that comes, or came."""

    question: Question
    """As it was put in the end."""
    text: str = ""
    usage: Usage | None = None
    generation: Generation = field(default_factory=Generation)
    failure: UserError | None = None
    """Why there is no more; None: it came to its end, or was stopped."""
    is_shown: bool = False
    """The person is shown it already, and it is stored: nothing is left to do."""

    def take(self, piece: str | Usage | Question) -> None:
        """Hear a piece, as `Chat.answer` gives them."""
        if isinstance(piece, Question):
            self.question = piece
        elif isinstance(piece, Usage):
            self.usage = piece
        else:
            self.text += piece

    @property
    def has_words(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.text) and not self.text.isspace()
