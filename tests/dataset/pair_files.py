"""Files of pairs with one planted defect each."""

from copy import deepcopy

from tests.dataset.validation_files import encoded, example, pair, pair_lines

LINE = 5
"""Where a defect is planted."""
PREFERRED, REJECTED = "preferred_output", "non_preferred_output"


def changed(change):
    """Good pairs with the row on LINE changed."""
    row = deepcopy(pair(LINE))
    instead = change(row)
    lines = pair_lines()
    lines[LINE - 1] = encoded(row if instead is None else instead)
    return lines


def fields(**values):
    return changed(lambda row: row.update(values))


def answer(text):
    return [{"role": "assistant", "content": text}]


def swapped(row):
    """The first pair again, with the other answer preferred."""
    first = pair(1)
    return {**first, PREFERRED: first[REJECTED], REJECTED: first[PREFERRED]}


PLANTS = {
    "mixed_methods": changed(lambda row: example(LINE)),
    "pair_incomplete": changed(lambda row: row.pop(REJECTED) and None),
    "unknown_pair_field": fields(id=7),
    "output_not_one": fields(preferred_output=answer("Да.") * 2),
    "bad_input": fields(input=[]),
    "input_last_not_user": changed(lambda row: row["input"]["messages"].pop() and None),
    "same_outputs": changed(lambda row: row.update({REJECTED: deepcopy(row[PREFERRED])})),
    "contradicting_preferences": changed(swapped),
}
