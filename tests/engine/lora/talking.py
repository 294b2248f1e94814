"""Bases and adapters that say different things, and a speaker's loop to talk with in the test."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from engine.backends.lora.speech_lines import Ask, Begun, Holds, Opened, Reply, Said
from tests.engine.lora.tiny import SPECIAL, make_base

LOUD = 8.0
"""Factor on the weights of a fresh base: without it each token repeats itself."""


def make_lively_base(folder, **options):
    """A tiny base whose texts vary, and never end at temperature 0."""
    from safetensors.torch import load_file, save_file

    make_base(folder, **options)
    path = folder / "model.safetensors"
    weights = {name: w * (LOUD if w.dim() == 2 else 1) for name, w in load_file(path).items()}
    # The special tokens come last. Without weights they are never the most probable ones.
    weights["model.embed_tokens.weight"][-len(SPECIAL) :] = 0
    save_file(weights, path, metadata={"format": "pt"})
    return folder


def make_sliding_base(folder):
    """The same with layers that see the last few tokens only, as Gemma's."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    from tests.engine.lora.tiny import make_tokenizer

    tokenizer = make_tokenizer()
    config = Gemma3TextConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=1024,
        sliding_window=16,
        layer_types=["sliding_attention", "full_attention"],
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
        pad_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = Gemma3ForCausalLM(config)
        for weights in model.parameters():
            torch.nn.init.normal_(weights, std=0.3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(base, folder, seed):
    """An adapter of random weights."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        tuned = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear"))
        for name, weights in tuned.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(weights, std=0.3)
    tuned.save_pretrained(folder)
    return folder


def change_config(folder, **values):
    """Change values of an adapter's configuration."""
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


class Talk:
    """A loop in this process, in float32, and what it has told."""

    def __init__(self, folder, *, chat_batch=4, dtype=None, **changes):
        import torch

        from engine.backends.lora.speaker.base import load_base
        from engine.backends.lora.speaker.loop import Loop

        self.base = load_base(folder, "cpu", dtype or torch.float32)
        for name, value in changes.items():
            object.__setattr__(self.base, name, value)
        self.told: dict[int, list[Any]] = defaultdict(list)
        self.n_adapters = 0
        self.loop = Loop(self.base, self._hear, chat_batch=chat_batch)
        self._number = 0

    def ask(self, text="Hello", *, adapter=None, **options) -> int:
        """Send a chat; returns its number."""
        self._number += 1
        options = {"max_tokens": 20, "temperature": 0.0, "context_tokens": 1024} | options
        options.setdefault("messages", [{"role": "user", "content": text}])
        order = Ask(
            id=self._number,
            turn=self._number,
            adapter=str(adapter) if adapter else None,
            answer_tokens=50,
            **options,
        )
        self.loop.hear(order)
        return self._number

    def finish(self) -> None:
        """Compute until all answers have ended."""
        while not self.loop.is_idle:
            self.loop.turn()

    def says(self, text="Hello", **options):
        """The whole answer to a chat: text, number of tokens, finish reason."""
        number = self.ask(text, **options)
        self.finish()
        return self.answer(number)

    def answer(self, number):
        """What was told of a chat."""
        begun, opened, *said = self.told[number]
        assert isinstance(begun, Begun), begun
        assert isinstance(opened, Opened), opened
        assert all(isinstance(part, Said) for part in said), said
        assert [part.finish_reason for part in said[:-1]] == [None] * (len(said) - 1)
        text = "".join(part.text for part in said)
        return text, sum(part.n_tokens for part in said), said[-1].finish_reason

    def _hear(self, line: Reply | Holds) -> None:
        if isinstance(line, Holds):
            self.n_adapters = line.n_adapters
        else:
            self.told[line.id].append(line)

    def prompt(self, text):
        """The tokens of a single question."""
        messages = [{"role": "user", "content": text}]
        return self.base.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_dict=True
        )["input_ids"]


def generated(folder: Path, talk: Talk, text: str, adapter: Path | None, n_tokens: int):
    """The tokens that transformers' own `generate` gives, alone and in float32."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    prompt = torch.tensor([talk.prompt(text)])
    out = model.generate(
        input_ids=prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=n_tokens,
        do_sample=False,
    )
    return out[0, prompt.shape[1] :].tolist()
