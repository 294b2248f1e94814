"""An answer of a model, as far as it has come."""

from dataclasses import dataclass, field

from bot.chat.chat import Question
from bot.chat.generations import Generation
from bot.domain.models import Usage
from bot.errors import UserError


@dataclass(slots=True, kw_only=True)
class IncomingAnswer:
    """An answer that is coming, or has come."""

    question: Question
    """The question that the model answers, after all changes by `Chat.answer`."""
    text: str = ""
    usage: Usage | None = None
    generation: Generation = field(default_factory=Generation)
    failure: UserError | None = None
    """Why the rest does not come; None: the answer is whole, or the person stopped it."""
    is_shown: bool = False
    """The person sees it already and it is stored, so nothing is left to do."""

    def take(self, piece: str | Usage | Question) -> None:
        """Add a piece that `Chat.answer` has yielded."""
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
