"""Reads a multipart upload: small fields into memory, the file to disk chunk by chunk."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from engine.errors import ApiError, bad_request
from engine.wellformed import fault_of_text

MAX_FIELD_BYTES = 4_096


@dataclass(slots=True)
class Upload:
    """A form with one file."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None
    """None: the form had no file."""
    size: int = 0
    """Bytes of the file."""


async def receive_upload(request: Request, target: Path, *, max_bytes: int) -> Upload:
    """Write the form's file to *target* and return the rest.

    A file that is too large is read to its end and discarded. A client whose connection closed
    earlier would not see the reason.

    Raises:
        ApiError: 400 for a malformed form, 413 for a file larger than *max_bytes*.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise bad_request("The request must be multipart/form-data with a boundary.")
    with target.open("wb") as file:
        reader = _Reader(file, max_bytes)
        try:
            parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except FormParserError as exc:
            raise bad_request(f"The multipart form is malformed: {exc}") from exc
    if not reader.is_complete:
        raise bad_request("The multipart form ends before its closing boundary.")
    if reader.upload.size > max_bytes:
        message = f"The file is too large: {reader.upload.size} bytes, the limit is {max_bytes}."
        raise ApiError(413, message, param="file", code="file_too_large")
    return reader.upload


class _Reader:
    """Receives the parser's callbacks and collects fields and the file."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self.upload = Upload()
        self.is_complete = False
        self._file = file
        self._max_bytes = max_bytes
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._name = ""
        self._is_file = False
        self._data = bytearray()

    def callbacks(self) -> dict[str, object]:
        """The callbacks by the parser's names."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _end(self) -> None:
        self.is_complete = True

    def _part_begin(self) -> None:
        self._disposition = b""
        self._data = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._check_header()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._header) + len(self._value) > MAX_FIELD_BYTES:
            raise bad_request("A header of the multipart form is too long.")

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = self._name == "file" and b"filename" in options
        if self._is_file and self.upload.filename is not None:
            raise bad_request("Only one file can be uploaded at a time.", param="file")
        if self._is_file:
            self.upload.filename = _filename(options[b"filename"])

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.upload.size += end - start
            if self.upload.size <= self._max_bytes:
                self._file.write(data[start:end])
            return
        if len(self._data) + end - start > MAX_FIELD_BYTES:
            raise bad_request(f"The field '{self._name}' is too long.", param=self._name)
        self._data += data[start:end]

    def _part_end(self) -> None:
        if not self._is_file:
            self.upload.fields[self._name] = self._data.decode("utf-8", "replace")


def _filename(raw: bytes) -> str:
    """The name as text. Bytes of another encoding become U+FFFD: a name is only shown.

    Raises:
        ApiError: 400, half a character or NUL.
    """
    try:
        name = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "replace")
    if fault := fault_of_text(name):
        message = f"The name of the file is invalid: {fault}."
        raise bad_request(message, param="file", code="invalid_value")
    return name
