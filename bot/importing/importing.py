"""An import from the file to the version: who is Natasha, what becomes of it, and the decision."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.dataset.versions import CheckedFile, DatasetVersions
from bot.delivery.messages import integer, words_of
from bot.domain import JsonDict
from bot.domain.datasets import DatasetOrigin
from bot.errors import ImportGone
from bot.importing.entities import Import, Made, Survey
from bot.importing.exported import author_of
from bot.importing.reading import make, survey
from bot.importing.store import ImportStore
from bot.storage.database import Database, Transaction

GATHERING_S: Final = 60 * 60
KEPT_S: Final = 24 * 60 * 60
"""For so long an import waits for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """The files of imports are in *folder*, named by their ids; a decision takes them away."""

    database: Database
    store: ImportStore
    versions: DatasetVersions
    folder: Path

    async def get(self, import_id: int, person_id: int) -> Import:
        """That import, with its file; raises ImportGone."""
        found = await self.store.get(import_id, person_id)
        if found is None or not (found.is_gathering or self._path(import_id).exists()):
            raise ImportGone
        return found

    async def write(self, import_id: int, data: bytes) -> Survey:
        """Keep a file that came, and say who writes there; raises like `reading.survey`."""
        path = self._path(import_id)
        await asyncio.to_thread(_write, path, data)
        try:
            return await self.versions.checker.run(survey, path)
        except BaseException:
            self.remove(import_id)
            raise

    async def survey(self, import_id: int) -> Survey:
        """Who writes there, once more."""
        return await self.versions.checker.run(survey, self._path(import_id))

    async def make(self, import_id: int, natasha: str) -> Made:
        """Make the examples, if that person is Natasha; they wait in a file of their own."""
        in_use = await self.versions.in_use()
        draft = self._draft(import_id, natasha)
        return await self.versions.checker.run(
            make,
            self._path(import_id),
            draft,
            natasha=natasha,
            prompt=in_use.system_prompt if in_use else "",
        )

    async def accept(self, import_id: int, natasha: str, *, name: str, by: int) -> CheckedFile:
        """Make a version of these examples; may be repeated until the import ends."""
        with self.versions.files.draft() as draft:
            made = self._draft(import_id, natasha)
            if not made.exists():
                raise ImportGone
            await asyncio.to_thread(draft.write_bytes, made.read_bytes())
            return await self.versions.take_made(
                draft, DatasetOrigin.IMPORTED, name=name, by=by, parent=None
            )

    async def end(self, tx: Transaction, import_id: int) -> None:
        """It is decided: nothing of the chat stays."""
        await self.store.end(tx, import_id)
        tx.after_commit(lambda: self.remove(import_id))

    def remove(self, import_id: int) -> None:
        """Take away the files of an import."""
        for path in self.folder.glob(f"{import_id}*"):
            if re.fullmatch(rf"{import_id}(-\w+)?\.jsonl?", path.name):
                path.unlink(missing_ok=True)

    async def tidy(self) -> None:
        """Take away what a killed process left behind, before anything is begun."""
        ids = await self.store.ids()
        for path in self.folder.glob("*.json*"):
            number = re.match(r"\d+", path.name)
            if number is None or int(number[0]) not in ids:
                path.unlink(missing_ok=True)

    async def end_late(self) -> None:
        """End the imports about which nobody decided in time."""
        now = int(time.time())
        late = await self.database.write(
            lambda tx: self.store.end_late(tx, gathering_than=now - GATHERING_S, than=now - KEPT_S)
        )
        for import_id in late:
            self.remove(import_id)

    def _path(self, import_id: int) -> Path:
        return self.folder / f"{import_id}.json"

    def _draft(self, import_id: int, natasha: str) -> Path:
        return self.folder / f"{import_id}-{natasha}.jsonl"


def as_export(messages: Sequence[JsonDict]) -> bytes:
    """Gathered messages as Telegram's app would export their chat."""
    is_group = len({message["from_id"] for message in messages}) > 2
    chat = {"type": "private_group" if is_group else "personal_chat", "messages": messages}
    return json.dumps(chat, ensure_ascii=False).encode(errors="replace")


def as_exported(message: JsonDict) -> JsonDict | None:
    """A forwarded message in the form of an export; None: no person wrote it.

    https://core.telegram.org/bots/api#messageorigin
    """
    origin = message.get("forward_origin") or {}
    user = origin.get("sender_user") or {}
    parts = (user.get("first_name"), user.get("last_name"))
    name = " ".join(filter(None, parts)) or str(origin.get("sender_user_name") or "")
    author = author_of(user.get("id"), name)
    if not author:
        return None
    return {
        "id": integer(message, "message_id"),
        "type": "message",
        "date_unixtime": str(integer(origin, "date")),
        "from": name,
        "from_id": author,
        "text": words_of(message),
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)
