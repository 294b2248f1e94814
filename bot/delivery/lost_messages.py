"""Finds a message whose receipt got lost, by trying to edit the ids that it may have."""

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from telegram.error import NetworkError, RetryAfter

from bot.delivery.outcomes import Uncertain
from bot.delivery.rate_limits import RateLimits
from bot.delivery.requests import Reachability
from bot.runtime.backoff import backoff

SEARCH_S = 10.0
"""A search ends after so many seconds in which Telegram could be reached."""
PROBE_S = 4.0
"""An edit that has no answer by then is tried again."""
AT_ONCE = 8
"""Edits that a search has on their way at the same time, two of each id if there are few."""
SPARE_IDS = 3
"""How far above the newest known id a message may be, besides one id for each other message that
is on its way or lost too. They are for what people have written and we do not know yet."""
SPARE_IDS_AFTER_START = 16
"""The same for a message that an earlier process has lost, perhaps together with others."""
MOST_PROBED = 64
"""Of the unknown ids below the newest known one."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 1.0

KnownIds = Callable[[int], Awaitable[set[int]]]
"""(message id) -> the known message ids above it, in all private chats."""
Send = Callable[[], Awaitable[int]]
"""Sends a message and returns its id."""
Edit = Callable[[int], Awaitable[bool]]
"""(message id) -> whether that message is ours and now shows what it should."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Doubt:
    """A message of a chat that may have been sent, with an id in a range."""

    floor_id: int
    """Of the message, as it is stored; tells one message of the chat from the next."""
    lowest_id: int
    """The newest id that was known before the first try."""
    highest_id: int | None
    """None: not known before the search begins."""
    lost_at: float
    """When the answer failed to come, by the clock of the loop: later ids are not the message's."""
    ends_at: float
    ruled_out: set[int] = field(default_factory=set)


