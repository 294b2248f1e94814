"""A provider's refusal, in words."""

from bot.domain.training import Refusal
from bot.texts import Texts


def reason(texts: Texts, refusal: Refusal) -> str:
    """A provider's refusal in plain words, with what to do next."""
    key = f"refusal_{refusal.code}"
    if key in texts:
        return texts(key, message=refusal.message or texts.plain("refusal_no_words"))
    if refusal.message:
        return texts("refusal_other", message=refusal.message)
    if refusal.code:
        return texts("refusal_silent", code=refusal.code)
    return texts("refusal_unexplained")
