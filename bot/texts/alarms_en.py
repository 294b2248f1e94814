"""Alarms about running jobs, in English."""

from typing import Final

ALARMS: Final[dict[str, str]] = {
    "alarm_queued": (
        "⏰ <b>{name}: queued for {waited}</b>\n"
        "That happens when the provider has many jobs. You can wait, or cancel it and create it "
        "again: a new job sometimes starts sooner. Waiting costs nothing."
    ),
    "alarm_validating": (
        "⏰ <b>{name}: its files have been checked for {waited}</b>\n"
        "A few minutes are usual, so the job seems to be stuck. You can wait, or cancel it and "
        "create it again. Waiting costs nothing."
    ),
    "alarm_stalled": (
        "⏰ <b>{name}: no new step for {waited}</b>\n"
        "The last step: {step}. Usually one comes every {usual}. The job has not ended; I keep "
        "watching."
    ),
    "alarm_overfit": (
        "⏰ <b>{name}: looks like overfitting</b>\n"
        "The validation loss rises: {valid_before} → {valid_now}, while the training loss falls: "
        "{train_before} → {train_now} (step {step}). The model learns the answers by heart instead "
        "of learning from them. It mostly gets worse from here: you can stop it and take fewer "
        "epochs."
    ),
    "alarm_card_stalled": "⏰ No new step since {time}",
    "alarm_wait_noted": "All right, we wait. I will write as soon as something changes for {name}.",
    "outage_unreachable": (
        "⏰ <b>The provider has been out of reach for {waited}</b>\n"
        "No request came through. The jobs don't mind: they go on at the provider by themselves. "
        "I keep trying, and will write when it is back."
    ),
    "outage_refused": (
        "⏰ <b>The provider has kept the bot out for {waited}</b>\n"
        "The key is not accepted, or may not do this. Check OPENAI_API_KEY and what the project "
        "may do, then restart the bot. The jobs themselves go on, but I can't see them."
    ),
    "outage_words": "The provider says: {message}",
    "outage_over": "✅ The provider answers again. It was out of reach for {waited}.",
    "outage_over_refused": "✅ The provider accepts the key again. It did not for {waited}.",
    "restart_noted": (
        "Cancelling {name}. As soon as the provider says that it is cancelled, I start the same "
        "plan again and tell you."
    ),
    "restart_known": "{name}: somebody has asked for that already, once is enough.",
    "restart_started": (
        "🔁 {name}: the job is cancelled, and created again from the same plan: {run_id}."
    ),
    "restart_late": "{name}: too late to create it again, {status}. I start nothing.",
    "restart_late_begun": "it has begun to train",
    "restart_late_ended": "it has ended",
    "restart_refused": "{name} could not be created again.\n{reason}",
    "button_restart": "Cancel and create again",
    "button_wait": "Wait",
    "error_job_has_begun": (
        "{name} trains already, so I don't cancel it to create it again. You can stop it on its "
        "card: /status."
    ),
}
