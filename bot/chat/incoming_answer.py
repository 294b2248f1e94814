"""An answer of a model, as far as it has come."""

from dataclasses import dataclass, field

from bot.chat import seam
from bot.chat.generations import Generation
from bot.chat.question import Question
from bot.domain.models import AnswerPart, Ending, TakenBack, Usage
from bot.errors import ProviderUncertain, UserError


@dataclass(slots=True, kw_only=True)
class IncomingAnswer:
    """An answer that is coming, or has come."""

    question: Question
    """The question that the model answers, after all changes by `Chat.answer`."""
    text: str = ""
    usage: Usage | None = None
    told: Ending | None = None
    """How it ended, as the model's server told; None: not told, or not yet."""
    generation: Generation = field(default_factory=Generation)
    failure: UserError | None = None
    """Why the rest does not come; None: the answer is whole, or the person stopped it."""
    is_shown: bool = False
    """The person sees it already and it is stored, so nothing is left to do."""

    def take(self, piece: AnswerPart | Question) -> None:
        """Add a piece that `Chat.answer` has yielded."""
        if isinstance(piece, Question):
            self.question = piece
        elif isinstance(piece, Usage):
            self.usage = piece
        elif isinstance(piece, Ending):  # before str, because it is one too
            self.told = piece
            if piece is Ending.BROKEN_OFF:
                self.failure = ProviderUncertain()
                self.failure.said = "the answer stopped without an end"
        elif isinstance(piece, TakenBack):
            self.text = ""
        else:
            self.text += piece

    @property
    def ending(self) -> Ending:
        """How it ended; only for one that has."""
        if self.failure is not None:
            return Ending.BROKEN_OFF
        if self.told is None:  # only a person ends it without the server
            return Ending.STOPPED if self.generation.is_stopped else Ending.BROKEN_OFF
        return self.told

    @property
    def is_whole(self) -> bool:
        """Whether the model said all that it wanted to say."""
        return self.has_words and self.ending is Ending.WHOLE

    @property
    def has_words(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.whole[self.start :].strip())

    @property
    def whole(self) -> str:
        """All words so far; those of a continuation follow the first part of the answer."""
        return self._joined[0]

    @property
    def start(self) -> int:
        """Where the messages of this answer begin in its words."""
        return self._joined[1]

    @property
    def _joined(self) -> tuple[str, int]:
        past = self.question.continues
        return seam.joined(past.turn.assistant_text, self.text) if past else (self.text, 0)
