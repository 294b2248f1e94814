"""Rules about one line of the file, its row, and the example that it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Final

from bot.dataset.validation.examples import (
    CALL_KEYS,
    INPUT,
    OUTPUTS,
    PAIR_KEYS,
    TrainingExample,
    calls_tool,
    message_lists,
)
from bot.dataset.validation.learnt import is_learnt
from bot.dataset.validation.message_rules import MESSAGE_KEYS, are_functions, are_tools
from bot.dataset.validation.parsing import ParsedLine
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params, names, shown
from bot.dataset.validation.spelling import misspelt_keys, spelt
from bot.domain import JsonDict

_INPUT_KEYS: Final = frozenset({"messages", "tools", "parallel_tool_calls"})
_ROW_KEYS: Final = _INPUT_KEYS | {"functions"}
_SOUND: Final[Mapping[str, Callable[[object], bool]]] = {
    "tools": are_tools,
    "functions": are_functions,
    "parallel_tool_calls": lambda value: isinstance(value, bool),
}
_MAY_BE_ANSWERED: Final = frozenset({"user", "tool"})
_PROMPTS: Final = frozenset({"system", "developer"})
_TAKE_TURNS: Final = frozenset({"user", "assistant"})
_USUAL: Final = (["system", "user", "assistant"], ["user", "assistant"])


def duplicate_keys(line: ParsedLine) -> Params | None:
    """An object with the same key twice."""
    return {"keys": names(line.repeated_keys)} if line.repeated_keys else None


def misspelt_key(line: ParsedLine) -> Params | None:
    """Keys of which it is certain which ones are meant, of the row or of its messages."""
    row = line.row
    for found, known in objects_of(row) if isinstance(row, dict) else ():
        wrong = misspelt_keys(found, known)
        if wrong:
            return {"keys": ", ".join(map(spelt, wrong)), "right": ", ".join(wrong.values())}
    return None


def objects_of(row: JsonDict) -> Iterator[tuple[JsonDict, Set[str]]]:
    """The row, its input and its messages, each with the keys that it may have.

    Each is found by the keys that those before it have by then, so a caller may correct them.
    """
    yield row, _ROW_KEYS | PAIR_KEYS
    given = row.get(INPUT)
    if isinstance(given, dict):
        yield given, _INPUT_KEYS
    for messages in message_lists(row):
        yield from ((message, MESSAGE_KEYS) for message in messages if isinstance(message, dict))


def not_object(line: ParsedLine) -> Params | None:
    """A line that is JSON, but not an object."""
    return None if isinstance(line.row, dict) else {"value": shown(line.row)}


def messages_missing(row: JsonDict) -> Params | None:
    """No `messages`."""
    return None if "messages" in row else {"keys": names(row) or "—"}


def messages_not_list(row: JsonDict) -> Params | None:
    """`messages` is no list, or an empty one."""
    messages = row["messages"]
    return None if isinstance(messages, list) and messages else {"value": shown(messages)}


def unknown_field(row: JsonDict) -> Params | None:
    """Keys beside `messages` that the provider does not know."""
    return None if row.keys() <= _ROW_KEYS else {"keys": names(row.keys() - _ROW_KEYS)}


def unknown_input_field(given: JsonDict) -> Params | None:
    """The same in the input of a pair."""
    return None if given.keys() <= _INPUT_KEYS else {"keys": names(given.keys() - _INPUT_KEYS)}


def bad_tools(row: JsonDict) -> Params | None:
    """Tools, functions or `parallel_tool_calls` of a wrong type, or without a part they need."""
    wrong = [key for key, is_sound in _SOUND.items() if key in row and not is_sound(row[key])]
    return {"keys": names(wrong)} if wrong else None


def pair_incomplete(row: JsonDict) -> Params | None:
    """One of the three parts of a pair is not there."""
    missing = PAIR_KEYS - row.keys()
    return {"keys": names(missing)} if missing else None


def unknown_pair_field(row: JsonDict) -> Params | None:
    """Keys beside the three parts."""
    return None if row.keys() <= PAIR_KEYS else {"keys": names(row.keys() - PAIR_KEYS)}


def bad_input(row: JsonDict) -> Params | None:
    """`input` is no object, or has no `messages`."""
    given = row[INPUT]
    is_sound = isinstance(given, dict) and "messages" in given
    return None if is_sound else {"value": shown(given)}


def output_not_one(row: JsonDict) -> Params | None:
    """An output that is something else than a list of one message."""
    wrong = [key for key in OUTPUTS if not (isinstance(row[key], list) and len(row[key]) == 1)]
    return {"keys": names(wrong)} if wrong else None


def input_last_not_user(row: JsonDict) -> Params | None:
    """An input that leaves nothing to be answered; a tool's result may be answered, too."""
    last = row[INPUT]["messages"][-1]["role"]
    return None if last in _MAY_BE_ANSWERED else {"role": last}


