"""The task EXAMINE: reads the files as training will, and counts."""

from collections.abc import Iterator
from pathlib import Path

from engine.backends.lora.base_folder import BaseMissing, check_folder
from engine.backends.lora.orders import ExaminedFiles, WorkOrder
from engine.backends.lora.worker.encoding import BaseUnusable, Encoder, Pair, Tokens
from engine.backends.lora.worker.stopping import Stop
from engine.backends.lora.worker.tokenizer import load_tokenizer

_TOLD = ("parameters", "layers", "hidden", "intermediate", "vocabulary", "context")
"""The sizes of a base that a line tells."""


def examine(order: WorkOrder, stop: Stop) -> ExaminedFiles:
    """Read the files and the base's description. Raises `BadFile`, `BaseUnusable`, `StopAsked`."""
    base = _described(Path(order.base))
    encoder = Encoder(load_tokenizer(order.base), order.example_tokens)
    counts = {"n_examples": 0, "epoch_tokens": 0, "learnt_tokens": 0, "longest": 0, "n_cut": 0}
    for sizes in _sizes(encoder, Path(order.training_file), order.method):
        stop.check()
        counts["n_examples"] += 1
        counts["epoch_tokens"] += sum(size for size, _, _ in sizes)
        counts["learnt_tokens"] += sum(learnt for _, learnt, _ in sizes)
        counts["longest"] = max(counts["longest"], *(size for size, _, _ in sizes))
        counts["n_cut"] += any(is_cut for _, _, is_cut in sizes)
    validation = Path(order.validation_file) if order.validation_file else None
    checked = _sizes(encoder, validation, order.method) if validation else ()
    n_validation = 0
    for _ in checked:
        stop.check()
        n_validation += 1
    return ExaminedFiles(**counts, n_validation=n_validation, **base)


def _sizes(encoder: Encoder, path: Path, method: str) -> Iterator[list[tuple[int, int, bool]]]:
    """Of each row, for each text: its tokens, the learnt ones, whether it is cut."""
    if method == "dpo":
        return (_pair_sizes(pair) for pair in encoder.pairs(path))
    return ([_size(text) for text in row] for row in encoder.conversations(path))


def _size(text: Tokens) -> tuple[int, int, bool]:
    return len(text.ids), text.learnt, text.is_cut


def _pair_sizes(pair: Pair) -> list[tuple[int, int, bool]]:
    answers = (pair.chosen, pair.rejected)
    return [(len(pair.prompt) + len(answer), len(answer), pair.is_cut) for answer in answers]


def _described(base: Path) -> dict[str, int]:
    """What the base's own files say about it. Raises `BaseUnusable`."""
    try:
        facts = check_folder(base)
    except BaseMissing as exc:
        raise BaseUnusable("The base's files are missing, damaged or of an unknown kind") from exc
    return {name: getattr(facts, name) for name in _TOLD}
