"""The folder of a base model: whether it can be used, and its sizes.

Everything is read from `config.json` and from the headers of the safetensors files, without torch.
The format: https://huggingface.co/docs/safetensors/index#format (looked up 2026-11-29).
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
"""Names the files of weights that are split."""
_MAX_HEADER = 100_000_000
"""Bytes; the limit of the format."""
_CAUTIOUS_CONTEXT = 2_048
_HEADS = ("lm_head.weight", "output.weight", "embed_out.weight")
"""Names of the output matrix."""


class BaseMissing(Exception):
    """The files of a base model are missing, damaged or of a kind that can't be used.

    The text is in English, for the client: it contains no path.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFacts:
    """Sizes of a base model."""

    parameters: int
    """A tied output matrix counts once."""
    layers: int
    hidden: int
    """Width of the layers."""
    intermediate: int
    """Width within the layers' feed-forward part."""
    vocabulary: int
    tied: bool
    """Whether the output matrix is the input matrix."""
    weight_bytes: int
    """Of the weights as they are stored."""
    context: int
    """Tokens that it can read at most."""


def check_folder(folder: Path) -> BaseFacts:
    """The sizes of a base whose files are all there and whole.

    Raises:
        BaseMissing: they are not, or they are not of a kind that can be used.
    """
    try:
        config = _read_json(folder / CONFIG)
        if "quantization_config" in config:
            raise BaseMissing("its weights are quantized; training needs the plain ones")
        _check_words(folder)
        tensors = dict(_tensors(folder))
        return _facts(config, tensors)
    except OSError as error:
        raise BaseMissing(f"a file can't be read ({error.strerror})") from error


def context_of(folder: Path) -> int:
    """How many tokens the base can read; only `config.json` is read."""
    return _context(_text_part(_read_json(folder / CONFIG)))


def _check_words(folder: Path) -> None:
    """Check that there are a tokenizer and a chat template."""
    names = {path.name for path in folder.iterdir()}
    has_tokens = "tokenizer.json" in names or "tokenizer.model" in names
    if not has_tokens and not {"vocab.json", "merges.txt"} <= names:
        raise BaseMissing("it has no tokenizer")
    if "chat_template.jinja" in names:
        return
    configured = folder / "tokenizer_config.json"
    if configured.is_file() and _read_json(configured).get("chat_template"):
        return
    raise BaseMissing("it has no chat template; a base that was made for chats has one")


def _tensors(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """The name of each tensor, with how many numbers and bytes it has."""
    for name in _weight_files(folder):
        path = folder / name
        if not path.is_file():
            raise BaseMissing(f"the file {name} is missing")
        yield from _header(path)


def _weight_files(folder: Path) -> list[str]:
    if (folder / INDEX).is_file():
        files = set(_read_json(folder / INDEX).get("weight_map", {}).values())
        if not files or any(Path(name).name != name for name in files):
            raise BaseMissing(f"{INDEX} is damaged")
        return sorted(files)
    if (folder / WEIGHTS).is_file():
        return [WEIGHTS]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise BaseMissing("its weights are pickled; safetensors only")
    raise BaseMissing("it has no weights in safetensors")


def _header(path: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else _MAX_HEADER + 1
        if length > min(_MAX_HEADER, size - 8):
            raise BaseMissing(f"the file {path.name} is damaged")
        raw = file.read(length)
    try:
        header = json.loads(raw)
        header.pop("__metadata__", None)
        spans = {name: tensor["data_offsets"] for name, tensor in header.items()}
        sizes = {
            name: (math.prod(tensor["shape"]), spans[name][1] - spans[name][0])
            for name, tensor in header.items()
        }
        end = max((span[1] for span in spans.values()), default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise BaseMissing(f"the file {path.name} is damaged") from error
    if 8 + length + end != size:
        raise BaseMissing(f"the file {path.name} is cut off or damaged")
    yield from sizes.items()


def _facts(config: dict[str, Any], tensors: Mapping[str, tuple[int, int]]) -> BaseFacts:
    text = _text_part(config)
    heads = [name for name in tensors if name.endswith(_HEADS)]
    tied = bool(config.get("tie_word_embeddings", text.get("tie_word_embeddings", not heads)))
    counted = [size for name, (size, _) in tensors.items() if not (tied and name in heads)]
    hidden = _number(text, "hidden_size", "n_embd")
    return BaseFacts(
        parameters=sum(counted),
        layers=_number(text, "num_hidden_layers", "n_layer"),
        hidden=hidden,
        intermediate=_number(text, "intermediate_size", "n_inner", default=4 * hidden),
        vocabulary=_number(text, "vocab_size"),
        tied=tied,
        weight_bytes=sum(n_bytes for _, n_bytes in tensors.values()),
        context=_context(text),
    )


def _text_part(config: dict[str, Any]) -> dict[str, Any]:
    """Bases that also see or hear keep the sizes of their language model in a part of its own."""
    part = config.get("text_config")
    return part if isinstance(part, dict) else config


def _context(text: dict[str, Any]) -> int:
    names = ("max_position_embeddings", "n_positions", "seq_length")
    return _number(text, *names, default=_CAUTIOUS_CONTEXT)


def _number(values: dict[str, Any], *names: str, default: int | None = None) -> int:
    """The first of these that is there; the largest, if each layer has its own."""
    for name in names:
        found = values.get(name)
        if isinstance(found, list) and found and all(type(item) is int for item in found):
            found = max(found)
        if type(found) is int and found > 0:
            return found
    if default is None:
        raise BaseMissing(f"{CONFIG} tells no {names[0]}")
    return default


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BaseMissing(f"the file {path.name} is missing")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BaseMissing(f"the file {path.name} is damaged") from error
    if not isinstance(found, dict):
        raise BaseMissing(f"the file {path.name} is damaged")
    return found
