"""Who answers whom: bursts, windows, replies, groups, and what is no message of anybody."""

import pytest

from bot.importing.exported import Exported
from bot.importing.pairs import ANSWER_S, BURST_S, pairs_in
from tests.importing.chats import NATASHA, OWNER, Planted, Scribe

ANNA, BORIS = 1, 2


def pairs_of(tmp_path, *scribes, is_account=False):
    """The pairs that are found in these chats."""
    planted = Planted(chats=[scribe.chat for scribe in scribes])
    path = planted.write(tmp_path / "result.json", is_account=is_account)
    return [tuple(pair) for pair in pairs_in(Exported(path).messages(), OWNER)]


def test_bursts_are_joined(tmp_path):
    """Several messages in one go are one question or one answer, with service between them."""
    chat = Scribe()
    chat.says(ANNA, "Привет.")
    chat.service()
    chat.says(ANNA, "Как решиться?", after=BURST_S)
    chat.says(NATASHA, ["Никак", {"type": "bold", "text": "!"}])
    chat.says(NATASHA, "", photo="x.jpg")
    chat.says(NATASHA, "Начни.")
    assert pairs_of(tmp_path, chat) == [("Привет.\nКак решиться?", "Никак!\nНачни.")]


def test_a_pause_divides(tmp_path):
    """After a pause it is another question; the earlier one stays without an answer."""
    chat = Scribe()
    chat.says(ANNA, "Первое")
    chat.says(ANNA, "Второе", after=BURST_S + 1)
    chat.says(NATASHA, "Да", after=ANSWER_S)
    chat.says(NATASHA, "И ещё", after=BURST_S + 1)
    assert pairs_of(tmp_path, chat) == [("Второе", "Да")]


def test_too_late_is_no_answer(tmp_path):
    chat = Scribe()
    chat.says(ANNA, "Ты тут?")
    chat.says(NATASHA, "Доброе утро", after=ANSWER_S + 1)
    assert pairs_of(tmp_path, chat) == []


def test_what_she_did_not_write_is_no_answer(tmp_path):
    """Forwards, words of inline bots and pictures are nobody's own; a later answer counts."""
    chat = Scribe()
    chat.says(ANNA, "Что почитать?")
    chat.says(NATASHA, "Десять книг", forwarded_from="Канал")
    chat.says(NATASHA, "Кот", via_bot="@pic")
    chat.says(NATASHA, "Вот эту.")
    chat.says(ANNA, "", photo="x.jpg")
    chat.says(NATASHA, "Красиво!")
    assert pairs_of(tmp_path, chat) == [("Что почитать?", "Вот эту.")]


def test_a_reply_names_the_question(tmp_path):
    """Two answers in one go to two questions are two pairs; a question is answered once."""
    chat = Scribe("private_group")
    first = chat.says(ANNA, "Как спать?")
    second = chat.says(BORIS, "Как есть?")
    chat.says(NATASHA, "Ложкой.", reply_to_message_id=second)
    chat.says(NATASHA, "Лёжа.", reply_to_message_id=first)
    chat.says(NATASHA, "Или сидя.", reply_to_message_id=first, after=BURST_S + 1)
    assert pairs_of(tmp_path, chat) == [("Как есть?", "Ложкой."), ("Как спать?", "Лёжа.")]


def test_in_a_group_nobody_guesses(tmp_path):
    """Where two speak one after the other, or she answers herself, there is no pair."""
    chat = Scribe("private_supergroup")
    chat.says(ANNA, "Как спать?")
    chat.says(BORIS, "Как есть?")
    mine = chat.says(NATASHA, "Хорошо.")
    chat.says(ANNA, "Спасибо")
    chat.says(NATASHA, "Дополню.", reply_to_message_id=mine)
    chat.says(BORIS, "А теперь я один. Как жить?", after=BURST_S + 1)
    chat.says(NATASHA, "Так.")
    assert pairs_of(tmp_path, chat) == [("А теперь я один. Как жить?", "Так.")]


@pytest.mark.parametrize("kind", ["saved_messages", "bot_chat", "private_channel"])
def test_other_chats_are_no_talk(tmp_path, kind):
    """Of a whole account only what people say to each other counts, each chat for itself."""
    asked, other, answered = Scribe(), Scribe(kind), Scribe(chat_id=3)
    asked.says(ANNA, "Вопрос без ответа")
    other.says(ANNA, "Бот?")
    other.says(NATASHA, "Нет")
    answered.says(NATASHA, "Ответ без вопроса")
    answered.says(None, "А кто я?")
    answered.says(NATASHA, "Удалённый аккаунт.")
    found = pairs_of(tmp_path, asked, other, answered, is_account=True)
    assert found == [("А кто я?", "Удалённый аккаунт.")]


def test_old_exports_have_numbers_and_local_times(tmp_path):
    """Before 2021 `from_id` was a number, and nothing said Unix time."""
    chat = Scribe()
    for message_id, who in ((1, 5), (2, NATASHA)):
        chat.says(who, f"Слова {message_id}")
        chat.chat["messages"][-1] |= {"from_id": who, "date": f"2020-01-29T11:4{message_id}:46"}
        del chat.chat["messages"][-1]["date_unixtime"]
    assert pairs_of(tmp_path, chat) == [("Слова 1", "Слова 2")]
