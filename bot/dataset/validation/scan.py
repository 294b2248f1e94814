"""One pass over a dataset file: hash, rules, tokens, counts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import load_catalogue
from bot.dataset.validation import tables
from bot.dataset.validation.checks import ContentChecks, LineChecks
from bot.dataset.validation.example_rules import is_usual_order
from bot.dataset.validation.examples import TrainingExample, answer_of, has_blanks, system_prompt_of
from bot.dataset.validation.file_rules import head_of
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
        turns=dict(sorted(profile.turns.items())),
        n_questioning=profile.answers.n_questioning,
        themes=noted or profile.clear_themes(),
        themes_noted=bool(noted),
        answer_characters=profile.answers.spread,
        script=profile.scripts.main,
        n_compared=profile.repetitions.n_kept,
    )


@dataclass(frozen=True, slots=True)
class _Scan:
    profile: DatasetProfile
    findings: FindingCounts
    line_checks: LineChecks
    content_checks: ContentChecks | None

    def read(self, file: DatasetFile) -> bool:
        """Read all of the file and judge it; False: it is too big to be read."""
        head = head_of(file, file.size)
        if not self.findings.apply(tables.HEAD_RULES, head, None):
            is_read = head.size <= head.max_size
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

    def _line(self, number: int, line: bytes) -> None:
        profile = self.profile
        if line.endswith(b"\r\n"):
            profile.crlf.add(number)
        bare = line.rstrip(b"\r\n")
        if not bare.strip():
            profile.blank_lines.add(number)
            return
        profile.n_examples += 1
        example = self.line_checks.example(number, line)
        has_blanks_inside = example and has_blanks(example.messages, example.rejected)
        if bare != bare.strip(b" \t") or has_blanks_inside:
            profile.trailing_blanks.add(number)
        if example:
            self._example(number, example)
            if self.content_checks:
                self.content_checks.look_at(number, example, line)

    def _example(self, number: int, example: TrainingExample) -> None:
        profile, messages = self.profile, example.messages
        profile.prompts.add(system_prompt_of(messages), number)
        roles = [message["role"] for message in messages]
        # Of a pair only one answer is learnt, whatever was said before.
        profile.turns[1 if example.rejected else roles.count("assistant")] += 1
        answer = answer_of(messages)
        if answer:
            profile.answers.add(answer, number)
        self.findings.apply(tables.EXAMPLE_RULES, example, number)
        if not is_usual_order(roles):
            self.findings.apply(tables.ORDER_RULES, example, number)


def _noted_themes(path: Path, profile: DatasetProfile) -> Mapping[str, int]:
    """Only where a line's number is that of its example."""
    n, blank = profile.n_examples, profile.blank_lines.first_line
    return {} if not n or (blank and blank <= n) else noted_themes(path, n)
