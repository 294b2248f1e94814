"""Loads a base model for chats."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from engine.backends.lora.worker.loading import number_type
from engine.backends.lora.worker.tokenizer import SAFE

_MARK = "zebra"
"""A word that no chat template contains."""


class BaseUnusable(Exception):
    """A base can't be loaded; the text says why, without paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A base model in memory."""

    model: Any
    """A causal language model of transformers, in evaluation mode."""
    tokenizer: Any
    device: torch.device
    end_tokens: frozenset[int]
    """Tokens that end an answer."""
    cache_name: str
    """What the model calls the cache among its parameters and in its output."""
    options: Mapping[str, Any]
    """Parameters of each forward pass: only the last token's logits, if the model can do that."""
    can_merge: bool
    """Whether the caches of several chats can be merged into a batch. They can where the cache of
    every layer has plain keys and values."""


def load_base(folder: Path, device: str, dtype: torch.dtype | None = None) -> Base:
    """Load a base from local safetensors files; no code of the folder is run.

    Args:
        folder: Configuration, weights and tokenizer.
        device: Such as cpu or cuda:0.
        dtype: Of the weights; None: `number_type`.

    Raises:
        BaseUnusable: the folder or the memory does not allow it.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **SAFE)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype or number_type(device), use_safetensors=True, **SAFE
        )
        model.to(device).eval()
    except Exception as exc:
        if is_out_of_memory(exc):
            raise BaseUnusable("there is not enough memory for it") from exc
        raise BaseUnusable(f"its files can't be read ({type(exc).__name__})") from exc
    # transformers 5.24 has renamed the cache, and 5.40 drops its old name (looked up 2026-11-29).
    known = inspect.signature(model.forward).parameters.keys()
    return Base(
        model=model,
        tokenizer=tokenizer,
        device=torch.device(device),
        end_tokens=_end_tokens(model, tokenizer),
        cache_name="cache" if "cache" in known else "past_key_values",
        options={"logits_to_keep": 1} if "logits_to_keep" in known else {},
        can_merge={"attention_mask", "position_ids"} <= known and _has_plain_cache(model),
    )


def is_out_of_memory(exc: BaseException) -> bool:
    """Whether an error tells of a lack of memory, of a GPU or of the machine."""
    is_full = isinstance(exc, RuntimeError) and "not enough memory" in str(exc)
    return is_full or isinstance(exc, MemoryError | torch.OutOfMemoryError)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """End tokens of the generation configuration and the tokenizer, and the template's own."""
    found = model.generation_config.eos_token_id
    tokens = set(found if isinstance(found, list) else [found])
    tokens |= {tokenizer.eos_token_id, _end_of_turn(tokenizer)}
    return frozenset(token for token in tokens if token is not None)


def _end_of_turn(tokenizer: Any) -> int | None:
    """The token that the template puts behind an assistant's message; None: an ordinary one.

    A base that was made before its template, such as Qwen2.5's, does not name it elsewhere.
    """
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _MARK}]
    rendered = tokenizer.apply_chat_template(messages, tokenize=False, enable_thinking=False)
    rest = rendered[rendered.rfind(_MARK) + len(_MARK) :]
    tokens = tokenizer(rest, add_special_tokens=False)["input_ids"]
    return tokens[0] if tokens and tokens[0] in tokenizer.added_tokens_decoder else None


def _has_plain_cache(model: Any) -> bool:
    if model._is_stateful:  # noqa: SLF001  # transformers has no public name for it
        return False
    layers = DynamicCache(config=model.config).layers
    return all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers)
