"""Blind comparison of two models, in English."""

from typing import Final

COMPARE: Final[dict[str, str]] = {
    "menu_compare": "compare two models blindly",
    "compare_usage": "/compare model_A model_B 50",
    "compare_pick_first": (
        "<b>Blind comparison</b>\n"
        "Testers will see two answers side by side without knowing whose they are, and choose the "
        "better one. Which model is to be compared?"
    ),
    "compare_pick_second": "<b>{model}</b>: with which model?",
    "compare_pick_votes": (
        "<b>{a}</b> and <b>{b}</b>. How many votes shall be collected? If the difference is clear "
        "before that, the comparison stops by itself."
    ),
    "compare_too_few": (
        "There is nothing to compare yet: it takes at least two models. /train makes a new one."
    ),
    "compare_title": "<b>Comparison: {a} and {b}</b>",
    "compare_running": "Running. Votes: {n} of {wanted}",
    "compare_every_one": "A tester gets two answers to every question.",
    "compare_every": "A tester gets two answers to one question in {every}.",
    "compare_runs_already": "Let us finish the comparison that is running first.",
    "compare_better": "🏆 <b>{model} is better: {n} of {of}</b>, not counting ties.",
    "compare_chance": (
        "Equal models would show such a difference in less than {percent}% of comparisons."
    ),
    "compare_no_difference": "<b>No difference to be seen.</b>",
    "compare_not_yet": "<b>Nothing is clear yet.</b>",
    "compare_stopped": "<b>Stopped. No difference to be seen so far.</b>",
    "compare_gone": (
        "<b>The comparison was broken off:</b> one of the models was taken off the list, or the "
        "server does not know it any more."
    ),
    "compare_votes": "For {a}: {n_a} · for {b}: {n_b} · the same: {n_same}",
    "compare_share": "Share of {model} without ties: {share}%, probably from {low} to {high}%",
    "compare_people": "Votes: {n} of {wanted} · voters: {people}",
    "button_compare_votes": "{n} votes",
    "button_compare_stop": "Stop",
    "button_compare_result": "Result",
    "button_compare_longer": "Go on up to {n}",
    "button_compare_use": "Use {model}",
    "button_every_one": "Every question",
    "button_every": "One in {every}",
    "button_vote_first": "1 is better",
    "button_vote_second": "2 is better",
    "button_vote_same": "The same",
    "error_model_not_listed": (
        "There is no model {model} on the list. /models shows the numbers and names of all models."
    ),
    "error_model_ambiguous": "Several models are called {model}. Name one by its number: {numbers}",
    "error_compared_models_equal": "That is one and the same model. It takes two.",
    "error_compared_model_retired": (
        "{model} was taken off the list. To compare it, put it back there: /models."
    ),
    "error_comparison_gone": "There is no such comparison. /compare shows what is running.",
    "error_comparison_over": "This comparison is over already. Thank you for helping.",
    "error_vote_stands": "The conversation has gone on, so this choice can't be changed any more.",
}
