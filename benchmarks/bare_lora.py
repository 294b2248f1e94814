"""What transformers and PEFT do without a server: the yardsticks of `benchmarks.engine`.

    python -m benchmarks.bare_lora train '{"base": ..., ...}'
    python -m benchmarks.bare_lora chat '{"base": ..., "adapter": ..., "threads": ...}'

`train` is the plainest loop that learns what the engine learns, and saves nothing. It prints a line
of JSON after each step. `chat` prints `{}` when it is ready. Then it answers each line of standard
input, `{"messages": ..., "max_tokens": ...}`, by `generate`.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine.backends.lora.worker.loading import number_type

UNLEARNT = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A training."""

    base: str
    file: str
    """Chats, one per line; every answer is learnt."""
    batch: int
    epochs: int
    rate: float
    rank: int
    alpha: int
    threads: int

    def run(self) -> None:
        """Train; prints the tokens and the processor time so far after each step."""
        torch.set_num_threads(self.threads)
        torch.manual_seed(1)
        tokenizer = AutoTokenizer.from_pretrained(self.base)
        lines = Path(self.file).read_text(encoding="utf-8").splitlines()
        examples = [encoded(tokenizer, json.loads(line)["messages"]) for line in lines]
        model = self._model()
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=self.rate, weight_decay=0.0)
        batches = list(self._batches(examples))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(batches))
        model.train()
        n_tokens = 0
        for batch in batches:
            loss = _loss(model, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            n_tokens += sum(len(ids) for ids, _ in batch)
            _tell({"tokens": n_tokens, "cpu_s": time.process_time(), "loss": loss.item()})

    def _model(self) -> Any:
        base = AutoModelForCausalLM.from_pretrained(self.base, dtype=number_type("cpu"))
        adapter = LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        return get_peft_model(base, adapter)

    def _batches(self, examples: Sequence[Any]) -> Iterator[Sequence[Any]]:
        for _ in range(self.epochs):
            order = torch.randperm(len(examples)).tolist()
            for start in range(0, len(order), self.batch):
                yield [examples[place] for place in order[start : start + self.batch]]


def encoded(tokenizer: Any, messages: Sequence[Any]) -> tuple[list[int], list[int]]:
    """The numbers of a chat's tokens, and a label for each token of an answer."""
    ids: list[int] = []
    labels: list[int] = []
    for place, message in enumerate(messages):
        is_answer = message["role"] == "assistant"
        if is_answer:  # what the template puts before an answer is not learnt
            ids = _ids(tokenizer, messages[:place], is_prompt=True)
            labels += [UNLEARNT] * (len(ids) - len(labels))
        ids = _ids(tokenizer, messages[: place + 1], is_prompt=False)
        new = ids[len(labels) :]
        labels += new if is_answer else [UNLEARNT] * len(new)
    return ids, labels


def chat(base: str, adapter: str, threads: int) -> None:
    """Answer with the most probable tokens; prints how many and how long they took."""
    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=number_type("cpu"))
    model = PeftModel.from_pretrained(model, adapter).eval()
    _tell({})
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        given = tokenizer.apply_chat_template(
            asked["messages"], add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        with torch.inference_mode():
            whole = model.generate(
                **given,
                max_new_tokens=asked["max_tokens"],
                do_sample=False,
                pad_token_id=tokenizer.eos_token_id,
            )
        answer = whole[0, given["input_ids"].size(1) :]
        text = tokenizer.decode(answer, skip_special_tokens=True)
        took = time.perf_counter() - began
        _tell({"tokens": len(answer), "seconds": took, "text": text})


def _loss(model: Any, batch: Sequence[tuple[list[int], list[int]]]) -> torch.Tensor:
    longest = max(len(ids) for ids, _ in batch)
    gaps = [longest - len(ids) for ids, _ in batch]
    rows = list(zip(batch, gaps, strict=True))
    ids = torch.tensor([[*ids, *[0] * gap] for (ids, _), gap in rows])
    mask = torch.tensor([[1] * len(ids) + [0] * gap for (ids, _), gap in rows])
    labels = torch.tensor([[*labels, *[UNLEARNT] * gap] for (_, labels), gap in rows])[:, 1:]
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1]
    learnt = labels != UNLEARNT
    return cross_entropy(logits[learnt].float(), labels[learnt])


def _ids(tokenizer: Any, messages: Sequence[Any], *, is_prompt: bool) -> list[int]:
    found = tokenizer.apply_chat_template(
        messages, add_generation_prompt=is_prompt, return_dict=True
    )
    numbers: list[int] = found["input_ids"]
    return numbers


def _tell(values: object) -> None:
    os.write(1, json.dumps(values).encode() + b"\n")


if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    if sys.argv[1] == "train":
        Loop(**options).run()
    else:
        chat(**options)
