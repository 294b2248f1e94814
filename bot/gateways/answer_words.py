"""Finds the words in the JSON of a chat's answer, in any server's form."""

from typing import Any, Final

from bot.domain import JsonDict
from bot.gateways.wire import record, text

_WORDS_OF_PARTS: Final = ("", "text", "output_text", "refusal")
"""Types of parts of a content that are for people; a part of type "thinking" is not."""


class Growth:
    """Finds what a choice adds to the words before it.

    `delta` and the `text` of older servers add words. `message` has mostly all words so far, but
    some servers put there what others put in `delta`.
    """

    def __init__(self) -> None:
        self._said: list[str] = []
        self._messages: list[str] = []
        """All messages, one after the other, until it is known what they are."""
        self._has_deltas = self._messages_add = False

    def words(self, choice: JsonDict) -> str:
        """The words that this choice adds; empty if none."""
        added = _said(choice.get("delta")) or text(choice.get("text"))
        message = "" if added else _said(choice.get("message"))
        if message:
            added = self._of_message(message)
        elif added:
            self._has_deltas = True
        if added:
            self._said.append(added)
        return added

    def _of_message(self, message: str) -> str:
        if self._messages_add:
            return "" if self._has_deltas else message
        said = "".join(self._said)
        self._said = [said]  # so that joining it again costs nothing
        if message.startswith(said):
            self._messages.append(message)
            return message[len(said) :]
        if self._has_deltas:  # the whole answer once more, in a slightly different form
            return ""
        self._messages_add = True
        messages = "".join([*self._messages, message])
        return messages[len(said) :] if messages.startswith(said) else message


def thought(choice: JsonDict) -> str:
    """The reasoning that a server keeps apart from the words."""
    fields = record(choice.get("delta"))
    return text(fields.get("reasoning_content")) or text(fields.get("reasoning"))


def _said(message: object) -> str:
    """The words of a delta or a message; a model's refusal is words too, its reasoning is not."""
    if isinstance(message, str):
        return message
    fields = record(message)
    return _content(fields.get("content")) or text(fields.get("refusal"))


def _content(content: Any) -> str:
    """The words of a content: a text, or parts of it."""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return text(content)
    return "".join(part if isinstance(part, str) else _part(record(part)) for part in content)


def _part(part: JsonDict) -> str:
    if text(part.get("type")) not in _WORDS_OF_PARTS:
        return ""
    words = part.get("text") or part.get("refusal")
    return text(words) or text(record(words).get("value"))
