"""Loads a base's tokenizer, without PEFT, whose import would take as long as reading the files."""

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer
from transformers.utils import logging

from engine.backends.lora.worker.encoding import BaseUnusable

logging.disable_progress_bar()
SAFE: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
"""No code of a base is ever run, and nothing is downloaded."""


def load_tokenizer(base: str) -> Any:
    """The tokenizer of a base's folder. Raises `BaseUnusable`."""
    if not (Path(base) / "config.json").is_file():
        raise BaseUnusable("The base's folder is missing or has no config.json")
    try:
        return AutoTokenizer.from_pretrained(base, **SAFE)
    except Exception as exc:
        raise BaseUnusable("The base's tokenizer can't be loaded") from exc


def pad_token(tokenizer: Any) -> int:
    """The number that fills short rows; it is never read."""
    pad: int | None = tokenizer.pad_token_id
    return pad if pad is not None else int(tokenizer.eos_token_id or 0)
