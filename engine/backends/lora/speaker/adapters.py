"""Adapters in memory, and computing with them."""

import json
import re
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from safetensors import SafetensorError
from safetensors.torch import load_file

from engine.backends import CONFIG_FILE, WEIGHTS_FILE
from engine.backends.lora.speaker.base import is_out_of_memory

BARE = "__base__"
"""PEFT's name for the base without an adapter."""
CAPACITY = 8
"""Adapters that stay loaded; loading gets slower with their number.
https://github.com/huggingface/peft/issues/981 (looked up 2026-11-29)"""
_REMEMBERED = 100
"""Adapters whose files are not read again to check them."""
_KEY = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight")


class AdapterRefused(Exception):
    """An adapter can't be used; the text says why, without paths."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    name: str
    stamp: tuple[int, ...]
    """Tells whether the file is still the same."""


class Adapters:
    """The base's forward pass, with any of the adapters for each row of a batch."""

    def __init__(self, model: Any) -> None:
        self._model = model
        base, sizes = Path(model.name_or_path).name, _linear_sizes(model)
        self._modules = lru_cache(_REMEMBERED)(partial(_checked_modules, base, sizes))
        self._peft: PeftModel | None = None
        """Wraps the model while any adapter is loaded."""
        self._loaded: OrderedDict[Path, _Loaded] = OrderedDict()
        """The least recently used first."""
        self._layers: dict[str, LoraLayer] = {}
        """The layers that adapters change, by their path."""
        self._active = BARE
        """The active adapter; empty: not known."""
        self._numbers = count()

    def check(self, folder: Path) -> tuple[tuple[int, ...], set[str]]:
        """Read the files of an adapter that is loaded later; returns their stamp and its layers.

        Raises:
            AdapterRefused: its files are missing or damaged, or it belongs to another base.
        """
        try:
            stamp = _stamp(folder)
            return stamp, self._modules(folder, stamp)
        except OSError as exc:
            raise AdapterRefused(f"its files can't be read ({exc.strerror})") from exc

    def load(self, folder: Path, *, in_use: Collection[str], wanted: Sequence[Path]) -> str:
        """The name of the adapter in *folder*, which is loaded if it isn't yet.

        Args:
            folder: Has the weights and `adapter_config.json`.
            in_use: Names of adapters that must stay.
            wanted: Folders in the order in which they will be needed; the last ones make room.

        Raises:
            AdapterRefused: as `check`, or there is not enough memory.
        """
        stamp, modules = self.check(folder)
        known = self._loaded.get(folder)
        if known and known.stamp == stamp:
            self._loaded.move_to_end(folder)
            return known.name
        if known:
            self._drop(folder)
        self._make_room(in_use, wanted)
        name = f"adapter-{next(self._numbers)}"
        self._load(folder, name, modules)
        self._loaded[folder] = _Loaded(name, stamp)
        return name

    @property
    def n_loaded(self) -> int:
        """How many are in memory."""
        return len(self._loaded)

    def forget(self, folder: Path) -> None:
        """Drop every adapter below *folder*."""
        for path in [path for path in self._loaded if path.is_relative_to(folder)]:
            self._drop(path)

    @torch.inference_mode()
    def forward(self, names: Sequence[str], **inputs: Any) -> Any:
        """The model's output; row i is computed with the adapter *names*[i]."""
        if self._peft is not None and len(set(names)) > 1:
            return self._peft(adapter_names=list(names), **inputs)
        self._activate(names[0])
        return self._model(**inputs)

    def _activate(self, name: str) -> None:
        """Compute with one adapter only, or with none."""
        if self._active != name:
            for layer in self._layers.values():
                layer.set_adapter([] if name == BARE else name, inference_mode=True)
            self._active = name

    def _load(self, folder: Path, name: str, modules: set[str]) -> None:
        # Adapters are kept in the type of the base, which saves a conversion in each layer.
        options = {"is_trainable": False, "autocast_adapter_dtype": False}
        device = str(self._model.device)
        try:
            if self._peft is None:
                self._peft = PeftModel.from_pretrained(
                    self._model, folder, adapter_name=name, torch_device=device, **options
                ).eval()
            else:
                self._peft.load_adapter(folder, adapter_name=name, torch_device=device, **options)
                self._peft.eval()
        except Exception as exc:
            self._note_layers()
            self._remove(name)
            if is_out_of_memory(exc):
                raise AdapterRefused("there is not enough memory for it") from exc
            raise AdapterRefused("it does not fit the base model") from exc
        self._note_layers()
        if {path for path, layer in self._layers.items() if name in layer.lora_A} != modules:
            self._remove(name)
            raise AdapterRefused("it does not fit the base model")

    def _note_layers(self) -> None:
        layers = self._model.named_modules()
        self._layers = {path: layer for path, layer in layers if isinstance(layer, LoraLayer)}
        self._active = ""

    def _make_room(self, in_use: Collection[str], wanted: Sequence[Path]) -> None:
        idle = [path for path, loaded in self._loaded.items() if loaded.name not in in_use]
        next_use = {path: place for place, path in reversed(list(enumerate(wanted)))}
        idle.sort(key=lambda path: next_use.get(path, len(wanted)), reverse=True)
        for path in idle[: max(0, len(self._loaded) - CAPACITY + 1)]:
            self._drop(path)

    def _drop(self, folder: Path) -> None:
        self._remove(self._loaded.pop(folder).name)

    def _remove(self, name: str) -> None:
        """Remove every trace of an adapter, which may be loaded in part only."""
        if self._peft is not None and len(self._peft.peft_config) > 1:
            self._activate(BARE)  # PEFT warns when it deletes an active one
            self._peft.delete_adapter(name)
            # PEFT looks its active adapter up before each batch of several, even if it was deleted.
            self._peft.active_adapter = next(iter(self._peft.peft_config))
        else:
            self._unwrap()
        self._note_layers()

    def _unwrap(self) -> None:
        """Make the model what it was before the first adapter."""
        self._peft = None
        self._note_layers()
        for path, layer in self._layers.items():
            self._model.set_submodule(path, layer.base_layer)
        if hasattr(self._model, "peft_config"):
            del self._model.peft_config


