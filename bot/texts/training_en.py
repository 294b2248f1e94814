"""The buttons that change a plan, and methods of training, in English."""

from typing import Final

PLANS: Final[dict[str, str]] = {
    "plan_active": "Already training: {jobs}",
    "choose_model": (
        "<b>Plan {run_id}: which base model?</b>\n"
        "A stronger model picks up Natasha's voice better, but training it and its answers cost "
        "more."
    ),
    "choose_epochs": (
        "<b>Plan {run_id}: how many epochs?</b>\n"
        "An epoch is one pass over the dataset. More epochs: a truer voice and a higher price; too "
        "many, and the model memorises the answers."
    ),
    "choose_multiplier": (
        "<b>Plan {run_id}: which learning pace?</b>\n"
        "Below 0.1 is careful: gentler and steadier. 0.1 is usual. Above it is bold: the model "
        "changes more. “Auto”: the provider chooses."
    ),
    "choose_suffix": "<b>Plan {run_id}: what do you want to call the model?</b>",
    "button_name_own": "A name of my own",
    "name_prompt": "Plan {run_id}: what name should the model get? Reply with one word.",
    "button_preset_quick": "Quick",
    "button_preset_production": "Standard",
    "button_preset_premium": "Stronger",
    "preset_quick": "Quick, {time}: see that everything works",
    "preset_production": "Standard, {time}: Natasha's living voice",
    "preset_premium": "Stronger, {time}: the truest voice",
    "plan_other_model": "{preset}; <b>another model</b>, {model}",
    "button_plan_details": "⚙️ Details",
    "button_part_model": "Model",
    "button_part_epochs": "Epochs",
    "button_part_multiplier": "Pace",
    "button_part_suffix": "Name",
    "button_plan_unvalidated": "No validation part",
    "button_plan_validated": "Use validation part",
    "button_plan_back": "Back to the plan",
    # What this project's engine says of a plan
    "multiplier_auto": "auto",
    "pace_careful": "careful",
    "pace_usual": "usual",
    "pace_bold": "bold",
    "button_multiplier_auto": "Pace: auto",
    "plan_at_server": "On the server ({device}): learning rate {rate} · batch {batch}",
    "plan_too_slow": (
        "⚠️ The server itself would use the rate {usual}. At this pace the model will hardly "
        "change; “auto” is better."
    ),
    "plan_memory": (
        "⚠️ Not enough memory: it needs about {needed} GB, but {device} has {there} GB. The server "
        "would refuse the job; choose a smaller model."
    ),
    "plan_memory_unknown": (
        "⚠️ Not enough memory ({device}). The server would refuse the job; choose a smaller model."
    ),
    "plan_model_lacking": "⚠️ The server ({host}) does not have {model}. Choose one that it has.",
    "plan_model_taken": "The server does not have {asked}, so I took the one it has: {taken}.",
    "bases_title": (
        "<b>Plan {run_id}: which model do you want to train?</b>\n"
        "These are the models on your server. A larger one picks up Natasha's voice better, and "
        "needs more memory and time."
    ),
    "model_unknown_near": (
        "I don't know the model {model}. Is it one of these? There is no plan yet; a button makes "
        "one."
    ),
    "button_model_as_typed": "Use “{model}” as typed",
    "base_fits": "{name} · ~{time}",
    "base_too_big": "{name} · not enough memory",
    "plan_cut": (
        "⚠️ Examples that are too long: {n}. The model reads up to {longest} tokens; the provider "
        "silently cuts off the rest."
    ),
    "error_tuning_closed": (
        "{model} can no longer be trained (since {day}). Choose another model, or another server "
        "with the same API: docs/providers.md lists them, OPENAI_BASE_URL sets the address."
    ),
    "error_suffix_too_long": (
        "The name “{suffix}” is too long: {n} characters, and the provider allows {longest}. To "
        "choose another: <code>/train --suffix name</code>"
    ),
    "error_suffix_forbidden": (
        "The name “{suffix}” won't work: the provider doesn't allow “{forbidden}” in it. To choose "
        "another: <code>/train --suffix name</code>"
    ),
    "error_run_dataset_gone": (
        "Plan {run_id} used version {number} of the dataset, which was deleted. /datasets lists "
        "the others; /train makes a plan for the current one."
    ),
    # What was not understood of the words of /train
    "words_unknown": "⚠️ I didn't understand “{word}”.",
    "words_unclear": (
        "⚠️ I don't know what the number “{word}” means. Write epochs as epochs=3, the pace as "
        "lr=0.1."
    ),
    "words_twice": "⚠️ “{word}” and “{taken}” set the same thing. I used the last one: “{taken}”.",
    "words_guessed": "I read “{word}” as “{taken}”.",
    "words_empty": "⚠️ “{word}” has no value.",
    "words_refused": "⚠️ {why}",
    "train_words_more": "… and more such words: {n}",
    "train_usage": "How to write it: <code>{usage}</code>",
    # What speaks against a start, and the monthly ceiling
    "plan_month": "{spent} of {ceiling} this month",
    "ceiling_set": (
        "<b>Monthly ceiling: {ceiling}</b>\n"
        "Spent this month: {spent}, training and answers together. The bot starts a training above "
        "the ceiling only if you confirm it."
    ),
    "ceiling_none": (
        "<b>There is no monthly ceiling</b>\n"
        "Spent this month: {spent}, training and answers together. With a ceiling, the bot asks "
        "again before it spends more."
    ),
    "number_ceiling": "Monthly ceiling, $",
    "prompt_ceiling": "How many dollars may be spent in a month? Reply with a number.",
    "placeholder_ceiling": "For example, 30",
    "button_ceiling_own": "Another amount",
    "button_ceiling_off": "No ceiling",
    "doubts": "⚠️ Plan {run_id} has <b>not been started yet</b>.",
    "doubts_again": "⚠️ Plan {run_id}: the job has <b>not been created again yet</b>.",
    "button_again_anyway": "Create it again anyway",
    "doubt_dataset": "It uses dataset {number}, but dataset {in_use} is in use now.",
    "doubt_late": (
        "The button was pressed more than ten minutes ago, while the bot was away. Start it now?"
    ),
    "button_start_late": "🚀 Start now",
    "doubt_ceiling": "It costs about {price}, and {month} is spent: together, above the ceiling.",
    "button_start_old_dataset": "🚀 Start on dataset {number}",
    "button_start_above": "🚀 Start above the ceiling",
    "button_ceiling": "Monthly ceiling",
    "twin_other": (
        "The same training has already been started: plan {twin_id}, name {suffix} ({who}, {ago} "
        "ago). The data, the model and the numbers are the same: a second job costs as much again, "
        "and its model will be almost the same."
    ),
    "twin_own": (
        "You started the same training {ago} ago: plan {twin_id}, name {suffix}. The data, the "
        "model and the numbers are the same: a second job costs as much again, and its model will "
        "be almost the same."
    ),
    "twin_terminal": (
        "The same training was started from the terminal {ago} ago: plan {twin_id}, name {suffix}. "
        "The data, the model and the numbers are the same: a second job costs as much again, and "
        "its model will be almost the same."
    ),
    "button_start_another": "🚀 Start another one",
    # The method of a run: supervised, or DPO (on pairs of answers)
    "dataset_kind_dpo": "Kind: pairs of answers. Tokens cover both answers together, an estimate.",
    "versions_kind_dpo": "{verdict} · pairs",
    "plan_price_unknown_dpo": "Price: unknown (not in the price list for pairs of answers)",
    "error_method_unknown": (
        "These are pairs of answers ({method}), and it is not known whether {host} can train on "
        "them. Choose a dataset of examples: /datasets. OpenAI, Azure and the engine on this "
        "machine can train on pairs."
    ),
    "error_method_differs": (
        "Version {number} is in use, and it is for the method {method}: the dataset sets the "
        "method. Choose another one in /datasets."
    ),
    "error_parts_differ": (
        "Version {validation} holds a different kind of examples than version {training}: one has "
        "ordinary examples, the other pairs of answers. A model can only be validated on the kind "
        "it is trained on."
    ),
}
