"""The base models on offer: local folders, models of a hub, and names of `bases.toml`.

Nothing here imports torch or the hub's client; a download runs in a child process.
"""

import asyncio
import contextlib
import re
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from engine.backends import Tell
from engine.backends.lora.base_folder import BaseFacts, BaseMissing, check_folder, context_of
from engine.backends.lora.download import Downloads
from engine.catalogue import BaseModel

__all__ = ["BaseFacts", "BaseMissing", "BaseUnknown", "Bases", "catalogue"]

EXAMPLE_TOKENS = 4_096
"""Longer training examples are cut, also where the base could read more."""
ANSWER_TOKENS = 4_096
"""The longest answer."""
_CAUTIOUS_CONTEXT = 2_048
"""Of a base that is not here yet, and that `bases.toml` doesn't know."""
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_HUB_ID = re.compile(rf"(?P<id>{_PART}/{_PART})(@(?P<revision>[A-Za-z0-9][A-Za-z0-9._/-]*))?")
_FOLDER_NAME = re.compile(r"[\w.-]+")
_TABLE = Path(__file__).with_name("bases.toml")


class BaseUnknown(ValueError):
    """A word of `--base` names nothing usable; the text is for the operator and may hold paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    name: str
    local: Path | None = None
    """None: it comes from the hub."""
    hub_id: str = ""
    revision: str | None = None
    """Commit, branch or tag asked for; None: the newest at the first download."""
    row: Mapping[str, Any] | None = None
    """Its row of the catalogue."""


class Bases:
    """The base models that `--base` names, by the name that clients use."""

    def __init__(self, names: Sequence[str], data: Path) -> None:
        """Find each base; local folders are checked now.

        Args:
            names: The words of `--base`.
            data: The engine's data folder, where downloads are kept.

        Raises:
            BaseUnknown: a word names nothing, the same as another, or a folder that can't be used.
        """
        self._downloads = Downloads(data)
        self._bases: dict[str, _Base] = {}
        self._facts: dict[str, BaseFacts] = {}
        rows = {row["name"]: row for row in catalogue()}
        for word in names:
            base = _base(word, rows)
            if base.name in self._bases or base.hub_id in self._hub_ids():
                raise BaseUnknown(f"--base names {base.name} twice")
            self._check(word, base)
            self._bases[base.name] = base
        self.models: dict[str, BaseModel] = {name: self._model(name) for name in self._bases}
        """Renewed after a download, which tells the context exactly."""

    def folder(self, name: str) -> Path | None:
        """The folder of a base that is here and whole; None: `fetch` must bring it first."""
        return self._bases[name].local or self._downloads.folder(self._bases[name].hub_id)

    def facts(self, name: str) -> BaseFacts | None:
        """Sizes, also of a base that isn't here yet if the catalogue has them; None: not known."""
        if name not in self._facts:
            folder = self.folder(name)
            if folder is None:
                return _catalogue_facts(self._bases[name].row)
            try:
                self._facts[name] = check_folder(folder)
            except BaseMissing:
                return None
        return self._facts[name]

    async def fetch(self, name: str, tell: Tell) -> Path:
        """The folder of a base, checked; downloads it if it isn't here.

        Raises:
            BaseMissing: it can't be downloaded or used; the text says why, without paths.
        """
        base = self._bases[name]
        if base.local is None:
            await self._downloads.fetch(base.hub_id, base.revision, tell)
        folder = self.folder(name)
        assert folder is not None
        try:
            self._facts[name] = await asyncio.to_thread(check_folder, folder)
        except BaseMissing as missing:
            raise BaseMissing(f"The base model {name} can't be used: {missing}.") from missing
        self.models[name] = self._model(name)
        return folder

    def _hub_ids(self) -> set[str]:
        return {base.hub_id for base in self._bases.values() if base.hub_id}

    def _check(self, word: str, base: _Base) -> None:
        if base.local is None:
            if problem := self._downloads.conflict(base.hub_id, base.revision):
                raise BaseUnknown(f"--base {word}: {problem}")
            return
        try:
            self._facts[base.name] = check_folder(base.local)
        except BaseMissing as missing:
            raise BaseUnknown(f"--base {word}: {missing}") from missing

    def _model(self, name: str) -> BaseModel:
        row, folder = self._bases[name].row, self.folder(name)
        context = row["context_tokens"] if row else _CAUTIOUS_CONTEXT
        created_at = _noon(row["released"]) if row and "released" in row else int(time.time())
        if folder is not None:
            created_at = int(folder.stat().st_mtime)
            with contextlib.suppress(BaseMissing):  # `fetch` tells it, when the base is used
                context = context_of(folder)
        return BaseModel(
            name=name,
            created_at=created_at,
            shutdown_date=None,
            context_tokens=context,
            answer_tokens=min(context, ANSWER_TOKENS),
            example_tokens=min(context, EXAMPLE_TOKENS),
        )


def catalogue() -> list[dict[str, Any]]:
    """The rows of `bases.toml`."""
    rows: list[dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["base"]
    return rows


def _base(word: str, rows: Mapping[str, Mapping[str, Any]]) -> _Base:
    if row := rows.get(word):
        return _Base(name=word, hub_id=row["hub_id"], row=row)
    path = Path(word).expanduser()
    if path.is_dir():
        local = path.resolve()
        if not _FOLDER_NAME.fullmatch(local.name):
            raise BaseUnknown(f"--base {word}: rename the folder, to letters, digits, . _ and -")
        return _Base(name=local.name, local=local)
    if word.startswith(("/", ".", "~")):
        raise BaseUnknown(f"--base {word}: there is no such folder")
    found = _HUB_ID.fullmatch(word)
    if not found or "--" in word or ".." in word:
        known = ", ".join(rows)
        message = "it is no folder, no id of a hub such as Qwen/Qwen3-0.6B and none of: "
        raise BaseUnknown(f"--base {word}: {message}{known}")
    known_row = next((row for row in rows.values() if row["hub_id"] == found["id"]), None)
    return _Base(name=found["id"], hub_id=found["id"], revision=found["revision"], row=known_row)


def _catalogue_facts(row: Mapping[str, Any] | None) -> BaseFacts | None:
    if row is None or "shape" not in row:
        return None
    return BaseFacts(
        parameters=row["parameters"],
        weight_bytes=row["download_bytes"],
        context=row["context_tokens"],
        **row["shape"],
    )


def _noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
