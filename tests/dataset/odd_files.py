"""Files that are no lines of the provider's examples: each kind with its right answer."""

import json
import sqlite3
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.dataset.validation_files import example

PAIRS = [tuple(m["content"] for m in example(n)["messages"][1:]) for n in range(1, 15)]
"""Questions and answers, different ones."""
CHATS = [
    {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
    for q, a in PAIRS
]


@dataclass(frozen=True)
class Odd:
    """A file and what validation says it is."""

    rule: str
    """The rule that speaks: of the file, of a row of it, or of a line."""
    data: bytes
    line: int | None = None
    """Where it speaks."""
    n: int = 0
    """Examples that repairing makes; 0: it refuses."""


def csv_of(rows, *, delimiter=";", encoding="utf-8", end="\r\n", is_quoted=True):
    """A table as spreadsheets save them."""

    def cell(text):
        return '"' + text.replace('"', '""') + '"' if is_quoted and text else text

    lines = [delimiter.join(map(cell, row)) + end for row in rows]
    return "".join(lines).encode(encoding, errors="ignore")


def lines_of(rows, end=b"\n"):
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + end for row in rows)


def pretty(value, indent=2):
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def zip_of(*names):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 100)
    return packed.getvalue()


def sqlite():
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE a (b)")
        database.close()
        return path.read_bytes()


def telegram():
    texts = [text for pair in PAIRS for text in pair]
    messages = [
        {
            "id": n,
            "type": "message",
            "date": "2026-11-01T10:00:00",
            "date_unixtime": "1761991200",
            "from": ("Клиент", "Наташа")[n % 2],
            "from_id": f"user{n % 2}",
            "text": text,
        }
        for n, text in enumerate(texts)
    ]
    return {"name": "Наташа", "type": "personal_chat", "id": 1, "messages": messages}


HEADS = ("Вопрос", "Ответ")
ROLES = [
    (role, text) for pair in PAIRS for role, text in zip(("user", "assistant"), pair, strict=True)
]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ALL = len(PAIRS)

