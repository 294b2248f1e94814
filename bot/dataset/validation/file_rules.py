"""Rules about the file: by its beginning before it is read, and by its profile afterwards."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from bot.catalogue import load_catalogue
from bot.dataset.recognition import Source
from bot.dataset.recognition.recognise import recognised
from bot.dataset.validation.profile import DatasetProfile, Occurrences
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params, Places, names, shown


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first line is read."""

    source: Source
    size: int
    max_size: int


def head_of(stream: io.BufferedReader, size: int) -> Head:
    """What the beginning of a file of *size* bytes tells; it stays to be read."""
    return Head(recognised(stream), size, load_catalogue().limits.max_file_bytes)


def file_too_big(head: Head) -> Params | None:
    """Larger than the provider takes."""
    return {"megabytes": head.max_size >> 20} if head.size > head.max_size else None


def is_of(kind: str) -> Callable[[Head], Params | None]:
    """The rule that a file is of that kind, instead of lines of examples."""

    def check(head: Head) -> Params | None:
        return head.source.params if head.source.kind == kind else None

    return check


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


def other_format(profile: DatasetProfile) -> Places:
    """Examples as another tool writes them; one find for each such format."""
    for name, found in profile.formats.items():
        yield found.first_line, {"n": found.n, "format": name}


def format_unclear(profile: DatasetProfile) -> Places:
    """The same with a part that may change what an example means; one find for each such part."""
    for (name, field), found in profile.unclear.items():
        yield found.first_line, {"n": found.n, "format": name, "field": shown(field)}


def no_examples(profile: DatasetProfile) -> Places:
    """Rows of JSON of which none is an example, nor of a format that we know."""
    if 1 < profile.strange.n == (profile.n_examples or profile.n_unwrapped):
        yield None, {"n": profile.strange.n, "what": profile.strange_looks}


def unused_fields(profile: DatasetProfile) -> Places:
    """Fields of another tool's examples that say nothing to a model."""
    if profile.unused:
        yield None, {"fields": names(profile.unused)}


def comma_ended(profile: DatasetProfile) -> Places:
    """Commas behind examples, as in a list."""
    yield from _once(profile.commas)


def cr(profile: DatasetProfile) -> Places:
    """Line ends of old Macs, at which most programs see no end."""
    if profile.n_examples:
        yield from _once(profile.returns)


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
    if index.n_answers >= profile.min_examples and index.has_one_answer:
        yield None, NOTHING_TO_ADD


def short_answer(profile: DatasetProfile) -> Places:
    """Answers far shorter than is usual in this file."""
    for line, place, length in profile.answers.too_short():
        yield line, {"message": place, "length": length, "usual": profile.answers.usual}


def long_answer(profile: DatasetProfile) -> Places:
    """Answers far longer than is usual in this file."""
    for line, place, length in profile.answers.too_long():
        yield line, {"message": place, "length": length, "usual": profile.answers.usual}


def other_language(profile: DatasetProfile) -> Places:
    """Examples in another script than the file's; languages of one script are not told apart."""
    for line in profile.scripts.lines_in_another():
        yield line, NOTHING_TO_ADD


def _once(found: Occurrences) -> Places:
    if found.n:
        yield found.first_line, {"n": found.n}
