"""Which worker answers a chat, and what people see of a worker that dies: nothing, or an error."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from engine.backends import (
    Answer,
    Busy,
    ChatRequest,
    ModelSource,
    ModelUnavailable,
    Piece,
)
from engine.backends.lora.base_chats import BaseChats
from engine.backends.lora.chat_worker import Withdrawn, WorkerGone
from engine.backends.lora.place import AnswerBroken
from tests.engine.lora.test_vllm import BASE

BATCH = 4
REQUEST = ChatRequest(
    model=ModelSource(name="m", base_model=BASE, folder=None, step=0),
    messages=({"role": "user", "content": "Hello"},),
)
WHOLE = ("one ", "two")


class Worker:
    """Answers `WHOLE` unless its script says otherwise."""

    def __init__(self, *script: object) -> None:
        """Each chat takes the next of *script*: an error at once, or the pieces and errors."""
        self.script = list(script)
        self.is_ready = True
        self.is_silent = False
        self.waiting: dict[int, asyncio.Event] = {}
        self.asked: list[Path | None] = []

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        self.asked.append(adapter)
        act = self.script.pop(0) if self.script else WHOLE
        if isinstance(act, Exception):
            raise act
        assert isinstance(act, tuple)
        return Answer(prompt_tokens=1, pieces=self._pieces(act))

    def withdraw(self, number: int) -> None: ...

    async def forget(self, folder: Path) -> None: ...

    async def close(self) -> None: ...

    async def _pieces(self, act):
        for part in act:
            if isinstance(part, Exception):
                raise part
            reason = "stop" if part == act[-1] else None
            yield Piece(text=part, n_tokens=1, finish_reason=reason)


class Queueing(Worker):
    """Answers with its name: a batch at once, each until it is told to go on, the oldest next.

    While it is not ready, it starts, which does not end. While it is frozen, it hears nothing.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.is_frozen = False
        self.problems: list[Exception] = []
        """What the next chats are answered with."""
        self.begun: list[int] = []
        """The numbers of its chats in the order in which it has begun them."""
        self.ends: dict[int, asyncio.Event] = {}
        """Of those that have begun."""

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        self.asked.append(adapter)
        if self.problems:
            raise self.problems.pop(0)
        self.waiting[number] = turn = asyncio.Event()
        if not self.is_ready or self.is_frozen:
            await turn.wait()
            raise Withdrawn
        pieces = self._computed(number, turn)
        self._begin()
        return Answer(prompt_tokens=1, pieces=pieces)

    def withdraw(self, number: int) -> None:
        self.waiting.pop(number).set()

    async def end_one(self) -> None:
        """The oldest answer comes to its end, and its reader knows."""
        number = min(self.ends)
        self.ends.pop(number).set()
        self._begin()
        for _ in range(20):
            await asyncio.sleep(0)

    def _begin(self) -> None:
        while self.waiting and len(self.ends) < BATCH:
            number = min(self.waiting)
            self.ends[number] = asyncio.Event()
            self.begun.append(number)
            self.waiting.pop(number).set()

    async def _computed(self, number: int, turn: asyncio.Event):
        await turn.wait()
        if number not in self.begun:
            raise Withdrawn
        end = self.ends.get(number)
        if end:
            await end.wait()
        yield Piece(text=self.name, n_tokens=1, finish_reason="stop")


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chats are looked at all the time."""
    monkeypatch.setattr("engine.backends.lora.base_chats._LOOK_S", 0.01)


def chats_of(*workers: Worker, queue: int | None = 1000) -> BaseChats:
    return BaseChats(workers, batch=BATCH, queue=queue)


async def said(answer: Answer) -> str:
    return "".join([piece.text async for piece in answer.pieces])


async def opened(chats: BaseChats, *adapters: str) -> list[Answer]:
    """Chats that nobody reads yet."""
    return [await chats.answer(REQUEST, Path(name)) for name in adapters]


DEAD = "the process has ended"


async def test_adapters_stay_where_they_are():
    """Twenty adapters are shared out evenly, and each is answered by one worker alone."""
    one, other = Worker(), Worker()
    chats = chats_of(one, other)
    names = [f"a{number}" for number in range(20)]

    for _ in range(3):
        answers = await opened(chats, *names)
        for answer in answers:
            assert await said(answer) == "one two"

    assert set(one.asked).isdisjoint(other.asked)
    assert len(set(one.asked)) == len(set(other.asked)) == 10
    assert chats.n_open == 0


async def test_full_worker_is_left_for_one_with_room():
    """And among full ones a chat waits where its adapter is, as long as that is not far behind."""
    one, other = Worker(), Worker()
    chats = chats_of(one, other)
    answers = await opened(chats, *["a"] * BATCH)
    assert (len(one.asked), len(other.asked)) == (BATCH, 0)

    answers += await opened(chats, *["a"] * BATCH)
    assert (len(one.asked), len(other.asked)) == (BATCH, BATCH)
    answers += await opened(chats, *["a"] * 7 * BATCH)

    apart = len(one.asked) - len(other.asked)
    assert abs(apart) <= BATCH
    assert chats.n_waiting == 7 * BATCH
    assert sum(answer.n_before() == 0 for answer in answers) == 2 * BATCH
    assert answers[-1].n_before() > answers[2 * BATCH].n_before() > 0


async def test_second_worker_starts_when_the_first_is_full():
    """Those that start are chosen as if a batch were before them."""
    one, other = Worker(), Worker()
    one.is_ready = other.is_ready = False
    chats = chats_of(one, other)

    answers = await opened(chats, *"abcd")
    assert other.asked == []
    one.is_ready = True
    answers += await opened(chats, "e", "f")
    assert Counter(map(len, (one.asked, other.asked))) == Counter([5, 1])
    for answer in answers:
        await said(answer)


async def test_death_before_the_first_word_is_not_seen():
    """Another worker answers, be it while the chat begins or while it waits for its first word."""
    for act in (WorkerGone(DEAD), (WorkerGone(DEAD),)):
        one, other = Worker(act), Worker()
        chats = chats_of(one, other)

        assert await said(await chats.answer(REQUEST, Path("a"))) == "one two"

        assert (len(one.asked), len(other.asked)) == (1, 1)
        assert chats.n_open == 0


async def test_death_after_the_first_word_breaks_the_answer():
    """Nobody reads the beginning of another answer behind it."""
    one, other = Worker(("one ", WorkerGone(DEAD))), Worker()
    chats = chats_of(one, other)
    answer = await chats.answer(REQUEST, None)

    with pytest.raises(AnswerBroken, match=DEAD):
        await said(answer)

    assert other.asked == []
    assert chats.n_open == 0


async def test_chat_that_kills_every_worker_is_given_up():
    """After three of them, whether they have begun or not."""
    worker = Worker(*[WorkerGone(DEAD)] * 9)
    with pytest.raises(ModelUnavailable, match=DEAD):
        await chats_of(worker).answer(REQUEST, None)
    begun = Worker(*[(WorkerGone(DEAD),)] * 9)
    chats = chats_of(begun)
    answer = await chats.answer(REQUEST, None)
    with pytest.raises(AnswerBroken, match=DEAD):
        await said(answer)

    assert len(worker.asked) == len(begun.asked) == 3
    assert chats.n_open == 0


async def test_chat_that_only_waited_is_asked_again_each_time():
    """It is not what the workers died of."""
    worker = Worker(*[(WorkerGone(DEAD, is_suspect=False),)] * 5)

    assert await said(await chats_of(worker).answer(REQUEST, None)) == "one two"


async def crowd(chats: BaseChats, *adapters: str) -> list[asyncio.Task[str]]:
    """Chats that are read at once."""
    answers = await opened(chats, *adapters)
    readers = [asyncio.create_task(said(answer)) for answer in answers]
    await asyncio.sleep(0)
    return readers


async def ended(readers: list[asyncio.Task[str]], *workers: Queueing) -> list[str]:
    """What was said, once the workers have answered all, one after the other."""
    for worker in workers:
        while worker.ends:
            await worker.end_one()
    assert all(reader.done() for reader in readers)
    return [reader.result() for reader in readers]


async def test_slow_worker_keeps_no_chat_that_another_could_answer():
    """Late chats move in their order; the quick worker is never far ahead of them."""
    slow, quick = Queueing("slow"), Queueing("quick")
    chats = chats_of(slow, quick)
    readers = await crowd(chats, *[f"a{number}" for number in range(12 * BATCH)])
    left = set(slow.waiting)

    while quick.ends:
        await quick.end_one()

    moved = [number for number in quick.begun if number in left]
    assert set(moved) == left
    for place, number in enumerate(quick.begun):
        n_overtaking = sum(later > number for later in quick.begun[:place])
        assert n_overtaking <= 3 * BATCH, number
    assert len(slow.begun) == BATCH
    assert Counter(await ended(readers, slow)) == {"slow": BATCH, "quick": 11 * BATCH}
    assert chats.n_open == 0


async def test_chats_are_taken_over_by_a_worker_that_has_just_started():
    """Of the oldest few, those of an adapter that it has got already come first."""
    one, other = Queueing("one"), Queueing("other")
    chats = chats_of(one, other)
    chats.lost(other, WorkerGone("no memory", rest_s=60))
    other.is_ready = False
    readers = await crowd(chats, *"abcd", *"efghie")
    assert set(one.waiting) == {4, 5, 6, 7, 8, 9}

    other.is_ready = True
    readers += await crowd(chats, "a")
    await ended([], other)

    assert other.begun == [4, 5, 9, 6, 7, 8, 10]
    assert await ended(readers, one) == ["one"] * 4 + ["other"] * 7


async def test_chats_do_not_wait_for_a_start_that_takes_long():
    """Those that were to be answered by the new worker go to one that has room before."""
    one, other = Queueing("one"), Queueing("other")
    chats = chats_of(one, other)
    other.is_ready = False

    async def answered() -> str:
        return await said(await chats.answer(REQUEST, None))

    readers = [asyncio.create_task(answered()) for _ in range(3 * BATCH)]
    while len(one.asked) + len(other.asked) < len(readers):
        await asyncio.sleep(0)
    assert len(other.waiting) > BATCH / 2

    assert await ended(readers, one) == ["one"] * len(readers)
    assert chats.n_open == 0


@pytest.mark.usefixtures("quick_looks")
async def test_chats_leave_a_worker_that_has_fallen_silent():
    """Also those that it could begin at once, and when nothing else happens; new ones avoid it."""
    hung, quick = Queueing("hung"), Queueing("quick")
    chats = chats_of(hung, quick)
    answers = await opened(chats, *[f"a{number}" for number in range(4 * BATCH)])
    left = set(hung.waiting)
    for number in hung.ends:
        await answers[number].pieces.aclose()
    readers = [
        asyncio.create_task(said(answer))
        for number, answer in enumerate(answers)
        if number not in hung.ends
    ]
    await ended([], quick)
    assert left == set(hung.waiting)

    hung.is_silent = True
    async with asyncio.timeout(10):
        while hung.waiting:
            await asyncio.sleep(0.01)
            await ended([], quick)
    readers += await crowd(chats, "b", "c")
    await ended([], quick)

    assert [reader.result() for reader in readers] == ["quick"] * (3 * BATCH + 2)
    assert left <= set(quick.begun)


async def read(chats: BaseChats, adapter: str) -> str:
    return await said(await chats.answer(REQUEST, Path(adapter)))


async def asked(worker: Worker, count: int) -> None:
    """Wait until it was asked for so many chats."""
    async with asyncio.timeout(10):
        while len(worker.asked) < count:
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("quick_looks")
async def test_only_chat_leaves_a_frozen_worker():
    """For an idle one, and from that one, if it freezes as well. At the end nobody looks."""
    one, other = Queueing("one"), Queueing("other")
    one.is_frozen = other.is_frozen = True
    chats = chats_of(one, other)

    reader = asyncio.create_task(read(chats, "a"))
    await asked(one, 1)
    one.is_silent = True
    await asked(other, 1)
    other.is_silent, one.is_silent, one.is_frozen = True, False, False
    await asked(one, 2)

    assert await ended([], one) == []
    assert await reader == "one"
    assert chats._next_look is None


@pytest.mark.usefixtures("quick_looks")
async def test_silent_worker_is_replaced_by_one_that_was_not_started():
    """Both for a chat that waits there and for a new one, though its adapter is there."""
    one, other = Queueing("one"), Queueing("other")
    one.is_frozen, other.is_ready = True, False
    chats = chats_of(one, other)

    readers = [asyncio.create_task(read(chats, "a"))]
    await asked(one, 1)
    one.is_silent = True
    await asked(other, 1)
    chats._note_given(Path("a"), one)
    readers.append(asyncio.create_task(read(chats, "a")))
    await asked(other, 2)
    one.is_silent = one.is_frozen = False
    async with asyncio.timeout(10):
        while len(one.begun) < 2:
            await asyncio.sleep(0.01)

    assert await ended(readers, one) == ["one"] * 2


async def test_chat_that_moves_in_vain_is_asked_for_elsewhere():
    """The taker is busy or dies just then; who hangs up meanwhile leaves nothing behind."""
    for problem in (Busy(1), WorkerGone(DEAD)):
        one, other = Queueing("one"), Queueing("other")
        chats = chats_of(one, other)
        readers = await crowd(chats, *"abcdefgh", "a")
        (number,) = one.waiting
        other.problems = [problem]

        await other.end_one()

        assert len(other.asked) == BATCH + 1
        assert [*one.waiting, *other.begun[BATCH:]] == [number]
        assert len(await ended(readers, one, other)) == 2 * BATCH + 1

    one, other = Queueing("one"), Queueing("other")
    chats = chats_of(one, other)
    await crowd(chats, *"abcdefgh")
    answer = await chats.answer(REQUEST, Path("a"))
    await ended([], other)
    assert not one.waiting
    await answer.pieces.aclose()
    assert chats.n_open == BATCH


async def test_worker_that_cannot_start_is_passed_over_for_a_while():
    """Chats do not wait for it; later it is tried again. Without another one the reason is told."""
    down = WorkerGone("no memory", rest_s=0.2)
    one, other = Worker(down), Worker()
    chats = chats_of(one, other)

    for _ in range(3):
        assert await said(await chats.answer(REQUEST, None)) == "one two"
    n_asked = len(one.asked)
    while len(one.asked) == 1:
        await said(await chats.answer(REQUEST, None))
        await asyncio.sleep(0.02)
    alone = Worker(down)
    chats = chats_of(alone)
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="no memory"):
            await chats.answer(REQUEST, None)

    assert n_asked == 1
    assert len(alone.asked) == 1


async def test_busy_worker_sends_chats_to_the_others():
    """If all are, the client reads when to try again."""
    one, other = Worker(*[Busy(7)] * 2), Worker(WHOLE, Busy(9))
    chats = chats_of(one, other, queue=None)

    assert await said(await chats.answer(REQUEST, None)) == "one two"
    with pytest.raises(Busy):
        await chats.answer(REQUEST, None)
    assert chats.n_open == 0


async def test_queue_counts_all_workers():
    """Each answers a batch, and one more chat may wait."""
    chats = chats_of(Worker(), Worker(), queue=1)
    for _ in range(2 * BATCH + 1):
        chats.check_queue()
        await chats.answer(REQUEST, None)

    with pytest.raises(Busy) as caught:
        chats.check_queue()
    assert caught.value.retry_after_s == 2  # 10 s for an answer, 8 at once
