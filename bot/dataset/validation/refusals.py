"""Answers that refuse as assistants do: trained on, they teach a model to refuse."""

import re
from typing import Final

# Few answers hold any of these, and only they are looked at closely.
_SIGNS: Final = (
    "не могу", "не имею возм", "не в состоянии", "модел", "интеллект", "нейросет", "ассистент",
    "помощник", " ии ", "sorry", "apolog", "language model", "an ai", "i can", "unable", "not able",
)  # fmt: skip

_MODEL: Final = (
    r"(?:большая )?(?:языковая модель|нейросеть|искусственный интеллект|ии)\b"
    r"|(?:виртуальный|цифровой) (?:ассистент|помощник)\b"
)
_HELP: Final = (
    "(?:вам |тебе )?"
    "(?:помочь|ответить на|предостав|выполнить|обсуждать|продолжить|создавать|создать)"
)
_MODEL_EN: Final = r"(?:ai|artificial intelligence|(?:large )?language model)\b"
_CANNOT: Final = "(?:can ?t|cannot|can not|(?:a?m )?(?:unable|not able) to) "
_HELP_EN: Final = "(?:help|assist|provide|answer|fulfil|do that|comply|discuss|continue|create)"
_PATTERNS: Final = (
    rf"\bкак (?:{_MODEL})",
    rf"\bя (?:всего )?(?:лишь |просто )?(?:{_MODEL})",
    (
        r"(?:\bизвини(?:те)?|\bпростите|к сожалению|мне (?:очень )?жаль) (?:но )?(?:что )?(?:я )?"
        f"не (?:могу|в состоянии|имею возможности) {_HELP}"
    ),
    (
        r"\bя не (?:могу|имею возможности) (?:вам |тебе )?"
        "(?:предостав|выполнить (?:этот|ваш|данный)|помочь (?:вам |тебе )?с эт)"
    ),
    rf"\bas an? {_MODEL_EN}",
    rf"\bi (?:am|m) (?:just |only )?an? {_MODEL_EN}",
    rf"\b(?:sorry|i apologi[sz]e) (?:but )?i {_CANNOT}{_HELP_EN}",
    rf"\bi {_CANNOT}(?:assist (?:you )?with|help (?:you )?with th[ai][ts]|provide|fulfil|comply)",
)
_REFUSAL: Final = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


def is_refusal(answer: str) -> bool:
    """Whether *answer*, normalised, sounds like an assistant that refuses, in Russian or English.

    A coach's "I can't decide for you" is none: a refusal speaks of models or of providing.
    """
    for sign in _SIGNS:
        if sign in answer:
            return _REFUSAL.search(answer) is not None
    return False
