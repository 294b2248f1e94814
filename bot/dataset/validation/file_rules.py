"""Rules about the file: by its beginning before it is read, and by its profile afterwards."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Final

from bot.catalogue import load_catalogue
from bot.dataset.validation.profile import DatasetProfile, Occurrences
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params, Places, shown
from bot.gateways.dataset_file import BUFFER

_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first line is read."""

    start: bytes
    """The first 64 KB, without a byte order mark."""
    is_all: bool
    """Whether that is the whole file."""
    size: int
    max_size: int

    @property
    def text(self) -> str:
        """The beginning as text: tables are often saved in an encoding of Windows."""
        return self.start.decode(errors="replace")


def head_of(stream: io.BufferedReader, size: int) -> Head:
    """The beginning of a file of *size* bytes, which stays to be read."""
    start = stream.peek(BUFFER)[:BUFFER]
    return Head(start, len(start) < BUFFER, size, load_catalogue().limits.max_file_bytes)


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


def json_array(head: Head) -> Params | None:
    """One list of all examples, which repairing turns into lines."""
    text = head.text.lstrip()
    if not text.startswith("[") or not text[1:].lstrip().startswith("{"):
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        is_array = _first_object_is_sound(text)
    else:
        # An array on each line is another mistake, and each line is told of it.
        is_array = not text[end:].strip()
    return NOTHING_TO_ADD if is_array else None


def csv_table(head: Head) -> Params | None:
    """A table of two columns, questions and answers, which repairing turns into chats."""
    text = head.text
    if not text.strip() or text.lstrip().startswith(("{", "[")):
        return None
    is_table = any(_has_two_columns(text, sign, is_all=head.is_all) for sign in _DELIMITERS)
    return NOTHING_TO_ADD if is_table else None


def _first_object_is_sound(text: str) -> bool:
    """Whether the array goes on beyond what we have of it."""
    inner = text[1:].lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(inner)
    except json.JSONDecodeError as exc:
        return exc.pos >= len(inner) - 1 or exc.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    return inner[end:].lstrip().startswith((",", "]"))


def _has_two_columns(text: str, delimiter: str, *, is_all: bool) -> bool:
    """Whether there are at least two rows of two cells; the last row may be cut off."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return False
    rows = [row for row in (rows if is_all else rows[:-1]) if row]
    return len(rows) >= 2 and all(len(row) == 2 and all(map(str.strip, row)) for row in rows)


def bom(profile: DatasetProfile) -> Places:
    """A byte order mark; the upload leaves it out."""
    if profile.has_bom:
        yield None, NOTHING_TO_ADD


def empty_file(profile: DatasetProfile) -> Places:
    """No line with anything on it."""
    if not profile.n_examples:
        yield None, NOTHING_TO_ADD


def mixed_methods(profile: DatasetProfile) -> Places:
    """Examples of both methods: a job has one."""
    for found in profile.methods.others():
        yield found.first_line, {"n": found.n, "method": profile.methods.main}


def too_few_examples(profile: DatasetProfile) -> Places:
    """Fewer examples than the provider takes."""
    if 0 < profile.n_examples < profile.min_examples:
        yield None, {"n": profile.n_examples, "least": profile.min_examples}


def system_prompt_absent(profile: DatasetProfile) -> Places:
    """No example says who is speaking."""
    if profile.prompts.missing.n and not profile.prompts.main:
        yield None, NOTHING_TO_ADD


def system_prompt_missing(profile: DatasetProfile) -> Places:
    """Some examples have a system prompt and some have not."""
    if profile.prompts.main:
        yield from _once(profile.prompts.missing)


def system_prompt_differs(profile: DatasetProfile) -> Places:
    """Some examples have another system prompt than most; one find for each such prompt."""
    for prompt, found in profile.prompts.others():
        yield found.first_line, {"n": found.n, "prompt": shown(prompt)}


def blank_lines(profile: DatasetProfile) -> Places:
    """Empty lines; they do no harm."""
    if profile.n_examples:
        yield from _once(profile.blank_lines)


def crlf(profile: DatasetProfile) -> Places:
    """Line ends of Windows; they do no harm."""
    if profile.n_examples:
        yield from _once(profile.crlf)


def trailing_blanks(profile: DatasetProfile) -> Places:
    """Blanks around a line or a message; a model learns those of a message."""
    yield from _once(profile.trailing_blanks)


def sampled(profile: DatasetProfile) -> Places:
    """So many examples that only the first of them are compared with all others."""
    index = profile.repetitions
    if index.n_kept < index.n_compared:
        yield None, {"n": index.n_compared, "most": index.n_kept}


def identical_answers(profile: DatasetProfile) -> Places:
    """One answer to everything: a model would learn nothing else."""
    index = profile.repetitions
    if index.n_compared >= profile.min_examples and index.has_one_answer:
        yield None, NOTHING_TO_ADD


def short_answer(profile: DatasetProfile) -> Places:
    """Answers far shorter than is usual in this file."""
    for line, length in profile.answers.too_short():
        yield line, {"length": length, "usual": profile.answers.usual}


def long_answer(profile: DatasetProfile) -> Places:
    """Answers far longer than is usual in this file."""
    for line, length in profile.answers.too_long():
        yield line, {"length": length, "usual": profile.answers.usual}


def other_language(profile: DatasetProfile) -> Places:
    """Examples in another script than the file's; languages of one script are not told apart."""
    for line in profile.scripts.lines_in_another():
        yield line, NOTHING_TO_ADD


def _once(found: Occurrences) -> Places:
    if found.n:
        yield found.first_line, {"n": found.n}
