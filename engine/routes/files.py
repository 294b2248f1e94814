"""`/files`: https://platform.openai.com/docs/api-reference/files (looked up 2026-11-22)."""

import asyncio
import hashlib
import time
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from engine.domain import StoredFile
from engine.errors import ApiError, bad_request, file_not_found
from engine.ids import new_id
from engine.parts import Engine, Key, Parts
from engine.routes.upload import Upload, receive_upload
from engine.wire import file_object, list_object, with_ends

router = APIRouter(prefix="/files")

PURPOSE = "fine-tune"
SHORTEST_LIFE_S, LONGEST_LIFE_S = 3_600, 2_592_000
"""The range of `expires_after[seconds]`."""


@router.post("")
async def create(request: Request, engine: Parts, key: Key) -> dict[str, Any]:
    """Store an uploaded file."""
    file_id = new_id("file-")
    growing = engine.uploads / file_id
    try:
        upload = await receive_upload(request, growing, max_bytes=engine.max_file_bytes)
        created_at = int(time.time())
        expires_at = _expiry(upload, created_at)
        _check(upload)
        if engine.profile.reuses_file_ids:
            file_id = await asyncio.to_thread(_id_of_bytes, growing)
        file = StoredFile(
            id=file_id,
            filename=PurePath(upload.filename or "").name or "upload.jsonl",
            purpose=PURPOSE,
            size=upload.size,
            created_at=created_at,
            expires_at=expires_at,
            created_by=key,
        )
        async with engine.files.adding:
            if known := await engine.files.get(file_id):
                return file_object(known)
            await engine.quotas.check_bytes(key, file.size)
            growing.rename(engine.files.path(file_id))
            await engine.files.add(file)
        return file_object(file)
    finally:
        growing.unlink(missing_ok=True)


@router.get("")
async def list_files(
    engine: Parts,
    purpose: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
    order: Literal["asc", "desc"] = "desc",
) -> dict[str, Any]:
    """Files by age, newest first unless asked otherwise."""
    profile = engine.profile
    files = await engine.files.page(
        purpose=purpose if profile.has_filters else None,
        after=after if profile.has_pages else None,
        limit=limit + 1,
        ascending=order == "asc",
    )
    # The schema requires strings here, even on an empty page.
    return with_ends(list_object([file_object(file) for file in files], limit, profile), empty="")


@router.get("/{file_id}")
async def retrieve(file_id: str, engine: Parts) -> dict[str, Any]:
    """One file's description."""
    return file_object(await _known(engine, file_id))


@router.get("/{file_id}/content")
async def content(file_id: str, engine: Parts) -> FileResponse:
    """One file's bytes."""
    if not engine.profile.can_read_files:
        raise file_not_found(file_id)
    file = await _known(engine, file_id)
    return FileResponse(
        engine.files.path(file.id), media_type="application/octet-stream", filename=file.filename
    )


@router.delete("/{file_id}")
async def delete(file_id: str, engine: Parts) -> dict[str, Any]:
    """Delete a file; jobs that use it keep their own copy."""
    if not engine.profile.can_delete_files:
        raise ApiError(405, "Files cannot be deleted here.", code="method_not_supported")
    if not await engine.files.delete(file_id):
        raise file_not_found(file_id)
    return {"id": file_id, "object": "file", "deleted": True}


def _id_of_bytes(path: Path) -> str:
    with path.open("rb") as file:
        return f"file-{hashlib.file_digest(file, 'sha256').hexdigest()[:24]}"


async def _known(engine: Engine, file_id: str) -> StoredFile:
    file = await engine.files.get(file_id)
    if file is None:
        raise file_not_found(file_id)
    return file


def _expiry(upload: Upload, created_at: int) -> int | None:
    """The Unix time that `expires_after` means; None without it."""
    names = ("expires_after[anchor]", "expires_after[seconds]")
    anchor, seconds = (upload.fields.pop(name, None) for name in names)
    if anchor is None and seconds is None:
        return None
    for name, value in zip(names, (anchor, seconds), strict=True):
        if value is None:
            message = f"Missing required parameter: '{name}'."
            raise bad_request(message, param=name, code="missing_required_parameter")
    if anchor != "created_at":
        message = f"Invalid '{names[0]}': must be 'created_at'."
        raise bad_request(message, param=names[0], code="invalid_value")
    is_number = str(seconds).isascii() and str(seconds).isdigit()
    if not is_number or not SHORTEST_LIFE_S <= int(str(seconds)) <= LONGEST_LIFE_S:
        limits = f"must be a whole number from {SHORTEST_LIFE_S} to {LONGEST_LIFE_S}"
        raise bad_request(f"Invalid '{names[1]}': {limits}.", param=names[1], code="invalid_value")
    return created_at + int(str(seconds))


def _check(upload: Upload) -> None:
    purpose = upload.fields.pop("purpose", None)
    if purpose is None:
        raise bad_request("Missing required parameter: 'purpose'.", param="purpose")
    if purpose != PURPOSE:
        message = f"Invalid 'purpose': this server takes files for '{PURPOSE}' only."
        raise bad_request(message, param="purpose", code="invalid_value")
    if upload.filename is None:
        raise bad_request("Missing required parameter: 'file'.", param="file")
    if upload.fields:
        unknown = min(upload.fields)
        message = f"Unknown parameter: '{unknown}'."
        raise bad_request(message, param=unknown, code="unknown_parameter")
    if upload.size == 0:
        raise bad_request("The file is empty.", param="file", code="empty_file")
