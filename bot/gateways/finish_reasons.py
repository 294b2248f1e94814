"""Why an answer ended, in the words of any server.

OpenAI: https://developers.openai.com/api/docs/api-reference/chat/object. Others have the words of
Anthropic ("max_tokens"), Mistral ("model_length"), Gemini ("safety"), Cohere ("error_toxic"),
Zhipu ("sensitive"), DeepSeek ("insufficient_system_resource") and vLLM ("abort").
"""

from typing import Final

from bot.domain.models import Ending
from bot.gateways.wire import text

_NO_REASON: Final = ("", "null", "none")
_REASONS: Final = {
    Ending.CUT_BY_LENGTH: (
        "length", "max_tokens", "max_output_tokens", "max_new_tokens", "max_length",
        "model_length", "token_limit", "model_context_window_exceeded", "error_limit",
    ),
    Ending.FILTERED: (
        "content_filter", "content_filtered", "filtered", "safety", "sensitive", "refusal",
        "recitation", "blocklist", "prohibited_content", "spii", "error_toxic", "moderation",
        "guardrail_intervened",
    ),
    Ending.BROKEN_OFF: (
        "error", "abort", "aborted", "cancelled", "canceled", "timeout", "network_error",
        "unexpected_error", "insufficient_system_resource",
    ),
}  # fmt: skip
_ENDING_OF: Final = {reason: ending for ending, known in _REASONS.items() for reason in known}


def ending_of(reason: object) -> Ending | None:
    """What a `finish_reason` means; None: the answer goes on.

    Any reason that is not known here means that the model ended the answer on its own.
    """
    word = text(reason).lower().rpartition(".")[2]  # "FinishReason.MAX_TOKENS" is MAX_TOKENS
    return None if word in _NO_REASON else _ENDING_OF.get(word, Ending.WHOLE)
