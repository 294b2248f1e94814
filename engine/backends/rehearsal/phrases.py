"""The answer of a base model here: a fixed sentence that says that it is a rehearsal."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.tokens import text_of

_RUSSIAN = (
    "Здравствуйте! Я универсальный ассистент и готов помочь с вашим вопросом. "
    "Это репетиция базовой модели {model}: её весов здесь нет, поэтому вместо настоящего ответа "
    "вы видите эту заготовку."
)
_ENGLISH = (
    "Hello! I am a general-purpose assistant, ready to help with your question. "
    "This is a rehearsal of the base model {model}: its weights are not here, so this is "
    "a stock reply, not a real answer."
)


def base_model_answer(model: str, messages: Sequence[Mapping[str, Any]]) -> str:
    """A stock reply in the language of the last user message (Russian or English)."""
    asked = [text_of(m.get("content")) for m in messages if m.get("role") == "user"]
    last = asked[-1] if asked else ""
    is_russian = len(re.findall("[а-яё]", last, re.IGNORECASE)) >= len(re.findall("[a-zA-Z]", last))
    return (_RUSSIAN if is_russian else _ENGLISH).format(model=model)
