"""What buttons change about a plan, in English."""

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
}
