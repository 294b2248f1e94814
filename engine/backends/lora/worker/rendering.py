"""Puts conversations into a base's chat template, alike for training and for chats.

Marks of the template that a person has typed, such as `<|im_start|>`, are read as plain text.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeVar

from jinja2 import TemplateError
from transformers import AddedToken

from engine.tokens import text_of

_BREAK = "\ue0f3\ue0f7\ue0f3"
"""A token of ours that splits a typed mark. It takes no place in the numbers. These characters mean
nothing, and a text that contains them loses them."""
_THOUGHTS = ("<think>", "</think>")
"""Templates look for them in answers."""
_ALIASES = {"developer": "system", "function": "tool"}
"""Roles that few templates know, and what they mean."""

Messages = list[dict[str, Any]]
Join = Callable[[Messages], Messages]
T = TypeVar("T")


class Unfit(Exception):
    """The chat template refuses the messages; the text is the template's own."""


class Rendering:
    """The chat template and the tokenizer of a base."""

    def __init__(self, tokenizer: Any) -> None:
        """Add a token to the *tokenizer*, which has a chat template."""
        self._tokenizer = tokenizer
        self._template = tokenizer.get_chat_template()
        # A blank token, such as Gemma's for two line breaks, is no mark.
        added = tokenizer.added_tokens_decoder.values()
        marks = {
            token.content
            for token in added
            if token.content.strip() and (token.special or token.content in self._template)
        } - {_BREAK}
        self._typed = _inside(marks)
        self._typed_in_answer = _inside(marks.difference(_THOUGHTS))
        tokenizer.add_tokens([AddedToken(_BREAK, normalized=False)], special_tokens=True)
        self._break = tokenizer.convert_tokens_to_ids(_BREAK)

    def prompt(self, messages: Sequence[Mapping[str, Any]], tools: Any = None) -> str:
        """The text up to where the answer begins; thinking is switched off.

        Some templates want roles to alternate, or know no system message. For them, neighbours of
        the same role are joined, and then the system message joins the first user's.

        Raises:
            Unfit: even so, the template refuses them.
        """
        return self._first(
            lambda join: self._render(join(self._shown(messages)), tools, is_prompt=True)
        )

    def turn(self, messages: Sequence[Mapping[str, Any]], tools: Any = None) -> tuple[str, int]:
        """The text up to the end of the last message, an answer, and where the answer begins.

        The text begins as `prompt` of the other messages does.

        Raises:
            Unfit: the template refuses them.
        """
        return self._first(lambda join: self._turn(messages, tools, join))

    def encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The token numbers of a text of ours, and where each token begins and ends in it."""
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        pairs = zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
        kept = [(token, place) for token, place in pairs if token != self._break]
        return [token for token, _ in kept], [place for _, place in kept]

    def _first(self, render: Callable[[Join], T]) -> T:
        """The first result that the template does not refuse."""
        problem = ""
        for join in (list, _joined, _without_system):
            try:
                return render(join)
            except (TemplateError, TypeError, ValueError, LookupError) as exc:
                problem = problem or str(exc).replace(_BREAK, "")
        raise Unfit(problem)

    def _turn(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Any,
        join: Join,
    ) -> tuple[str, int]:
        shown = self._shown(messages)
        answer = shown[-1]
        before, all_joined = join(shown[:-1]), join(shown)
        if len(all_joined) != len(before) + 1:
            raise ValueError("two answers follow each other")
        prompt = self._render(before, tools, is_prompt=True)
        whole = self._render(all_joined, tools, is_prompt=False)
        if not whole.startswith(prompt):
            content = answer["content"].strip()
            place = whole.rfind(content) if content else -1
            if place < 0:
                raise ValueError("it does not show an answer of this kind")
            whole = prompt + whole[place:]
        return whole, len(prompt)

    def _render(self, messages: Messages, tools: Any, *, is_prompt: bool) -> str:
        text: str = self._tokenizer.apply_chat_template(
            messages,
            tools=_each_text(tools, self._broken),
            tokenize=False,
            add_generation_prompt=is_prompt,
            enable_thinking=False,
        )
        return text

    def _shown(self, messages: Sequence[Mapping[str, Any]]) -> Messages:
        """Messages as templates expect them, which know less than OpenAI's API."""
        return [self._message(message) for message in messages]

    def _message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        role = message["role"]
        shown: dict[str, Any] = {"content": text_of(message.get("content"))}
        calls = [*message.get("tool_calls", ())]
        if call := message.get("function_call"):
            calls = [{"type": "function", "function": call}]
        if calls:
            shown["tool_calls"] = [_with_object(call) for call in calls]
        shown |= {key: message[key] for key in ("name", "tool_call_id") if key in message}
        broken = self._broken_in_answer if role == "assistant" else self._broken
        role = role if role in self._template else _ALIASES.get(role, role)
        return {"role": role, **_each_text(shown, broken)}

    def _broken(self, text: str) -> str:
        return self._typed.sub(rf"\g<0>{_BREAK}", text)

    def _broken_in_answer(self, text: str) -> str:
        return self._typed_in_answer.sub(rf"\g<0>{_BREAK}", text)


def _inside(marks: set[str]) -> re.Pattern[str]:
    """Finds the first character of each mark, also where marks overlap."""
    either = "|".join(re.escape(mark) for mark in sorted(marks)) or r"\Z\A"
    return re.compile(rf"(?=(?:{either})).", re.DOTALL)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same with each text in it changed, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(key): _each_text(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(each, change) for each in value]
    return value


def _joined(messages: Messages) -> Messages:
    return list(_joins(messages))


def _joins(messages: Messages) -> Iterator[dict[str, Any]]:
    """Neighbours of the same role as one message; those that call tools stay apart."""
    for _, group in groupby(enumerate(messages), key=lambda pair: _apart(*pair)):
        first, *others = (message for _, message in group)
        yield first | {"content": "\n\n".join(each["content"] for each in (first, *others))}


def _apart(place: int, message: Mapping[str, Any]) -> Any:
    is_tool = "tool_calls" in message or message["role"] == "tool"
    return (message["role"], place if is_tool else -1)


def _without_system(messages: Messages) -> Messages:
    roles = {"system": "user"}
    return _joined([each | {"role": roles.get(each["role"], each["role"])} for each in messages])


def _with_object(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call with its arguments as an object: OpenAI sends them as text, templates want them so."""
    function = dict(call["function"])
    with suppress(KeyError, TypeError, ValueError):  # then the template shows what is there
        function["arguments"] = json.loads(function["arguments"])
    return {**call, "function": function}