class LostMessages:
    """Remembers, for each chat, which message may have been sent and where it is not.

    Ids grow over all private chats of a bot, without gaps. So a lost message has an id above every
    id that was known before it was sent, and only a little above those that were known when its
    answer failed to come. Between them, every unknown id belongs to a lost message, soon.
    """

    def __init__(
        self,
        known_ids: KnownIds,
        rate_limits: RateLimits,
        reachability: Reachability,
        ask: Callable[[], Awaitable[object]],
    ) -> None:
        """*ask* asks Telegram something that changes nothing, and raises nothing."""
        self._ask = ask
        self._known_ids = known_ids
        self._rate_limits = rate_limits
        self._reachability = reachability
        self._doubts: dict[int, _Doubt] = {}
        self._n_sending = 0
        self._received: deque[int] = deque(maxlen=1000)
        """Ids of messages that were sent and may not be stored yet."""

    async def send(self, chat_id: int, floor_id: int, send: Send) -> int:
        """Send a message and return its id; remember it as lost if no answer comes."""
        newest_id, began = await self._newest_id(floor_id), _now()
        self._n_sending += 1
        try:
            message_id = await send()
        except Uncertain:
            self._lose(chat_id, floor_id, newest_id, await self._highest_id(floor_id))
            raise
        except asyncio.CancelledError:
            self._lose(chat_id, floor_id, newest_id, None)
            raise
        finally:
            self._n_sending -= 1
        self._receive(chat_id, floor_id, message_id)
        for doubt in self._doubts.values():
            if doubt.highest_id is not None and doubt.lost_at < began:
                doubt.highest_id = min(doubt.highest_id, message_id - 1)
        return message_id

    async def find(self, chat_id: int, floor_id: int, edit: Edit) -> int | None:
        """The id of the message that may have been sent; None: it is not there, or time is up.

        Raises:
            RetryAfter, Forbidden, Refused: from *edit*.
        """
        doubt = self._doubt(chat_id, floor_id)
        if doubt is None:  # an earlier process lost the message: only its floor is known
            highest_id = await self._newest_id(floor_id) + SPARE_IDS_AFTER_START
            self._lose(chat_id, floor_id, floor_id, highest_id)
            doubt = self._doubts[chat_id]
        if doubt.highest_id is None:
            doubt.highest_id = await self._highest_id(floor_id)
        pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while candidates := await self._candidates(doubt):
            began, n_before = _now(), len(doubt.ruled_out)
            found = await self._probe((candidates * 2)[:AT_ONCE], edit, doubt)
            if found is not None:
                _logger.info("Found message %s again in chat %s", found, chat_id)
                self._receive(chat_id, floor_id, found)
                return found
            if not await self._is_reachable(began):
                await self._until_reachable()
                doubt.ends_at = _now() + SEARCH_S
            elif _now() >= doubt.ends_at:
                _logger.warning("A message to chat %s may come twice: not found in time", chat_id)
                return None
            elif len(doubt.ruled_out) == n_before:
                await asyncio.sleep(next(pauses))
        _logger.info("A message to chat %s was not sent: no unknown id is left", chat_id)
        return None

    def _lose(self, chat_id: int, floor_id: int, newest_id: int, highest_id: int | None) -> None:
        lost_at, doubt = _now(), self._doubt(chat_id, floor_id)
        ends_at = lost_at + SEARCH_S
        if doubt is None:
            self._doubts[chat_id] = _Doubt(floor_id, newest_id, highest_id, lost_at, ends_at)
            return
        doubt.highest_id, doubt.lost_at, doubt.ends_at = highest_id, lost_at, ends_at
        # The later ids may not have existed yet when they were ruled out.
        doubt.ruled_out = {ruled_out for ruled_out in doubt.ruled_out if ruled_out <= newest_id}

    def _receive(self, chat_id: int, floor_id: int, message_id: int) -> None:
        self._received.append(message_id)
        if self._doubt(chat_id, floor_id) is not None:
            del self._doubts[chat_id]

    def _doubt(self, chat_id: int, floor_id: int) -> _Doubt | None:
        doubt = self._doubts.get(chat_id)
        return doubt if doubt is not None and doubt.floor_id == floor_id else None

    async def _highest_id(self, floor_id: int) -> int:
        """The highest id that a message may have which was sent before now."""
        newest_id = await self._newest_id(floor_id)
        n_lost = sum(
            doubt.highest_id is None or doubt.highest_id > newest_id
            for doubt in self._doubts.values()
        )
        return newest_id + SPARE_IDS + n_lost + self._n_sending

    async def _newest_id(self, floor_id: int) -> int:
        return max(await self._known(floor_id), default=floor_id)

    async def _candidates(self, doubt: _Doubt) -> list[int]:
        """The ids that it may have: first those that exist, from the newest one down."""
        assert doubt.highest_id is not None
        known = await self._known(doubt.lowest_id)
        newest_id = min(max(known, default=doubt.lowest_id), doubt.highest_id)
        below = (each for each in range(newest_id, doubt.lowest_id, -1) if each not in known)
        above = range(newest_id + 1, doubt.highest_id + 1)
        found = [*itertools.islice(below, MOST_PROBED), *above]
        return [each for each in found if each not in doubt.ruled_out]

    async def _is_reachable(self, since: float) -> bool:
        """Whether Telegram has answered anything since then; asks if it has not."""
        if not self._reachability.has_answered_since(since):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PROBE_S):
                    await self._ask()
        return self._reachability.has_answered_since(since)

    async def _until_reachable(self) -> None:
        began = _now()
        while not self._reachability.has_answered_since(began):
            await self._reachability.wait(LONGEST_PAUSE_S)
            await self._is_reachable(began)

    async def _known(self, above: int) -> set[int]:
        received = {message_id for message_id in self._received if message_id > above}
        return received | await self._known_ids(above)

    async def _probe(self, ids: Sequence[int], edit: Edit, doubt: _Doubt) -> int | None:
        """The id where *edit* succeeds, or None; other ids that have an answer are ruled out."""
        running = {asyncio.create_task(self._try(each, edit, doubt)) for each in ids}
        refusal: BaseException | None = None
        try:
            while running and not doubt.ruled_out.issuperset(ids):
                ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    if (error := task.exception()) is not None:
                        refusal = error
                    elif (found := task.result()) is not None:
                        return found
        finally:
            for task in running:
                task.cancel()
        if refusal is not None:
            raise refusal
        return None

    async def _is_open(self, message_id: int, doubt: _Doubt) -> bool:
        """Whether the id still may be the message's; it may have turned out to be another's."""
        if message_id in await self._known(doubt.lowest_id):
            doubt.ruled_out.add(message_id)
        return message_id not in doubt.ruled_out

    async def _try(self, message_id: int, edit: Edit, doubt: _Doubt) -> int | None:
        if not await self._rate_limits.turn_to_search(lambda: self._is_open(message_id, doubt)):
            return None
        try:
            async with asyncio.timeout(PROBE_S):
                if await edit(message_id):
                    return message_id
        except RetryAfter:
            raise
        except (Uncertain, NetworkError, TimeoutError):
            return None
        doubt.ruled_out.add(message_id)
        return None


def _now() -> float:
    return asyncio.get_running_loop().time()
