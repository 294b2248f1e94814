"""What a message says, whatever it is made of."""

from typing import Any

import pytest

from bot.delivery.messages import Quote, Unread, below_quote, said_in, words_of
from bot.domain import JsonDict

FORWARDED = {"type": "user", "date": 1, "sender_user": {"id": 9}}


def message(message_id: int = 40, **fields: Any) -> JsonDict:
    return {"message_id": message_id, "date": 1, "chat": {"id": 5}, **fields}


def test_words_of_a_formatted_message():
    """Each block is a line; formatting and what is unknown do not hide words."""
    blocks = [
        {"type": "heading", "size": 1, "text": "Мой план"},
        {"type": "paragraph", "text": ["Я ", {"type": "bold", "text": ["очень ", "устала"]}, "."]},
        {"type": "paragraph", "text": {"type": "custom_emoji", "alternative_text": "😊"}},
        {
            "type": "list",
            "items": [
                {"label": "1.", "blocks": [{"type": "paragraph", "text": "Спать"}]},
                {"label": "2.", "blocks": [{"type": "paragraph", "text": "Есть"}]},
            ],
        },
        {
            "type": "blockquote",
            "blocks": [{"type": "paragraph", "text": "Терпи"}],
            "credit": "мама",
        },
        {"type": "table", "cells": [[{"text": "день"}, {"text": "час"}]], "caption": "Сон"},
        {"type": "details", "summary": "Ещё", "blocks": [{"type": "pre", "text": "x = 1"}]},
        {"type": "divider"},
        {"type": "mathematical_expression", "expression": "6/2"},
        {"type": "photo", "photo": [{}], "caption": {"text": "Я вчера"}},
        {"type": "brand_new", "text": {"type": "brand_new", "text": "новое"}},
    ]

    assert words_of(message(rich_message={"blocks": blocks})).splitlines() == [
        "Мой план", "Я очень устала.", "😊", "1. Спать", "2. Есть", "> Терпи", "> мама",
        "день | час", "Сон", "Ещё", "x = 1", "6/2", "Я вчера", "новое",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words", "unread"),
    [
        ({"text": "Привет"}, "Привет", None),
        ({"photo": [{}], "caption": "Это я"}, "Это я", Unread.PICTURE),
        ({"animation": {}, "document": {}}, "", None),
        ({"animation": {"file_id": "f"}, "document": {"file_id": "f"}}, "", Unread.PICTURE),
        ({"sticker": {"file_id": "f"}}, "", Unread.STICKER),
        ({"voice": {"file_id": "f"}}, "", Unread.VOICE),
        ({"video_note": {"file_id": "f"}}, "", Unread.VIDEO),
        ({"document": {"file_id": "f"}, "caption": "Глянь"}, "Глянь", Unread.FILE),
        ({"venue": {"title": "x"}, "location": {"latitude": 1}}, "", Unread.PLACE),
        ({"poll": {"id": "1"}}, "", Unread.POLL),
        ({"dice": {"value": 6}}, "", Unread.GAME),
        ({"text": 7, "caption": ["x"], "rich_message": "nonsense"}, "", None),
        ({"pinned_message": {"text": "Привет"}}, "", None),
    ],
)
def test_words_and_what_comes_with_them(fields: JsonDict, words: str, unread: Unread | None):
    said = said_in([message(**fields)])

    assert (said.words, said.unread, said.message_id) == (words, unread, 40)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["а" * 4096, "б" * 40], "а" * 4096 + "б" * 40),
        (["слово " * 500 + "вот", "и дальше"], "слово " * 500 + "вот и дальше"),
        (["Конец." * 400, "Дальше"], "Конец." * 400 + "\nДальше"),
        (["Подпись к одной", "и к другой"], "Подпись к одной\nи к другой"),
        (["😊" * 2048, "и " + "в" * 4094, "г"], "😊" * 2048 + "и " + "в" * 4094 + "г"),
    ],
)
def test_parts_are_one_text(parts: list[str], whole: str):
    """A full part may end within a word; a shorter one ends where a word or a sentence does."""
    said = said_in([message(n, text=text) for n, text in enumerate(parts, 40)])

    assert (said.words, said.message_id) == (whole, 40)


def test_album_is_its_one_caption():
    """Its words are found in whichever picture they are; the pictures are one thing unread."""
    said = said_in([message(40, photo=[{}]), message(41, photo=[{}], caption="Мы"), message(42)])

    assert (said.words, said.message_id, said.unread) == ("Мы", 41, Unread.PICTURE)


def test_comment_stays_apart_from_what_it_forwards():
    forwards = [message(n, text=f"Чужое {n}", forward_origin=FORWARDED) for n in (41, 42)]

    assert said_in([message(40, text="Что скажешь?"), *forwards]).words == "Что скажешь?"
    assert said_in([message(40, text="Что?"), *forwards]).forwarded == "Чужое 41\n\nЧужое 42"
    assert said_in(forwards).words == "Чужое 41\n\nЧужое 42"
    assert said_in(forwards).forwarded == ""


@pytest.mark.parametrize(
    ("fields", "quote"),
    [
        (
            {"reply_to_message": message(7, text="Всё вместе"), "quote": {"text": "вместе"}},
            Quote(text="вместе", is_fragment=True, message_id=7),
        ),
        (
            {"reply_to_message": message(7, text="Всё"), "quote": {"text": "Всё"}},
            Quote(text="Всё", is_fragment=False, message_id=7),
        ),
        (
            {"reply_to_message": message(7, photo=[{}], caption="Подпись")},
            Quote(text="Подпись", is_fragment=False, message_id=7),
        ),
        (
            {"external_reply": {"origin": FORWARDED}, "quote": {"text": "Из канала"}},
            Quote(text="Из канала", is_fragment=True, message_id=0),
        ),
        ({"reply_to_message": message(7, voice={"file_id": "f"})}, None),
        ({"reply_to_message": 7, "quote": ["x"]}, None),
        ({}, None),
    ],
)
def test_what_a_message_answers_to(fields: JsonDict, quote: Quote | None):
    assert said_in([message(text="Почему?", **fields)]).quote == quote


def test_nobody_takes_a_quote_for_the_persons_words():
    assert below_quote("А если нет?", "Попробуй.\n\nЗавтра.") == (
        "> Попробуй.\n>\n> Завтра.\n\nА если нет?"
    )
