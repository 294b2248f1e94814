"""Chats that are computed together, token by token."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.functional import pad
from transformers import DynamicCache

from engine.backends.lora.speaker.adapters import Adapters
from engine.backends.lora.speaker.base import Base
from engine.backends.lora.speaker.sampling import Sampler
from engine.backends.lora.speaker.text import AnswerText

PREFILL_TOKENS = 512
"""Tokens of a prompt that are read between two tokens of the other chats."""


@dataclass(slots=True, kw_only=True, eq=False)
class Row:
    """One chat."""

    id: int
    turn: int
    """Of the rows that wait, the lowest is next."""
    prompt: list[int]
    folder: str | None
    """Of the adapter; None: the base."""
    adapter: str
    """Its name in memory; empty while it is not loaded."""
    limit: int
    """Tokens of the answer at most."""
    sampler: Sampler
    text: AnswerText
    n_read: int = 0
    """Tokens in the cache."""
    last: int = -1
    """The newest token, which is not in the cache yet."""
    n_tokens: int = 0
    """Tokens of the answer so far."""
    n_untold: int = 0
    """Those that no piece has told yet."""


@dataclass(slots=True)
class Batch:
    """Rows and their cache; shorter rows are padded on the left."""

    rows: list[Row]
    cache: Any
    """None: the model makes one at its first token."""
    width: int = field(default=0)
    """Tokens in the cache, padding included."""

    def join(self, other: "Batch") -> None:
        """Take the rows of *other* in."""
        width = max(self.width, other.width)
        for mine, theirs in zip(self.cache.layers, other.cache.layers, strict=True):
            mine.keys = torch.cat(
                [_widened(mine.keys, width), _widened(theirs.keys, width)],
            )
            mine.values = torch.cat(
                [_widened(mine.values, width), _widened(theirs.values, width)],
            )
        self.width = width
        self.rows += other.rows

    def keep(self, rows: Sequence[Row]) -> None:
        """Drop the other rows, and the padding that only they needed."""
        if len(rows) == len(self.rows):
            return
        if rows and len(self.rows) > 1:
            self._cut([self.rows.index(row) for row in rows])
        self.rows = list(rows)

    def _cut(self, kept: list[int]) -> None:
        width = max(self.rows[index].n_read for index in kept)
        indices: torch.Tensor | None = None
        for layer in self.cache.layers:
            if indices is None:
                indices = torch.tensor(kept, device=layer.keys.device)
            layer.keys = layer.keys[indices, :, self.width - width :]
            layer.values = layer.values[indices, :, self.width - width :]
        self.width = width


class Reader:
    """Computes the next tokens of rows."""

    def __init__(self, base: Base, adapters: Adapters) -> None:
        self._base = base
        self._adapters = adapters

    def open(self, row: Row) -> Batch:
        """A batch of one row, whose prompt is not read yet."""
        return Batch([row], DynamicCache() if self._base.can_merge else None)

    def read_prompt(self, batch: Batch) -> bool:
        """Read a part of the prompt of the only row; True: it was the last, the row has a token."""
        row = batch.rows[0]
        # A cache of another kind may not take a prompt in parts.
        end = row.n_read + PREFILL_TOKENS if self._base.can_merge else len(row.prompt)
        part = row.prompt[row.n_read : end]
        logits = self._compute(batch, [part])
        if row.n_read < len(row.prompt):
            return False
        row.last = int(row.sampler.choose(logits[0]))
        return True

    def step(self, batch: Batch) -> None:
        """Give each row its next token."""
        logits = self._compute(batch, [[row.last] for row in batch.rows])
        chosen = [row.sampler.choose(logits[i]) for i, row in enumerate(batch.rows)]
        for row, token in zip(batch.rows, torch.stack(chosen).tolist(), strict=True):
            row.last = token

    def _compute(self, batch: Batch, tokens: list[list[int]]) -> torch.Tensor:
        """The logits behind the tokens, which the cache then has as well."""
        device = self._base.device
        lengths = [row.n_read for row in batch.rows]
        inputs: dict[str, Any] = {self._base.cache_name: batch.cache}
        if min(lengths) < batch.width:
            begins = torch.tensor([[batch.width - length] for length in lengths])
            mask = torch.arange(batch.width + len(tokens[0])) >= begins
            inputs["attention_mask"] = mask.long().to(device)
            inputs["position_ids"] = torch.tensor([[length] for length in lengths]).to(device)
        output = self._adapters.forward(
            [row.adapter for row in batch.rows],
            input_ids=torch.tensor(tokens, device=device),
            use_cache=True,
            **self._base.options,
            **inputs,
        )
        batch.cache = getattr(output, self._base.cache_name)
        batch.width += len(tokens[0])
        for row in batch.rows:
            row.n_read += len(tokens[0])
        return output.logits[:, -1]


def _widened(states: torch.Tensor, width: int) -> torch.Tensor:
    """Keys or values, padded on the left; their shape is rows, heads, tokens, head size."""
    return pad(states, (0, 0, width - states.shape[-2], 0))
