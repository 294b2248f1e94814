"""What people may write instead of a command: its name in Russian, or another word for it."""

from typing import Final

OTHER_WORDS: Final = {
    "помощь": "help", "справка": "help", "команды": "help", "меню": "help",
    "menu": "help", "commands": "help", "info": "help",
    "старт": "start", "начать": "start", "begin": "start",
    "новый": "new", "заново": "new", "сброс": "new", "reset": "new", "restart": "new",
    "clear": "new", "повторить": "retry", "иначе": "retry", "again": "retry", "repeat": "retry",
    "regenerate": "retry", "язык": "language", "lang": "language",
    "настройки": "settings", "звук": "settings",
    "номер": "id", "whoami": "id", "приватность": "privacy", "forget": "privacy",
    "проверить": "validate", "check": "validate", "датасеты": "datasets", "dataset": "datasets",
    "выгрузить": "export", "загрузить": "upload", "учить": "train", "план": "train",
    "обучить": "train", "plan": "train", "tune": "train", "finetune": "train",
    "состояние": "status", "статус": "status", "задания": "jobs", "следить": "monitor",
    "отмена": "cancel", "стоп": "cancel", "stop": "cancel", "abort": "cancel",
    "проба": "test", "тест": "test", "модели": "models", "включить": "use",
    "качество": "quality", "оценки": "quality", "rating": "quality", "ratings": "quality",
    "сравнить": "compare", "люди": "people", "users": "people", "пригласить": "invite",
}  # fmt: skip
"""Another word -> the command that it means."""

_LATIN: Final = "qwertyuiopasdfghjklzxcvbnm"
_SAME_KEYS: Final = "йцукенгшщзфывапролдячсмить"


def typed_in_russian(word: str) -> str:
    """The word as the same keys write it in the Russian layout.

    >>> typed_in_russian("gjvjom")
    'помощь'
    """
    return word.translate(str.maketrans(_LATIN, _SAME_KEYS))
