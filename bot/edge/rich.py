"""Text with Telegram's entities, cut into messages without losing text or formatting."""

import bisect
import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.delivery.screen import MAX_UNITS, Screen

MOST_ENTITIES = 100
"""https://core.telegram.org/bots/api#sendmessage: more are not shown."""

_CODE: Final = ("code", "pre")
_GLUE: Final = "\N{ZERO WIDTH JOINER}"
_CLINGING: Final = (_GLUE, "\N{VARIATION SELECTOR-16}", *"🏻🏼🏽🏾🏿")
"""Characters that belong to the one before them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A formatted stretch of a text."""

    start: int
    """In characters of Python."""
    end: int
    entity: dict[str, Any]
    """Telegram's MessageEntity without offset and length."""

    @property
    def is_code(self) -> bool:
        """Whether it is code, which a cut should not split."""
        return self.entity["type"] in _CODE


class Rich:
    """A text and its formatting."""

    def __init__(self, text: str, spans: Sequence[Span] = ()) -> None:
        self.text = text
        self.spans = sorted(spans, key=lambda span: (span.start, -span.end))
        self._units = [0, *itertools.accumulate(1 + (ord(sign) > 0xFFFF) for sign in text)]
        """UTF-16 code units before each character, and in total."""

    @classmethod
    def from_entities(cls, text: str, entities: Sequence[dict[str, Any]]) -> "Rich":
        """From Telegram's entities, whose offsets count UTF-16 code units."""
        plain = cls(text)
        return cls(text, [plain._span(**entity) for entity in entities])

    def screen(self) -> Screen:
        """One message with this text, which has to fit."""
        units = self._units
        return Screen(
            text=self.text,
            entities=[
                {
                    **span.entity,
                    "offset": units[span.start],
                    "length": units[span.end] - units[span.start],
                }
                for span in self.spans[:MOST_ENTITIES]
            ],
        )

    def part(self, start: int, end: int) -> "Rich":
        """These characters without white space around them; cut formatting applies to each part."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        spans = [
            Span(max(span.start, start) - start, min(span.end, end) - start, span.entity)
            for span in self.spans
            if span.start < end and span.end > start
        ]
        return Rich(self.text[start:end], spans)

    def followed_by(self, text: str, **entity: Any) -> "Rich":
        """With more text at its end, formatted as *entity* if one is given."""
        return self.joined_by(Rich(text, [Span(0, len(text), entity)] if entity else []))

    def joined_by(self, other: "Rich") -> "Rich":
        """With another text at its end."""
        end = len(self.text)
        moved = [Span(end + span.start, end + span.end, span.entity) for span in other.spans]
        return Rich(self.text + other.text, [*self.spans, *moved])

    def end_of(self, units: int) -> "Rich":
        """The last *units* UTF-16 units, from the start of a word; begins with "…" if cut."""
        start = bisect.bisect_left(self._units, self._units[-1] - units)
        if start == 0:
            return self
        word = self.text.find(" ", start, start + 100)
        end = self.part(max(start, word), len(self.text))
        return Rich("…").joined_by(Rich(end.text, end.spans[-MOST_ENTITIES:]))

    def messages(self) -> Iterator["Rich"]:
        """All of it, in parts that Telegram takes; words and code stay whole where possible."""
        start = 0
        while start < len(self.text):
            if self.text[start].isspace():  # so that no part begins with a cut
                start += 1
                continue
            end = self._reach(start)
            if end < len(self.text):
                end = self._cut(start, end)
            part = self.part(start, end)
            if part.text:
                yield part
            start = end

    def _reach(self, start: int) -> int:
        """The largest possible end of a message that begins at *start*."""
        end = bisect.bisect_right(self._units, self._units[start] + MAX_UNITS) - 1
        ahead = [span.start for span in self.spans if span.end > start]
        if len(ahead) > MOST_ENTITIES and ahead[MOST_ENTITIES] > start:
            end = min(end, ahead[MOST_ENTITIES])
        return end

    def _cut(self, start: int, end: int) -> int:
        """The best place for a cut, at most at *end*: a paragraph, a line, a word, anything."""
        outside = self._before_code(start, end)
        end = outside if outside > start else end
        middle = (start + end) // 2
        for mark, lowest in (("\n\n", middle), ("\n", middle), (" ", start + 1), ("\n", start + 1)):
            place = self.text.rfind(mark, lowest, end + len(mark))
            while place >= lowest and (outside := self._before_code(start, place)) < place:
                place = self.text.rfind(mark, lowest, outside + len(mark))
            if place >= lowest:
                return place
        codes = [span.end for span in self.spans if span.is_code and start < span.end < end]
        return max(codes, default=0) or self._between_signs(start, end)

    def _before_code(self, start: int, place: int) -> int:
        """*place*, or the beginning of the code around it if the code fits into one message."""
        for span in self.spans:
            is_around = start <= span.start < place < span.end
            if span.is_code and is_around and self._length(span) <= MAX_UNITS:
                return span.start
        return place

    def _between_signs(self, start: int, end: int) -> int:
        for place in range(end, max(start, end - 32), -1):
            sign, before = self.text[place], self.text[place - 1]
            is_one = sign in _CLINGING or unicodedata.combining(sign) or before == _GLUE
            if not is_one:
                return place
        return end

    def _length(self, span: Span) -> int:
        return self._units[span.end] - self._units[span.start]

    def _span(self, *, offset: int, length: int, **entity: Any) -> Span:
        start = bisect.bisect_left(self._units, offset)
        return Span(start, bisect.bisect_left(self._units, offset + length), entity)
