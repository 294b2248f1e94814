"""The chats of one base: the places in its queue, and which worker answers each."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path

from engine.backends import Answer, Busy, ChatRequest, ModelUnavailable
from engine.backends.lora.chat_worker import ChatWorker, WorkerGone
from engine.backends.lora.place import Place

_REMEMBERED = 1000
"""Adapters of which it is known where they were answered last."""
_FIRST_GUESS_S = 10.0
"""How long an answer takes, before any was measured."""
_AHEAD = 2
"""Batches by which a worker's next chat may be younger than one that waits elsewhere."""
_LOOK_S = 1.0
"""Between two looks for chats to move, while some are open: a worker may have fallen silent."""
_NEWEST_SHARE = 0.2
"""Of the newest answer in the average of their durations."""


class BaseChats:
    """The chats of one base."""

    def __init__(self, workers: Sequence[ChatWorker], *, batch: int, queue: int | None) -> None:
        """Nothing is asked yet.

        Args:
            workers: Those that may answer. A later one is started when all earlier ones are full.
            batch: Chats that a worker answers at once.
            queue: Chats that may wait for that; None: the workers have queues of their own.
        """
        self._workers = workers
        self._batch = batch
        self._queue = queue
        self._places: dict[Place, None] = {}
        """In the order of their requests."""
        self._numbers = count()
        self._given: dict[Path, ChatWorker] = {}
        """Where an adapter was answered last; the newest last."""
        self._resting: dict[ChatWorker, tuple[float, str]] = {}
        """Workers that are passed over: until when, and why."""
        self._answer_s = _FIRST_GUESS_S
        self._next_look: asyncio.TimerHandle | None = None

    @property
    def n_open(self) -> int:
        """Chats that wait or are being answered."""
        return len(self._places)

    @property
    def n_waiting(self) -> int:
        """Those beyond what the workers answer at once."""
        return sum(max(0, n - self._batch) for n in self._loads().values())

    @property
    def n_ready(self) -> int:
        """Workers that answer."""
        return sum(worker.is_ready for worker in self._workers)

    def check_queue(self) -> None:
        """Raise `Busy` if no more chats may wait."""
        at_once = self._batch * len(self._workers)
        if self._queue is not None and len(self._places) >= at_once + self._queue:
            # With so many answers at once, one of them ends about this often.
            raise Busy(math.ceil(self._answer_s / at_once))

    async def answer(self, request: ChatRequest, adapter: Path | None) -> Answer:
        """Take a place, also beyond the queue's limit.

        Raises:
            Busy, ChatRefused, PromptTooLong, ModelUnavailable: as `Backend.answer`.
        """
        place = Place(self, request, adapter, next(self._numbers))
        self._places[place] = None
        self._look_later()
        answer = await place.begin(partial(self._n_before, place))
        self._take_over()
        return answer

    def choose(self, place: Place) -> ChatWorker:
        """The worker that knows the adapter, unless others have less to do.

        One that knows it is left out if it is full and others are not, or if it has a whole batch
        more than another. So a chat waits rather than an adapter is loaded, but not for long. One
        that is starting counts as if it had a batch more. A silent one is the last resort.

        Raises:
            Busy, ModelUnavailable: there is none.
        """
        able = self._able(place)
        if not able:
            reasons = list(place.refused.values())
            raise reasons[-1] if reasons else ModelUnavailable(max(self._resting.values())[1])
        loads = self._loads(without=place)
        awake = [worker for worker in able if worker.is_ready or loads[worker]]
        if all(loads[worker] >= self._batch for worker in awake):
            awake += [worker for worker in able if worker not in awake][:1]
        for worker in awake:
            loads[worker] += 0 if worker.is_ready else self._batch
        least = min(loads[worker] for worker in awake)
        limit = self._batch if least < self._batch else least + self._batch
        known = self._given.pop(place.adapter, None) if place.adapter else None
        if known not in awake or loads[known] >= limit:
            n_given = Counter(self._given.values())
            # The worker that has just died is asked again only if there is no other.
            known = min(awake, key=lambda w: (w is place.worker, loads[w], n_given[w]))
        self._note_given(place.adapter, known)
        return known

    def lost(self, worker: ChatWorker, gone: WorkerGone) -> None:
        """See `Chooser.lost`: it has no adapters any more, and may be passed over."""
        if gone.rest_s:
            self._resting[worker] = (time.monotonic() + gone.rest_s, str(gone))
        self._given = {path: each for path, each in self._given.items() if each is not worker}

    def leave(self, place: Place, duration_s: float | None) -> None:
        """See `Chooser.leave`."""
        del self._places[place]
        if self._next_look and not self._places:
            self._next_look.cancel()
            self._next_look = None
        if duration_s is not None:
            self._answer_s += _NEWEST_SHARE * (duration_s - self._answer_s)
        self._take_over()

    def _able(self, place: Place) -> list[ChatWorker]:
        """Workers that may be asked; silent ones only if there is no other."""
        now = time.monotonic()
        able = [
            worker
            for worker in self._workers
            if worker not in place.refused and self._resting.get(worker, (0, ""))[0] <= now
        ]
        return [worker for worker in able if not worker.is_silent] or able

    def _note_given(self, adapter: Path | None, worker: ChatWorker) -> None:
        if adapter:
            self._given.pop(adapter, None)
            self._given[adapter] = worker
            if len(self._given) > _REMEMBERED:
                del self._given[next(iter(self._given))]

    def _take_over(self) -> None:
        """Give free places to chats that wait at other workers."""
        if len(self._workers) == 1 or not any(worker.waiting for worker in self._workers):
            return  # the usual case; what follows looks at every chat
        for worker in self._workers:
            while _is_at_work(worker) and (place := self._late(worker)):
                self._note_given(place.adapter, worker)
                place.move(worker)
        if not any(_is_at_work(worker) for worker in self._workers):
            self._leave_silent()

    def _leave_silent(self) -> None:
        """Let chats that wait at silent workers wait for one that starts, if there is one."""
        for place in self._places:
            worker = place.worker
            if worker and worker.is_silent and place.number in worker.waiting:
                able = self._able(place)
                if able and worker not in able:
                    place.move(self.choose(place))

    def _look_later(self) -> None:
        if self._next_look is None and self._places and len(self._workers) > 1:
            self._next_look = asyncio.get_running_loop().call_later(_LOOK_S, self._look_again)

    def _look_again(self) -> None:
        self._next_look = None
        self._take_over()
        self._look_later()

    def _late(self, taker: ChatWorker) -> Place | None:
        """A chat that waits elsewhere and that *taker* should answer next.

        Its own chats come first unless they are far younger. Of the oldest few chats, one whose
        adapter it works with already is preferred.
        """
        begun, own = self._begun_and_waiting(taker)
        limit = math.inf
        if len(begun) + len(own) >= self._batch:
            limit = own[0].number - _AHEAD * self._batch if own else 0
        late: list[Place] = []
        for worker in self._workers:
            if worker is not taker:
                there, waiting = self._begun_and_waiting(worker)
                # The first ones are about to begin if it has room itself.
                n_next = self._batch - len(there) if _is_at_work(worker) else 0
                late += waiting[max(0, n_next) :]
        late = [p for p in late if p.number < limit and taker not in p.refused and _can_move(p)]
        oldest = min((place.number for place in late), default=0)
        few = [place for place in late if place.number < oldest + self._batch]
        held = {None, *(place.adapter for place in begun + own)}
        return min(few, key=lambda p: (p.adapter not in held, p.number), default=None)

    def _begun_and_waiting(self, worker: ChatWorker) -> tuple[list[Place], list[Place]]:
        """Its chats, the oldest first. New ones that it was just asked for count as begun."""
        numbers = worker.waiting
        begun: list[Place] = []
        waiting: list[Place] = []
        for place in self._places:
            if place.worker is worker:
                is_waiting = place.moves or place.number in numbers
                (waiting if is_waiting else begun).append(place)
        return begun, waiting

    def _loads(self, without: Place | None = None) -> Counter[ChatWorker]:
        """Open chats of each worker."""
        others = (place.worker for place in self._places if place is not without)
        return Counter(worker for worker in others if worker)

    def _n_before(self, place: Place) -> int:
        """How many answers have to end before that one begins; 0: none, or it is not known."""
        if self._queue is None:
            return 0
        there = (other for other in self._places if other.worker is place.worker)
        n_earlier = sum(other.number < place.number for other in there)
        return max(0, n_earlier + 1 - self._batch)


def _can_move(place: Place) -> bool:
    """Whether its worker knows of it, given that it waits there."""
    return not place.moves or (place.worker is not None and place.number in place.worker.waiting)


def _is_at_work(worker: ChatWorker) -> bool:
    return worker.is_ready and not worker.is_silent
