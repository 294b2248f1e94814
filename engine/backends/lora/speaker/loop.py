"""Answers chats: reads orders, computes, tells replies. One thread runs it and owns the model."""

import sys
import traceback
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

from engine.backends.lora.speaker.adapters import BARE, AdapterRefused, Adapters
from engine.backends.lora.speaker.base import Base, is_out_of_memory
from engine.backends.lora.speaker.batch import Batch, Reader, Row
from engine.backends.lora.speaker.sampling import Sampler
from engine.backends.lora.speaker.text import AnswerText
from engine.backends.lora.speech_lines import (
    Ask,
    Begun,
    Broken,
    Cancel,
    Forget,
    Holds,
    Opened,
    Order,
    Refusal,
    Refused,
    Reply,
    Said,
    SetThreads,
)
from engine.backends.lora.worker.rendering import Rendering, Unfit

_THINK = "<think>"


class Loop:
    """The chats of a base."""

    def __init__(
        self, base: Base, tell: Callable[[Reply | Holds], None], *, chat_batch: int
    ) -> None:
        """Make it; *chat_batch* rows are computed together at most."""
        self._base = base
        self._tell = tell
        self._chat_batch = chat_batch
        self._adapters = Adapters(base.model)
        self._n_told = 0
        """Adapters that it holds, as told last."""
        self._rendering = Rendering(base.tokenizer)
        self._reader = Reader(base, self._adapters)
        self._waiting: deque[Row] = deque()
        self._opening: Batch | None = None
        """The row whose prompt is being read."""
        self._batches: list[Batch] = []
        """One, or one for each row where caches can't be merged."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to compute."""
        return not (self._waiting or self._opening or self._batches)

    def hear(self, order: Order) -> None:
        """Take an order in."""
        self._obey(order)
        self._tell_adapters()

    def _obey(self, order: Order) -> None:
        match order:
            case Ask():
                self._ask(order)
            case Cancel(id=number):
                self._leave(lambda row: row.id == number)
            case Forget(folder=folder):
                self._forget(Path(folder))
            case SetThreads(threads=threads):
                torch.set_num_threads(threads)

    def turn(self) -> None:
        """Read a part of a prompt, then give each running chat a token."""
        if self._opening is None and self._waiting and self._n_running < self._chat_batch:
            self._open(self._waiting.popleft())
            self._tell_adapters()
        if self._opening is not None:
            self._read_prompt(self._opening)
        for batch in list(self._batches):
            self._step(batch)
        self._batches = [batch for batch in self._batches if batch.rows]

    def _tell_adapters(self) -> None:
        if self._n_told != self._adapters.n_loaded:
            self._n_told = self._adapters.n_loaded
            self._tell(Holds(n_adapters=self._n_told))

    @property
    def _n_running(self) -> int:
        return sum(len(batch.rows) for batch in self._batches)

    def _ask(self, ask: Ask) -> None:
        try:
            row = self._row(ask)
        except Unfit as exc:
            self._tell(Refused(id=ask.id, refusal=Refusal.MESSAGES, message=str(exc)))
        except AdapterRefused as exc:
            self._tell(Refused(id=ask.id, refusal=Refusal.MODEL, message=str(exc)))
        except _TooLong as exc:
            self._tell(Refused(id=ask.id, refusal=Refusal.TOO_LONG, prompt_tokens=exc.n_tokens))
        else:
            insort(self._waiting, row, key=lambda waiting: waiting.turn)
            self._tell(Begun(id=ask.id, prompt_tokens=len(row.prompt)))

    def _row(self, ask: Ask) -> Row:
        prompt, _ = self._rendering.encode(self._rendering.prompt(ask.messages))
        if len(prompt) + (ask.max_tokens or 1) > ask.context_tokens:
            raise _TooLong(len(prompt))
        room = ask.context_tokens - len(prompt)
        is_thinking = self._decode(prompt[-8:]).rstrip().endswith(_THINK)
        return Row(
            id=ask.id,
            turn=ask.turn,
            prompt=prompt,
            folder=ask.adapter,
            adapter=self._admitted(ask.adapter),
            limit=min(ask.max_tokens or ask.answer_tokens, room),
            sampler=Sampler(
                temperature=ask.temperature,
                top_p=ask.top_p,
                seed=ask.seed,
                device=self._base.device,
            ),
            text=AnswerText(self._decode, ask.stop, is_thinking=is_thinking),
        )

    def _decode(self, tokens: Sequence[int]) -> str:
        text: str = self._base.tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def _admitted(self, folder: str | None) -> str:
        """The name of an adapter; empty while others wait, who may need the room before."""
        if folder is None or not self._waiting:
            return self._adapter(folder)
        self._adapters.check(Path(folder))
        return ""

    def _adapter(self, folder: str | None) -> str:
        if folder is None:
            return BARE
        in_use = {row.adapter for row in self._rows() if row not in self._waiting}
        wanted = [Path(row.folder) for row in self._waiting if row.folder]
        return self._adapters.load(Path(folder), in_use=in_use, wanted=wanted)

    def _rows(self) -> Iterator[Row]:
        yield from self._waiting
        if self._opening:
            yield from self._opening.rows
        for batch in self._batches:
            yield from batch.rows

    def _open(self, row: Row) -> None:
        self._tell(Opened(id=row.id))
        try:
            # It was not loaded yet, or has been dropped in favour of others meanwhile.
            row.adapter = self._adapter(row.folder)
        except AdapterRefused as exc:
            self._tell(Broken(id=row.id, message=str(exc)))
        else:
            self._opening = self._reader.open(row)

    def _read_prompt(self, opening: Batch) -> None:
        try:
            if not self._reader.read_prompt(opening):
                return
        except Exception as exc:
            self._break(opening, exc)
            self._opening = None
            return
        self._opening = None
        if not self._goes_on(opening.rows[0]):
            return
        if self._batches and self._base.can_merge:
            self._batches[0].join(opening)
        else:
            self._batches.append(opening)

    def _step(self, batch: Batch) -> None:
        try:
            self._reader.step(batch)
        except Exception as exc:
            self._break(batch, exc)
            return
        batch.keep([row for row in batch.rows if self._goes_on(row)])

    def _goes_on(self, row: Row) -> bool:
        """Tell what the newest token says; whether the row needs another one."""
        row.n_tokens += 1
        row.n_untold += 1
        is_end = row.last in self._base.end_tokens
        text = "" if is_end else row.text.feed(row.last)
        reason = None
        if is_end or row.text.is_stopped:
            reason = "stop"
        elif row.n_tokens >= row.limit:
            reason = "length"
        if reason:
            text += row.text.end()
            # The end may complete a stop string as well.
            reason = "stop" if row.text.is_stopped else reason
        if text or reason:
            self._tell(
                Said(id=row.id, text=text, n_tokens=row.n_untold, finish_reason=reason),
            )
            row.n_untold = 0
        return reason is None

    def _break(self, batch: Batch, exc: Exception) -> None:
        """End the rows of a batch that can't be computed."""
        traceback.print_exception(exc, file=sys.stderr)
        is_full = is_out_of_memory(exc)
        message = "there is not enough memory" if is_full else "the computation failed"
        for row in batch.rows:
            self._tell(Broken(id=row.id, message=message))
        batch.rows = []
        batch.cache = None
        if is_full and self._base.device.type == "cuda":
            torch.cuda.empty_cache()
        if isinstance(exc, torch.AcceleratorError) and not is_full:
            raise exc  # The device does not work any more: the process ends.

    def _forget(self, folder: Path) -> None:
        self._adapters.forget(folder)
        rows = ((row, Path(row.folder)) for row in self._rows() if row.folder)
        told = [row for row, own in rows if own.is_relative_to(folder)]
        for row in told:
            self._tell(Broken(id=row.id, message="the model was deleted"))
        numbers = {row.id for row in told}
        self._leave(lambda row: row.id in numbers)

    def _leave(self, leaves: Callable[[Row], bool]) -> None:
        """Drop rows at once, wherever they are."""
        self._waiting = deque(row for row in self._waiting if not leaves(row))
        if self._opening and leaves(self._opening.rows[0]):
            self._opening = None
        for batch in self._batches:
            batch.keep([row for row in batch.rows if not leaves(row)])
        self._batches = [batch for batch in self._batches if batch.rows]


class _TooLong(Exception):
    def __init__(self, n_tokens: int) -> None:
        super().__init__(n_tokens)
        self.n_tokens = n_tokens
