"""Every sentence that a person can read, in English."""

from typing import Final

from bot.texts.access_en import PEOPLE
from bot.texts.alarms_en import ALARMS
from bot.texts.chat_en import CHAT
from bot.texts.comparison_en import COMPARE
from bot.texts.dataset_en import DATASETS
from bot.texts.export_en import EXPORT
from bot.texts.jobs_en import CARDS
from bot.texts.models_en import MODELS
from bot.texts.ratings_en import FEEDBACK
from bot.texts.training_en import PLANS
from bot.texts.training_endings_en import ENDINGS
from bot.texts.trials_en import TRIALS
from bot.texts.validation_en import FINDINGS

MESSAGES: Final[dict[str, str]] = {
    # Everyone
    "start_tester": (
        "Hello, {name}. Here you can talk with Natasha, a model that is learning to be a coach.\n"
        "Just write what is on your mind.\n\n"
        "/new — start a new conversation\n/help — what is here"
    ),
    "start_no_model": (
        "The model is not ready yet: it is still being trained. Please look in later."
    ),
    "start_admin": "Hello, {name}. You are an administrator.\n{dataset}\n{model}\n{training}",
    "start_dataset_good": "Dataset: {n} {examples}, no errors",
    "start_dataset_bad": "Dataset: {n} errors, see /validate",
    "start_dataset_missing": "Dataset: the file is missing",
    "start_model": "Answering: {model} (since {since})",
    "start_model_settings": "Answering: {model} (from the settings)",
    "start_model_none": "No model answers in chats yet.",
    "start_training_none": "Nothing is being trained now.",
    "start_training": "In training: {jobs}",
    "help_tester": (
        "Write anything and Natasha answers. She remembers the conversation until you start a new "
        "one.\n"
        "👍 and 👎 under an answer help to train her; below 👎 you can write what she would have "
        "said.\n\n"
        "/new — start a new conversation\n"
        "/retry — another answer to the last question\n"
        "/language — the bot's language\n"
        "/id — your number\n"
        "/privacy — what is stored about you, and how to delete it\n\n"
        "Natasha is a language model, not a doctor. If you are in danger, call 112."
    ),
    "help_admin": (
        "<b>Dataset</b>\n"
        "Send a .jsonl file: I check it, fix it and keep it as a new version.\n"
        "/validate — check the dataset in use (or a file, as a reply to it)\n"
        "/datasets — all versions: choose, download, delete\n"
        "/export — examples from testers' ratings\n"
        "/upload — send the file to the provider\n\n"
        "<b>Training</b>\n"
        "/train — make a plan and see the price; with a preset: "
        "<code>/train quick</code>, <code>production</code>, <code>premium</code>, or like this: "
        "<code>/train epochs=5 suffix=natasha-v2</code>\n"
        "/status — what is being trained now\n"
        "/jobs — the latest jobs\n"
        "/monitor <i>ID</i> — follow a job that was started elsewhere\n"
        "/cancel <i>ID</i> — stop a job\n\n"
        "<b>Models</b>\n"
        "/test <i>MODEL</i> — five sample questions\n"
        "/models — all models: put to use, go back, checkpoints, retire\n"
        "/use <i>MODEL</i> — put a model to use by name or number; lines after the first set its "
        "system prompt; without a name: who answers, with which prompt\n"
        "/quality — what people think of the answers: shares of 👍, bad answers, corrections\n"
        "/compare — blind comparison of two models: testers choose between two answers\n\n"
        "<b>Chat</b>\n"
        "Any text is a question to the model. /new — start anew, /retry — another answer, "
        "/language, /id — your number, /privacy — what is stored about you.\n\n"
        "<b>People</b>\n"
        "/people — who is here, usage, limits, closing access\n"
        "/invite — a link that lets one person in"
    ),
    "id_yours": "Your number: <code>{id}</code>",
    "language_ask": "Which language shall we speak?",
    "language_chosen": "All right, English it is.",
    # Commands in Telegram's menu
    "menu_start": "start",
    "menu_help": "what is here",
    "menu_language": "language",
    "menu_id": "my number",
    "menu_privacy": "what is stored about me",
    "menu_validate": "check the dataset",
    "menu_datasets": "versions of the dataset",
    "menu_upload": "send the dataset to the provider",
    "menu_train": "training plan and price",
    "menu_status": "what is being trained",
    "menu_jobs": "latest jobs",
    "menu_monitor": "follow a job from elsewhere",
    "menu_cancel": "stop a job",
    "menu_test": "five sample questions",
    "menu_models": "models",
    "menu_use": "put a model to use",
    "menu_people": "people, usage, limits",
    "menu_invite": "invite somebody",
    # Buttons
    "button_validate": "Check the dataset",
    "button_train": "Train",
    "button_models": "Models",
    "button_status": "What is training",
    "button_to_training": "To training",
    "button_start": "🚀 Start for ~{price}",
    "button_start_unpriced": "🚀 Start",
    "button_drop": "Drop",
    "button_use": "Put to use",
    "button_test": "Sample questions",
    "button_retry": "New plan",
    "button_again": "Create it again",
    "button_look": "Look again",
    "button_give_up": "Leave it",
    "button_provider_page": "The provider's page",
    # The plan
    "plan_title": "<b>Plan {run_id}</b> · nothing has been sent yet",
    "plan_model": "Model: {model}",
    "plan_model_until": "Model: {model} (works until {day})",
    "plan_parameters": "Epochs {epochs} · multiplier {multiplier} · name {suffix}",
    "plan_no_suffix": "not set",
    "plan_tokens": "{n} {examples} · billable tokens: {tokens}",
    "plan_price_of_server": "Price: unknown, I do not know the prices of this server ({host}).",
    "plan_price_own_machine": "Price: the server on this machine ({host}) takes no money itself.",
    "plan_price_elsewhere": "At {provider} it would be about {price} ({day}).",
    "plan_price": "Price: about {price} ({provider}'s prices of {day})",
    "plan_price_unknown": "Price: unknown, the catalogue lacks this model",
    "plan_days_left": (
        "⚠️ Days until the base model is switched off: {days}. What was tuned from it goes too."
    ),
    "plan_trouble": (
        "<blockquote expandable><b>If something goes wrong</b>\n"
        "Key refused — check OPENAI_API_KEY and whether the key may fine-tune.\n"
        "File refused — /validate names the line; mend it and make a new plan.\n"
        "Queued for over an hour — the provider is busy: wait, or stop the job and start again.\n"
        "Poor answers — more epochs, a smaller multiplier, more examples, or a stronger model.\n"
        '<a href="{errors_url}">On errors</a> · <a href="{guide_url}">on fine-tuning</a>'
        "</blockquote>"
    ),
    "plan_started": "Plan {run_id} has started: sending the dataset and creating the job.",
    "plan_dropped": "Plan {run_id} is dropped. Nothing was sent or spent.",
    "plan_time_hinted": "Time: {time} (by the guide), plus the provider's queue",
    "plan_time_learnt": "Time: {time}, from past jobs ({n})",
    "plan_hours": "{low}–{high} h",
    "plan_minutes": "{low}–{high} min",
    "plan_validation": "Validation part: {n} {examples}, free of charge",
    "plan_warnings": "⚠️ Warnings about the dataset: {n}",
    "run_uncertain": (
        "⚠️ Plan {run_id}: the provider's answer got lost, and our job is not in its list.\n"
        "Most likely no job was created. Look at the provider's dashboard and decide."
    ),
    "run_unlisted": (
        "⚠️ Plan {run_id}: the provider's answer got lost, and its list of jobs can't be read.\n"
        "There may be a job. Look at the provider's own page, or search again later."
    ),
    "run_again": "Plan {run_id}: creating the job again.",
    "run_looking": "Plan {run_id}: looking for the job in the provider's list.",
    "run_given_up": "Plan {run_id} is left without a job.",
    "run_decided": "Plan {run_id} is decided already.",
    # Jobs
    "monitor_usage": "/monitor JOB_ID",
    # Units
    "unit_seconds": "{n} s",
    "unit_minutes": "{n} min",
    "unit_hours": "{hours} h {minutes} min",
    # Errors
    "error_not_allowed": "Only administrators may do that.",
    "error_bad_command": (
        "I did not understand the command. It goes like this:\n<code>{usage}</code>"
    ),
    "unknown_command": "There is no such command. /help lists those that there are.",
    "unknown_command_near": "There is no such command. Did you mean {commands}?",
    "unknown_command_or": " or ",
    "button_run": "/{command}",
    "error_button_gone": "This button does nothing any more. /help says what is here.",
    "error_bad_value": "{name}: “{value}” does not fit; allowed: {allowed}.",
    "error_model_shut_down": (
        "{model} was switched off on {day} and can't be tuned any more. Choose another model."
    ),
    "error_dataset_missing": (
        "The dataset's file is missing: <code>{path}</code>. Put it there or change DATASET_PATH. "
        "Or send a .jsonl file right here."
    ),
    "error_dataset_in_use": (
        "Version {number} is needed: it is in use, lies at DATASET_PATH, or waits for training. "
        "Choose another one first."
    ),
    "error_dataset_gone": "This version is gone. /datasets shows what there is.",
    "error_cannot_repair": (
        "There is nothing here that I could fix without changing what it says. The report tells "
        "what to correct by hand."
    ),
    "error_file_is_there": "The file {path} is there already. Name a new one.",
    "error_too_few_to_split": (
        "Too few different examples ({n}): at least {least} are needed to put some aside."
    ),
    "error_file_too_big": (
        "The file is over {limit} MB ({megabytes} MB), more than Telegram hands to bots. Put it "
        "on the server, name it in DATASET_PATH, then send /validate."
    ),
    "error_too_big_to_send": (
        "The file is over {limit} MB ({megabytes} MB), more than Telegram takes from bots. On "
        "the server it lies here: <code>{path}</code>"
    ),
    "error_download_failed": "Telegram did not hand over the file. Please send it again.",
    "error_too_much_work": (
        "The file is too heavy: checking it would take more time or memory than it may. Split it."
    ),
    "error_not_delivered": (
        "Telegram did not take my message. Please tell an admin the code <code>{incident}</code>."
    ),
    "error_dataset_invalid": (
        "The dataset has errors ({n_errors}) and would be refused. /validate says what is wrong."
    ),
    "error_dataset_changed": "The dataset has changed since plan {run_id} was made.",
    "error_plan_gone": "Plan {run_id} is gone: dropped or expired. /train makes a new one.",
    "error_plan_taken": "Plan {run_id} has been started already. /status shows how it goes.",
    "error_job_unknown": "The provider does not know <code>{job_id}</code>. See /jobs.",
    "error_job_not_followed": (
        "I do not follow <code>{job_id}</code>, so I do not touch it. If it is yours, first "
        "<code>/monitor {job_id}</code>."
    ),
    "error_job_finished": "The job <code>{job_id}</code> has ended already.",
    "error_nothing_active": "Nothing is being trained now. /train is the way to begin.",
    "error_which_job": "Several jobs are running; name the one: <code>{job_ids}</code>",
    "error_no_model": (
        "The model is not ready yet: it is still being trained. Please look in later."
    ),
    "error_model_unknown": "The server does not know the model <code>{model}</code>.",
    "error_provider_unreachable": "The model can't be reached. Please try again in a minute.",
    "error_provider_uncertain": "The answer broke off half-way. Please try again.",
    "error_provider_failed": (
        "The provider gave no clear answer ({message}). Please try again in a minute."
    ),
    "error_provider_busy": "The model is overloaded now. Please try again in a minute.",
    "error_key_refused": "The bot's key was refused. Administrator: check OPENAI_API_KEY.",
    "error_quota_exceeded": (
        "The bot's account at the provider is out of money or quota. For an administrator: top it "
        "up."
    ),
    "error_training_not_available": (
        "The provider takes no more training from this organisation. Another server with the same "
        "API will do: OPENAI_BASE_URL."
    ),
    "error_training_busy": "The server trains one model at a time and is busy. Try again later.",
    "error_suffix_refused": "The provider refuses the name “{suffix}”: {message}",
    "error_provider_refused": "The provider refused: {message}",
    "error_question_refused": "The question did not pass the provider's filter: {message}",
    "error_incident": (
        "Something broke, and there will be no answer. Tell an administrator the code "
        "<code>{incident}</code>, or try again."
    ),
    **CHAT,
    **COMPARE,
    **CARDS,
    **ALARMS,
    **DATASETS,
    **ENDINGS,
    **EXPORT,
    **FEEDBACK,
    **FINDINGS,
    **MODELS,
    **PEOPLE,
    **PLANS,
    **TRIALS,
}
"""The sentences by key; `Texts` escapes their parameters."""

PLURALS: Final[dict[str, tuple[str, str, str]]] = {
    "examples": ("example", "examples", "examples"),
}
"""One, a few, many."""

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
