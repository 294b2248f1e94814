"""Requests to join, people, invitations and privacy, in Russian; always with «вы»."""

from typing import Final

PEOPLE: Final[dict[str, str]] = {
    # For people without access
    "door_stranger": (
        "Это закрытый бот: здесь учат и проверяют программу-коуча Наташу.\n"
        "Ваш ID в Telegram: <code>{id}</code> (это не телефон)\n"
        "Если вам плохо или опасно — 112."
    ),
    "door_may_ask": "Войти можно по приглашению. Или попросите доступ — администратор решит.",
    "door_waiting": "Просьба у администраторов. Когда решат, напишу.",
    "door_denied": "Пока вас не впускают. Попросить снова можно будет {when}.",
    "door_blocked": "Доступ закрыт. Открыть его может только администратор.",
    "door_no_access": "Сейчас у вас нет доступа. Что можно сделать, расскажет /start.",
    "people_later": "Список людей теперь ниже.",
    "door_inside": "Вы уже внутри. Просто напишите Наташе.",
    "door_removed": (
        "Администратор закрыл вам доступ, поэтому Наташа не ответит. Если вам плохо или опасно — "
        "112."
    ),
    "door_group": (
        "Я разговариваю только один на один, поэтому из группы выхожу. Напишите мне лично."
    ),
    "door_busy": (
        "Сообщений пришло больше, чем я успеваю прочесть ({limit} подряд), и часть я пропустила. "
        "Дождитесь ответа и пришлите важное ещё раз. Если вам плохо или опасно — 112."
    ),
    "button_ask_in": "Попросить доступ",
    "code_used": "Это приглашение уже использовано: каждое впускает одного человека.",
    "code_expired": "Это приглашение больше не действует. Попросите новое.",
    "code_unknown": "Такого приглашения нет. Проверьте, целиком ли скопирована ссылка.",
    "code_closed": "Это приглашение вас не впустит. Попросить доступ можно здесь: /start",
    "spare_code": "Вы уже внутри, приглашение осталось неиспользованным: его можно переслать.",
    # Requests to join
    "join_request": "🚪 <b>{name}</b> просит доступ.\nID: {mention}",
    "join_flood": (
        "Просьб о доступе за сутки больше {limit}, об остальных не пишу. Все они в списке."
    ),
    "join_was_admitted": "<b>{name}</b>: доступ открыт.\nРешение: {by}, {when}",
    "join_was_denied": "<b>{name}</b>: отказано.\nРешение: {by}, {when}",
    "join_denied": (
        "Администратор пока не впускает вас. Попросить снова можно позже: /start. Если вам плохо "
        "или опасно — 112."
    ),
    "access_closed": (
        "Администратор закрыл вам доступ. Что о вас хранится, покажет /privacy. Если вам плохо или "
        "опасно — 112."
    ),
    "button_let_in": "Впустить",
    "button_deny": "Отказать",
    "button_card": "Подробнее",
    # Invitations
    "invitation": (
        "Приглашение поговорить с Наташей — программой, которую учат быть коучем (18+):\n"
        "{link}\n"
        "Ссылка впустит одного человека и действует до {when}.\n"
        "Наташа не врач. Если вам плохо или опасно — 112."
    ),
    "invitation_words": (
        "Приглашаю поговорить с Наташей — программой, которую учат быть коучем (18+). Ссылка "
        "впустит одного человека. Наташа не врач. Если вам плохо или опасно — 112."
    ),
    "button_share": "Поделиться",
    "invitation_how": "☝️ Перешлите это сообщение тому, кого зовёте.",
    "invitations_title": "<b>Открытые приглашения</b>",
    "invitations_line": "№{id} · {name} · до {when}",
    "invitations_none": "Открытых приглашений нет. Новое сделает кнопка ниже.",
    "invitation_used": "По приглашению №{id} вошёл новый человек: <b>{name}</b>\nID: {mention}",
    "button_invite": "Пригласить",
    "button_invitations": "Приглашения",
    "button_withdraw": "Отозвать №{id}",
    # People
    "people_title": "<b>Люди</b>",
    "people_outside": "<b>Не впущены</b>",
    "people_outside_none": "Никто не просит доступа, никому не отказано. Позвать человека: /invite",
    "people_line": (
        "{name} · {role}\nВизит: {seen} · ответы: {today} сегодня, {total} всего · {price}"
    ),
    "people_line_outside": "{name} · {state}\nВизит: {seen}",
    "people_prices": "<i>По ценам {provider} на {day}.</i>",
    "people_prices_elsewhere": "<i>Цен провайдера {host} не знаю, поэтому сумм нет.</i>",
    "people_prices_own_machine": (
        "<i>Модели отвечают на этом же компьютере: сам сервер денег не берёт.</i>"
    ),
    "role_admin": "администратор",
    "role_tester": "тестировщик",
    "outside_asks": "просит доступ",
    "outside_denied": "отказано",
    "outside_removed": "доступ закрыт",
    "outside_blocked": "просить не может",
    "seen_never": "пока не было",
    "person_title": "<b>{name}</b> · {role}\nID: {mention}\nВизит: {seen}",
    "person_first_seen": "Впервые: {day}",
    "person_admitted": "Впустили: {day}, решение: {by}",
    "person_removed": "Доступ закрыт: {day}",
    "person_fixed_admin": "Из настроек (ADMIN_IDS): убрать можно только там.",
    "person_fixed_tester": "Из настроек (TESTER_IDS): убрать можно только там.",
    "person_today": "Сегодня: ответы — {n} · {price}",
    "person_total": "Всего: ответы — {n} · токены — {tokens} · {price}",
    "person_limit": "Ответов в день: не больше {limit}",
    "person_limit_default": "Ответов в день: не больше {limit}, как у всех",
    "person_limit_none": "Ответов в день: сколько угодно",
    "person_ask_remove": (
        "Закрыть доступ: <b>{name}</b>? Бот сразу перестанет отвечать. Разговоры останутся, пока "
        "их не удалит сам человек."
    ),
    "button_people": "Люди",
    "button_outside": "Не впущены",
    "button_model_usage": "Расход по моделям",
    "button_limit_default": "Как у всех",
    "button_limit_none": "Без лимита",
    "button_remove": "Закрыть доступ",
    "button_remove_yes": "Да, закрыть",
    "button_remove_no": "Нет",
    "button_block": "Запретить просить",
    "button_unblock": "Разрешить просить",
    # What it costs
    "usage_title": "<b>Расход по моделям</b>",
    "usage_today": "Сегодня: ответы — {n} · {price}",
    "usage_total": "Всего: ответы — {n} · {price}",
    "usage_line": "<b>{model}</b>\nответы — {n} · токены — {tokens} · {price}",
    "usage_none": "Пока никто ни о чём не спрашивал. Позвать людей: /invite",
    "usage_estimated": "<i>~ значит: часть токенов посчитал бот, провайдер назвал не все.</i>",
    "price_unknown": "цена неизвестна",
    "price_partly": "{price}; без цены ещё ответов: {n}",
    # The daily limit
    "limit_all": "Ответов в день на человека: {limit}",
    "limit_all_none": "Ответов в день на человека: сколько угодно",
    "limit_all_how": (
        "Так у всех тестировщиков, кроме тех, чьи лимиты заданы в /people. У администраторов "
        "лимита нет."
    ),
    "number_limit": "Ответов в день",
    "prompt_limit": "Сколько ответов в день можно получить одному человеку? Ответьте числом.",
    "placeholder_limit": "Например, 30",
    "button_limit_all": "Ответов в день",
    "button_limit_own": "Другое число",
    "zone_moscow": "по Москве",
    "zone_other": "по времени {zone}",
    # Privacy
    "privacy_title": "<b>Что здесь хранится о вас</b>",
    "privacy_person": "Имя, ID в Telegram, язык, первый и последний визит ({seen}).",
    "privacy_words": "Разговоры — {conversations}, вопросы с ответами — {turns}, с {since}.",
    "privacy_no_words": "Разговоров нет.",
    "privacy_opinions": (
        "Оценки ответов — {ratings}, ваши варианты ответов — {corrections}. По ним судят о модели, "
        "и на них её могут учить."
    ),
    "privacy_counts": "Сколько ответов и токенов за какой день: числа, без слов.",
    "privacy_provider": (
        "Отвечает модель у провайдера ({host}). Ему уходят ваш вопрос и последние реплики "
        "разговора, без имени и ID. Прочесть хранимое могут администраторы бота."
    ),
    "privacy_kept": (
        "Кнопка «Удалить» сотрёт разговоры, оценки и ваши варианты ответов.\n"
        "Останутся: числа, ID, решения о доступе; резервные копии, пока их не сменят новые; то, "
        "что вошло в датасет; то, что хранит провайдер. В журналах бота ваших слов нет."
    ),
    "privacy_ask": (
        "Удалить все ваши разговоры, оценки и варианты ответов? Наташа забудет, о чём вы говорили. "
        "Вернуть нельзя."
    ),
    "privacy_done": (
        "Удалено. Ваших разговоров здесь больше нет. Сообщения в самом чате можно удалить в "
        "Telegram."
    ),
    "privacy_left": "Хорошо, ничего не удаляю.",
    "privacy_caption": "Всё, что хранится о вас словами. Файл видите только вы.",
    "privacy_file_person": (
        "ID: {id}\nИмя: {name}\nЯзык: {language}\nВпервые: {first}\nПоследний визит: {seen}"
    ),
    "privacy_file_usage": "{model}: ответы — {n}, токены — {tokens}",
    "privacy_file_cut": "Здесь самые новые: {n} из {total}.",
    "privacy_file_talk": "— Разговор, {when} —",
    "privacy_file_turn": "Вы ({when}): {question}\n\nНаташа: {answer}",
    "privacy_file_rating": "Ваша оценка: {mark}",
    "privacy_file_complaint": "Что не так: {reason}",
    "privacy_file_correction": "Как сказала бы Наташа, по-вашему: {text}",
    "button_show": "Показать",
    "button_forget": "Удалить",
    "button_forget_yes": "Да, удалить",
    "button_forget_no": "Нет, оставить",
    # Errors
    "error_daily_limit_reached": (
        "На сегодня всё: ответов в день не больше {limit}. Новые — после полуночи {zone}. Если вам "
        "плохо или опасно — 112."
    ),
    "error_daily_budget_spent": (
        "На сегодня всё: дневной бюджет на ответы потрачен. Спросите завтра: новый день начнётся в "
        "полночь {zone}. Если вам плохо или опасно — 112."
    ),
    "error_daily_budget_reached": (
        "На сегодня всё: ответы стоили {spent}, а бюджет на день — {budget} (DAILY_BUDGET_USD в "
        ".env). Новый день — после полуночи {zone}. На сообщения людей в опасности модель отвечает "
        "и сейчас."
    ),
    "error_person_fixed": (
        "{name}: доступ дан в настройках (ADMIN_IDS или TESTER_IDS), и убрать его можно только там."
    ),
    "error_person_unknown": "О таком человеке я ничего не знаю. Кто здесь есть, покажет /people.",
    "error_too_many_invitations": (
        "Открытых приглашений уже {limit}. Отзовите лишние, и можно будет сделать новое."
    ),
}
"""What may be said about who comes in, by key."""
