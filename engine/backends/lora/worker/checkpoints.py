"""Writes checkpoints so that each is either whole or not there."""

import json
import shutil
from collections.abc import Callable, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

from engine.backends import CONFIG_FILE, WEIGHTS_FILE
from engine.backends.lora.orders import ADAPTER, WHOLE_FILE, StepLine
from engine.backends.lora.published import sync
from engine.backends.lora.worker.failures import BadNumber

KEPT_EPOCHS = 3
"""The checkpoints at the ends of the last epochs, which become models."""
TRAINED = "default"
"""PEFT's name of the adapter that is trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a checkpoint says besides its weights."""

    trained_tokens: int
    """Of the job so far."""
    line: StepLine | None
    """What is told about its step; None: nothing. If a child is killed before it could tell, the
    next one does."""


class Checkpoints:
    """The checkpoints of an attempt."""

    def __init__(self, folder: Path, epoch_ends: Set[int]) -> None:
        """*epoch_ends* are the steps whose checkpoints become models."""
        self._folder = folder
        self._epoch_ends = epoch_ends
        self.newest: Path | None = None
        folder.mkdir(mode=0o700, exist_ok=True)

    def folder_of(self, step: int) -> Path:
        """Where the checkpoint of a step is, once it is whole."""
        return self._folder / f"step-{step}"

    def save(self, step: int, saved: Saved, write: Callable[[Path], None]) -> None:
        """Write a checkpoint, then delete those that nobody needs any more.

        `WHOLE_FILE` comes last, by a rename, when all else is on the disk. So a child can be killed
        at any moment: a folder without it is no checkpoint.

        Args:
            step: The step after which it is made.
            saved: What the next attempt has to know besides.
            write: Writes the files into an empty folder.
        """
        folder = self.folder_of(step)
        if folder.exists():
            _drop(folder)
        folder.mkdir(mode=0o700)
        draft = folder / f"{WHOLE_FILE}.tmp"
        try:
            write(folder)
            draft.write_text(json.dumps(asdict(saved)), encoding="utf-8")
            for path in (*folder.rglob("*"), folder, self._folder):
                sync(path)
        except BaseException:
            shutil.rmtree(folder)  # so that a full disk has room for the last line
            raise
        draft.rename(folder / WHOLE_FILE)
        sync(folder)
        self.newest = folder
        self._prune(step)

    def _prune(self, step: int) -> None:
        ends = sorted(end for end in self._epoch_ends if end <= step)
        kept = {f"step-{number}" for number in (step, *ends[-KEPT_EPOCHS:])}
        for path in self._folder.iterdir():
            if path.name not in kept:
                _drop(path)


def read_saved(checkpoint: str | None) -> Saved:
    """What a checkpoint says besides its weights; None: nothing has been trained.

    Raises:
        FileNotFoundError: the checkpoint is not whole.
    """
    if checkpoint is None:
        return Saved(trained_tokens=0, line=None)
    saved = json.loads((Path(checkpoint) / WHOLE_FILE).read_text(encoding="utf-8"))
    line = saved["line"] and StepLine(**saved["line"])
    return Saved(trained_tokens=saved["trained_tokens"], line=line)


def write_adapter(model: Any, base: str, folder: Path) -> None:
    """Write the trained adapter as it will be served. Raises `BadNumber`."""
    folder.mkdir()
    weights = get_peft_model_state_dict(model, adapter_name=TRAINED, save_embedding_layers=False)
    weights = {name: weight.contiguous().cpu() for name, weight in weights.items()}
    if not all(torch.isfinite(weight).all() for weight in weights.values()):
        raise BadNumber
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    config = model.peft_config[TRAINED].to_dict() | {
        "inference_mode": True,
        "base_model_name_or_path": Path(base).name.replace("--", "/"),
        "target_modules": sorted(model.peft_config[TRAINED].target_modules),
    }
    text = json.dumps(config, indent=2, sort_keys=True)
    (folder / CONFIG_FILE).write_text(text, encoding="utf-8")


def read_adapter(model: Any, checkpoint: Path) -> None:
    """Give the adapter of a model the weights of a checkpoint, all of them."""
    weights = load_file(checkpoint / ADAPTER / WEIGHTS_FILE)
    expected = get_peft_model_state_dict(model, adapter_name=TRAINED, save_embedding_layers=False)
    if weights.keys() != expected.keys():
        raise ValueError("the checkpoint's adapter has other weights than this one")
    set_peft_model_state_dict(model, weights, adapter_name=TRAINED)


def _drop(checkpoint: Path) -> None:
    """Delete a checkpoint; half deleted, it is no longer whole."""
    (checkpoint / WHOLE_FILE).unlink(missing_ok=True)
    shutil.rmtree(checkpoint)
