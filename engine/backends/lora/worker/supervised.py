"""Training on answers: transformers' Trainer with our own token numbers and labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model
from torch.nn.functional import cross_entropy
from transformers import Trainer, TrainingArguments

from engine.backends.lora.orders import WorkOrder
from engine.backends.lora.worker.encoding import UNLEARNT, Encoder, Tokens
from engine.backends.lora.worker.loading import fresh_adapter
from engine.backends.lora.worker.reporting import Tally
from engine.backends.lora.worker.stepping import Batch, Stepping


class SupervisedTrainer(Stepping, Trainer):
    """Learns the labelled tokens of conversations."""

    def measure(self, micro: dict[str, Any], tally: Tally) -> torch.Tensor:
        """Add the learnt tokens of a micro batch; returns the sum of their losses."""
        loss, right = self.compute_loss(self.model, micro, return_outputs=True)
        tally.add(loss.item(), right.item(), micro["learnt"])
        return loss

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,  # noqa: FBT001, FBT002 - Trainer's signature
        num_items_in_batch: Any = None,
    ) -> Any:
        """The sum of the losses; with outputs also how many tokens were predicted right."""
        kept, labels = inputs["kept"], inputs["labels"]
        logits = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            logits_to_keep=kept,
            use_cache=False,
        ).logits
        flat, wanted = logits.flatten(0, 1), labels[:, kept + 1].flatten()
        loss = cross_entropy(flat.float(), wanted, ignore_index=UNLEARNT, reduction="sum")
        if not return_outputs:
            return loss
        return loss, (flat.detach().argmax(-1) == wanted).sum()


def rows(encoder: Encoder, path: Path) -> list[list[Tokens]]:
    """The rows of a file. Raises `BadFile`."""
    return list(encoder.conversations(path))


def trainer(
    *,
    base: Any,
    start: Any,
    order: WorkOrder,
    arguments: dict[str, Any],
    tokenizer: Any,
    **data: Any,
) -> SupervisedTrainer:
    """A Trainer of a fresh adapter or, if there is one, of *start*."""
    model = start or get_peft_model(base, fresh_adapter(order))
    return SupervisedTrainer(model=model, args=TrainingArguments(**arguments), **data)


def collate(rows: Sequence[Sequence[Tokens]], pad: int, size: int) -> Batch:
    """The batch of some rows, in micro batches of *size* texts of about the same length."""
    texts = sorted((text for row in rows for text in row), key=lambda text: len(text.ids))
    micros = [_micro(texts[start : start + size], pad) for start in range(0, len(texts), size)]
    return {
        "micros": micros,
        "weight": sum(micro["learnt"] for micro in micros),
        "tokens": sum(len(text.ids) for text in texts),
    }


def _micro(texts: Sequence[Tokens], pad: int) -> dict[str, Any]:
    longest = max(len(text.ids) for text in texts)
    gaps = [longest - len(text.ids) for text in texts]
    rows = list(zip(texts, gaps, strict=True))
    labels = torch.tensor([[*text.labels, *[UNLEARNT] * gap] for text, gap in rows])
    labels[:, 0] = UNLEARNT  # nothing predicts the first token
    learnt = labels != UNLEARNT
    mask = torch.tensor([[1] * len(text.ids) + [0] * gap for text, gap in rows])
    return {
        "input_ids": torch.tensor([[*text.ids, *[pad] * gap] for text, gap in rows]),
        # Without a mask the attention is causal alone, which is the fastest.
        "attention_mask": mask if any(gaps) else None,
        "labels": labels,
        "kept": learnt.any(0).nonzero().flatten() - 1,
        "learnt": int(learnt.sum()),
    }
