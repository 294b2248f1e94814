"""Models: list, details, checkpoints, the serving model and its last day, in English."""

from typing import Final

MODELS: Final[dict[str, str]] = {
    # The list
    "models_title": "<b>Answering now:</b> {model} (no. {number})",
    "models_later": "The list of models is below.",
    "models_despite": "⚠️ The verdict on this model is “don't use”; it was {since}.",
    "models_before": "Before it: {model} (no. {number})",
    "models_none_serving": "<b>No model is answering.</b> Choose one and press “Activate”.",
    "models_none": "There are no trained models yet. Make the first one with /train.",
    "models_others": "\n<b>Other models</b>",
    "models_line": "{model} · {day} · no. {number}",
    "models_line_verdict": "{model} · {day} · {verdict} · no. {number}",
    "models_share": " · {share}",
    "models_retired": (
        "<b>Retired models</b>\n"
        "They are only hidden from the list: nothing is deleted at the provider. Press a model to "
        "bring it back."
    ),
    "models_retired_none": "No models are retired. The others are on the list: /models",
    # Details
    "model_title": "<b>{model}</b>",
    "model_serving": "🟢 Answering now: {since}",
    "model_since_chosen": "activated on {day} by {who}",
    "model_since_despite": "activated on {day} by {who}, against the verdict",
    "model_since_first": "automatic since {day} (first model)",
    "model_since_gone": "automatic since {day}, because {gone} no longer answers",
    "model_since_settings": "set when the bot was installed (CHAT_MODEL)",
    "model_retired": "Retired on {day}. It still exists at the provider.",
    "model_base": "Base: {base}",
    "model_until": "Works until {day}, days left: {days}",
    "model_over": "⚠️ Switched off on {day}: no longer answers",
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
    "model_checkpoint_of": "Final result of the same training: {model}",
    # Checkpoints
    "checkpoints_title": (
        "<b>Checkpoints of {model}</b>\n"
        "The model at earlier points of its training. You can activate any of them, or ask it "
        "questions."
    ),
    "checkpoints_none": (
        "{model} has no checkpoints: the provider keeps none or has deleted them. You can activate "
        "the model itself."
    ),
    "checkpoints_step": "step {step}",
    "checkpoints_train": " · error {loss}",
    "checkpoints_valid": " · on validation {loss}",
    "checkpoints_best": "⭐ {checkpoint} — best",
    "checkpoints_result": " · final",
    # The serving model
    "use_usage": "/use MODEL_NAME\non a new line, a system prompt if you want another one",
    "use_done": "{model} answers from now on.",
    "use_already": "{model} is already answering: {since}.",
    "use_prompt_changed": "{model} now answers with a new system prompt.",
    "use_now": "<b>{model} is answering now</b>: {since}.",
    "use_none": "No model is answering. To activate one: <code>/use MODEL_NAME</code> or /models.",
    "use_how": "To switch to another: <code>/use MODEL_NAME</code> or /models.",
    "use_prompt": "System prompt:\n<blockquote expandable>{prompt}</blockquote>",
    "use_prompt_none": "It has no system prompt.",
    "use_prompt_hint": "To change it: <code>/use {model}</code> with the text on the next line.",
    "use_over": "⚠️ But it was switched off on {day}: there will most likely be no answers.",
    "use_despite": (
        "⚠️ This model is not for people: the verdict was “don't use”. /models shows who activated "
        "it, and when."
    ),
    "use_untried": "How it answers people in danger has not been tested yet. /test will do that.",
    "use_against": "⚠️ <b>{model}: the verdict is “don't use”</b>",
    "use_doubt_unfit": (
        "It may harm people in distress. Nothing has changed so far. Activate it anyway? /models "
        "will show who did it, and when."
    ),
    "use_doubt_unjudged": (
        "⚠️ {model} has not answered all danger questions yet; I'm still asking. Nothing has "
        "changed so far. Activate it anyway?"
    ),
    "use_doubt_over": (
        "⚠️ {model} was switched off on {day}, and chats would most likely get no answers. "
        "Activate it anyway?"
    ),
    "use_doubt_unknown": (
        "⚠️ The provider doesn't have {model}, or not yet, so chats would get no answers. Nothing "
        "has changed so far. Activate it anyway?"
    ),
    "use_doubt_unsure": (
        "⚠️ {model} has never answered, and the provider doesn't say whether it has it. If not, "
        "chats get no answers. Nothing has changed so far. Activate it anyway?"
    ),
    "use_doubt_retired": (
        "{model} was retired. Put it back on the list and activate it? Nothing has changed so far."
    ),
    "use_which": "Several models are called “{name}”. Which one?",
    "use_which_line": "{number}. {day} · <code>{model}</code>",
    "button_blind": "Compare blindly",
    "serving_silent": (
        "⛔ <b>Chats get no answers</b>\n"
        "{model} is active, but the provider probably won't answer: it doesn't have the model, "
        "doesn't have it yet, or has switched it off. Once it is there, it will answer "
        "automatically."
    ),
    "silent_by": "Activated by {who}",
    # Trying a model alone
    "tried_begun": "You are trying <b>{model}</b>. It answers only you.",
    "tried_now": "You are trying {model}: it answers you.",
    "tried_back": "You are talking with {model} again, like everybody.",
    "tried_nobody": "No model is active for everybody yet, so nobody can answer you now.",
    "tried_lost": "⚠️ {model} no longer answers.",
    # After a switch
    "switched": "<b>{who} activated {model}</b> (before it: {before})",
    "switched_first": "<b>{who} activated {model}</b>",
    "use_since": (
        "There was another switch after this message: {now} answers now. Go back to {before}?"
    ),
    # Before a base model ends
    "last_day_soon": "⚠️ <b>{base} will be switched off soon</b>\nWhen: {day}, days left: {days}",
    "last_day_over": "⛔ <b>{base} is switched off</b>\nIts last day was {day}.",
    "last_day_model": "{model}, which answers in chats now, will stop on the same day.",
    "last_day_model_over": "{model}, which answered in chats, no longer answers.",
    "last_day_plans": (
        "It is also the base model of new plans (BASE_MODEL): no training can start after that day."
    ),
    "last_day_plans_over": (
        "It is also the base model of new plans (BASE_MODEL): no training can start."
    ),
    "last_day_do": (
        "What to do: train Natasha on another server with the same API (see docs/providers.md), or "
        "choose another model. Dataset and plans are ready for that."
    ),
    # Buttons
    "button_roll_back": "↩ Back to {model}",
    "button_talk": "Talk to her",
    "button_talk_end": "Finish",
    "talk_to_all": "{model} already answers everybody: just write to her.",
    "button_use_all": "Activate for all",
    "button_models_retired": "Show retired models",
    "button_checkpoints": "Checkpoints",
    "button_checkpoint": "Step {step}",
    "button_checkpoint_best": "⭐ Step {step}",
    "button_retire": "Retire",
    "button_restore": "Back to the list",
    "button_use_anyway": "Activate anyway",
    "button_back": "Back",
    # Errors
    "error_model_list_gone": "That model is no longer on the list. See /models.",
    "error_model_retired": (
        "{model} is retired, so this button doesn't activate it. To activate it and put it back on "
        "the list: <code>/use {number}</code>"
    ),
    "error_model_serves": (
        "{model} is answering in chats now, so it can't be retired. Activate another one first."
    ),
}
