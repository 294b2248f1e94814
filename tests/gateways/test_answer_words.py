"""What a choice adds to the words before it, whatever form its server gives it."""

import pytest

from bot.gateways.answer_words import Growth


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([{"delta": {"content": "a"}}, {"delta": {"content": "b"}}], ["a", "b"]),
        ([{"message": {"content": "a"}}, {"message": {"content": "ab"}}], ["a", "b"]),
        ([{"message": {"content": "a"}}, {"message": {"content": "b"}}], ["a", "b"]),
        ([{"message": {"content": each}} for each in ("a", "aa", "b", "c")], ["a", "a", "ab", "c"]),
        ([{"delta": {"content": "ab"}}, {"message": {"content": "abc"}}], ["ab", "c"]),
        ([{"delta": {"content": "ab"}}, {"message": {"content": "x"}}], ["ab", ""]),
        (
            [{"message": "a"}, {"message": "b"}, {"text": "c"}, {"message": "d"}],
            ["a", "b", "c", ""],
        ),
    ],
)
def test_growth(choices, words):
    growth = Growth()

    assert [growth.words(choice) for choice in choices] == words


def test_messages_that_add_words_are_not_compared_with_all_before_them():
    """Once it is known what they are, so that an endless answer holds nobody up."""
    n_compared = 0

    class Message(str):
        def startswith(self, said, *args):
            nonlocal n_compared
            n_compared += len(said)
            return super().startswith(said, *args)

    growth = Growth()
    words = [growth.words({"message": Message("ab"[n % 2])}) for n in range(1000)]

    assert "".join(words) == "ab" * 500
    assert n_compared <= 2
