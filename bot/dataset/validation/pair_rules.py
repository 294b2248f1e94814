"""Rules about pairs of answers: the files of DPO."""

from typing import Final

from bot.dataset.validation import pairs
from bot.dataset.validation.message_rules import OUTPUT_KEYS
from bot.dataset.validation.rule import NOTHING_TO_ADD, Pair, Params, names, shown
from bot.domain import JsonDict

_INPUT_KEYS: Final = frozenset({"messages", "tools", "parallel_tool_calls"})
_MAY_BE_ANSWERED: Final = frozenset({"user", "tool"})


def pair_incomplete(row: JsonDict) -> Params | None:
    """One of the three parts of a pair is not there."""
    missing = pairs.KEYS - row.keys()
    return {"keys": names(missing)} if missing else None


def unknown_pair_field(row: JsonDict) -> Params | None:
    """Keys beside the three parts."""
    return None if row.keys() <= pairs.KEYS else {"keys": names(row.keys() - pairs.KEYS)}


def bad_input(row: JsonDict) -> Params | None:
    """`input` is no object, or has no `messages`."""
    given = row[pairs.INPUT]
    if isinstance(given, dict) and "messages" in given:
        return None
    return {"value": shown(given)}


def output_not_one(row: JsonDict) -> Params | None:
    """An output that is something else than a list of one message."""
    wrong = [key for key in pairs.OUTPUTS if not _is_one(row[key])]
    return {"keys": names(wrong)} if wrong else None


def unknown_input_field(given: JsonDict) -> Params | None:
    """Keys in `input` that the provider does not know."""
    return None if given.keys() <= _INPUT_KEYS else {"keys": names(given.keys() - _INPUT_KEYS)}


def bad_output_role(output: JsonDict) -> Params | None:
    """An output that is not the assistant's."""
    role = output.get("role")
    return None if role == "assistant" else {"value": shown(role), "allowed": "assistant"}


def unknown_output_key(output: JsonDict) -> Params | None:
    """Keys that an output does not have; a weight is one: an output is learnt or avoided whole."""
    return None if output.keys() <= OUTPUT_KEYS else {"keys": names(output.keys() - OUTPUT_KEYS)}


def input_last_not_user(pair: Pair) -> Params | None:
    """An input that leaves nothing to be answered; a tool's result may be answered, too."""
    last = pair.row[pairs.INPUT]["messages"][-1]["role"]
    return None if last in _MAY_BE_ANSWERED else {"role": last}


def same_outputs(pair: Pair) -> Params | None:
    """Both outputs are the same: nothing is preferred to anything."""
    return NOTHING_TO_ADD if pairs.is_same_output(pair.row) else None


def _is_one(output: object) -> bool:
    return isinstance(output, list) and len(output) == 1
