"""One pass over a dataset file: hash, rules, tokens, counts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.catalogue import load_catalogue
from bot.dataset.recognition import Broken, LeftOut, Source
from bot.dataset.validation import tables
from bot.dataset.validation.checks import ContentChecks, LineChecks
from bot.dataset.validation.example_rules import is_usual_order, uses_tools
from bot.dataset.validation.examples import TrainingExample, has_blanks, system_prompt_of
from bot.dataset.validation.file_rules import head_of
from bot.dataset.validation.learnt import Learnt, learnt_of
from bot.dataset.validation.parsing import without_comma
from bot.dataset.validation.profile import DatasetProfile
from bot.dataset.validation.rules import FindingCounts
from bot.dataset.validation.themes import noted_themes
from bot.domain.datasets import Level, ValidationReport
from bot.gateways.dataset_file import BUFFER, DatasetFile, Progress, lines_of, open_dataset


def validate(
    path: Path,
    *,
    encoding: str,
    max_example_tokens: int | None = None,
    progress: Progress | None = None,
    is_deep: bool = True,
) -> ValidationReport:
    """Read a dataset and say everything that is wrong with it; blocking, so use a thread.

    Memory does not grow with the file. A byte order mark is a warning: the file is accepted, and
    who uploads it must leave out the first three bytes.

    Args:
        path: a file of training examples, one a line.
        encoding: the tokenizer of the model to be trained, see `gateways.tokenizer`.
        max_example_tokens: that model's limit; None: the catalogue's for unknown models.
        progress: told the number of bytes read, every 64 KB and at the end.
        is_deep: whether to ask also what no provider does: repetitions, refusals, languages,
            personal data. Without, only format, roles, counts and tokens.

    Raises:
        DatasetMissing: there is no such file, or it can't be read. No content of a file
            raises anything.
    """
    limits = load_catalogue().limits
    digest = hashlib.sha256()
    profile, findings = DatasetProfile(limits.min_examples), FindingCounts()
    max_tokens = max_example_tokens or limits.max_example_tokens
    line_checks = LineChecks(encoding, max_tokens, profile, findings)
    content_checks = ContentChecks(profile, findings) if is_deep else None
    scan = _Scan(profile, findings, line_checks, content_checks)
    with open_dataset(path, progress, digest=digest.update) as file:
        is_read = scan.read(file)
    noted = _noted_themes(path, profile) if is_deep else {}
    return ValidationReport(
        n_examples=profile.n_examples,
        n_messages=profile.n_messages,
        tokens=profile.tokens(encoding),
        system_prompts=profile.prompts.counts(),
        findings=findings.listed(),
        n_errors=findings.total(Level.ERROR),
        sha256=digest.hexdigest() if is_read else "",
        size_bytes=file.n_read if is_read else file.size,
        method=profile.methods.main,
        n_warnings=findings.total(Level.WARNING),
        counts=dict(findings.counts),
        error_lines=sorted(findings.error_lines),
        turns=dict(sorted(profile.turns.items())),
        n_questioning=profile.answers.n_questioning,
        themes=noted or profile.clear_themes(),
        themes_noted=bool(noted),
        answer_characters=profile.answers.spread,
        script=profile.scripts.main,
        n_compared=profile.repetitions.n_kept,
        kind=scan.source.kind,
        n_convertible=profile.n_convertible,
        columns=scan.source.columns,
    )


@dataclass(slots=True)
class _Scan:
    profile: DatasetProfile
    findings: FindingCounts
    line_checks: LineChecks
    content_checks: ContentChecks | None
    source: Source = field(default_factory=Source)
    """What the file is, once it is read."""

    def read(self, file: DatasetFile) -> bool:
        """Read all of the file and judge it; False: it is too big to be read."""
        head = head_of(file, file.size)
        self.source = head.source
        if not self.findings.apply(tables.HEAD_RULES, head, None):
            is_read = head.size <= head.max_size
            if is_read:
                self._rehearse(head.source)
            while is_read and file.read(BUFFER):  # for its hash alone
                pass
            return is_read
        self.profile.has_bom = file.has_bom
        for line in lines_of(file):
            if not line.is_rest:
                self._line(line.number, line.data)
        self.findings.apply_to_file(tables.FILE_RULES, self.profile)
        if self.content_checks:
            self.findings.apply_to_file(tables.CONTENT_FILE_RULES, self.profile)
        return True

    def _rehearse(self, source: Source) -> None:
        """Read the examples as repairing would, and tell of rows that make none."""
        if source.unused:
            self.findings.add("unused_fields", Level.NOTE, None, {"fields": source.unused})
        n_good = 0
        try:
            for item in source.items() if source.items else ():
                if isinstance(item, LeftOut):
                    self.findings.add(item.rule, Level.WARNING, item.number, item.params)
                elif not item.is_rest and not item.data.isspace():
                    self.profile.n_unwrapped += 1
                    n_good += self.line_checks.can_be_learnt(item.number, item.data)
        except Broken as exc:
            self.findings.add(exc.rule, Level.ERROR, exc.line, exc.params)
        else:
            self.profile.n_convertible = n_good
            self.findings.apply_to_file(tables.FOREIGN_RULES, self.profile)

    def _line(self, number: int, line: bytes) -> None:
        profile = self.profile
        if line.endswith(b"\r\n"):
            profile.crlf.add(number)
        elif line.endswith(b"\r"):
            profile.returns.add(number)
        bare = line.rstrip(b"\r\n")
        if not bare.strip():
            profile.blank_lines.add(number)
            return
        profile.n_examples += 1
        uncovered = without_comma(line)
        if uncovered is not None:
            profile.commas.add(number)
            line = uncovered
        example = self.line_checks.example(number, line)
        has_blanks_inside = example and has_blanks(example.messages, example.rejected)
        if bare != bare.strip(b" \t") or has_blanks_inside:
            profile.trailing_blanks.add(number)
        if example:
            learnt = learnt_of(example.messages, is_pair=bool(example.rejected))
            self._example(number, example, learnt)
            if self.content_checks:
                self.content_checks.look_at(number, example, learnt, line)

    def _example(self, number: int, example: TrainingExample, learnt: Learnt) -> None:
        profile, messages = self.profile, example.messages
        profile.prompts.add(system_prompt_of(messages), number)
        roles = [message["role"] for message in messages]
        profile.turns[len(learnt.turns)] += 1
        for turn in learnt.turns:
            if turn.answer:
                profile.answers.add(turn.answer, number, turn.number)
        self.findings.apply(tables.EXAMPLE_RULES, example, number)
        if not is_usual_order(roles):
            self.findings.apply(tables.ORDER_RULES, example, number)
        if uses_tools(messages):
            self.findings.apply(tables.TOOL_RULES, example, number)


def _noted_themes(path: Path, profile: DatasetProfile) -> Mapping[str, int]:
    """Only where a line's number is that of its example."""
    n, blank = profile.n_examples, profile.blank_lines.first_line
    return {} if not n or (blank and blank <= n) else noted_themes(path, n)
