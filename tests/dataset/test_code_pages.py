"""Which code page a text is in: told by evidence, or refused with the candidates."""

import pytest

from bot.dataset.recognition.code_pages import code_page_of
from tests.dataset.odd_files import PAIRS

RUSSIAN = ("cp1251", "mac-cyrillic", "koi8-r", "cp866", "iso8859-5")
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
TEXT = "\n".join(f"{q};{a}" for q, a in PAIRS)


def in_page(text, codec):
    """The bytes, and the text of them: a code page lacks some signs."""
    data = text.encode(codec, errors="ignore")
    return data, data.decode(codec)


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("codec", [*RUSSIAN, *WIDE])
@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_prose_is_known_by_its_letters(codec, change):
    data, text = in_page(change(TEXT), codec)

    found = code_page_of(data)

    assert data.decode(found.codec) == text, found


@pytest.mark.parametrize("codec", [*RUSSIAN, "cp1252"])
def test_no_short_text_is_read_wrong(codec):
    """Whatever piece of it there is: read right, or refused with the right name among others."""
    refused = 0
    for size in (2, 5, 10, 20, 60):
        for at in range(0, 900, 7):
            data, text = in_page(TEXT[at : at + size], codec)
            if is_utf8(data):  # three letters of DOS may be one of Chinese
                continue
            found = code_page_of(data)
            refused += not found.codec
            assert found.candidates or data.decode(found.codec) == text, (text, found)
            assert bool(found.candidates) != bool(found.codec)
    assert refused or codec == "cp1252"


@pytest.mark.parametrize("data", [b"", b"question;answer", TEXT.encode(), TEXT.encode()[:-1]])
def test_utf8_needs_no_evidence(data):
    assert code_page_of(data, is_all=False).is_utf8


def test_a_few_broken_bytes_are_no_other_encoding():
    """Lines that are broken are told by their numbers, and the rest stays as it is."""
    assert code_page_of(TEXT.encode() + "Да".encode("cp1251")).is_utf8


@pytest.mark.parametrize("text", ["\ufffd" * 9, "a\ufffd b", TEXT + "\ufffd" * 2_000])
def test_signs_of_lost_letters_are_characters_like_others(text):
    """A model's words may be full of them; the file that holds them is UTF-8 all the same."""
    assert code_page_of(text.encode()).is_utf8
    assert not code_page_of(text.encode() + b"\xff\xfe" * 2_000).is_utf8


@pytest.mark.parametrize("codec", RUSSIAN)
@pytest.mark.parametrize("share", [2, 3, 4])
def test_two_encodings_in_one_file_are_never_read_as_a_third(codec, share):
    """A file of parts that were saved differently is refused, with both names."""
    parts = [
        f"{question};{answer}\n".encode(codec if n % share else "utf-8", errors="ignore")
        for n, (question, answer) in enumerate(PAIRS)
    ]

    found = code_page_of(b"".join(parts))

    assert found.codec == ""
    assert found.candidates[0] == "UTF-8"


def test_who_writes_i_often_is_no_mac():
    """The capital Я of Windows is the small one of old Macs."""
    data = ("Вопрос;Ответ\n" + "кто ты;Я река\n" * 500).encode("cp1251")

    assert code_page_of(data).codec == "cp1251"


def test_western_text_is_not_taken_for_russian():
    data = "question;answer\ncafé;naïve façade, déjà vu, señor, Müller\n".encode("cp1252")

    found = code_page_of(data)

    assert found.codec in ("", "cp1252")
    assert "Windows-1252" in (*found.candidates, found.name)
