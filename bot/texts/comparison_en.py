"""Blind comparison of two models, in English."""

from typing import Final

COMPARE: Final[dict[str, str]] = {
    "compare_usage": "/compare model_A model_B 50",
    "compare_pick_first": (
        "<b>Blind comparison</b>\n"
        "Testers see two answers side by side without knowing which model wrote them, and pick the "
        "better one. Choose the first model."
    ),
    "compare_pick_second": "<b>{model}</b>: compare it with which model?",
    "compare_pick_votes": (
        "<b>{a}</b> and <b>{b}</b>. How many votes do you want? If the difference is clear sooner, "
        "the comparison stops automatically."
    ),
    "compare_too_few": (
        "Nothing to compare yet: you need at least two models. /train makes a new one."
    ),
    "compare_title": "<b>Comparison: {a} and {b}</b>",
    "compare_running": "Running. Votes: {n} of {wanted}",
    "compare_every_one": "Testers get two answers to every question.",
    "compare_every": "Testers get two answers to one question in {every}.",
    "compare_runs_already": "A comparison is already running. Wait until it ends, or stop it.",
    "compare_better": "🏆 <b>{model} is better: {n} of {of}</b>, not counting ties.",
    "compare_chance": (
        "Two equal models would show such a difference in fewer than {percent}% of comparisons."
    ),
    "compare_no_difference": "<b>No clear difference.</b>",
    "compare_not_yet": "<b>Nothing is clear yet.</b>",
    "compare_stopped": "<b>Stopped. No clear difference so far.</b>",
    "compare_gone": (
        "<b>The comparison was broken off:</b> one of the models was taken off the list, or the "
        "provider no longer knows it."
    ),
    "compare_votes": "For {a}: {n_a} · for {b}: {n_b} · same: {n_same}",
    "compare_share": "Share of {model} without ties: {share}%, probably between {low} and {high}%",
    "compare_people": "Votes: {n} of {wanted} · voters: {people}",
    "button_compare_votes": "{n} votes",
    "button_compare_stop": "Stop",
    "button_compare_result": "Result",
    "button_compare_longer": "Continue to {n}",
    "button_compare_use": "Activate {model}",
    "button_every_one": "Every question",
    "button_every": "One in {every}",
    "button_vote_first": "1 is better",
    "button_vote_second": "2 is better",
    "button_vote_same": "The same",
    "error_model_not_listed": (
        "{model} is not on the list. /models shows the numbers and names of all models."
    ),
    "error_model_ambiguous": "Several models are called {model}. Use its number instead: {numbers}",
    "error_compared_models_equal": "That is the same model twice. A comparison needs two.",
    "error_compared_model_retired": (
        "{model} was taken off the list. To compare it, put it back: /models."
    ),
    "error_compared_model_unfit": (
        "I don't show {model} to people: its verdict is “don't use”. Choose another one: /models."
    ),
    "error_comparison_gone": "There is no such comparison. /compare shows what is running.",
    "error_comparison_over": "This comparison has already ended. Thank you for helping.",
    "error_vote_stands": "The conversation has moved on, so this choice can no longer be changed.",
}
