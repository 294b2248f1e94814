"""How a training ended, why a provider refused, and what to do next, in English."""

from typing import Final

ENDINGS: Final[dict[str, str]] = {
    "ending_ready": "✅ <b>{name}</b> is ready{facts}",
    "ending_trained": "✅ <b>{name}</b> was trained{facts}",
    "ending_failed": "❌ <b>{name}</b> was not trained{facts}",
    "ending_cancelled": "⏹ <b>{name}</b> was stopped{facts}",
    "job_started_by": "started by {who}",
    "job_losses": "Error {fall}: {first} → {last}",
    "job_losses_validated": "Error {fall}: {first} → {last} · on validation {valid}",
    "job_validated": "Error on validation: {valid}",
    "job_best": "Best point: step {step}, on validation {loss}",
    "job_tokens": "Tokens: {tokens}",
    "job_not_begun": "Training never began; nothing was charged.",
    "run_refused": (
        "❌ Plan {run_id} did not start; there is no job.\n{reason}\nNothing was charged."
    ),
    # What to do next
    "button_step_mend": "Fix the dataset",
    "button_step_retry": "Try again",
    "button_step_anew": "With current dataset",
    "button_step_model": "Another model",
    "button_step_multiplier": "More careful pace",
    "button_remedies": "Poor answers?",
    "remedies_title": (
        "<b>Does {name} answer poorly?</b> One of these may help. Each button opens a plan with "
        "one change, and “More examples” opens the report on the dataset. Nothing is sent until "
        "you start a plan."
    ),
    "remedies_foreign": (
        "<b>Does {name} answer poorly?</b> It was not trained here: I don't know its dataset or "
        "pace, so I can't change them for you. More epochs, a more careful pace, more examples or "
        "a stronger model help: choose that in a new plan."
    ),
    "remedy_epochs": "<b>More epochs</b>: {before} → {after}. When Natasha's voice is faint.",
    "remedy_multiplier": (
        "<b>A more careful pace</b>: {before} → {after}. When answers are choppy or copied from "
        "the dataset."
    ),
    "remedy_examples": (
        "<b>More examples</b>. When answers miss the point. /export makes them from ratings. Or "
        "send me a new .jsonl file; /datasets lists the versions."
    ),
    "remedy_model": (
        "<b>A stronger model</b>: {after} instead of {before}. Learns better, costs more."
    ),
    "button_remedy_epochs": "More epochs: {after}",
    "button_remedy_multiplier": "More careful: {after}",
    "button_remedy_examples": "More examples",
    "button_remedy_model": "Stronger model: {after}",
    "other_model": (
        "<b>Which model should be trained instead of {model}?</b>\n"
        "Everything else stays as in plan {run_id}. If the model you want is not here, write "
        "<code>/train model=name</code>"
    ),
    "derived_epochs": "Like plan {run_id}, with more epochs: {before} → {after}.",
    "derived_multiplier": "Like plan {run_id}, with a more careful pace: {before} → {after}.",
    "derived_model": "Like plan {run_id}, with another model: {after} instead of {before}.",
    "derived_same": "Like plan {run_id}, unchanged.",
    "derived_dataset": (
        "⚠️ Another dataset: plan {run_id} used version {before}, this one uses version {after}."
    ),
    # Why a provider refused
    "refusal_key_refused": (
        "The provider refused the key. Check OPENAI_API_KEY and its permissions, then try again."
    ),
    "refusal_quota_exceeded": (
        "The provider account is out of money or quota. Top it up, then try again."
    ),
    "refusal_exceeded_quota": (
        "The provider account is out of money or quota. Top it up, then try again."
    ),
    "refusal_training_not_available": (
        "The provider no longer accepts training from your organisation. Choose another server in "
        "docs/providers.md, set OPENAI_BASE_URL and the key, restart the bot and try again."
    ),
    "refusal_provider_unreachable": (
        "The provider can't be reached. Check OPENAI_BASE_URL, the proxy and the network, then try "
        "again."
    ),
    "refusal_provider_failed": (
        "The provider answered with an error ({message}). Try again in a few minutes."
    ),
    "refusal_training_busy": (
        "The provider trains one model at a time and is busy. Wait until that training is over "
        "(/status), or stop it, then try again."
    ),
    "refusal_suffix_refused": (
        "The provider refused the name: {message}\n"
        "Some allow at most 18 characters and no dots. Try again and choose another name in the "
        "plan, or: /train --suffix natasha"
    ),
    "refusal_provider_busy": "The provider asks you to wait. Try again in a few minutes.",
    "refusal_dataset_changed": (
        "The dataset has changed since the plan was made. Check it (/validate) and try again."
    ),
    "refusal_dataset_missing": "The dataset file is gone. Put it back and try again.",
    "refusal_model_unknown": "The provider does not know that base model. Choose another one.",
    "refusal_model_not_found": "The provider no longer has that base model. Choose another one.",
    "refusal_invalid_training_file": (
        "The provider refused the dataset: {message}\nFix it and try again."
    ),
    "refusal_invalid_validation_file": (
        "The provider refused the validation part: {message}\n"
        "Fix it, or train without it: the plan has a button for that."
    ),
    "refusal_invalid_n_examples": (
        "The provider needs more examples: {message}\nAdd some and try again."
    ),
    "refusal_insufficient_memory": (
        "The server does not have enough memory for this training: {message}\nChoose a smaller "
        "model, or free some memory and try again."
    ),
    "refusal_out_of_memory": (
        "Memory ran out during training: {message}\n"
        "Choose a smaller model, or free some memory on the server and try again."
    ),
    "refusal_bad_number": (
        "Training went off the rails: the error is no longer a number: {message}\n"
        "A more careful pace usually helps. If it doesn't, look at the dataset."
    ),
    "refusal_disk_full": ("The server's disk is full: {message}\nFree some space and try again."),
    "refusal_base_missing": (
        "The server did not find the files of the base model: {message}\nPut them back and try "
        "again, or choose another model."
    ),
    "refusal_crashed": (
        "The training process on the server crashed: {message}\nTry again; the server's log has "
        "the details."
    ),
    "refusal_killed": (
        "The training process on the server was killed: {message}\n"
        "If it wasn't you, it may have run out of memory. Try again, or choose a smaller model."
    ),
    "refusal_server_error": (
        "Something failed on the server: {message}\n"
        "Try again; if that doesn't help, check the server's log."
    ),
    "refusal_given_up": "An administrator decided to leave the plan without a job.",
    "refusal_other": "The provider answered: {message}",
    "refusal_silent": "The provider gave no reason (code {code}).",
    # Jobs with missing fields
    "job_status_unnamed": "status not given",
    "nameless_yet": (
        "The provider hasn't named the model yet. When it does, its answers will appear here."
    ),
    "nameless_forever": (
        "⚠️ The provider never named the model. Look up its name in their dashboard and activate "
        "it: <code>/use model_name</code>"
    ),
    "job_faulty_example": "in the example “{question}” (line {line}): {fault}",
    "job_faulty_line": "in line {line}: {fault}",
    "refusal_no_words": "no details.",
    "refusal_unexplained": "The provider gave no reason.",
    # Refusals without an explanation, and answers that are not the API's
    "error_region_refused": (
        "The provider does not serve the country the bot connects from. A proxy (OPENAI_PROXY) or "
        "another server (OPENAI_BASE_URL) helps."
    ),
    "error_provider_silent": (
        "The provider refused and did not say why ({message}). Please try again a little later."
    ),
    "error_not_the_api": (
        "The provider doesn't answer like OpenAI's API ({message}). Try again; if that doesn't "
        "help, check OPENAI_BASE_URL and CHAT_BASE_URL."
    ),
    "refusal_region_refused": (
        "The provider does not serve the country the bot connects from. Set a proxy (OPENAI_PROXY) "
        "or another server (OPENAI_BASE_URL), restart the bot and try again."
    ),
    "refusal_provider_silent": (
        "The provider refused and did not say why ({message}). Try again a little later, or check "
        "their dashboard."
    ),
    "refusal_not_the_api": (
        "The provider doesn't answer like OpenAI's API ({message}). Check OPENAI_BASE_URL "
        "(docs/providers.md has the addresses), then try again."
    ),
}
