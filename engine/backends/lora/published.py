"""The adapters that are served: `models/step-{n}` in a job's folder.

Only the server's process puts something there, and a folder appears complete or not at all.
"""

import json
import math
import os
import shutil
import struct
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from engine.backends import CONFIG_FILE, WEIGHTS_FILE, ModelSource, weights_folder

_MAX_HEADER_BYTES = 100_000_000
"""https://huggingface.co/docs/safetensors/index#format (looked up 2026-11-29)"""
_BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16}


class BadAdapter(Exception):
    """The files of an adapter are not what they should be; the text says why, without paths."""


def adapter_folder(source: ModelSource) -> Path:
    """The adapter of a tuned model."""
    assert source.folder is not None
    return weights_folder(source.folder, source.step)


def publish(adapter: Path, folder: Path, step: int) -> Path:
    """Copy an adapter to where it is served from, unless it is there already.

    Raises:
        BadAdapter: it is damaged; nothing is published then.
        OSError: the disk is full, ...
    """
    target = weights_folder(folder, step)
    if not target.exists():
        check_adapter(adapter)
        copy_adapter(adapter, target)
    return target


def copy_adapter(adapter: Path, target: Path) -> None:
    """Copy the two files of an adapter into a new folder, which appears complete."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    for name in (WEIGHTS_FILE, CONFIG_FILE):
        shutil.copyfile(adapter / name, half / name)
        sync(half / name)
    sync(half)
    half.replace(target)
    sync(target.parent)


def dropped(folder: Path, steps: Collection[int]) -> list[Path]:
    """Delete what was published in a job's *folder*, but for these *steps*; the former folders."""
    models = weights_folder(folder, 0).parent
    kept = {weights_folder(folder, step).name for step in steps}
    gone = [path for path in models.glob("*") if path.name not in kept]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def rank_of(adapter: Path) -> tuple[int, int]:
    """The rank and alpha of an adapter; raises `BadAdapter`."""
    values = _json(_bytes(adapter / CONFIG_FILE))
    rank, alpha = values.get("r"), values.get("lora_alpha")
    if not (isinstance(rank, int) and rank > 0 and isinstance(alpha, int | float)):
        raise BadAdapter("the configuration of the adapter has no rank")
    return rank, int(alpha)


def check_adapter(adapter: Path) -> None:
    """Check that the weights' file is whole, by its header, and that the configuration is there.

    The format: https://huggingface.co/docs/safetensors/index#format (looked up 2026-11-29).

    Raises:
        BadAdapter: something is missing, cut off or of another kind.
    """
    rank, _ = rank_of(adapter)
    path = adapter / WEIGHTS_FILE
    tensors = _tensors(path)
    ends = [_end(name, tensor, rank) for name, tensor in tensors.items()]
    if not ends:
        raise BadAdapter("the adapter has no weights")
    if path.stat().st_size != max(ends) + _header_bytes(path):
        raise BadAdapter("the file of weights has another size than its header says")


def check_numbers(adapter: Path) -> None:
    """Check an adapter as `check_adapter`, and that each number is finite; takes seconds.

    Ours are of float32. Others are checked where they are loaded.

    Raises:
        BadAdapter: something is missing, damaged or not a number.
    """
    check_adapter(adapter)
    path = adapter / WEIGHTS_FILE
    start = _header_bytes(path)
    with path.open("rb") as file:
        for tensor in _tensors(path).values():
            begin, end = tensor["data_offsets"]
            file.seek(start + begin)
            raw = memoryview(file.read(end - begin))
            # Of a value that is not finite, no sum is finite.
            if tensor["dtype"] == "F32" and not math.isfinite(sum(raw.cast("f"))):
                raise BadAdapter("its weights contain a value that is not a finite number")


def _tensors(path: Path) -> Mapping[str, Mapping[str, Any]]:
    if not path.is_file():
        raise BadAdapter("the adapter has no file of weights")
    size = _header_bytes(path)
    with path.open("rb") as file:
        header = _json(file.read(size)[8:])
    return {name: tensor for name, tensor in header.items() if name != "__metadata__"}


def _header_bytes(path: Path) -> int:
    """The size of the header, with the eight bytes in which it says its length."""
    with path.open("rb") as file:
        start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 0 < length <= min(_MAX_HEADER_BYTES, path.stat().st_size - 8):
        raise BadAdapter("the file of weights is cut off")
    return int(length) + 8


def _end(name: str, tensor: Any, rank: int) -> int:
    """Where a tensor ends behind the header."""
    try:
        begin, end = tensor["data_offsets"]
        shape, bits = tensor["shape"], _BITS[tensor["dtype"]]
        has_size = (end - begin) * 8 == math.prod(shape) * bits
    except (KeyError, TypeError, ValueError) as error:
        raise BadAdapter("the header of the weights is damaged") from error
    if not has_size or rank not in shape or ".lora_" not in name:
        raise BadAdapter(f"{name} does not belong to an adapter of rank {rank}")
    return int(end)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        values = json.loads(raw)
    except ValueError as error:
        raise BadAdapter("a file of the adapter is damaged") from error
    if not isinstance(values, dict):
        raise BadAdapter("a file of the adapter is damaged")
    return values


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadAdapter("the adapter has no configuration") from None


def sync(path: Path) -> None:
    """Return when a file, or the list of files of a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
