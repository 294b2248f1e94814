"""Every sentence that a person can read, in English."""

from typing import Final

from bot.texts.access_en import PEOPLE
from bot.texts.alarms_en import ALARMS
from bot.texts.chat_en import CHAT
from bot.texts.comparison_en import COMPARE
from bot.texts.dataset_en import DATASETS
from bot.texts.editing_en import EDITING
from bot.texts.export_en import EXPORT
from bot.texts.heart_en import HEART
from bot.texts.importing_en import IMPORT
from bot.texts.jobs_en import CARDS
from bot.texts.models_en import MODELS
from bot.texts.ratings_en import FEEDBACK
from bot.texts.safety_en import SAFETY
from bot.texts.training_en import PLANS
from bot.texts.training_endings_en import ENDINGS
from bot.texts.trials_en import TRIALS
from bot.texts.validation_en import FINDINGS
from bot.texts.week_en import WEEK

MESSAGES: Final[dict[str, str]] = {
    # Everyone
    "start_tester": (
        "Hello, {name}. This is Natasha, an AI program that we are teaching to talk like a coach. "
        "Just write whatever is on your mind.\n\n"
        "She can be wrong and does not replace a doctor. Chats are stored, and administrators can "
        "read them: /privacy. For adults, 18+. If you are in crisis or in danger, call 112 (or "
        "your local emergency number).\n\n"
        "/new — new conversation\n"
        "/help — what else you can do"
    ),
    "about": (
        "Natasha is an AI program that is learning to talk like a coach: about spiritual growth, "
        "relationships, business and past lives.\n\n"
        "This is a closed test, 18+. She can be wrong and does not replace a doctor. If you are in "
        "crisis or in danger, call 112 (or your local emergency number)."
    ),
    "about_short": (
        "An AI program learning to be a coach. Closed test, 18+. Not a doctor. In crisis or "
        "danger, call 112."
    ),
    "button_starter_growth": "How can I hear my inner voice?",
    "button_starter_relationships": "Why do we argue so often?",
    "button_starter_business": "How do I dare to start a business?",
    "button_starter_past_lives": "Do my past lives affect me?",
    "starter": "You asked: “{question}”",
    "starter_asked": "Natasha has just answered this question.",
    "start_later": "The start screen is below.",
    "start_no_model": (
        "Natasha isn't ready yet: she is still being trained. Please check back later."
    ),
    "start_admin": "Hello, {name}. You are an administrator.\n{dataset}\n{model}\n{training}",
    "start_dataset_good": "Dataset: {n} {examples}, no errors",
    "start_dataset_bad": "Dataset: errors: {n}, see /validate",
    "start_dataset_missing": "Dataset: file not found. Send a .jsonl file here.",
    "start_model": "Answering: {model} (since {since})",
    "start_model_settings": "Answering: {model} (from the settings)",
    "start_model_none": "There is no model for chats yet.",
    "start_training_none": "Nothing is being trained. To start: /train",
    "start_training": "Being trained: {jobs}",
    "help_tester": (
        "Write anything, and Natasha will answer. She remembers the conversation until you start a "
        "new one.\n"
        "👍 and 👎 under an answer help to train her; after 👎 you can write what she should have "
        "said.\n\n"
        "/new — new conversation\n"
        "/retry — another answer to the last question\n"
        "/language — the bot's language\n"
        "/settings — settings: sound, language\n"
        "/id — your Telegram ID\n"
        "/privacy — what is stored about you, and how to delete it\n\n"
        "Natasha is a program, not a doctor. If you are in crisis or in danger, call 112 (or your "
        "local emergency number)."
    ),
    "help_admin": (
        "<b>How to train Natasha</b>\n"
        "1. Send a dataset: a .jsonl file or a table of questions and answers. I'll check it.\n"
        "2. /train — the plan, its price and the start button.\n"
        "3. /status — how the training is going.\n"
        "4. /models — which model answers in chats.\n"
        "5. /invite — invite a tester.\n\n"
        "Other commands, by section:"
    ),
    "help_dataset": (
        "<b>Dataset</b>\n"
        "Send a .jsonl file or a table: I'll check it, fix it and keep it as a new version.\n\n"
        "/validate — check the dataset in use (or a file, if sent as a reply to it)\n"
        "/datasets — versions: choose, download, delete\n"
        "/export — examples from testers' ratings\n"
        "/upload — send the file to the provider"
    ),
    "help_training": (
        "<b>Training</b>\n"
        "/train — plan and price. You can name the kind at once: <code>/train quick</code>, "
        "<code>production</code> (standard), <code>premium</code> (stronger), or write "
        "<code>/train epochs=5 suffix=natasha-v2</code>\n"
        "/status — what is being trained now\n"
        "/jobs — latest jobs\n"
        "/monitor <i>ID</i> — follow a job started elsewhere\n"
        "/cancel <i>ID</i> — stop a job"
    ),
    "help_models": (
        "<b>Models</b>\n"
        "/models — all models: activate, go back, retire\n"
        "/test <i>MODEL</i> — ask the sample questions, dangerous ones too\n"
        "/use <i>MODEL</i> — activate by name or number; a second line sets the system prompt; "
        "without a name, shows which model answers\n"
        "/quality — what people think of the answers\n"
        "/compare — blind comparison of two models"
    ),
    "help_people": (
        "<b>People</b>\n"
        "/people — who is here, usage, limits, access\n"
        "/invite — a link that lets one person in"
    ),
    "help_words": (
        "<b>What the words mean</b>\n"
        "<b>Dataset</b> — the questions and answers that Natasha learns from.\n"
        "<b>Base model</b> — a ready neural network that training turns into Natasha.\n"
        "<b>Provider</b> — the server where models train and answer, such as OpenAI.\n"
        "<b>Epoch</b> — one pass over the whole dataset.\n"
        "<b>Pace</b> — how boldly the model changes.\n"
        "<b>Error</b> — how far the answers are from the dataset: lower is better.\n"
        "<b>Validation examples</b> — not trained on: they show whether the model has understood "
        "or memorised.\n"
        "<b>Token</b> — a piece of a word; prices are per token.\n"
        "<b>System prompt</b> — instructions that the model reads before every conversation.\n"
        "<b>Checkpoint</b> — the model as it was during training."
    ),
    "help_chat": (
        "<b>Chat</b>\n"
        "Any text is a question to the model.\n\n"
        "/new — new conversation\n"
        "/retry — another answer to the last question\n"
        "/settings — settings: sound, language\n"
        "/language — the bot's language\n"
        "/id — your Telegram ID\n"
        "/privacy — what is stored about you"
    ),
    "id_yours": "Your Telegram ID: <code>{id}</code> (not a phone number)",
    "language_ask": "Which language do you prefer?",
    "language_chosen": "All right, English it is.",
    # Settings
    "settings_title": "<b>Settings</b>",
    "settings_language": "Language: {language}",
    "settings_sound_admin_important": (
        "Sound: only what matters — the end of a training, alarms and calls for help"
    ),
    "settings_sound_admin_routine": "Sound: everything",
    "settings_sound_admin_call": "Sound: nothing but calls for help",
    "settings_sound_tester_important": "Sound: off",
    "settings_sound_tester_routine": "Sound: on",
    "settings_others_loud": "Other admins' trainings: with sound",
    "settings_others_quiet": "Other admins' trainings: without sound",
    "button_settings": "⚙️ Settings",
    "button_language": "Language",
    "button_privacy": "What is stored about me",
    "button_sound_admin_important": "Important",
    "button_sound_admin_routine": "Everything",
    "button_sound_admin_call": "Calls for help",
    "button_sound_tester_important": "Without sound",
    "button_sound_tester_routine": "With sound",
    "button_mute_others": "Others' trainings: without sound",
    "button_hear_others": "Others' trainings: with sound",
    # Commands in Telegram's menu
    "menu_start": "start",
    "menu_help": "what you can do",
    "menu_language": "language",
    "menu_privacy": "what is stored about me",
    "menu_datasets": "dataset versions",
    "menu_train": "training plan and price",
    "menu_status": "what is being trained",
    "menu_models": "models",
    "menu_people": "people, usage, limits",
    # Buttons
    "button_validate": "Check the dataset",
    "button_train": "Train",
    "button_models": "Models",
    "button_status": "What's training",
    "button_to_training": "Go to training",
    "button_start": "🚀 Start for {price}",
    "button_start_unpriced": "🚀 Start",
    "button_drop": "Discard",
    "button_use": "Activate",
    "button_test": "Sample questions",
    "button_retry": "New plan",
    "button_again": "Create it again",
    "button_look": "Look again",
    "button_give_up": "Leave it",
    "button_provider_page": "Provider's page",
    "button_help_dataset": "Dataset",
    "button_help_training": "Training",
    "button_help_models": "Models",
    "button_help_people": "People",
    "button_help_chat": "Chat",
    "button_help_words": "Words",
    # The plan
    "plan_title": "<b>Plan {run_id}</b> · nothing has been sent yet",
    "plan_dataset": "Dataset {number}: {n} {examples}, {verdict}",
    "plan_model": "<b>{name}</b> from {model}",
    "plan_model_until": "<b>{name}</b> from {model} (works until {day})",
    "plan_numbers": "Epochs: {epochs} · pace: {pace}",
    "plan_away": "⚠️ The server is not answering now, so price and time are unknown.",
    "price_about": "About {price}",
    "price_free": "Free, on your own hardware",
    "price_rehearsal": "Free, this is a rehearsal",
    "price_own_machine": "The server itself charges nothing",
    "price_not_known": "Price unknown",
    "plan_details_title": "<b>Plan {run_id} in detail</b>\nBase model: <code>{model}</code>",
    "plan_parameters": "Epochs: {epochs} · pace: {multiplier} · name: {suffix}",
    "plan_no_suffix": "no name",
    "plan_tokens": "{n} {examples} · billable tokens: {tokens}",
    "plan_tokens_free": "{n} {examples} · tokens to train: {tokens}",
    "plan_price_own_hardware": "Price: 0, it runs on your own hardware.",
    "plan_price_rehearsal": "Price: 0, this is a rehearsal: the server only simulates training.",
    "plan_price_of_server": "Price: unknown, I don't know the prices of this provider ({host}).",
    "plan_price_own_machine": "Price: the server on this machine ({host}) charges nothing itself.",
    "plan_price_elsewhere": "{provider} would charge about {price} ({day}).",
    "plan_price": "Price: about {price} ({provider}'s prices of {day})",
    "plan_price_unknown": "Price: unknown (this model is not in the price list)",
    "plan_days_left": (
        "⚠️ Days until the base model is switched off: {days}. Models tuned from it stop on the "
        "same day."
    ),
    "plan_trouble": (
        "<blockquote expandable><b>If something goes wrong</b>\n"
        "Key refused — check OPENAI_API_KEY and whether the key may train models.\n"
        "File refused — /validate names the line; fix it and make a new plan.\n"
        "Queued for over an hour — the provider is busy: wait, or stop the job and start again.\n"
        "Poor answers — more epochs, a more careful pace, more examples, or a stronger model.\n"
        '<a href="{errors_url}">About errors</a> · <a href="{guide_url}">about '
        "training</a></blockquote>"
    ),
    "plan_started": "Plan {run_id} has started: sending the dataset and creating the job.",
    "plan_dropped": "Plan {run_id} was discarded. Nothing was sent or spent.",
    "plan_time_hinted": "Time: about {time}, plus the provider's queue",
    "plan_time_learnt": "Time: {time}, from past jobs ({n})",
    "plan_time_told": "Time: ~{time}, as the server estimates",
    "plan_jobs_ahead": "Jobs ahead in the queue: {n}",
    "plan_hours": "{low}–{high} h",
    "plan_minutes": "{low}–{high} min",
    "plan_validation": "Validation part: {n} {examples}, free of charge",
    "run_uncertain": (
        "⚠️ Plan {run_id}: the provider's answer got lost, and our job is not in its list.\n"
        "Most likely no job was created. Check the provider's dashboard, then decide."
    ),
    "run_unlisted": (
        "⚠️ Plan {run_id}: the provider's answer got lost, and its list of jobs can't be read.\n"
        "There may be a job. Check the provider's dashboard, or search again later."
    ),
    "plan_later": "Plan {run_id} was replaced: see the plan below.",
    "plan_is_there": "Plan {run_id} already exists, here in the chat.",
    "run_again": "Plan {run_id}: creating the job again.",
    "run_looking": "Plan {run_id}: looking for the job in the provider's list.",
    "run_given_up": "Plan {run_id} was left without a job.",
    # Jobs
    "monitor_usage": "/monitor JOB_ID",
    # Units
    "unit_seconds": "{n} s",
    "unit_minutes": "{n} min",
    "unit_hours": "{hours} h {minutes} min",
    "unit_whole_hours": "{hours} h",
    # Errors
    "error_not_allowed": "Only administrators can do that.",
    "error_bad_command": (
        "I didn't understand the command. Write it like this:\n<code>{usage}</code>"
    ),
    "unknown_command": "There is no such command. See /help for the list.",
    "unknown_command_near": "There is no such command. Did you mean {commands}?",
    "unknown_command_or": " or ",
    "button_run": "/{command}",
    "error_button_gone": "This button no longer works. See /help.",
    "error_too_late": (
        "This command or button came late: the bot was away for more than ten minutes. It would "
        "cost money, so nothing was done. If you still want it, do it again."
    ),
    "away": "The bot was away for a while.",
    "away_asked": "What you wrote has only just arrived: below is one answer to all of it.",
    "away_left": "Some earlier commands and buttons were not carried out: repeat what you need.",
    "error_screen_replaced": "This screen is out of date, the newer one is below.",
    "error_bad_value": "{name}: “{value}” is not allowed. Use {allowed}.",
    "error_model_shut_down": (
        "{model} was switched off on {day} and can no longer be trained. Choose another model."
    ),
    "error_dataset_missing": (
        "Dataset file not found: <code>{path}</code>. Put it there, change DATASET_PATH, or send a "
        ".jsonl file right here."
    ),
    "error_dataset_in_use": (
        "Version {number} is needed: it, or the version that it validates, is in use, is the file "
        "in DATASET_PATH, or is waiting for training. If it is in use, switch to another one "
        "first: /datasets."
    ),
    "error_dataset_gone": "This version no longer exists. /datasets lists the others.",
    "error_cannot_repair": (
        "Nothing here can be fixed without changing the meaning. The report says what to correct "
        "by hand."
    ),
    "error_file_is_there": "The file {path} already exists. Choose another name.",
    "error_too_few_to_split": (
        "Too few different examples ({n}): you need at least {least} to set some aside."
    ),
    "error_file_too_big": (
        "The file is over {limit} MB ({megabytes} MB), more than Telegram hands to bots. Put it on "
        "the server, set DATASET_PATH, then send /validate. From a large chat, "
        "python -m bot import FILE makes examples there."
    ),
    "error_too_big_to_send": (
        "The file is over {limit} MB ({megabytes} MB), more than Telegram accepts from bots. On "
        "the server it is here: <code>{path}</code>"
    ),
    "error_download_failed": "Telegram did not deliver the file. Please send it again.",
    "error_too_much_work": "The file is too big to check within the limits. Split it.",
    "error_not_delivered": (
        "Telegram did not accept my message. Please give an administrator the code "
        "<code>{incident}</code>."
    ),
    "error_dataset_invalid": (
        "The dataset has errors ({n_errors}) and would be refused. /validate says what is wrong."
    ),
    "error_dataset_changed": (
        "The dataset has changed since plan {run_id} was made. Make a new one: /train."
    ),
    "error_plan_gone": "Plan {run_id} is gone: discarded or expired. /train makes a new one.",
    "error_plan_taken": "Plan {run_id} has already been started. /status shows how it is going.",
    "error_run_decided": "Plan {run_id} has already been decided.",
    "error_job_unknown": (
        "The provider does not know the job <code>{job_id}</code>. Check the ID: /jobs."
    ),
    "error_job_not_followed": (
        "I'm not following <code>{job_id}</code>, so I leave it alone. If it is yours, first send "
        "<code>/monitor {job_id}</code>."
    ),
    "error_job_finished": "The job <code>{job_id}</code> has already ended. /jobs shows how.",
    "error_nothing_active": "Nothing is training. Start with /train.",
    "error_which_job": "Several jobs are running; say which one: <code>{job_ids}</code>",
    "error_no_model": (
        "Natasha isn't ready yet: she is still being trained. Please check back later. If you are "
        "in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "error_model_unknown": (
        "The provider does not know the model <code>{model}</code>. /models lists those you have."
    ),
    "error_provider_unreachable": "The provider can't be reached. Please try again in a minute.",
    "error_provider_uncertain": (
        "The provider's answer did not arrive in full. Try again; if you were changing something, "
        "look first whether it is done."
    ),
    "error_provider_failed": (
        "The provider gave no clear answer ({message}). Please try again in a minute."
    ),
    "error_provider_busy": "The provider is overloaded. Please try again in a minute.",
    "error_key_refused": "The provider refused the key. Check OPENAI_API_KEY and restart the bot.",
    "error_quota_exceeded": (
        "The provider account is out of money or quota. Top it up and try again."
    ),
    "error_training_not_available": (
        "The provider no longer accepts training from your organisation. See docs/providers.md for "
        "other servers (OPENAI_BASE_URL)."
    ),
    "error_training_busy": "The provider trains one model at a time and is busy. Try again later.",
    "error_suffix_refused": "The provider refused the name “{suffix}”: {message}",
    "error_provider_refused": "The provider refused: {message}",
    "error_question_refused": "The provider's filter stopped the question: {message}",
    "error_incident": (
        "Something broke. Please try again; if that doesn't help, give an administrator the code "
        "<code>{incident}</code>. If you are in crisis or in danger, call 112 (or your local "
        "emergency number)."
    ),
    **CHAT,
    **COMPARE,
    **CARDS,
    **ALARMS,
    **DATASETS,
    **EDITING,
    **ENDINGS,
    **EXPORT,
    **HEART,
    **IMPORT,
    **FEEDBACK,
    **FINDINGS,
    **MODELS,
    **PEOPLE,
    **PLANS,
    **SAFETY,
    **TRIALS,
    **WEEK,
}
"""The sentences by key; `Texts` escapes their parameters."""

PLURALS: Final[dict[str, tuple[str, str, str]]] = {
    "examples": ("example", "examples", "examples"),
    "ratings": ("rating", "ratings", "ratings"),
}
"""One, a few, many."""

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
