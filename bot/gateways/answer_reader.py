"""Reads words, costs and endings out of the JSON of a chat's answer, in any server's dialect."""

from collections.abc import Iterator

from bot.domain import JsonDict
from bot.domain.models import AnswerPart, Ending, TakenBack, Usage
from bot.gateways.answer_words import Growth, thought
from bot.gateways.deadlines import MOST_MODEL_CHARACTERS
from bot.gateways.finish_reasons import ending_of
from bot.gateways.reasoning import Reasoning
from bot.gateways.sound_text import SoundText
from bot.gateways.wire import record, whole


class AnswerReader:
    """Gets an answer's JSON objects, in order: chunks of a stream, or the whole answer in one.

    Args:
        max_tokens: The limit that was asked for.
        thinks_first: Earlier answers of this model began inside of its reasoning.
    """

    def __init__(self, *, max_tokens: int, thinks_first: bool) -> None:
        self.has_choices = False
        """Whether there was anything of an answer, be it without words."""
        self.has_words = False
        self.ending: Ending | None = None
        """As the server told it; None: not yet."""
        self._n_left = MOST_MODEL_CHARACTERS
        self._usage: Usage | None = None
        self._max_tokens = max_tokens
        self._index: object = None
        self._growth = Growth()
        self._sound = SoundText()
        self._reasoning = Reasoning(is_presumed=thinks_first)

    @property
    def thinks_first(self) -> bool:
        """Whether this answer began inside of reasoning, without a tag that opens it."""
        return self._reasoning.is_presumed

    @property
    def is_full(self) -> bool:
        """Whether the model has said all that it may, blanks and reasoning included."""
        return not self._n_left

    def read(self, fields: JsonDict) -> Iterator[str | TakenBack]:
        """The words that an object adds, if any."""
        choice = self._first_choice(fields)
        self._usage = _usage(fields, choice) or self._usage
        words = self._growth.words(choice)[: self._n_left]
        self._n_left = max(0, self._n_left - len(words) - len(thought(choice)))
        yield from self._kept(self._reasoning.feed(self._sound.feed(words)))
        self.ending = ending_of(choice.get("finish_reason")) or self.ending
        if self.is_full:
            self.ending = Ending.CUT_BY_LENGTH

    def finish(self, *, is_done: bool) -> Iterator[AnswerPart]:
        """The rest; *is_done*: the server said that nothing more will come."""
        ending = self.ending or (self._told_by_costs() if is_done else Ending.BROKEN_OFF)
        rest = self._sound.finish()
        yield from self._kept(self._reasoning.feed(rest))
        yield from self._kept(self._reasoning.finish(is_whole=ending is Ending.WHOLE))
        if self._usage is not None:
            yield self._usage
        yield ending

    def _kept(self, pieces: Iterator[str | TakenBack]) -> Iterator[str | TakenBack]:
        for piece in pieces:
            self.has_words = isinstance(piece, str)
            yield piece

    def _told_by_costs(self) -> Ending:
        """For servers that give no reason: an answer as long as the limit was cut by it."""
        usage = self._usage
        is_cut = usage is not None and usage.completion_tokens >= self._max_tokens
        return Ending.CUT_BY_LENGTH if is_cut else Ending.WHOLE

    def _first_choice(self, fields: JsonDict) -> JsonDict:
        """The choice to read; empty if there is none, or only others: nobody asked for several."""
        choices = fields.get("choices")
        for choice in map(record, choices if isinstance(choices, list) else []):
            self.has_choices = True
            index = choice.get("index")
            if self._index is None:
                self._index = index
            if index is None or index == self._index:
                return choice
        return {}


def _usage(fields: JsonDict, choice: JsonDict) -> Usage | None:
    """Token counts, mostly in a last chunk without choices; None: this object has none.

    Groq had them in `x_groq`, Moonshot has them in the choice, others name them as Anthropic does.
    """
    places = (fields, record(fields.get("x_groq")), choice)
    for usage in (record(place.get("usage")) for place in places):
        asked = whole(usage.get("prompt_tokens", usage.get("input_tokens")))
        answered = whole(usage.get("completion_tokens", usage.get("output_tokens")))
        if asked is not None and answered is not None:
            return Usage(prompt_tokens=asked, completion_tokens=answered)
    return None
