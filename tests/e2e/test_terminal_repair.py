"""`validate` in a terminal: what a file is, and its repair, in the same words as by phone."""

import json

from tests.dataset.odd_files import ODD, PAIRS, csv_of
from tests.e2e.commands import terminal


async def test_a_table_is_named_shown_and_converted(tmp_path):
    """What it is comes first; the copy is called sound only below what it will teach."""
    table, copy = tmp_path / "table.csv", tmp_path / "copy.jsonl"
    rows = [("Вопрос", "Ответ"), *PAIRS, ("Как?", "")]
    table.write_bytes(csv_of(rows, encoding="mac-cyrillic"))

    looked = await terminal("validate", table, cwd=tmp_path)
    made = await terminal("validate", table, "--repair", copy, cwd=tmp_path)
    again = await terminal("validate", table, "--repair", copy, cwd=tmp_path)

    assert looked.code == 1
    assert looked.lines[0].startswith("Это таблица (разделитель «;», кодировка Mac Cyrillic)")
    assert "строка 16: нет ответа: впишите его, иначе строка не войдёт" in looked.lines
    assert any("--repair" in line for line in looked.lines)
    assert (made.code, made.lines[-1]) == (0, "✅ Проверка пройдена, обучающих примеров: 14")
    assert made.lines[0] == "Так это будет выучено (первые примеры)"
    assert "Примеров: было 15, станет 14." in made.lines
    assert len(copy.read_bytes().splitlines()) == 14
    assert (again.code, "уже есть" in again.err) == (1, True)


async def test_columns_are_named_by_their_numbers(tmp_path):
    table, copy = tmp_path / "table.csv", tmp_path / "copy.jsonl"
    table.write_bytes(ODD["unknown heads"].data)

    looked = await terminal("validate", table, cwd=tmp_path)
    refused = await terminal("validate", table, "--repair", copy, cwd=tmp_path)
    flags = ("--question", "1", "--answer", "2")
    alone = await terminal("validate", table, *flags, cwd=tmp_path)
    made = await terminal("validate", table, "--repair", copy, *flags, cwd=tmp_path)

    assert any(line.startswith("столбец 2, «Ответ коуча»: ") for line in looked.lines)
    assert (refused.code, alone.code) == (1, 2)
    assert "столбцы: Сообщение клиента, Ответ коуча" in refused.lines[0]
    assert made.lines[-1] == "✅ Проверка пройдена, обучающих примеров: 14"
    first = json.loads(copy.read_bytes().splitlines()[0])["messages"]
    assert tuple(message["content"] for message in first) == PAIRS[0]


async def test_what_can_not_be_converted_is_named(tmp_path):
    """For people and for programs; nothing is written, and a folder that lacks is said."""
    file, copy = tmp_path / "file", tmp_path / "copy.jsonl"
    file.write_bytes(ODD["Excel"].data)

    looked = await terminal("validate", file, cwd=tmp_path)
    counted = await terminal("validate", file, "--json", cwd=tmp_path)
    refused = await terminal("validate", file, "--repair", copy, cwd=tmp_path)
    file.write_bytes(ODD["Alpaca"].data)
    nowhere = await terminal("validate", file, "--repair", tmp_path / "no/copy", cwd=tmp_path)

    assert "CSV UTF-8" in looked.lines[0]
    told = json.loads(counted.out)
    assert (told["kind"], told["convertible_examples"]) == ("spreadsheet_file", 0)
    assert refused.code == 1
    assert not copy.exists()
    assert (nowhere.code, "Traceback" in nowhere.err) == (1, False)
