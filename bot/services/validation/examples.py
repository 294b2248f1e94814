"""What an example asks and what it answers."""

from collections.abc import Mapping, Sequence


def question_of(messages: Sequence[Mapping[str, object]]) -> str:
    """All that the user said before the last answer, in order, a line break between."""
    until = _last_answer(messages)
    said = [_text(message) for message in messages[:until] if message.get("role") == "user"]
    return said[0] if len(said) == 1 else "\n".join(said)


def answer_of(messages: Sequence[Mapping[str, object]]) -> str:
    """The last answer of the assistant; empty when there is none, or it only calls a tool."""
    until = _last_answer(messages)
    return _text(messages[until]) if until < len(messages) else ""


def _last_answer(messages: Sequence[Mapping[str, object]]) -> int:
    """Its index; that behind the last message when nobody answers."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].get("role") == "assistant":
            return index
    return len(messages)


def _text(message: Mapping[str, object]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""


def system_prompt_of(messages: Sequence[Mapping[str, object]]) -> str:
    """What the example begins with as its system prompt; empty when it has none."""
    first = messages[0]
    return _text(first) if first.get("role") in ("system", "developer") else ""
