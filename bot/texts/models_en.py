"""Models: list, details, checkpoints, the serving model and its last day, in English."""

from typing import Final

MODELS: Final[dict[str, str]] = {
    # The list
    "models_title": "<b>Answering now:</b> {model} (no. {number})",
    "models_before": "Before it: {model} (no. {number})",
    "models_none_serving": "<b>No model answers now.</b>",
    "models_none": "There are no tuned models yet. The first one comes from /train.",
    "models_others": "\n<b>Other models</b>",
    "models_line": "{number}. {model} · {day}",
    "models_line_verdict": "{number}. {model} · {day} · {verdict}",
    "models_share": " · {share}",
    "models_retired": (
        "<b>Retired models</b>\n"
        "They are only hidden from the list: nothing is deleted at the provider. Press a model to "
        "bring it back."
    ),
    "models_retired_none": "No model is retired.",
    # Details
    "model_title": "<b>{model}</b>",
    "model_serving": "🟢 Answering now: {since}",
    "model_since_chosen": "put to use on {day} by {who}",
    "model_since_first": "by itself since {day}, being the first",
    "model_since_gone": "by itself on {day}, because {gone} no longer answers",
    "model_since_settings": "CHAT_MODEL says so",
    "model_retired": "Retired on {day}. It still exists at the provider.",
    "model_base": "Base: {base}",
    "model_until": "Works until {day}, days left: {days}",
    "model_over": "⚠️ Switched off on {day}: it should not answer any more",
    "model_trained": "Trained on {day} · plan #{run_id} · {who}",
    "model_followed": "Trained on {day} elsewhere · followed by {who}",
    "model_unknown": "Trained elsewhere · on the list since {day}",
    "model_from_terminal": "from the terminal",
    "model_dataset": "Dataset #{number} · {n} {examples}",
    "model_name": "Full name: <code>{name}</code>",
    "model_job": "Job: <code>{id}</code>",
    "model_verdict": "Verdict: {verdict}",
    "model_share": "Ratings: {share}",
    "model_checkpoint": "Checkpoint: {checkpoint}",
    "model_checkpoint_of": "Result of the same training: {model}",
    # Checkpoints
    "checkpoints_title": (
        "<b>Checkpoints of {model}</b>\n"
        "The model as it was during its training. Any of them can be put to use and tried."
    ),
    "checkpoints_none": (
        "{model} has no checkpoints: the provider keeps none, or has deleted them."
    ),
    "checkpoints_step": "step {step}",
    "checkpoints_train": " · loss {loss}",
    "checkpoints_valid": " · validation {loss}",
    "checkpoints_best": "⭐ {checkpoint} — the best",
    "checkpoints_result": " · the result",
    # The serving model
    "use_usage": "/use MODEL_NAME\non a new line, a system prompt if another one is wanted",
    "use_done": "{model} answers from now on.",
    "use_already": "{model} answers already: {since}.",
    "use_prompt_changed": "{model} answers with a new system prompt.",
    "use_now": "<b>{model} answers now</b>: {since}.",
    "use_none": "No model answers now. To put any to use: <code>/use MODEL_NAME</code>",
    "use_how": "To put another to use: <code>/use MODEL_NAME</code> or /models.",
    "use_prompt": "System prompt:\n<blockquote expandable>{prompt}</blockquote>",
    "use_prompt_none": "It has no system prompt.",
    "use_prompt_hint": "To change it: <code>/use {model}</code> with the text on the next line.",
    "use_over": "⚠️ But it was switched off on {day}: most likely there will be no answers.",
    "use_doubt_over": (
        "⚠️ {model} was switched off on {day}, and the chats would most likely get no answers. "
        "Put it to use anyway?"
    ),
    "use_doubt_unknown": (
        "⚠️ The server does not have {model}, or not yet, so the chats would get no answers. "
        "Nothing has changed so far. Put it to use anyway?"
    ),
    "use_doubt_unsure": (
        "⚠️ {model} has never answered, and the server does not say whether it has it. If not, the "
        "chats get no answers. Nothing has changed so far. Put it to use anyway?"
    ),
    "use_doubt_retired": (
        "{model} was retired. Bring it back to the list and put it to use? Nothing has changed so "
        "far."
    ),
    "use_which": "Several models are called “{name}”. Which one?",
    "use_which_line": "{number}. {day} · <code>{model}</code>",
    "serving_silent": (
        "⛔ <b>The chats get no answers</b>\n"
        "{model} was put to use, but the server will probably not answer: it does not have the "
        "model, not yet, or no more. Once it has it, the model answers."
    ),
    # Before a base model ends
    "last_day_soon": "⚠️ <b>{base} will be switched off soon</b>\nWhen: {day}, days left: {days}",
    "last_day_over": "⛔ <b>{base} is switched off</b>\nIts last day has passed: {day}.",
    "last_day_model": "With it goes {model}, the model that answers in the chats now.",
    "last_day_model_over": "{model}, the model of the chats, no longer answers.",
    "last_day_plans": "Plans start from it (BASE_MODEL): no new training will start after that.",
    "last_day_plans_over": "Plans start from it (BASE_MODEL): no new training will start.",
    "last_day_do": (
        "What to do: train Natasha on another server with the same API (docs/providers.md tells "
        "how), or choose another model. Dataset and plans are ready for that."
    ),
    # Buttons
    "button_roll_back": "↩ Back to {model}",
    "button_models_retired": "Show retired ones",
    "button_checkpoints": "Checkpoints",
    "button_checkpoint": "Step {step}",
    "button_checkpoint_best": "⭐ Step {step}",
    "button_retire": "Retire",
    "button_restore": "Back to the list",
    "button_use_anyway": "Put to use anyway",
    "button_back": "Back",
    # Errors
    "error_model_list_gone": "That model is not in the list any more. See /models.",
    "error_model_retired": (
        "{model} is retired, so this button does not put it to use. By its name it comes back: "
        "<code>/use {name}</code>"
    ),
    "error_model_serves": (
        "{model} answers in the chats now, so it can't be retired. Put another one to use first."
    ),
}
