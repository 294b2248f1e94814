"""Findings of validation, in Russian: `finding_<rule>`.

A report shows each sentence after its line ("строка 88: …") or alone. So it begins with a small
letter and has no full stop. It names the fault first, then what to do.
"""

from typing import Final

FINDINGS: Final[dict[str, str]] = {
    # The file
    "finding_file_too_big": "файл больше {megabytes} МБ, такой не примут: разделите его на части",
    "finding_archive": (
        "архив {kind}, а не сам датасет: распакуйте его и пришлите то, что внутри{names}"
    ),
    "finding_spreadsheet_file": (
        "таблица {kind}: в ней выберите «Сохранить как» → «CSV UTF-8» и пришлите этот файл"
    ),
    "finding_document_file": (
        "документ {kind}, примеров из него не взять: перенесите вопросы и ответы в таблицу из "
        "двух столбцов, сохраните её как «CSV UTF-8» и пришлите"
    ),
    "finding_locked_file": (
        "документ Office под паролем: откройте его, сохраните как «CSV UTF-8» и пришлите этот файл"
    ),
    "finding_data_file": (
        "файл данных {kind}: выгрузите из него примеры как JSON Lines (.jsonl) в UTF-8, по одному "
        "в строке"
    ),
    "finding_media_file": (
        "картинка, звук или видео ({kind}), а не текст: пришлите примеры файлом .jsonl или "
        "таблицей CSV"
    ),
    "finding_binary": "не текст: нужен файл .jsonl, по одному примеру в строке, или таблица CSV",
    "finding_code_page_unclear": (
        "текст в кодировке, которую не узнать наверняка (похоже на {candidates}): сохраните его в "
        "UTF-8"
    ),
    "finding_web_page": (
        "страница сайта (HTML или XML), а не примеры: перенесите вопросы и ответы в таблицу из "
        "двух столбцов и сохраните её как «CSV UTF-8»"
    ),
    "finding_chat_export": (
        "переписка, выгруженная из {app}, а собирать примеры я умею только из Telegram в формате "
        "JSON: на компьютере «Экспорт истории чата», формат «JSON», файл result.json. Остальное "
        "перенесите в таблицу из двух столбцов, вопросы и ответы, и сохраните как «CSV UTF-8»"
    ),
    "finding_json_array": "список одним документом JSON, а нужно по одному примеру в строке",
    "finding_json_list": (
        "один документ JSON со списком «{key}», а нужно по одному примеру в строке"
    ),
    "finding_json_lists": (
        "один документ JSON, и в нём несколько списков ({keys}): оставьте один, с примерами"
    ),
    "finding_json_objects": "объекты JSON, но не по одному в строке",
    "finding_python_rows": (
        "примеры, как их пишут в Python и JavaScript, без двойных кавычек у имён полей, а не JSON: "
        "запишите каждый через json.dumps(пример, ensure_ascii=False) или JSON.stringify(пример), "
        "по одному в строке"
    ),
    "finding_csv_table": (
        "таблица (разделитель «{delimiter}», кодировка {encoding}); вопросы в столбце "
        "«{question}», ответы в столбце «{answer}»"
    ),
    "finding_role_table": (
        "таблица реплик (разделитель «{delimiter}», кодировка {encoding}); роли в столбце "
        "«{role}», реплики в столбце «{content}»; каждый разговор станет примером"
    ),
    "finding_role_table_pairs": (
        "таблица реплик (разделитель «{delimiter}», кодировка {encoding}); роли в столбце "
        "«{role}», реплики в столбце «{content}»; каждый вопрос с ответом станет отдельным примером"
    ),
    "finding_role_table_unclear": (
        "таблица реплик (разделитель «{delimiter}», кодировка {encoding}); роли в столбце "
        "«{role}», реплики в столбце «{content}», но где кончается разговор, не видно: добавьте "
        "столбец conversation_id с номером разговора, а роли назовите system, user и assistant"
    ),
    "finding_table_unclear": (
        "таблица (разделитель «{delimiter}», кодировка {encoding}); столбцы: {columns}; где "
        "вопросы, а где ответы, по ним не понять"
    ),
    "finding_table_of_labels": (
        "таблица (разделитель «{delimiter}», кодировка {encoding}); в столбце «{column}» не "
        "тексты ({values}): нужны два столбца с текстами, «Вопрос» и «Ответ»"
    ),
    "finding_plain_text": (
        "обычный текст, а не примеры: нужна таблица с вопросами и ответами или файл .jsonl, по "
        "одному примеру в строке"
    ),
    "finding_utf16": "файл .jsonl в кодировке {encoding}, а нужна UTF-8",
    "finding_code_page": "файл .jsonl в кодировке {encoding}, а нужна UTF-8",
    "finding_json_broken": (
        "документ JSON не читается дальше, у «{near}»: проверьте кавычки, запятые и скобки"
    ),
    "finding_code_page_broken": ("часть текста в другой кодировке: сохраните весь файл в UTF-8"),
    "finding_row_unreadable": (
        "строка таблицы не читается: кавычка не на месте или не закрыта; возьмите текст ячейки в "
        "кавычки, а кавычки внутри удвойте"
    ),
    "finding_row_speaker": "роль {value} не подходит: нужны system, user и assistant",
    "finding_row_order": (
        "роли идут не по очереди, и где кончается разговор, не видно: добавьте столбец "
        "conversation_id с номером разговора"
    ),
    "finding_row_without_question": "нет вопроса: впишите его, иначе строка не войдёт",
    "finding_row_without_answer": "нет ответа: впишите его, иначе строка не войдёт",
    "finding_row_too_wide": (
        "ячеек {cells}, а столбцов {columns}: возьмите текст с разделителем в кавычки, иначе "
        "строка не войдёт"
    ),
    "finding_other_format": (
        "примеры в формате {format} (таких: {n}), а не в формате чата: их можно переделать"
    ),
    "finding_unused_fields": "в примеры не войдёт: {fields}",
    "finding_comma_ended": (
        "в конце строк стоят запятые, как в списке (строк: {n}): «Починить» уберёт их"
    ),
    "finding_cr": (
        "концы строк старых Mac (строк: {n}), большинство программ их не видит: «Починить» "
        "заменит их"
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
    "finding_crlf": "концы строк Windows (строк: {n}): не мешают, «Починить» заменит их",
    "finding_trailing_blanks": (
        "лишние пробелы в начале или конце текста (строк: {n}): модель может их перенять, "
        "«Починить» уберёт их"
    ),
    "finding_sampled": (
        "примеров {n}, это много: повторы искали только среди первых {most}, "
        "остальные сравнили с ними; чтобы сравнить все, проверьте файл по частям"
    ),
    "finding_system_prompt_absent": (
        "ни в одном примере нет системного промпта: добавьте первым сообщением роль system, чтобы "
        "модель знала, кто она"
    ),
    "finding_system_prompt_missing": (
        "нет системного промпта, хотя в других примерах он есть (таких примеров: {n}): добавьте "
        "его первым сообщением"
    ),
    "finding_system_prompt_differs": (
        "другой системный промпт, «{prompt}» (примеров с ним: {n}): если это не нарочно, сделайте "
        "один на всех"
    ),
    # A line
    "finding_line_too_long": "строка длиннее {megabytes} МБ: это вряд ли один пример, разделите её",
    "finding_nul_bytes": "нулевой байт (место {column}), файл мог повредиться: удалите его",
    "finding_not_utf8": "текст не в UTF-8 (байт {column}): сохраните весь файл в UTF-8",
    "finding_invalid_json": (
        "не читается как JSON с символа {column}, у «{near}»: "
        "проверьте кавычки, запятые и скобки; один пример занимает одну строку"
    ),
    "finding_nested_too_deep": "слишком много вложенных скобок: оставьте в строке только messages",
    "finding_not_a_number": "{value} не бывает в JSON: замените числом или удалите",
    "finding_duplicate_keys": "ключ записан дважды: {keys}; оставьте один, иначе учтётся второй",
    "finding_not_object": 'в строке {value} вместо объекта: нужно {{"messages": […]}}',
    "finding_format_unclear": (
        "формат {format}, но что делать с «{field}», не понять (таких примеров: {n}): уберите "
        'это или запишите примеры как {{"messages": […]}}'
    ),
    "finding_no_examples": (
        'записи JSON, но не примеры (в них: {what}): запишите каждый как {{"messages": […]}}'
    ),
    "finding_messages_missing": (
        'нет поля messages (есть: {keys}): запишите пример как {{"messages": […]}}'
    ),
    "finding_messages_not_list": (
        "messages содержит {value}: нужен список, в котором есть хотя бы одно сообщение"
    ),
    "finding_unknown_field": "лишние поля рядом с messages: {keys}; удалите их",
    "finding_bad_tools": "поля {keys} записаны неверно: исправьте их или удалите",
    "finding_odd_blank": (
        "вне кавычек невидимый знак или пробел, которого нет в JSON (место {column}: "
        "{value}): «Починить» уберёт его"
    ),
    "finding_misspelt_key": "ключ {keys} вместо {right}: «Починить» исправит его",
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
    "finding_null_field": (
        "сообщение {message}: в полях {keys} стоит null, такой пример не примут: «Починить» "
        "уберёт эти поля"
    ),
    "finding_misspelt_role": (
        "сообщение {message}: роль {value}, а нужно {right}: «Починить» исправит её"
    ),
    "finding_content_number": (
        "сообщение {message}: вместо текста число {value}: «Починить» запишет его строкой"
    ),
    "finding_odd_name": (
        "сообщение {message}: в имени {value} пробел или знак, с которым запросы не "
        "принимают; замените его на _"
    ),
    "finding_misspelt_weight": (
        "сообщение {message}: вес {value} вместо числа {right}: «Починить» исправит его"
    ),
    "finding_mojibake": (
        "сообщение {message}: текст открыли не в той кодировке, «{value}»: «Починить» вернёт "
        "«{right}»"
    ),
    "finding_broken_mojibake": (
        "сообщение {message}: текст открыли не в той кодировке и часть букв потеряли, "
        "«{value}»; сохраните его заново из исходного файла"
    ),
    "finding_lost_characters": (
        "сообщение {message}: вместо букв знаки замены, «{near}»: буквы потеряны; наберите "
        "это место заново"
    ),
    "finding_escaped_twice": (
        "сообщение {message}: перевод строки или кавычка записаны с лишней косой чертой (\\n), "
        "модель это выучит: «Починить» поставит сам знак"
    ),
    "finding_no_value": (
        "сообщение {message}: весь текст — «{value}», так программы пишут пустое место; "
        "впишите текст или удалите пример"
    ),
    "finding_reasoning": (
        "сообщение {message}: перед ответом остались рассуждения модели (&lt;think&gt;), их "
        "выучат: «Починить» вырежет их"
    ),
    "finding_reasoning_inside": (
        "сообщение {message}: рассуждения модели (&lt;think&gt;) внутри ответа или вместо него; "
        "вырежьте их или перепишите ответ"
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
        "сообщение {message}: роль {role} не в начале примера; перенесите системный промпт в "
        "первое сообщение"
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
        "сообщение {message}: ответ похож на отказ ИИ-ассистента, и модель научится "
        "отказывать: перепишите его"
    ),
    "finding_short_answer": (
        "сообщение {message}: ответ короче обычного (символов {length}, а обычно {usual}): "
        "допишите, если это не нарочно"
    ),
    "finding_long_answer": (
        "сообщение {message}: ответ намного длиннее обычного (символов {length}, а обычно "
        "{usual}): сократите, если это не нарочно"
    ),
    "finding_other_language": (
        "написано другим алфавитом, чем остальной файл: переведите, если это не нарочно"
    ),
    "finding_call_unanswered": (
        "сообщение {message}: вызов инструмента {ids} остался без ответа; добавьте сразу за "
        "ним сообщение tool с этим tool_call_id"
    ),
    "finding_answer_without_call": (
        "сообщение {message}: ответ инструмента {ids}, которого перед ним не вызывали; "
        "исправьте tool_call_id или добавьте вызов"
    ),
    "finding_call_id_twice": (
        "сообщение {message}: id вызова {ids} уже был в этом примере; дайте каждому вызову свой id"
    ),
    "finding_legacy_call": (
        "сообщение {message}: устаревший function_call; замените его на tools и tool_calls"
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
