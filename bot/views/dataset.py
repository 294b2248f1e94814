"""The dataset: what validation found, and what was sent."""

from bot.domain import Dataset, Finding, Level, ValidationReport
from bot.texts import Markup, Texts
from bot.views.buttons import button, data_of
from bot.views.screen import Screen, fitting, rows

SHOWN = 10
"""Findings in one message; a phone shows about a dozen lines."""
FINDINGS_UNITS = 3000
"""UTF-16 units that they may take."""


def report(texts: Texts, found: ValidationReport) -> Screen:
    """The verdict, the numbers, and the first findings."""
    lines = [_verdict(texts, found), *_numbers(texts, found)]
    if found.n_warnings:
        lines.append(texts("dataset_warnings", n=texts.number(found.n_warnings)))
    grave = [finding for finding in found.findings if finding.level is not Level.NOTE]
    ordered = sorted(grave, key=lambda finding: finding.level is not Level.ERROR)
    shown = fitting([_finding(texts, finding) for finding in ordered[:SHOWN]], units=FINDINGS_UNITS)
    lines += shown
    n_more = found.n_errors + found.n_warnings - len(shown)
    if n_more > 0:
        lines.append(texts("dataset_more", n=texts.number(n_more)))
    lines.append(texts("dataset_version", sha=found.sha256[:12]))
    to_training = [button(texts, "to_training", data_of("train", "plan"))]
    return Screen(text="\n".join(lines), buttons=rows(to_training if found.is_valid else []))


def uploaded(texts: Texts, dataset: Dataset, file_id: str) -> Screen:
    """The provider has a copy."""
    n = dataset.n_examples
    return Screen(
        text=texts(
            "upload_done",
            n=texts.number(n),
            examples=texts.plural("examples", n),
            file_id=file_id,
        ),
        buttons=rows([button(texts, "to_training", data_of("train", "plan"))]),
    )


def _verdict(texts: Texts, found: ValidationReport) -> str:
    n = found.n_examples
    if found.is_valid:
        return texts("dataset_good", n=texts.number(n), examples=texts.plural("examples", n))
    return texts("dataset_bad", n_errors=texts.number(found.n_errors), n=texts.number(n))


def _numbers(texts: Texts, found: ValidationReport) -> list[str]:
    lines = []
    if found.tokens is not None:
        lines.append(
            texts(
                "dataset_tokens",
                total=texts.number(found.tokens.total),
                smallest=texts.number(found.tokens.smallest),
                largest=texts.number(found.tokens.largest),
                median=texts.number(found.tokens.median),
            )
        )
        lines.append(_prompts(texts, found))
    lines.append(
        texts(
            "dataset_size",
            n_messages=texts.number(found.n_messages),
            size=texts.number(found.size_bytes / 1024),
        )
    )
    return lines


def _prompts(texts: Texts, found: ValidationReport) -> str:
    prompts = found.system_prompts
    if len(prompts) == 1:
        return texts("dataset_prompt_none" if "" in prompts else "dataset_prompt_one")
    return texts("dataset_prompt_many", n=len(prompts), share=max(prompts.values(), default=0))


def _finding(texts: Texts, finding: Finding) -> str:
    text = Markup(texts(f"finding_{finding.rule}", **finding.params))
    if finding.line is None:
        return texts("dataset_file", text=text)
    return texts("dataset_line", line=finding.line, text=text)
