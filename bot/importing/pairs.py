"""Who asked, and what Natasha answered: messages become bursts, and bursts become pairs.

A burst is what one person writes in one go, however many times they press the key. Who answers
whom is clear in a chat of two. In a group it is clear where Natasha replies to a message, or where
only one person spoke before her.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bot.importing.entities import Pair
from bot.importing.exported import Message

BURST_S: Final = 10 * 60
"""The longest pause inside of a burst. In a group, so long does another person's word count."""
ANSWER_S: Final = 24 * 60 * 60
"""A later answer is the beginning of something else."""
_REMEMBERED: Final = 200
"""Bursts of others that Natasha may still reply to."""


@dataclass(slots=True)
class _Burst:
    author: str
    ids: list[int]
    texts: list[str]
    first_at: int
    last_at: int
    reply_to: int
    is_group: bool
    is_alone: bool = True
    """Whether nobody else spoke just before, so that in a group it is clear who is answered."""
    is_answered: bool = False

    def goes_on(self, message: Message, *, splits_replies: bool) -> bool:
        """Whether the message belongs to it."""
        if message.author != self.author or not 0 <= message.at - self.last_at <= BURST_S:
            return False
        is_same_reply = message.reply_to in (0, self.reply_to, *self.ids)
        return is_same_reply or not splits_replies

    def add(self, message: Message) -> None:
        self.ids.append(message.id)
        self.texts.append(message.text)
        self.last_at = message.at

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def pairs_in(messages: Iterable[Message], natasha: str) -> Iterator[Pair]:
    """Every question that the person *natasha* (an author's key) answered in words."""
    for _, chat in groupby(messages, key=lambda message: message.chat):
        yield from _pairs_of(chat, natasha)


def _pairs_of(chat: Iterable[Message], natasha: str) -> Iterator[Pair]:
    asked: deque[_Burst] = deque(maxlen=_REMEMBERED)
    last: _Burst | None = None
    for burst in _bursts(chat, natasha):
        if burst.author != natasha:
            burst.is_alone = (
                last is None
                or burst.first_at - last.last_at > BURST_S
                or (last.author == burst.author and last.is_alone)
            )
            asked.append(burst)
            last = burst
            continue
        question = _answered_by(burst, asked, last)
        last = None
        if question and not question.is_answered:
            question.is_answered = True
            yield Pair(question.text, burst.text)


def _answered_by(burst: _Burst, asked: Iterable[_Burst], last: _Burst | None) -> _Burst | None:
    """Whom Natasha answers; None: nobody can tell, or too much time has passed."""
    found = last
    if burst.reply_to:
        replied = (each for each in asked if burst.reply_to in each.ids)
        found = next(replied, None if burst.is_group else last)
    elif burst.is_group and last is not None and not last.is_alone:
        return None
    is_soon = found is not None and 0 <= burst.first_at - found.last_at <= ANSWER_S
    return found if is_soon else None


def _bursts(chat: Iterable[Message], natasha: str) -> Iterator[_Burst]:
    """What was written in one go. A picture or a forward ends what another person writes."""
    current: _Burst | None = None
    for message in chat:
        is_hers = message.author == natasha
        if current and not message.text and message.author == current.author:
            continue
        if current and message.text and current.goes_on(message, splits_replies=is_hers):
            current.add(message)
            continue
        if current:
            yield current
        current = _begun(message) if message.text else None
    if current:
        yield current


def _begun(message: Message) -> _Burst:
    return _Burst(
        author=message.author,
        ids=[message.id],
        texts=[message.text],
        first_at=message.at,
        last_at=message.at,
        reply_to=message.reply_to,
        is_group=message.is_group,
    )
