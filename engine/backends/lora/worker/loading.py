"""Loads a base and its adapter. Only safetensors are read, and no code of a base is ever run."""

import json
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM

from engine.backends import CONFIG_FILE
from engine.backends.lora.orders import WorkOrder
from engine.backends.lora.worker.encoding import BaseUnusable
from engine.backends.lora.worker.tokenizer import SAFE


def device_name(order: WorkOrder) -> str:
    """The device as torch sees it: `__main__` leaves one GPU visible, the first."""
    return "cpu" if order.device == "cpu" else "cuda:0"


def number_type(device: str) -> torch.dtype:
    """bfloat16 where *device* computes with it natively, float32 elsewhere."""
    if device.startswith("cuda"):
        is_native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        is_native = any(able.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.bfloat16 if is_native else torch.float32


def load_base(order: WorkOrder) -> Any:
    """The base model on its device, frozen. Raises `BaseUnusable`."""
    device = device_name(order)
    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            order.base,
            dtype=number_type(device),
            use_safetensors=True,
            output_loading_info=True,
            **SAFE,
        )
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as exc:
        if "memory" in str(exc):
            raise
        raise BaseUnusable("The base's files are damaged, or of a kind that can't be used") from exc
    if found["missing_keys"] or found["mismatched_keys"]:
        raise BaseUnusable("The base's files lack weights")  # transformers would invent them
    return model.requires_grad_(requires_grad=False).to(device)


def fresh_adapter(order: WorkOrder) -> LoraConfig:
    """An adapter of all linear layers, without effect until it is trained."""
    return LoraConfig(
        r=order.rank,
        lora_alpha=order.alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def with_adapter(base: Any, folder: str) -> Any:
    """The base with the adapter of *folder*, which will be trained further."""
    config = json.loads((Path(folder) / CONFIG_FILE).read_text(encoding="utf-8"))
    if config.get("peft_type") != "LORA":
        raise ValueError("the adapter that training continues from is not LoRA")
    return PeftModel.from_pretrained(base, folder, is_trainable=True, use_safetensors=True)
