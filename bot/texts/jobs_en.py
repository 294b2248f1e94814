"""The card of a job, its events and its diagram, and the list of jobs, in English."""

from typing import Final

CARDS: Final[dict[str, str]] = {
    "job_card": "<b>{icon} {name}</b> · {status}",
    "job_card_failed": "<b>{icon} {name}</b> · failed. The reason is in a message of its own.",
    "button_why_failed": "Why it failed",
    "job_starter": "Started by {name}",
    "job_starter_price": "Started by {name} · {price}",
    "job_progress": "{bar} {percent}% · epoch {epoch} of {epochs}",
    "job_progress_plain": "{bar} {percent}%",
    "job_step": "step {step} of {total}",
    "job_step_alone": "step {step}",
    "job_step_left": "step {step} of {total} · ~{left} left",
    "job_loss": "error {fall}  {spark}",
    "job_valid_loss": "on validation {fall}  {spark}",
    "loss_fell_2": "down by half",
    "loss_fell_3": "down to a third",
    "loss_fell_4": "down to a quarter",
    "loss_fell_times": "{n} times lower",
    "loss_fell_more": "over {n} times lower",
    "loss_fell_percent": "down {n}%",
    "loss_same": "hardly changed",
    "loss_rose": "up {n}%",
    "job_spent": "spent {price}",
    "job_queued_hint": "The queue can be long: I'll write when something changes.",
    "job_last": "<i>{message}</i>",
    "job_warning": "⚠️ The provider says: <i>{message}</i>",
    "job_rehearsed": (
        "⚠️ This is a rehearsal: nothing is really trained, and the answers come from the dataset."
    ),
    "job_id": "<code>{id}</code>",
    "job_base": "from {model}",
    "status_validating_files": "checking files",
    "status_queued": "queued",
    "status_running": "training",
    "status_paused": "paused",
    "status_succeeded": "trained",
    "status_failed": "failed",
    "status_cancelled": "stopped",
    "status_unknown": "status “{word}”",
    "job_model": "Model: <code>{model}</code>",
    "jobs_title": "<b>Latest jobs</b>",
    "jobs_none": "There are no jobs yet. Start the first one with /train.",
    "jobs_line": "{icon} #{number} <b>{name}</b> · {status} · {day}\n<code>{id}</code>",
    "monitor_started": (
        "Following {name}. I'll offer its model, but won't activate it automatically."
    ),
    "monitor_how": "Send the command with the job's ID: <code>/monitor ftjob-…</code>",
    "button_all_jobs": "All jobs",
    "button_monitor": "Follow a job from elsewhere",
    "cancel_ask": "Stop {name}? What was spent won't come back, and there will be no model.",
    "cancel_sent": "Stopping {name}. I'll write when the provider confirms.",
    "cancel_kept": "All right, {name} keeps training.",
    "button_refresh": "Refresh",
    "button_cancel_job": "Stop",
    "button_cancel_yes": "Yes, stop it",
    "button_keep": "No, let it run",
    "job_took": "in {time}",
    "jobs_title_page": "<b>Latest jobs</b> · {first}–{last} of {n}",
    "card_later": "{name}: the card is below.",
    "job_paused": "⏸ {name} is paused. It can resume from the same point.",
    "job_resumed": "▶️ {name} is training again.",
    "button_chart": "Chart",
    "button_events": "Events",
    "button_pause": "Pause",
    "button_resume": "Resume",
    "button_open_job": "#{number} {name}",
    "button_page_newer": "← Newer",
    "button_page_older": "Older →",
    # Events
    "events_title": "<b>Events: {name}</b> · {first}–{last} of {n}",
    "events_none": "{name} has no events yet. /status shows how the training is going.",
    "events_day": "<b>{day}</b>",
    "events_line": "<code>{time}</code> {mark}{message}",
    # The diagram
    "chart_title": "Error · {name}",
    "chart_caption": "<b>{name}</b>",
    "chart_train": "training",
    "chart_valid": "validation",
    "chart_step": "step",
    "chart_best": "best {loss}",
    "chart_epoch": "epoch {n}",
    "chart_now": "Error: {loss} at step {step} (lower is better)",
    "chart_now_valid": "On validation: {loss} at step {step}",
    "chart_lowest": "Best on validation: {loss} at step {step}",
    "chart_nothing": (
        "Not enough data to draw yet: {name} has fewer than two error readings. Check back a "
        "little later."
    ),
    "chart_failed": "The chart could not be drawn. Try again a little later.",
    # Refused actions
    "error_not_pausable": "{name} is neither training nor queued, so there is nothing to pause.",
    "error_not_paused": "{name} is not paused, so there is nothing to resume.",
    "error_pause_unsupported": (
        "This provider can't pause training. The job continues; the “Stop” button ends it for good."
    ),
    "error_pause_refused": (
        "The provider refused, and the job has not changed. Try again a little later. It said: "
        "{message}"
    ),
}
