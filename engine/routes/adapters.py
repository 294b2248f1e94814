"""Downloads the weights of a tuned model. It is not a part of OpenAI's API.

GET /v1/engine/models/{name}/adapter answers a zip that PEFT, vLLM and llama.cpp's converter take;
GET /v1/engine/models/{name}/merged one with the whole model, for what takes no adapters.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from engine.backends import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    Busy,
    ModelSource,
    ModelUnavailable,
    weights_folder,
)
from engine.domain import TunedModel
from engine.errors import bad_request, model_not_found, model_unavailable, too_busy
from engine.parts import Engine, Parts
from engine.routes.waiting import unless_gone

router = APIRouter(prefix="/engine/models")

FILES = (CONFIG_FILE, WEIGHTS_FILE)
CHUNK_BYTES = 1024 * 1024
_UNFIT_FOR_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@router.get("/{name:path}/adapter")
async def adapter(name: str, engine: Parts) -> StreamingResponse:
    """A zip with the weights of the adapter and PEFT's description of it."""
    return _archive(name, _adapter_files(engine, await _model(engine, name)))


@router.get("/{name:path}/merged")
async def merged(name: str, engine: Parts, request: Request) -> Response:
    """A zip with the base into which the adapter is merged; it may take minutes to begin."""
    return await unless_gone(request, _merged(engine, await _model(engine, name)))


async def _merged(engine: Engine, model: TunedModel) -> Response:
    for file in _adapter_files(engine, model).values():
        file.close()
    base = engine.bases.get(model.base_model)
    if base is None:
        raise model_unavailable(model.name, f"its base {model.base_model} is not served here")
    folder = engine.jobs_folder / model.job_id
    source = ModelSource(name=model.name, base_model=base, folder=folder, step=model.step)
    try:
        return _archive(f"{model.name}-merged", await engine.backend.merged(source))
    except Busy as exc:
        message = "Another model is being merged. Please try again later."
        raise too_busy(message, exc.retry_after_s) from None
    except ModelUnavailable as exc:
        raise model_unavailable(model.name, exc) from None


async def _model(engine: Engine, name: str) -> TunedModel:
    if name in engine.bases:
        message = f"The model `{name}` is a base model: it has no adapter."
        raise bad_request(message, param="model", code="unsupported_value")
    model = await engine.models.get(name)
    if model is None:
        raise model_not_found(name)
    return model


def _adapter_files(engine: Engine, model: TunedModel) -> Mapping[str, BinaryIO]:
    try:
        return _open(weights_folder(engine.jobs_folder / model.job_id, model.step))
    except FileNotFoundError:
        message = (
            f"The model `{model.name}` has no weights to download: "
            f"the backend '{engine.backend.name}' keeps none for it."
        )
        raise bad_request(message, param="model", code="unsupported_value") from None


def _archive(name: str, opened: Mapping[str, BinaryIO]) -> StreamingResponse:
    attachment = f'attachment; filename="{_UNFIT_FOR_NAMES.sub("-", name)}.zip"'
    headers = {"content-disposition": attachment}
    return StreamingResponse(_zipped(opened), media_type="application/zip", headers=headers)


def _open(folder: Path) -> dict[str, BinaryIO]:
    """All files at once, so that deleting the model meanwhile can't cut the download."""
    with ExitStack() as stack:
        opened: dict[str, BinaryIO] = {
            name: stack.enter_context((folder / name).open("rb")) for name in FILES
        }
        stack.pop_all()
    return opened


def _zipped(opened: Mapping[str, BinaryIO]) -> Iterator[bytes]:
    """The archive piece by piece, without compression: weights do not get smaller."""
    pieces = _Pieces()
    with ExitStack() as stack:
        for file in opened.values():
            stack.callback(file.close)
        with zipfile.ZipFile(cast("IO[bytes]", pieces), "w", zipfile.ZIP_STORED) as archive:
            for name, file in opened.items():
                entry = zipfile.ZipInfo(name)
                entry.file_size = file.seek(0, 2)
                file.seek(0)
                with archive.open(entry, "w") as target:
                    while chunk := file.read(CHUNK_BYTES):
                        target.write(chunk)
                        yield pieces.taken()
        yield pieces.taken()


class _Pieces(io.RawIOBase):
    """A file that can only be written; what was written is taken out again soon."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """True; seeking and reading are impossible."""
        return True

    def write(self, data: Any) -> int:
        """Append."""
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last call."""
        taken, self._written = bytes(self._written), bytearray()
        return taken
