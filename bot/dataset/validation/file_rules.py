"""Rules about the file: by its beginning before it is read, and by its totals afterwards."""

from collections.abc import Iterator
from typing import Final

from bot.dataset.validation.other_formats import is_array, is_table
from bot.dataset.validation.rule import NOTHING_TO_ADD, Head, Occurrences, Params, Totals, shown

_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def file_too_big(head: Head) -> Params | None:
    """Larger than the provider takes."""
    return {"megabytes": head.max_size >> 20} if head.size > head.max_size else None


def archive(head: Head) -> Params | None:
    """A packed file instead of its contents."""
    kinds = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}
    kind = next((kind for magic, kind in kinds.items() if head.start.startswith(magic)), None)
    return {"kind": kind} if kind else None


def utf16(head: Head) -> Params | None:
    """UTF-16 or UTF-32, as some editors of Windows save "Unicode"."""
    marked = head.start.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    bare = head.start.lstrip(b"\r\n\t ")[:2] in (b"{\0", b"\0{")
    return NOTHING_TO_ADD if marked or bare else None


def binary(head: Head) -> Params | None:
    """Bytes of which many are no text at all: a picture, a table, a program."""
    controls = len(head.start) - len(head.start.translate(None, _CONTROLS))
    return NOTHING_TO_ADD if controls * 20 > len(head.start) else None


def csv_table(head: Head) -> Params | None:
    """A table of questions and answers, which repairing turns into chats."""
    return NOTHING_TO_ADD if is_table(head.start, is_all=head.size <= len(head.start)) else None


def json_array(head: Head) -> Params | None:
    """One list of all examples, which repairing turns into lines."""
    return NOTHING_TO_ADD if is_array(head.start) else None


def bom(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """A byte order mark; whoever uploads the file leaves it out."""
    if totals.has_bom:
        yield None, NOTHING_TO_ADD


def empty_file(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """No line with anything on it."""
    if not totals.n_examples:
        yield None, NOTHING_TO_ADD


def mixed_methods(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Examples of both methods: a job has one."""
    others = totals.methods.others()
    if others:
        n, line = others
        yield line, {"n": n, "method": totals.methods.main}


def too_few_examples(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Fewer examples than the provider takes."""
    if 0 < totals.n_examples < totals.min_examples:
        yield None, {"n": totals.n_examples, "least": totals.min_examples}


def system_prompt_absent(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """No example says who is speaking."""
    if totals.prompts.n_missing and not totals.prompts.main:
        yield None, NOTHING_TO_ADD


def system_prompt_missing(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Some examples have a system prompt and some have not."""
    if totals.prompts.n_missing and totals.prompts.main:
        yield totals.prompts.first_missing, {"n": totals.prompts.n_missing}


def system_prompt_differs(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Some examples have another system prompt than most; one find for each such prompt."""
    for prompt, n, line in totals.prompts.others():
        yield line, {"n": n, "prompt": shown(prompt)}


def blank_lines(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Empty lines; they do no harm."""
    if totals.n_examples:
        yield from _once(totals.blank_lines)


def crlf(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Line ends of Windows; they do no harm."""
    if totals.n_examples:
        yield from _once(totals.crlf)


def trailing_blanks(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Blanks around a line or a message; a model learns those of a message."""
    yield from _once(totals.trailing_blanks)


def sampled(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """So many examples that only the first of them are compared with all others."""
    comparison = totals.comparison
    if comparison.n_kept < comparison.n_compared:
        yield None, {"n": comparison.n_compared, "most": comparison.n_kept}


def identical_answers(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """One answer to everything: a model would learn nothing else."""
    comparison = totals.comparison
    if comparison.n_compared >= totals.min_examples and comparison.has_one_answer:
        yield None, NOTHING_TO_ADD


def short_answer(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Answers far shorter than is usual in this file."""
    for line, length in totals.answers.too_short():
        yield line, {"length": length, "usual": totals.answers.usual}


def long_answer(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Answers far longer than is usual in this file."""
    for line, length in totals.answers.too_long():
        yield line, {"length": length, "usual": totals.answers.usual}


def other_language(totals: Totals) -> Iterator[tuple[int | None, Params]]:
    """Examples in another script than the file's; languages of one script are not told apart."""
    for line in totals.scripts.lines_in_another():
        yield line, NOTHING_TO_ADD


def _once(found: Occurrences) -> Iterator[tuple[int | None, Params]]:
    if found.n:
        yield found.first_line, {"n": found.n}