ODD = {
    "a zip": Odd("archive", zip_of("data.jsonl", "__MACOSX/x")),
    "a gzip": Odd("archive", b"\x1f\x8b\x08" + bytes(100)),
    "a tar": Odd("archive", b"a.jsonl" + bytes(250) + b"ustar" + bytes(100)),
    "Excel": Odd("spreadsheet_file", zip_of("[Content_Types].xml", "xl/workbook.xml")),
    "old Excel": Odd("spreadsheet_file", OLE + "Workbook".encode("utf-16-le")),
    "OpenDocument": Odd(
        "spreadsheet_file",
        zip_of("mimetype").replace(b"x" * 46, b"application/vnd.oasis.opendocument.spreadsheet"),
    ),
    "Word": Odd("document_file", zip_of("[Content_Types].xml", "word/document.xml")),
    "old Word": Odd("document_file", OLE + "WordDocument".encode("utf-16-le")),
    "PDF": Odd("document_file", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
    "RTF": Odd("document_file", rb"{\rtf1\ansi hello}"),
    "a locked file": Odd("locked_file", OLE + "EncryptedPackage".encode("utf-16-le")),
    "SQLite": Odd("data_file", sqlite()),
    "Parquet": Odd("data_file", b"PAR1\x15\x04\x15" + bytes(100)),
    "pickle": Odd("data_file", b"\x80\x04\x95" + bytes(100)),
    "PNG": Odd("media_file", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4),
    "JPEG": Odd("media_file", b"\xff\xd8\xff\xe0" + bytes(100)),
    "a program": Odd("binary", b"\x7fELF" + bytes(5_000)),
    "too short to tell": Odd("code_page_unclear", "Вопрос;Да\n".encode("cp1251")[-4:]),
    "HTML": Odd("web_page", "<!DOCTYPE html><html><body>Привет</body></html>".encode()),
    "XML": Odd("web_page", b'<?xml version="1.0"?><a><b>1</b></a>'),
    "Telegram": Odd("chat_export", pretty(telegram(), 1)),
    "Telegram, all chats": Odd(
        "chat_export", pretty({"about": "x", "chats": {"list": [telegram()]}}, 1)
    ),
    "ChatGPT": Odd("chat_export", pretty([{"title": "a", "mapping": {"x": {"id": "x"}}}])),
    "WhatsApp": Odd(
        "chat_export",
        "".join(f"12.03.2024, 10:{n:02} - Анна: {q}\n" for n, (q, _) in enumerate(PAIRS)).encode(),
    ),
    "WhatsApp of an iPhone": Odd(
        "chat_export",
        "".join(f"[12.03.24, 9:{n:02}:07] Анна: {q}\n" for n, (q, _) in enumerate(PAIRS)).encode(),
    ),
    "text": Odd("plain_text", "Привет, как дела.\nЭто просто текст.\nИ всё.\n".encode()),
    "questions and answers as text": Odd(
        "plain_text", "".join(f"Вопрос: {q}\nОтвет: {a}\n\n" for q, a in PAIRS).encode()
    ),
    "an array": Odd("json_array", pretty(CHATS), n=ALL),
    "an array on a line": Odd("json_array", pretty(CHATS, None), n=ALL),
    "an array with a comma at its end": Odd("json_array", pretty(CHATS)[:-2] + b",\n]", n=ALL),
    "an object with a list": Odd(
        "json_list", pretty({"version": 2, "tags": ["a"], "data": CHATS, "n": 3}), n=ALL
    ),
    "an object with a list on a line": Odd("json_list", pretty({"data": CHATS}, None), n=ALL),
    "an object with two lists": Odd("json_lists", pretty({"train": CHATS, "test": CHATS})),
    "pretty objects": Odd("json_objects", b"\n".join(map(pretty, CHATS)), n=ALL),
    "pretty objects with commas": Odd("json_objects", b",\n".join(map(pretty, CHATS)), n=ALL),
    "objects on one line": Odd("json_objects", lines_of(CHATS, b""), n=ALL),
    "rows of Python": Odd("python_rows", "\n".join(map(repr, CHATS)).encode()),
    "rows of JavaScript": Odd(
        "python_rows",
        "".join(f"{{messages: [{{role: 'user', content: '{q}'}}]}}\n" for q, _ in PAIRS).encode(),
    ),
    "a list of Python": Odd("python_rows", repr(CHATS).encode()),
    "a table": Odd("csv_table", csv_of([HEADS, *PAIRS]), n=ALL),
    "roles by conversations": Odd(
        "role_table",
        csv_of(
            [("conversation_id", "role", "content")]
            + [(str(n // 2), role, text) for n, (role, text) in enumerate(ROLES)]
        ),
        n=ALL,
    ),
    "roles in turn": Odd("role_table_pairs", csv_of([("role", "content"), *ROLES]), n=ALL),
    "roles in disorder": Odd("role_table_unclear", csv_of([("role", "content"), *ROLES[::2]])),
    "unknown heads": Odd("table_unclear", csv_of([("Сообщение клиента", "Ответ коуча"), *PAIRS])),
    "no heads": Odd("table_unclear", csv_of(PAIRS)),
    "messages by names and numbers": Odd(
        "table_of_labels",
        csv_of(
            [("№", "Имя", "Текст")]
            + [(str(n), ("Анна П.", "Вера В.")[n % 2], text) for n, (_, text) in enumerate(ROLES)]
        ),
    ),
    "dates and texts": Odd(
        "table_of_labels",
        csv_of([(f"{n:02}.11.2026", question) for n, (question, _) in enumerate(PAIRS, 1)]),
    ),
    "labels": Odd(
        "table_of_labels",
        csv_of(
            [("Тема", "Текст"), *((("дом", "труд")[n % 2], q) for n, (q, _) in enumerate(PAIRS))]
        ),
    ),
    "UTF-16": Odd("utf16", lines_of(CHATS).decode().encode("utf-16"), n=ALL),
    "UTF-16 without a mark": Odd("utf16", lines_of(CHATS).decode().encode("utf-16-le"), n=ALL),
    "Windows-1251": Odd("code_page", lines_of(CHATS).decode().encode("cp1251", "ignore"), n=ALL),
    "KOI8-R": Odd("code_page", lines_of(CHATS).decode().encode("koi8-r", "ignore"), n=ALL),
    # A row that makes no example, or a place that keeps the others from being any.
    "no question": Odd("row_without_question", csv_of([HEADS, ("", "Да."), *PAIRS]), 2, n=ALL),
    "no answer": Odd("row_without_answer", csv_of([HEADS, *PAIRS, ("Как?", "")]), ALL + 2, n=ALL),
    "a third cell": Odd("row_too_wide", csv_of([HEADS, *PAIRS, ("Как", "Так", "Вот")]), 16, n=ALL),
    "a broken document": Odd("json_broken", pretty(CHATS[:2])[:-9], 24),
    "another encoding later": Odd(
        "code_page_broken",
        csv_of([HEADS, *PAIRS * 40]) + csv_of([PAIRS[0]], encoding="cp1251"),
        562,
    ),
    "UTF-8 later": Odd(
        "code_page_broken", csv_of([HEADS, *PAIRS * 40], encoding="cp1251") * 2 + csv_of(PAIRS)
    ),
    "an open quote": Odd("row_unreadable", csv_of([HEADS, *PAIRS]) + b'"a;b\r\n', ALL + 2),
    "an unknown speaker": Odd(
        "row_speaker",
        csv_of([("role", "content"), *ROLES * 20, ("narrator", "Вдруг.")]),
        2 * 20 * ALL + 2,
    ),
    "two questions in a row": Odd(
        "row_order", csv_of([("role", "content"), *ROLES * 20, ROLES[0], ROLES[2]]), 562
    ),
    # Lines of JSON, but not of the provider's.
    "Alpaca": Odd(
        "other_format",
        lines_of([{"instruction": q, "input": "", "output": a} for q, a in PAIRS]),
        1,
        n=ALL,
    ),
    "pairs with a label": Odd(
        "format_unclear", lines_of([{"prompt": "a", "completion": "b", "label": False}]), 1
    ),
    "a text with the marks of a model": Odd(
        "other_format",
        lines_of([{"text": f"<s>[INST] {q} [/INST] {a} </s>"} for q, a in PAIRS]),
        1,
        n=ALL,
    ),
    "a label in each line": Odd(
        "format_unclear", lines_of([{"question": q, "answer": a, "label": 1} for q, a in PAIRS]), 1
    ),
    "requests of a batch": Odd(
        "no_examples", lines_of([{"custom_id": q, "url": "/v1", "body": {}} for q, _ in PAIRS])
    ),
    "texts alone": Odd("no_examples", lines_of([{"text": q} for q, _ in PAIRS])),
    "lists on lines": Odd("no_examples", lines_of(PAIRS)),
    "a list of other things": Odd("no_examples", pretty([{"text": q} for q, _ in PAIRS])),
    "a document with other things": Odd(
        "no_examples", pretty({"rows": [{"row": {"question": q}} for q, _ in PAIRS]})
    ),
    "other things in UTF-16": Odd(
        "no_examples", lines_of([{"text": q} for q, _ in PAIRS]).decode().encode("utf-16")
    ),
    "ShareGPT as a document": Odd(
        "other_format",
        pretty(
            [
                {
                    "id": 7,
                    "conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}],
                }
                for q, a in PAIRS
            ]
        ),
        2,
        n=ALL,
    ),
    "a document with fields of no use": Odd(
        "unused_fields", pretty([{"question": q, "answer": a, "id": 7} for q, a in PAIRS]), n=ALL
    ),
    "commas": Odd("comma_ended", lines_of(CHATS, b",\n"), 1, n=ALL),
    "returns": Odd("cr", lines_of(CHATS, b"\r"), 1, n=ALL),
    "fields of no use": Odd(
        "unused_fields", lines_of([{"question": q, "answer": a, "id": 7} for q, a in PAIRS]), n=ALL
    ),
}
