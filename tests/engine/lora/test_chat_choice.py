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
from engine.backends.lora.chat_worker import WorkerGone
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
        self.asked: list[Path | None] = []

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        self.asked.append(adapter)
        act = self.script.pop(0) if self.script else WHOLE
        if isinstance(act, Exception):
            raise act
        assert isinstance(act, tuple)
        return Answer(prompt_tokens=1, pieces=self._pieces(act))

    async def forget(self, folder: Path) -> None: ...

    async def close(self) -> None: ...

    async def _pieces(self, act):
        for part in act:
            if isinstance(part, Exception):
                raise part
            reason = "stop" if part == act[-1] else None
            yield Piece(text=part, n_tokens=1, finish_reason=reason)


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
