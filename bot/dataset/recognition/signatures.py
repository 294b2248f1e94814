"""Files that are no text, by how they begin. Of archives only the names inside are looked at.

Sources: https://en.wikipedia.org/wiki/List_of_file_signatures and, for the local headers of zip
files, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7 (looked up 2026-11-29).
"""

from collections.abc import Iterator
from typing import Final

from bot.dataset.recognition.source import Source

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: Final = (
    ("archive", "zip", (b"PK\x05\x06", b"PK\x07\x08")),
    ("archive", "gzip", (b"\x1f\x8b",)),
    ("archive", "7z", (b"7z\xbc\xaf\x27\x1c",)),
    ("archive", "rar", (b"Rar!\x1a\x07",)),
    ("archive", "bzip2", (b"BZh",)),
    ("archive", "xz", (b"\xfd7zXZ\0",)),
    ("archive", "zstd", (b"\x28\xb5\x2f\xfd",)),
    ("document_file", "PDF", (b"%PDF-",)),
    ("document_file", "RTF", (b"{\\rtf",)),
    ("data_file", "Parquet", (b"PAR1",)),
    ("data_file", "Arrow", (b"ARROW1",)),
    ("data_file", "SQLite", (b"SQLite format 3\0",)),
    ("data_file", "NumPy", (b"\x93NUMPY",)),
    ("data_file", "HDF5", (b"\x89HDF\r\n\x1a\n",)),
    ("data_file", "pickle", tuple(b"\x80" + bytes([n]) for n in range(2, 6))),
    ("media_file", "PNG", (b"\x89PNG\r\n\x1a\n",)),
    ("media_file", "JPEG", (b"\xff\xd8\xff",)),
    ("media_file", "GIF", (b"GIF87a", b"GIF89a")),
    ("media_file", "TIFF", (b"II*\0", b"MM\0*")),
    ("media_file", "Ogg", (b"OggS",)),
    ("media_file", "MP3", (b"ID3",)),
    ("media_file", "FLAC", (b"fLaC",)),
    ("media_file", "Matroska", (b"\x1a\x45\xdf\xa3",)),
)
_INSIDE_ZIP: Final = (
    ("spreadsheet_file", "Excel", "xl/"),
    ("document_file", "Word", "word/"),
    ("document_file", "PowerPoint", "ppt/"),
    ("spreadsheet_file", "Numbers", "Index/CalculationEngine"),
    ("document_file", "Pages", "Index/Document.iwa"),
    ("document_file", "EPUB", "META-INF/container.xml"),
    ("data_file", "PyTorch", "archive/data.pkl"),
)
_OPEN_DOCUMENTS: Final = (
    (b"opendocument.spreadsheet", "spreadsheet_file", "OpenDocument (.ods)"),
    (b"opendocument.text", "document_file", "OpenDocument (.odt)"),
    (b"opendocument", "document_file", "OpenDocument"),
    (b"application/epub+zip", "document_file", "EPUB"),
)
_LEAST_IN_TEXT: Final = 9
"""A table may begin with the letters "ID3"; no text holds a smaller byte than that of a tab."""
_SHOWN: Final = 3
_HIDDEN: Final = ("__MACOSX/", ".DS_Store")


def recognised(start: bytes) -> Source | None:
    """What a file is that begins like this; None: none of these."""
    if start.startswith(_ZIP):
        return _zip(start)
    if start.startswith(_OLE):
        return _ole(start)
    is_text = not any(byte < _LEAST_IN_TEXT for byte in start[:1024])
    for kind, name, beginnings in _SIGNATURES:
        if start.startswith(beginnings) and not (is_text and beginnings[0].isalnum()):
            return Source(kind=kind, params=_params(kind, name))
    if start[257:262] == b"ustar":
        return Source(kind="archive", params=_params("archive", "tar"))
    return _container(start)


def _params(kind: str, name: str, names: str = "") -> dict[str, object]:
    is_archive = kind == "archive"
    return {"kind": name, "names": names and f": {names}"} if is_archive else {"kind": name}


def _zip(start: bytes) -> Source:
    names = list(_names(start))
    if names[:1] == ["mimetype"]:
        for mark, kind, name in _OPEN_DOCUMENTS:
            if mark in start[:200]:
                return Source(kind=kind, params=_params(kind, name))
    for kind, name, beginning in _INSIDE_ZIP:
        if any(inside.startswith(beginning) for inside in names):
            return Source(kind=kind, params=_params(kind, name))
    return Source(kind="archive", params=_params("archive", "zip", _listed(names)))


def _names(start: bytes) -> Iterator[str]:
    """Names of what is in a zip, by those headers of it that are near its beginning."""
    at = 0
    while (at := start.find(_ZIP, at)) >= 0:
        n = int.from_bytes(start[at + 26 : at + 28], "little")
        raw = start[at + 30 : at + 30 + n]
        is_utf8 = start[at + 7 : at + 8] >= b"\x08"
        # Without that flag Russian Windows writes names in its old code page.
        yield raw.decode("utf-8" if is_utf8 else "cp866", errors="replace")
        at += 30 + n


def _listed(names: list[str]) -> str:
    files = [name for name in names if name and not name.endswith("/")]
    files = [name for name in files if not name.startswith(_HIDDEN[0]) and _HIDDEN[1] not in name]
    shown = ", ".join(name[-40:] for name in files[:_SHOWN])
    return f"{shown}, …" if len(files) > _SHOWN else shown


def _ole(start: bytes) -> Source:
    """An older file of Office, or a newer one with a password."""
    if "EncryptedPackage".encode("utf-16-le") in start:
        return Source(kind="locked_file")
    if "WordDocument".encode("utf-16-le") in start:
        return Source(kind="document_file", params={"kind": "Word (.doc)"})
    if any(name.encode("utf-16-le") in start for name in ("Workbook", "Book\0")):
        return Source(kind="spreadsheet_file", params={"kind": "Excel (.xls)"})
    return Source(kind="document_file", params={"kind": "Office (.doc, .xls, .ppt)"})


def _container(start: bytes) -> Source | None:
    """Pictures, sounds and films that say at their fourth or eighth byte what they are."""
    if start[:4] == b"RIFF" and start[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return Source(kind="media_file", params={"kind": start[8:12].decode().strip()})
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        is_picture = brand in (b"heic", b"heix", b"mif1", b"avif")
        return Source(kind="media_file", params={"kind": "HEIC" if is_picture else "MP4"})
    return None
