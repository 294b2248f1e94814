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
        "This usually takes a few minutes, so the job seems to be stuck. You can wait, or cancel "
        "it and create it again. Waiting costs nothing."
    ),
    "alarm_stalled": (
        "⏰ <b>{name}: no new step for {waited}</b>\n"
        "Last step: {step}. Usually there is one every {usual}. The job has not ended; I'll keep "
        "watching."
    ),
    "alarm_overfit": (
        "⏰ <b>{name}: looks like overfitting</b>\n"
        "The error on validation examples is rising: {valid_before} → {valid_now}, while on "
        "training examples it is falling: {train_before} → {train_now} (step {step}). The model "
        "seems to be memorising. It usually gets worse from here: stop it and use fewer epochs."
    ),
    "alarm_card_stalled": "⏰ No new step since {time}",
    "alarm_wait_noted": "OK, waiting. I'll write when something changes for {name}.",
    "outage_unreachable": (
        "⏰ <b>The provider has been out of reach for {waited}</b>\n"
        "Your jobs are not affected: they keep running at the provider. I'll keep trying and tell "
        "you when it is back."
    ),
    "outage_refused": (
        "⏰ <b>The provider has been refusing the bot for {waited}</b>\n"
        "The key was refused or lacks permissions. Check OPENAI_API_KEY and the project's "
        "permissions, then restart the bot. Your jobs keep running, but I can't see them."
    ),
    "outage_words": "The provider says: {message}",
    "outage_over": "✅ The provider is answering again. It was out of reach for {waited}.",
    "outage_over_refused": "✅ The provider accepts the key again. It had refused it for {waited}.",
    "restart_noted": (
        "Cancelling {name}. Once the provider confirms, I'll start the same plan again and let you "
        "know."
    ),
    "restart_known": "{name}: somebody has already asked for that; once is enough.",
    "restart_started": "🔁 {name}: the job was cancelled; creating a new one, plan {run_id}.",
    "restart_late": "{name}: too late to create it again: {status}. Nothing new was started.",
    "restart_late_begun": "training has begun",
    "restart_late_ended": "the job has ended",
    "restart_refused": "{name} could not be created again.\n{reason}",
    "button_restart": "Cancel and create again",
    "button_wait": "Wait",
    "error_job_has_begun": (
        "{name} is already training, so I won't cancel it and create it again. You can stop it on "
        "its card: /status."
    ),
}
