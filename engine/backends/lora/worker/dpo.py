"""Training on pairs of answers: TRL's DPOTrainer with our own token numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

from engine.backends.lora.orders import WorkOrder
from engine.backends.lora.worker.encoding import Encoder, Pair
from engine.backends.lora.worker.loading import fresh_adapter
from engine.backends.lora.worker.reporting import Tally
from engine.backends.lora.worker.stepping import Batch, Stepping

Row = Mapping[str, list[int]]
"""A pair, by the names of TRL's columns."""


class PairTrainer(Stepping, DPOTrainer):
    """Learns to prefer one answer to another, without leaving the model that it starts from."""

    def measure(self, micro: dict[str, Any], tally: Tally) -> torch.Tensor:
        """Add the pairs of a micro batch; returns the sum of their losses."""
        count = len(micro["input_ids"]) // 2
        loss = self.compute_loss(self.model, micro) * count
        measured = self._metrics["train" if self.model.training else "eval"]
        tally.add(loss.item(), measured["rewards/accuracies"][-1] * count, count)
        measured.clear()
        return loss

    def _prepare_dataset(self, dataset: Any, *others: Any, **more: Any) -> Any:
        """Our rows have their token numbers already."""
        return dataset


def rows(encoder: Encoder, path: Path) -> Dataset:
    """The rows of a file. Raises `BadFile`."""
    return Dataset.from_list([_columns(pair) for pair in encoder.pairs(path)])


def trainer(
    *,
    base: Any,
    start: Any,
    order: WorkOrder,
    arguments: dict[str, Any],
    tokenizer: Any,
    **data: Any,
) -> PairTrainer:
    """A Trainer of a fresh adapter or, if there is one, of *start*.

    The reference is the model that training starts from: the base, which is the adapter switched
    off, or a frozen copy of *start*, which TRL makes.
    """
    return PairTrainer(
        model=start or base,
        args=DPOConfig(**arguments, beta=order.beta, max_length=None),
        processing_class=tokenizer,
        peft_config=None if start else fresh_adapter(order),
        **data,
    )


def collate(rows: Sequence[Row], pad: int, size: int) -> Batch:
    """The batch of some pairs, in micro batches of *size* pairs of about the same length."""
    joined = DataCollatorForPreference(pad_token_id=pad)
    ordered = sorted(rows, key=_tokens)
    micros = [joined(ordered[start : start + size]) for start in range(0, len(rows), size)]
    return {"micros": micros, "weight": len(rows), "tokens": sum(map(_tokens, rows))}


def _columns(pair: Pair) -> Row:
    """A pair as TRL takes it."""
    return {
        "prompt_ids": list(pair.prompt),
        "chosen_ids": list(pair.chosen),
        "rejected_ids": list(pair.rejected),
    }


def _tokens(row: Row) -> int:
    """All tokens of a pair; the model reads its prompt twice."""
    return 2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"])
