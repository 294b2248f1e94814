"""Files of a tiny base model, made without torch; its weights say nothing."""

import json
import struct
from pathlib import Path
from typing import Any

CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 4,
    "intermediate_size": 8,
    "num_hidden_layers": 2,
    "vocab_size": 10,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
}
TENSORS: dict[str, list[int]] = {
    "model.embed_tokens.weight": [10, 4],
    "model.norm.weight": [4],
    "lm_head.weight": [10, 4],
}


def safetensors(tensors: dict[str, list[int]] = TENSORS) -> bytes:
    """A file of 4-byte zeros in these shapes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors.items():
        start, n_numbers = end, 1
        for length in shape:
            n_numbers *= length
        end += 4 * n_numbers
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(end)


def base_files(**config: Any) -> dict[str, bytes]:
    """A whole base, with *config* in its configuration."""
    return {
        "config.json": json.dumps(CONFIG | config).encode(),
        "model.safetensors": safetensors(),
        "tokenizer.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
    }


def write_base(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Write the files of a base."""
    folder.mkdir(parents=True)
    for name, content in (files or base_files()).items():
        (folder / name).write_bytes(content)
    return folder
