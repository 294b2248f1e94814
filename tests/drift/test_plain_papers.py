"""The papers can be read by a stranger, and name only what exists."""

import re
from collections.abc import Iterator

import pytest

from bot.domain.training import RunState
from tests.drift.project import ROOT, text
from tests.drift.test_docs import PAPERS, REGISTRY

ALL = [*PAPERS, "data/README.md", "benchmarks/README.md"]
DECISIONS = "docs/decisions"
MOST_WORDS = 30
"""In a sentence."""
LEFT_BEHIND = re.compile(r"(?i)\b(shall|anew|mends?|mended|kin|dearer|by itself)\b|\bis no\b")
"""Habits that make a reader stop."""
EXAMPLE = re.compile("notices|0042")
"""In the names of files that CONTRIBUTING invents."""


def sentences(paper: str) -> Iterator[str]:
    """The sentences, headings and table cells of a paper, without its blocks of code."""
    prose = re.sub(r"(?ms)^```.*?^```$|^ {4}\S.*?$", "", text(paper))
    # Addresses and the markup of a picture are not words; "·" parts the items of a menu.
    prose = re.sub(r"(?<=\])\([^)\s]+\)|<[^>]+>", "", prose)
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*#|]|\d+\.) ?)|(?<!\\)\|| · ", prose):
        yield from re.split(r"(?<=[.!?])\s+", " ".join(part.split()))


@pytest.mark.parametrize("paper", ALL)
def test_sentences_are_short_and_plain(paper):
    found = list(sentences(paper))

    assert [each for each in found if len(re.findall(r"\w[\w'’-]*", each)) > MOST_WORDS] == []
    assert [each for each in found if LEFT_BEHIND.search(each)] == []


@pytest.mark.parametrize("paper", ALL)
def test_files_that_are_named_exist(paper):
    """A file that moves takes its name in the papers along."""
    named = re.findall(r"`((?:bot|engine|sandbox|tests|benchmarks|docs)/[\w/.-]+)`", text(paper))
    folders = [ROOT, ROOT / "tests"] if "Paths are below `tests/`" in text(paper) else [ROOT]

    for name in named:
        assert EXAMPLE.search(name) or any((each / name).exists() for each in folders), name


def test_architecture_lists_the_features_in_their_order():
    (table,) = re.findall(r"(?s)\| feature \| .*?\n\n", text("docs/architecture.md"))

    assert re.findall(r"(?m)^\| `(\w+)`", table) == [each.name for each in REGISTRY.features]


def test_architecture_draws_every_state_of_a_run():
    (diagram,) = re.findall(r"(?s)stateDiagram-v2\n(.*?)```", text("docs/architecture.md"))

    assert {*re.findall(r"[a-z]+(?= -->)|(?<=--> )[a-z]+", diagram)} == {*RunState}


def test_every_decision_has_its_line_in_the_index():
    pages = sorted(path.name for path in (ROOT / DECISIONS).glob("0*.md"))
    listed = re.findall(r"- \[(\d{4})\]\((\1-[\w-]+\.md)\) (.+)", text(f"{DECISIONS}/README.md"))

    assert sorted(name for _, name, _ in listed) == pages
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
    for _, name, title in listed:
        lines = text(f"{DECISIONS}/{name}").splitlines()
        assert lines[0] == f"# {title}"
        assert 10 <= len(lines) <= 30, name


def test_both_glossaries_explain_the_same_words():
    english, russian = (
        re.findall(r"(?m)^\| ([^|]+) \|", text(f"docs/glossary{language}.md"))
        for language in ("", ".ru")
    )

    assert english == russian != []
