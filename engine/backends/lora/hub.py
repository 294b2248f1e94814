"""`python -m engine.backends.lora.hub ID REVISION FOLDER`: a child process that downloads a base.

It takes only files that hold no code: weights in safetensors, configuration, tokenizer, licence.
It prints a line of JSON for the size, and one for the end. When standard input closes, it exits.

Files that are whole in the folder are kept, so that a download goes on where it was. A file that
was cut off is downloaded again: huggingface_hub can't continue it
(https://github.com/huggingface/huggingface_hub/pull/4228, looked up 2026-11-29).
"""

import errno
import hashlib
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

_WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")
_LICENCES = ("license", "license.*", "licence", "licence.*", "notice", "notice.*", "use_policy.*")
_TEXTS = ("", ".txt", ".md")
"""Endings of licences."""
_UNUSED = ("consolidated*", "adapter_*")
"""Second copies of the weights in another program's layout, and other people's adapters."""
_WORKERS = 4
"""Files that are downloaded at once."""
_FORBIDDEN = "it needs permission: accept its terms at the hub and set HF_TOKEN for the engine"
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (GatedRepoError, _FORBIDDEN),
    (RevisionNotFoundError, "the hub knows no such revision of it"),
    (DisabledRepoError, "the hub has switched it off"),
    (
        RepositoryNotFoundError,
        "the hub knows no such model, or shows it only with the right HF_TOKEN",
    ),
    (OfflineModeIsEnabled, "HF_HUB_OFFLINE forbids downloads"),
    (httpx2.RequestError, "the hub could not be reached"),
)
"""The first that fits counts: a gated one is also one that was not found."""


class _Problem(Exception):
    """Why the base can't be downloaded, for the client."""


def main(hub_id: str, revision: str, folder: Path) -> None:
    """Download; prints how it ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _download(hub_id, revision, folder)
    except _Problem as problem:
        _say(problem=str(problem))
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        _log(error)
        _say(problem=_words_for(error))
    else:
        _say(done=True)


def _download(hub_id: str, revision: str, folder: Path) -> None:
    info = HfApi().model_info(hub_id, revision=revision, files_metadata=True)
    files = [file for file in info.siblings or [] if _is_wanted(file.rfilename)]
    if not any(file.rfilename.endswith(".safetensors") for file in files):
        raise _Problem("it has no weights in safetensors, and others are not used")
    size = sum(file.size or 0 for file in files)
    _say(size=size, revision=info.sha)
    _tidy(folder)
    here = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    free = shutil.disk_usage(folder).free
    if size - here > free:
        raise _Problem(f"it takes {size / 1e9:.1f} GB and the disk has {free / 1e9:.1f} GB left")
    snapshot_download(
        hub_id,
        revision=info.sha,
        local_dir=folder,
        allow_patterns=[file.rfilename for file in files],
        max_workers=_WORKERS,
    )
    for file in files:
        path = folder / file.rfilename
        if file.lfs is not None and _sha256(path) != file.lfs.sha256:
            path.unlink()
            raise _Problem(f"the file {path.name} arrived damaged")
        with path.open("rb") as written:
            os.fsync(written.fileno())


def _is_wanted(name: str) -> bool:
    low = name.lower()
    if "/" in name or _is_like(low, _UNUSED):
        return False
    return _is_like(low, _WANTED) or (_is_like(low, _LICENCES) and Path(low).suffix in _TEXTS)


def _is_like(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _tidy(folder: Path) -> None:
    """Delete the halves that a killed download has left; nobody continues them."""
    for half in (folder / ".cache").rglob("*.incomplete"):
        half.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _words_for(error: Exception) -> str:
    """The first cause that is known, in words."""
    for cause in _causes(error):
        if words := next((text for kind, text in _WORDS if isinstance(cause, kind)), None):
            return words
        if isinstance(cause, HfHubHTTPError):
            status = cause.response.status_code
            return _FORBIDDEN if status in (401, 403) else f"the hub answered with error {status}"
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return "the disk is full"
    return "the download broke; the server's log says more"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _log(error: Exception) -> None:
    """Tell the server's log, without the token and without the query of signed addresses."""
    said = f"{type(error).__name__}: {error}".split("?", maxsplit=1)[0]
    token = os.environ.get("HF_TOKEN")
    sys.stderr.write((said.replace(token, "***") if token else said) + "\n")


def _say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def _end_with_parent() -> None:
    # os.read, because sys.stdin would hold a lock that the interpreter needs to exit.
    while os.read(0, 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
