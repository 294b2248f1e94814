"""What is said where a provider's answers lack something, or are no answers at all; in English."""

from typing import Final

PROVIDERS: Final[dict[str, str]] = {
    # Jobs that tell too little
    "job_status_unnamed": "status not told",
    "job_succeeded_untimed": "✅ <b>{name}</b> was trained",
    "job_cancelled_untimed": "⏹ <b>{name}</b> was stopped",
    "refusal_no_words": "no details.",
    "refusal_unexplained": "The provider named no reason.",
    "job_nameless": "The provider has not named the model yet. I ask again; once named, I try it.",
    "job_never_named": (
        "⚠️ <b>{name}</b> was trained, but the provider has never named the model.\n"
        "Look its name up in their console and put it to use: <code>/use model_name</code>"
    ),
    # Refusals that explain nothing, and answers that are none
    "error_region_refused": (
        "The provider does not serve the country that the bot calls from. For an administrator: "
        "a proxy helps (OPENAI_PROXY), or another server (OPENAI_BASE_URL)."
    ),
    "error_provider_silent": (
        "The provider refused and did not say why ({message}). Please try again a little later."
    ),
    "error_not_the_api": (
        "What answers at the provider's address does not speak OpenAI's API ({message}). Try "
        "again; if that does not help, check OPENAI_BASE_URL and CHAT_BASE_URL."
    ),
    "refusal_region_refused": (
        "The provider does not serve the country that the bot calls from. Set a proxy "
        "(OPENAI_PROXY) or another server (OPENAI_BASE_URL), restart the bot and try again."
    ),
    "refusal_provider_silent": (
        "The provider refused and did not say why ({message}). Try again a little later, or look "
        "into their console."
    ),
    "refusal_not_the_api": (
        "What answers at the provider's address does not speak OpenAI's API ({message}). Check "
        "OPENAI_BASE_URL (docs/providers.md has the addresses), then try again."
    ),
}
