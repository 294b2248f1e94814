"""`python -m engine.backends.lora.worker.merge BASE ADAPTER TARGET`: put an adapter into its base.

TARGET, an empty folder, becomes a base that transformers, vLLM and `--base` load.
"""

import os
import shutil
import sys
import threading
from pathlib import Path

_COPIED = (".json", ".jinja", ".txt", ".model", ".tiktoken")
"""Tokenizer, template, licence: what a base consists of beside its weights."""


def main(base: Path, adapter: Path, target: Path) -> None:
    """Merge in the number type of the base's files, on the CPU."""
    threading.Thread(target=_end_with_server, daemon=True).start()
    # These imports take seconds, during which the end of the server must not go unnoticed.
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    from engine.backends.lora.worker.tokenizer import SAFE  # noqa: PLC0415

    options = {"dtype": "auto", "use_safetensors": True, **SAFE}
    model = AutoModelForCausalLM.from_pretrained(base, **options)
    tuned = PeftModel.from_pretrained(model, adapter, torch_device="cpu", use_safetensors=True)
    tuned.merge_and_unload(safe_merge=True).save_pretrained(target)
    for path in base.iterdir():
        is_kept = path.suffix in _COPIED and not path.name.endswith(".index.json")
        if is_kept and path.is_file() and not (target / path.name).exists():
            shutil.copyfile(path, target / path.name)


def _end_with_server() -> None:
    # Not through `sys.stdin`: Python could not end while a thread holds it.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
