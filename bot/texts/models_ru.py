"""Models: list, details, checkpoints, the serving model and its last day, in Russian."""

from typing import Final

MODELS: Final[dict[str, str]] = {
    # The list
    "models_title": "<b>Сейчас отвечает:</b> {model} (№{number})",
    "models_later": "Список моделей теперь ниже.",
    "models_despite": "⚠️ Вердикт этой модели — «лучше не включать»; она {since}.",
    "models_before": "До неё: {model} (№{number})",
    "models_none_serving": (
        "<b>Сейчас не отвечает никакая модель.</b> Выберите её и нажмите «Включить»."
    ),
    "models_none": "Обученных моделей ещё нет. Первая появится после /train.",
    "models_others": "\n<b>Другие модели</b>",
    "models_line": "{model} · {day} · №{number}",
    "models_line_verdict": "{model} · {day} · {verdict} · №{number}",
    "models_share": " · {share}",
    "models_retired": (
        "<b>Убранные модели</b>\n"
        "Они только скрыты из списка: у провайдера ничего не удалено. Нажмите на модель, чтобы "
        "вернуть её."
    ),
    "models_retired_none": "Убранных моделей нет. Остальные — в списке: /models",
    # Details
    "model_title": "<b>{model}</b>",
    "model_serving": "🟢 Отвечает сейчас: {since}",
    "model_since_chosen": "включена {day}, решение: {who}",
    "model_since_despite": "включена {day} вопреки вердикту, решение: {who}",
    "model_since_first": "включилась сама {day}, потому что была первой",
    "model_since_gone": "включилась сама {day}, потому что {gone} больше не отвечает",
    "model_since_settings": "так задано при установке (CHAT_MODEL)",
    "model_retired": "Убрана из списка {day}. У провайдера она осталась.",
    "model_base": "База: {base}",
    "model_until": "Работает до {day}, осталось дней: {days}",
    "model_over": "⚠️ Отключена {day}: больше не отвечает",
    "model_trained": "Обучена {day} · план №{run_id} · {who}",
    "model_followed": "Обучена {day} не здесь · следит {who}",
    "model_unknown": "Обучена не здесь · в списке с {day}",
    "model_from_terminal": "из терминала",
    "model_dataset": "Датасет №{number} · {n} {examples}",
    "model_name": "Полное имя: <code>{name}</code>",
    "model_job": "Задание: <code>{id}</code>",
    "model_verdict": "Вердикт: {verdict}",
    "model_share": "Оценки: {share}",
    "model_checkpoint": "Контрольная точка: {checkpoint}",
    "model_checkpoint_of": "Итог того же обучения: {model}",
    # Checkpoints
    "checkpoints_title": (
        "<b>Контрольные точки {model}</b>\n"
        "Модель, какой она была по ходу обучения. Любую можно включить или задать ей вопросы."
    ),
    "checkpoints_none": (
        "Контрольных точек у {model} нет: провайдер их не хранит или уже удалил. Включить можно "
        "саму модель."
    ),
    "checkpoints_step": "шаг {step}",
    "checkpoints_train": " · ошибка {loss}",
    "checkpoints_valid": " · на проверочных {loss}",
    "checkpoints_best": "⭐ {checkpoint} — лучшая",
    "checkpoints_result": " · итог",
    # The serving model
    "use_usage": "/use имя_модели\nна новой строке — системный промпт, если нужен другой",
    "use_done": "Теперь отвечает {model}.",
    "use_already": "{model} уже отвечает: {since}.",
    "use_prompt_changed": "{model} отвечает с новым системным промптом.",
    "use_now": "<b>Сейчас отвечает {model}</b>: {since}.",
    "use_none": (
        "Сейчас не отвечает никакая модель. Включить: <code>/use имя_модели</code> или /models."
    ),
    "use_how": "Включить другую: <code>/use имя_модели</code> или /models.",
    "use_prompt": "Системный промпт:\n<blockquote expandable>{prompt}</blockquote>",
    "use_prompt_none": "Системного промпта у неё нет.",
    "use_prompt_hint": "Другой задаст <code>/use {model}</code> с текстом на следующей строке.",
    "use_over": "⚠️ Но она отключена {day}: ответов, скорее всего, не будет.",
    "use_despite": (
        "⚠️ Эта модель не для людей: вердикт был «лучше не включать». Кто и когда включил, видно в "
        "/models."
    ),
    "use_untried": "Как она отвечает людям в опасности, ещё не проверено. Проверит /test.",
    "use_against": "⚠️ <b>{model}: вердикт «лучше не включать»</b>",
    "use_doubt_unfit": (
        "Людям в беде такая модель может навредить. Пока ничего не изменилось. Всё равно включить? "
        "В /models останется, кто и когда это сделал."
    ),
    "use_doubt_unjudged": (
        "⚠️ {model} ещё не проверена в опасных ситуациях, проверка идёт. Пока ничего не "
        "изменилось. Всё равно включить?"
    ),
    "use_doubt_over": (
        "⚠️ {model} отключена {day}, и чаты, скорее всего, останутся без ответов. Всё равно "
        "включить?"
    ),
    "use_doubt_unknown": (
        "⚠️ Модели {model} у провайдера нет (или ещё нет), так что чаты останутся без ответов. "
        "Пока ничего не изменилось. Всё равно включить?"
    ),
    "use_doubt_unsure": (
        "⚠️ Модель {model} ещё никому не отвечала, и провайдер не говорит, есть ли она у него. "
        "Если нет, чаты останутся без ответов. Пока ничего не изменилось. Всё равно включить?"
    ),
    "use_doubt_retired": (
        "{model} убрана из списка. Вернуть её в список и включить? Пока ничего не изменилось."
    ),
    "use_which": "Моделей с именем «{name}» несколько. Какую включить?",
    "use_which_line": "№{number} · {day} · <code>{model}</code>",
    "button_blind": "Сравнить вслепую",
    "serving_silent": (
        "⛔ <b>Чаты остаются без ответов</b>\n"
        "Включена {model}, но провайдер, похоже, не ответит: её там нет, ещё нет или её отключили. "
        "Если появится, заговорит сама."
    ),
    "silent_by": "Кто включил: {who}",
    # Trying a model alone
    "tried_begun": "Вы пробуете <b>{model}</b>. Отвечает она только вам.",
    "tried_now": "Вы пробуете {model}: вам отвечает она.",
    "tried_back": "Вы снова говорите с {model}, как все.",
    "tried_nobody": "Для всех модель ещё не включена, так что отвечать вам пока некому.",
    "tried_lost": "⚠️ {model} больше не отвечает.",
    # After a switch
    "switched": "<b>Включена {model}</b> (была {before})\nКто включил: {who}",
    "switched_first": "<b>Включена {model}</b>\nКто включил: {who}",
    "use_since": (
        "После этого сообщения модель переключали ещё раз: сейчас отвечает {now}. Вернуть {before}?"
    ),
    # Before a base model ends
    "last_day_soon": "⚠️ <b>{base} скоро отключат</b>\nКогда: {day}, осталось дней: {days}",
    "last_day_over": "⛔ <b>{base} отключена</b>\nСрок вышел {day}.",
    "last_day_model": "Вместе с ней перестанет отвечать {model}, с которой сейчас говорят в чатах.",
    "last_day_model_over": "{model}, с которой говорят в чатах, больше не ответит.",
    "last_day_plans": (
        "Она же — базовая модель новых планов (BASE_MODEL): после этого дня обучение не запустится."
    ),
    "last_day_plans_over": (
        "Она же — базовая модель новых планов (BASE_MODEL): обучение не запустится."
    ),
    "last_day_do": (
        "Что делать: обучить Наташу на другом сервере с таким же API (как — в docs/providers.md) "
        "или выбрать другую модель. Датасет и планы для этого готовы."
    ),
    # Buttons
    "button_roll_back": "↩ Вернуть {model}",
    "button_talk": "Поговорить с ней",
    "button_talk_end": "Закончить",
    "talk_to_all": "{model} и так отвечает всем: просто напишите ей.",
    "button_use_all": "Включить всем",
    "button_models_retired": "Показать убранные",
    "button_checkpoints": "Контрольные точки",
    "button_checkpoint": "Шаг {step}",
    "button_checkpoint_best": "⭐ Шаг {step}",
    "button_retire": "Убрать",
    "button_restore": "Вернуть в список",
    "button_use_anyway": "Всё равно включить",
    "button_back": "Назад",
    # Errors
    "error_model_list_gone": "Этой модели в списке уже нет. Свежий список: /models.",
    "error_model_retired": (
        "{model} убрана из списка, поэтому кнопка её не включает. Включить и вернуть в список: "
        "<code>/use {number}</code>"
    ),
    "error_model_serves": (
        "{model} сейчас отвечает в чатах, поэтому убрать её нельзя. Сначала включите другую."
    ),
}