def _stamp(folder: Path) -> tuple[int, ...]:
    info = (folder / WEIGHTS_FILE).stat()
    return (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns)


def _linear_sizes(model: Any) -> dict[str, tuple[int, int]]:
    """Input and output width of each linear layer, by its path."""
    return {
        path: (layer.in_features, layer.out_features)
        for path, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear)
    }


def _checked_modules(
    base: str, sizes: Mapping[str, tuple[int, int]], folder: Path, stamp: tuple[int, ...]
) -> set[str]:
    """The paths of the layers that an adapter changes, if it fits the base in every part.

    *base* is the name of the base's folder, by which bases of equal sizes are told apart. The
    folder of a downloaded one is `{owner}--{name}`; its adapters say `{owner}/{name}`.
    """
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        rank, kind = config["r"], config["peft_type"]
        origin = Path(config.get("base_model_name_or_path") or base)
        weights = load_file(folder / WEIGHTS_FILE)
    except (ValueError, KeyError, TypeError, SafetensorError) as exc:
        raise AdapterRefused("its files are damaged") from exc
    if kind != "LORA":
        raise AdapterRefused("it is not a LoRA adapter")
    if origin.name != Path(base.replace("--", "/")).name:
        raise AdapterRefused("it belongs to another base model")
    sides: dict[str, set[str]] = {}
    for key, tensor in weights.items():
        found = _KEY.fullmatch(key)
        if found is None or found["module"] not in sizes:
            raise AdapterRefused("it belongs to another base model")
        width_in, width_out = sizes[found["module"]]
        expected = (rank, width_in) if found["side"] == "A" else (width_out, rank)
        if tuple(tensor.shape) != expected:
            raise AdapterRefused("it belongs to another base model")
        if not torch.isfinite(tensor).all():
            raise AdapterRefused("its weights contain a value that is not a finite number")
        sides.setdefault(found["module"], set()).add(found["side"])
    if not sides or any(found != {"A", "B"} for found in sides.values()):
        raise AdapterRefused("its weights are not complete")
    return set(sides)
