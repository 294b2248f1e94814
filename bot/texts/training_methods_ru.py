"""How a run trains, in Russian: by answers to repeat, or by pairs of answers (DPO)."""

from typing import Final

METHODS: Final[dict[str, str]] = {
    "dataset_kind_dpo": (
        "Вид: пары ответов для DPO. Токены — вместе с обоими ответами, это оценка."
    ),
    "versions_kind_dpo": "{verdict} · DPO",
    "plan_method_dpo": "Метод: DPO (по парам ответов)",
    "plan_price_unknown_dpo": "Цена: неизвестна, для DPO её в каталоге нет",
    "error_method_unknown": (
        "Этот датасет — пары ответов для метода {method}, а умеет ли так обучать ваш провайдер "
        "({host}), неизвестно, поэтому плана нет. Выберите обычный датасет в /datasets. По парам "
        "обучают OpenAI, Azure и engine на этом же компьютере."
    ),
    "error_method_differs": (
        "В работе версия №{number}, и она для метода {method}: метод задаёт датасет. "
        "Другой можно выбрать в /datasets."
    ),
    "error_parts_differ": (
        "В версии №{validation} примеры другого вида, чем в версии №{training}: одни для обычного "
        "обучения, другие для DPO. Проверять можно только на таких же, на каких учат."
    ),
}
