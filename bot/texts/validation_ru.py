"""Findings of validation, in Russian: `finding_<rule>`.

A report shows each sentence after its line ("строка 88: …") or alone. So it begins with a small
letter and has no full stop. It names the fault first, then what to do.
"""

from typing import Final

FINDINGS: Final[dict[str, str]] = {
    # The file
    "finding_file_too_big": "файл больше {megabytes} МБ, такой не примут: разделите его на части",
    "finding_archive": "это архив {kind}, а не сам датасет: распакуйте его и пришлите файл .jsonl",
    "finding_utf16": "файл в кодировке UTF-16 или UTF-32: сохраните его в UTF-8",
    "finding_binary": "это не текст: нужен файл .jsonl, по одному примеру в строке",
    "finding_json_array": (
        "все примеры записаны одним массивом JSON, а нужно по одному в строке: "
        "«Починить» переделает файл"
    ),
    "finding_csv_table": (
        "это таблица из двух столбцов, а не .jsonl: «Починить» переделает её в формат чата"
    ),
    "finding_empty_file": "файл пуст: добавьте примеры, по одному в строке",
    "finding_mixed_methods": (
        "в одном файле примеры двух видов: большинство для {method}, а других — {n}, первый здесь; "
        "разложите их по разным файлам"
    ),
    "finding_too_few_examples": "мало примеров, {n}: нужно не меньше {least}",
    "finding_bom": "в начале файла невидимая метка BOM: при загрузке она будет убрана",
    "finding_blank_lines": "пустые строки, всего {n}: они не мешают, но их можно удалить",
    "finding_identical_answers": (
        "во всех примерах один и тот же ответ, модель выучит только его: напишите разные ответы"
    ),
    "finding_crlf": "концы строк Windows (строк: {n}): не мешают, «Починить» уберёт их",
    "finding_trailing_blanks": (
        "лишние пробелы в начале или конце текста (строк: {n}): модель может их перенять, "
        "«Починить» уберёт их"
    ),
    "finding_sampled": (
        "примеров {n}, это много: повторы искали только среди первых {most}, "
        "остальные сравнили с ними; чтобы сравнить все, проверьте файл по частям"
    ),
    "finding_system_prompt_absent": (
        "ни в одном примере нет системной подсказки: добавьте первым сообщением роль system, "
        "чтобы модель знала, кто она"
    ),
    "finding_system_prompt_missing": (
        "нет системной подсказки, хотя в других примерах она есть (таких примеров: {n}): "
        "добавьте её первым сообщением"
    ),
    "finding_system_prompt_differs": (
        "другая системная подсказка, «{prompt}» (примеров с ней: {n}): "
        "если это не нарочно, сделайте одну на всех"
    ),
    # A line
    "finding_line_too_long": "строка длиннее {megabytes} МБ: это вряд ли один пример, разделите её",
    "finding_nul_bytes": "нулевой байт (место {column}), файл мог повредиться: удалите его",
    "finding_not_utf8": "текст не в UTF-8 (байт {column}): сохраните файл в этой кодировке",
    "finding_invalid_json": (
        "не читается как JSON с символа {column}, у «{near}»: "
        "проверьте кавычки, запятые и скобки; один пример занимает одну строку"
    ),
    "finding_nested_too_deep": "слишком много вложенных скобок: оставьте в строке только messages",
    "finding_not_a_number": "{value} не бывает в JSON: замените числом или удалите",
    "finding_duplicate_keys": "ключ записан дважды: {keys}; оставьте один, иначе учтётся второй",
    "finding_not_object": 'в строке {value} вместо объекта: нужно {{"messages": […]}}',
    "finding_prompt_completion": (
        "старый формат с prompt и completion вместо messages: «Починить» переделает в формат чата"
    ),
    "finding_messages_missing": (
        'нет поля messages (есть: {keys}): запишите пример как {{"messages": […]}}'
    ),
    "finding_messages_not_list": (
        "messages содержит {value}: нужен список, в котором есть хотя бы одно сообщение"
    ),
    "finding_unknown_field": "лишние поля рядом с messages: {keys}; удалите их",
    "finding_bad_tools": "поля {keys} записаны неверно: исправьте их или удалите",
    # A message
    "finding_message_not_object": (
        "сообщение {message}: {value} вместо объекта с полями role и content; исправьте"
    ),
    "finding_bad_role": "сообщение {message}: роль {value} не подходит; возможны {allowed}",
    "finding_unknown_key": "сообщение {message}: лишние поля {keys}; удалите их",
    "finding_content_missing": "сообщение {message}: нет текста; добавьте поле content",
    "finding_content_not_text": (
        "сообщение {message}: в {key} не текст, а {value}; запишите строку в кавычках"
    ),
    "finding_content_empty": ("сообщение {message}: текст пуст; напишите его или удалите пример"),
    "finding_broken_character": (
        "сообщение {message}: в тексте повреждённый символ; наберите это место заново"
    ),
    "finding_special_token": (
        "сообщение {message}: служебный знак {tokens}, из-за него файл не примут; "
        "удалите его или запишите иначе"
    ),
    "finding_bad_name": "сообщение {message}: имя {value} не текст; исправьте или удалите name",
    "finding_bad_weight": "сообщение {message}: вес {value}; возможны только 0 и 1",
    "finding_weight_not_assistant": (
        "сообщение {message}: вес у роли {role}; он бывает только у assistant, удалите его"
    ),
    "finding_bad_tool_call": (
        "сообщение {message}: вызов инструмента записан не полностью; "
        "проверьте tool_calls и tool_call_id"
    ),
    # An example
    "finding_no_assistant": (
        "нет ответа assistant или у всех вес 0, учиться не на чем: добавьте ответ"
    ),
    "finding_last_not_assistant": (
        "последнее сообщение от {role}, а не ответ assistant: допишите ответ или уберите его"
    ),
    "finding_no_user": "нет ни одного сообщения user: добавьте вопрос, на который отвечает пример",
    "finding_same_role_twice": (
        "сообщение {message}: роль {role} два раза подряд; "
        "объедините сообщения или добавьте между ними ответ"
    ),
    "finding_system_not_first": (
        "сообщение {message}: роль {role} не в начале примера; перенесите подсказку "
        "в первое сообщение"
    ),
    "finding_duplicate_example": "тот же пример, что и в строке {first}: оставьте один",
    "finding_example_too_long": (
        "токенов {tokens} при пределе {limit}, лишнее молча отрежут: сократите или разделите"
    ),
    "finding_near_duplicate": (
        "почти то же, что и в строке {first}: оставьте один пример или сделайте их заметно разными"
    ),
    "finding_different_answers": (
        "тот же вопрос, что и в строке {first}, а ответ другой: выберите лучший"
    ),
    "finding_repeated_answer": (
        "тот же ответ, что и в строке {first}, хотя вопрос другой: ответьте на каждый по-своему"
    ),
    "finding_refusal": (
        "ответ похож на отказ ИИ-ассистента, и модель научится отказывать: перепишите его"
    ),
    "finding_short_answer": (
        "ответ короче обычного (символов {length}, а обычно {usual}): допишите, если это не нарочно"
    ),
    "finding_long_answer": (
        "ответ намного длиннее обычного (символов {length}, а обычно {usual}): "
        "сократите, если это не нарочно"
    ),
    "finding_other_language": (
        "написано другим алфавитом, чем остальной файл: переведите, если это не нарочно"
    ),
    # A pair of answers
    "finding_pair_incomplete": (
        "для пары не хватает: {keys}; нужны input, preferred_output и non_preferred_output"
    ),
    "finding_unknown_pair_field": (
        "лишние поля: {keys}; рядом с input, preferred_output и non_preferred_output их быть не "
        "может, удалите"
    ),
    "finding_output_not_one": (
        "в {keys} должно быть ровно одно сообщение: список, а в нём один ответ assistant"
    ),
    "finding_bad_input": "input содержит {value}: нужен объект, в котором есть messages",
    "finding_input_last_not_user": (
        "разговор в input кончается ролью {role}: последней должна быть реплика user, "
        "на неё и отвечают оба варианта"
    ),
    "finding_same_outputs": (
        "оба ответа одинаковы, выбирать не из чего: перепишите один из них или удалите пару"
    ),
    "finding_contradicting_preferences": (
        "в строке {first} на тот же разговор выбран другой из этих ответов: решите, какой лучше"
    ),
    # Personal data
    "finding_personal_email": (
        "сообщение {message}: адрес почты {value}; замените вымышленным, иначе модель его запомнит"
    ),
    "finding_personal_phone": (
        "сообщение {message}: похоже на телефон, {value}; уберите, если он чей-то личный"
    ),
    "finding_personal_card": ("сообщение {message}: похоже на номер карты, {value}; удалите его"),
    "finding_personal_passport": (
        "сообщение {message}: похоже на номер паспорта, {value}; удалите его"
    ),
    "finding_personal_snils": "сообщение {message}: похоже на СНИЛС, {value}; удалите его",
    "finding_secret_key": (
        "сообщение {message}: похоже на секретный ключ, {value}; удалите его отсюда и отзовите, "
        "если он действует"
    ),
    "finding_personal_inn": (
        "сообщение {message}: похоже на ИНН, {value}; удалите, если это ИНН человека"
    ),
}
