"""How a training ended, why a provider refused, and what to do next, in English."""

from typing import Final

ENDINGS: Final[dict[str, str]] = {
    "job_succeeded": "✅ <b>{name}</b> was trained in {duration}",
    "job_failed": "❌ <b>{name}</b> was not trained",
    "job_cancelled": "⏹ <b>{name}</b> was stopped {duration} after its start",
    "job_losses": "Loss {first} → {last}",
    "job_losses_validated": "Loss {first} → {last} · validation {valid}",
    "job_validated": "Validation: loss {valid}",
    "job_best": "Best point: step {step}, validation {loss}",
    "job_cost": "Tokens: {tokens} · ~{price}",
    "job_tokens": "Tokens: {tokens}",
    "job_succeeded_next": "I am asking it the sample questions; the answers follow.",
    "job_not_begun": "The training never began; nothing was charged.",
    "run_refused": (
        "❌ Plan {run_id} did not start; there is no job.\n{reason}\nNothing was charged."
    ),
    # What to do next
    "button_step_mend": "Fix the dataset",
    "button_step_part": "See the validation part",
    "button_step_retry": "Try again",
    "button_step_anew": "Again with the present dataset",
    "button_step_model": "Another model",
    "button_step_status": "What is in training",
    "button_remedies": "Poor answers?",
    "remedies_title": (
        "<b>Does {name} answer poorly?</b> There are four remedies. Each button opens a plan that "
        "differs in one thing only; nothing is sent before you start it."
    ),
    "remedies_foreign": (
        "<b>Does {name} answer poorly?</b> It was not trained here: I don't know its dataset and "
        "multiplier, so I can't change them for you. More epochs, a smaller multiplier, more "
        "examples and a stronger model help: choose that in a new plan."
    ),
    "remedy_epochs": "<b>More epochs</b>: {before} → {after}. When Natasha's voice is faint.",
    "remedy_multiplier": (
        "<b>A smaller multiplier</b>: {before} → {after}. When answers are ragged or crammed."
    ),
    "remedy_examples": (
        "<b>More examples</b>. When answers miss the point. /export makes them from ratings. "
        "Or send me a new .jsonl file; /datasets shows the versions that there are."
    ),
    "remedy_model": "<b>A stronger model</b>: {after} for {before}. Learns better, costs more.",
    "button_remedy_epochs": "More epochs: {after}",
    "button_remedy_multiplier": "Smaller multiplier: {after}",
    "button_remedy_examples": "More examples",
    "button_remedy_model": "Stronger model: {after}",
    "other_model": (
        "<b>Which model shall learn in the place of {model}?</b>\n"
        "All the rest stays as in plan {run_id}. Name one that is not here yourself: "
        "<code>/train model=name</code>"
    ),
    "derived_epochs": "Like plan {run_id}, with more epochs: {before} → {after}.",
    "derived_multiplier": "Like plan {run_id}, with a smaller multiplier: {before} → {after}.",
    "derived_model": "Like plan {run_id}, with another model: {after} for {before}.",
    "derived_same": "Like plan {run_id}, unchanged.",
    "derived_dataset": (
        "⚠️ Another dataset: plan {run_id} was for version {before}, this one is for version "
        "{after}."
    ),
    # Why a provider refused
    "refusal_key_refused": (
        "The key was refused. Check OPENAI_API_KEY and its rights, then try again."
    ),
    "refusal_quota_exceeded": (
        "The provider's account lacks money or quota. Top it up, then try again."
    ),
    "refusal_exceeded_quota": (
        "The provider's account lacks money or quota. Top it up, then try again."
    ),
    "refusal_training_not_available": (
        "The provider takes no more training from your organisation. Another server with the same "
        "API will do: choose it in docs/providers.md, set OPENAI_BASE_URL and the key, restart the "
        "bot and try again."
    ),
    "refusal_provider_unreachable": (
        "The provider can't be reached. Check OPENAI_BASE_URL, the proxy and the network, then try "
        "again."
    ),
    "refusal_provider_failed": (
        "The provider's server answered with an error ({message}). Try again in some minutes."
    ),
    "refusal_training_busy": (
        "The server trains one model at a time and is busy. Wait until that training is over "
        "(/status), or stop it, then try again."
    ),
    "refusal_suffix_refused": (
        "The suffix in the model's name was refused: {message}\nSome allow 18 characters at most "
        "and no dots. Try again and choose another name in the plan, or: /train --suffix natasha"
    ),
    "refusal_provider_busy": "The provider asks to wait. Try again in a few minutes.",
    "refusal_dataset_changed": (
        "The dataset has changed since the plan was made. Check it and try again."
    ),
    "refusal_dataset_missing": "The dataset's file is gone. Bring it back and try again.",
    "refusal_model_unknown": "The provider does not know that base model. Choose another one.",
    "refusal_model_not_found": "The provider no longer has that base model. Choose another one.",
    "refusal_invalid_training_file": (
        "The training file was refused: {message}\nFix the dataset and try again."
    ),
    "refusal_invalid_validation_file": (
        "The validation file was refused: {message}\nFix it, or train without it: the plan has a "
        "button for that."
    ),
    "refusal_invalid_n_examples": (
        "There were too few examples: {message}\nAdd some and try again."
    ),
    "refusal_given_up": "An administrator decided to leave the plan without a job.",
    "refusal_other": "The provider answered: {message}",
    "refusal_silent": "The provider named no reason (code {code}).",
    # Jobs with missing fields
    "job_status_unnamed": "status not told",
    "job_succeeded_untimed": "✅ <b>{name}</b> was trained",
    "job_cancelled_untimed": "⏹ <b>{name}</b> was stopped",
    "refusal_no_words": "no details.",
    "refusal_unexplained": "The provider named no reason.",
    "job_nameless": "The provider has not named the model yet. I ask again; once named, I try it.",
    "job_never_named": (
        "⚠️ <b>{name}</b> was trained, but the provider has never named the model.\n"
        "Look its name up in their console and put it to use: <code>/use model_name</code>"
    ),
    # Refusals without an explanation, and answers that are not the API's
    "error_region_refused": (
        "The provider does not serve the country that the bot calls from. For an administrator: "
        "a proxy helps (OPENAI_PROXY), or another server (OPENAI_BASE_URL)."
    ),
    "error_provider_silent": (
        "The provider refused and did not say why ({message}). Please try again a little later."
    ),
    "error_not_the_api": (
        "What answers at the provider's address does not speak OpenAI's API ({message}). Try "
        "again; if that does not help, check OPENAI_BASE_URL and CHAT_BASE_URL."
    ),
    "refusal_region_refused": (
        "The provider does not serve the country that the bot calls from. Set a proxy "
        "(OPENAI_PROXY) or another server (OPENAI_BASE_URL), restart the bot and try again."
    ),
    "refusal_provider_silent": (
        "The provider refused and did not say why ({message}). Try again a little later, or look "
        "into their console."
    ),
    "refusal_not_the_api": (
        "What answers at the provider's address does not speak OpenAI's API ({message}). Check "
        "OPENAI_BASE_URL (docs/providers.md has the addresses), then try again."
    ),
}
