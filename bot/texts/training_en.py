"""The buttons that change a plan, and methods of training, in English."""

from typing import Final

PLANS: Final[dict[str, str]] = {
    "plan_active": "Training already: {jobs}",
    "choose_model": (
        "<b>Plan {run_id}: which model shall learn?</b>\n"
        "A stronger one gets Natasha better; training it and its answers cost more."
    ),
    "choose_epochs": (
        "<b>Plan {run_id}: how many epochs?</b>\n"
        "An epoch is one pass over the dataset. More of them: a truer voice, a higher price; too "
        "many, and the model crams the answers."
    ),
    "choose_multiplier": (
        "<b>Plan {run_id}: which learning rate multiplier?</b>\n"
        "Smaller is more careful and steady, larger changes the model more."
    ),
    "choose_suffix": (
        "<b>Plan {run_id}: what shall the model be called?</b>\n"
        "For a name of your own: <code>/train suffix=name</code>"
    ),
    "button_preset_quick": "Quick",
    "button_preset_production": "Production",
    "button_preset_premium": "Premium",
    "button_part_model": "Model",
    "button_part_epochs": "Epochs",
    "button_part_multiplier": "Multiplier",
    "button_part_suffix": "Name",
    "button_plan_unvalidated": "Without validation part",
    "button_plan_validated": "With validation part",
    "button_plan_back": "Back to the plan",
    "plan_cut": (
        "⚠️ Examples that are too long: {n}. The model reads up to {longest} tokens; the "
        "provider cuts off the rest without a word."
    ),
    "error_tuning_closed": (
        "{model} takes no more training since {day}. Choose another model, or another server "
        "with the same API: docs/providers.md lists them, OPENAI_BASE_URL is the address."
    ),
    "error_suffix_too_long": (
        "The name “{suffix}” is too long: {n} characters, and the provider takes up to "
        "{longest}. For another: <code>/train --suffix name</code>"
    ),
    "error_suffix_forbidden": (
        "The name “{suffix}” does not fit: the provider takes no “{forbidden}” in it. For "
        "another: <code>/train --suffix name</code>"
    ),
    "error_run_dataset_gone": (
        "Plan {run_id} was for version {number} of the dataset, which was deleted. /datasets "
        "shows what there is; /train makes a plan for the present one."
    ),
    # What was not understood of the words of /train
    "words_unknown": "⚠️ I do not understand “{word}”.",
    "words_unclear": (
        "⚠️ I do not know what the number “{word}” is. Write epochs as epochs=3, the multiplier as "
        "lr=0.1."
    ),
    "words_twice": "⚠️ “{word}” and “{taken}” say the same thing. I took the last: “{taken}”.",
    "words_guessed": "I took “{word}” for “{taken}”.",
    "words_empty": "⚠️ “{word}” has no value.",
    "words_refused": "⚠️ {why}",
    "train_words_more": "… and more such words: {n}",
    "train_usage": "How to write it: <code>{usage}</code>",
    # The same training was started a moment ago
    "twin_other": (
        "⚠️ Plan {run_id} has <b>not been started yet</b>.\n"
        "The same training was started already: plan {twin_id}, name {suffix} ({who}, {ago} ago). "
        "The data, the model and the numbers are the same: a second job costs as much again, and "
        "its model will be almost the same."
    ),
    "twin_own": (
        "⚠️ Plan {run_id} has <b>not been started yet</b>.\n"
        "You started the same training {ago} ago: plan {twin_id}, name {suffix}. The data, the "
        "model and the numbers are the same: a second job costs as much again, and its model will "
        "be almost the same."
    ),
    "twin_terminal": (
        "⚠️ Plan {run_id} has <b>not been started yet</b>.\n"
        "The same training was started from the terminal {ago} ago: plan {twin_id}, name {suffix}. "
        "The data, the model and the numbers are the same: a second job costs as much again, and "
        "its model will be almost the same."
    ),
    "button_start_another": "🚀 Start another one",
    # The method of a run: supervised, or DPO (on pairs of answers)
    "dataset_kind_dpo": (
        "Kind: pairs of answers, for DPO. Tokens are of both answers together, an estimate."
    ),
    "versions_kind_dpo": "{verdict} · DPO",
    "plan_method_dpo": "Method: DPO (on pairs of answers)",
    "plan_price_unknown_dpo": "Price: unknown, the catalogue has none for DPO",
    "error_method_unknown": (
        "This dataset holds pairs of answers, for the method {method}, and your provider ({host}) "
        "is not known to train like that, so there is no plan. Choose a usual dataset in "
        "/datasets; OpenAI, Azure, and the engine on this machine train on pairs."
    ),
    "error_method_differs": (
        "Version {number} is in use, and it is for the method {method}: the dataset decides. "
        "Choose another one in /datasets."
    ),
    "error_parts_differ": (
        "Version {validation} holds another kind of examples than version {training}: one is for "
        "supervised training, the other for DPO. A model can only be measured by the kind that it "
        "is trained on."
    ),
}