def same_outputs(row: JsonDict) -> Params | None:
    """Both outputs are the same, blanks around them aside: nothing is preferred to anything."""
    one, other = ({**row[key][0]} for key in OUTPUTS)
    for output in (one, other):
        if isinstance(output.get("content"), str):
            output["content"] = output["content"].strip()
    return NOTHING_TO_ADD if one == other else None


def no_assistant(example: TrainingExample) -> Params | None:
    """Nothing to learn from: no message of the assistant's, or none that counts."""
    return None if any(map(is_learnt, example.messages)) else NOTHING_TO_ADD


def last_not_assistant(example: TrainingExample) -> Params | None:
    """An example that ends with somebody else's words."""
    last = example.messages[-1]["role"]
    return None if last == "assistant" or no_assistant(example) is not None else {"role": last}


def example_too_long(example: TrainingExample) -> Params | None:
    """An example that the provider would cut."""
    if example.n_tokens <= example.max_tokens:
        return None
    return {"tokens": example.n_tokens, "limit": example.max_tokens}


def is_usual_order(roles: list[str]) -> bool:
    """Whether none of the rules below would find anything in an example of these roles."""
    return roles in _USUAL


def no_user(example: TrainingExample) -> Params | None:
    """Nobody asks anything."""
    asks = any(message["role"] == "user" for message in example.messages)
    return None if asks else NOTHING_TO_ADD


def same_role_twice(example: TrainingExample) -> Params | None:
    """Two messages in a row of the user's or of the assistant's, and no tool in play."""
    for nth, (one, other) in enumerate(pairwise(example.messages), 2):
        role = other["role"]
        is_repeated = one["role"] == role and role in _TAKE_TURNS
        if is_repeated and not (calls_tool(one) or calls_tool(other)):
            return {"message": nth, "role": role}
    return None


def system_not_first(example: TrainingExample) -> Params | None:
    """A system prompt behind the first place, where few models expect one."""
    for nth, message in enumerate(example.messages[1:], 2):
        if message["role"] in _PROMPTS:
            return {"message": nth, "role": message["role"]}
    return None


def uses_tools(messages: Sequence[JsonDict]) -> bool:
    """Whether the rules below could find anything."""
    for message in messages:
        is_more = len(message) > 2 or "content" not in message  # than a role and a text
        if is_more and (message["role"] == "tool" or not message.keys().isdisjoint(CALL_KEYS)):
            return True
    return False


def call_unanswered(example: TrainingExample) -> Params | None:
    """A call of a tool that the next messages do not answer; the last message may be a call.

    Chat requests like this are refused with status 400, as the issues below show; Mistral's
    validator refuses such examples. OpenAI's check of training files is not public.
    https://github.com/sdcb/chats/pull/132 and https://github.com/microsoft/promptflow/pull/3130
    (looked up 2026-11-29)
    """
    found = _Calls(example.messages)
    return _told(found.unanswered)


def answer_without_call(example: TrainingExample) -> Params | None:
    """A tool's answer to no call just before it, or a second one; refused as above."""
    return _told(_Calls(example.messages).without_call)


def call_id_twice(example: TrainingExample) -> Params | None:
    """Two calls of one example with the same id: nobody can tell their answers apart."""
    return _told(_Calls(example.messages).repeated)


def legacy_call(example: TrainingExample) -> Params | None:
    """`function_call`, which the provider's schema calls deprecated in favour of `tool_calls`."""
    for number, message in enumerate(example.messages, 1):
        if message.get("function_call"):
            return {"message": number}
    return None


class _Calls:
    """Calls of tools and their answers in one example; each find is a message's number and ids."""

    def __init__(self, messages: Sequence[JsonDict]) -> None:
        self.unanswered: tuple[int, list[str]] | None = None
        self.without_call: tuple[int, list[str]] | None = None
        self.repeated: tuple[int, list[str]] | None = None
        self._known: set[str] = set()
        self._open: list[str] = []
        self._caller = 0
        for number, message in enumerate(messages, 1):
            if message["role"] == "tool":
                self._answer(number, message["tool_call_id"])
            else:
                self._close()
                self._call(number, [call["id"] for call in message.get("tool_calls", ())])
        if self._caller < len(messages):
            self._close()

    def _call(self, number: int, ids: list[str]) -> None:
        twice = [one for one in ids if one in self._known or ids.count(one) > 1]
        if twice and not self.repeated:
            self.repeated = number, list(dict.fromkeys(twice))
        self._known.update(ids)
        self._open, self._caller = ids, number if ids else self._caller

    def _answer(self, number: int, one: str) -> None:
        if one in self._open:
            self._open.remove(one)
        elif not self.without_call:
            self.without_call = number, [one]

    def _close(self) -> None:
        if self._open and not self.unanswered:
            self.unanswered = self._caller, list(self._open)
        self._open = []


def _told(found: tuple[int, list[str]] | None) -> Params | None:
    return {"message": found[0], "ids": names(found[1])} if found else None
