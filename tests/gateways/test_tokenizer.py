"""Tokens: golden numbers, any model's name, any text."""

from dataclasses import asdict

import psutil
import pytest

from bot.domain.models import ChatMessage
from bot.gateways.tokenizer import (
    count_example_tokens,
    count_tokens,
    encoding_for,
    forget_unused,
    most_tokens,
)

# Counted with tiktoken on 2026-11-22.
GOLDEN = (
    "Привет! Как дела? Это тестовое предложение на русском языке, чтобы посчитать токены — "
    "«ёлка», 2026 год, 😊."
)


@pytest.mark.parametrize(("encoding", "n_tokens"), [("o200k_base", 31), ("cl100k_base", 51)])
def test_golden_sentence(encoding, n_tokens):
    assert count_tokens(GOLDEN, encoding) == n_tokens


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4.1-mini-2025-04-14", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-4-turbo-preview", "cl100k_base"),
        ("gpt-3.5-turbo-1106", "cl100k_base"),
        ("ft:gpt-3.5-turbo-0125:org:natasha:AbC", "cl100k_base"),
        ("ft:gpt-4o-2024-08-06:org:natasha:AbC", "o200k_base"),
        ("ft:", "o200k_base"),
        ("llama-3.3-70b", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_every_name_has_an_encoding(model, encoding):
    """A name that nobody knows gets the default, and an `ft:` name that of its base."""
    assert encoding_for(model) == encoding


def test_example_counts_messages_roles_and_names():
    """3 for the example; 3, the role and the text for each message; 1 more for a name."""
    messages = [
        {"role": "system", "content": GOLDEN},
        {"role": "user", "content": GOLDEN, "name": "Maria"},
    ]

    n_tokens = count_example_tokens(messages, "o200k_base")

    name = 1 + count_tokens("Maria", "o200k_base")
    assert n_tokens == 3 + (3 + 1 + 31) + (3 + 1 + 31 + name)


def test_example_of_wrong_types_counts_what_is_text():
    messages = ["x", None, {"role": 5, "content": ["x"], "name": {}}]

    assert count_example_tokens(messages, "o200k_base") == 3 + 3


def test_special_token_counts_as_the_text_that_it_is():
    assert count_tokens("<|endoftext|>", "o200k_base") == 7


def test_half_a_character_is_counted():
    """JSON can spell what UTF-8 can't; counting does not fail on it."""
    assert count_tokens("а\ud83d", "o200k_base") > 0


def test_long_text_is_counted_in_pieces():
    """Beyond 100,000 characters the count is right to a token for each piece."""
    words = "слово " * 50_000

    assert count_tokens(words, "o200k_base") == pytest.approx(50_001, abs=4)
    assert count_tokens("", "o200k_base") == 0


def test_no_text_has_more_tokens_than_its_bound():
    """So a short conversation needs no tokenizer."""
    texts = ["", GOLDEN, "ё" * 50, "😊🧑‍🚀", "\ud83d", "<|endoftext|>", "\x00\n zxqvb", "俳句"]
    for text in texts:
        message = ChatMessage(role="assistant", content=text)
        for encoding in ("o200k_base", "cl100k_base"):
            n_tokens = count_example_tokens([asdict(message)], encoding)

            assert n_tokens <= most_tokens([message]) <= n_tokens + 4 * len(text) + len("assistant")


def test_an_unused_tokenizer_leaves_the_memory_and_comes_back():
    process = psutil.Process()
    count_tokens(GOLDEN, "o200k_base")
    before = process.memory_full_info().uss

    forget_unused(3600)
    assert process.memory_full_info().uss > before - 1_000_000
    forget_unused(0)
    assert process.memory_full_info().uss < before - 20_000_000

    assert count_tokens(GOLDEN, "o200k_base") == 31
