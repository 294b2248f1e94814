"""No phone, address, @name or link survives, however it is written; other words do."""

import pytest

from bot.dataset.validation.hiding import hidden, hidden_entity
from tests.importing.chats import SPELLINGS

LEADS = (
    "anna.k+1@mail.example.ru", "@anna_k", "https://t.me/+AbCdEf?token=1", "t.me/anna",
    "www.ya.ru/x", "tg://user?id=5", "wa.me/79123456789", "tel:+79123456789", "yandex.ru",
    "дом.рф/вход",
    "4276 1234 5678 9012", "+1 (212) 555-0123", "+44 20 7946 0958", "8 912\n345 67 89",
    "8(912) 345 – 67 – 89", "+7\u200b912\u200b345\u200b67\u200b89", "８９１２３４５６７８９",
)  # fmt: skip
FINE = (
    "Мне 34 года, сыну 7.", "12.05.2024 в 10:30", "2024-05-12 10:30:00", "12.05.2024 – 15.06.2024",
    "Стоит 150 000 рублей", "Дела так себе.Но идут", "5–7 раз по 10 минут", "1984", "в 18:00-19:30",
)  # fmt: skip


@pytest.mark.parametrize("lead", [*LEADS, *(s.format(a=345, b=67, c=89) for s in SPELLINGS)])
def test_hidden(lead):
    """What leads to a person is one word in brackets, and what stands around it stays."""
    text = hidden(f"Пиши {lead}, жду")
    assert text.startswith("Пиши [")
    assert lead not in text
    assert not any(sign.isdigit() for sign in text)
    assert "x [" in hidden(f"x {lead} y")


@pytest.mark.parametrize("text", FINE)
def test_not_hidden(text):
    assert hidden(text) == text


def test_the_apps_own_marks_count():
    """What Telegram took for a phone is hidden, also if it looks like nothing; in its language."""
    assert hidden_entity("phone", "112-5", "Звони 112-5") == "[номер]"
    assert hidden_entity("mention_name", "Anna", "Ask Anna") == "[name]"
    assert hidden_entity("bold", "Анна", "Спроси Анна") == "Анна"
