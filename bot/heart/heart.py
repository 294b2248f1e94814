"""Looks at the facts again and again, and tells admins what is wrong, past the database."""

import asyncio
import contextlib
import errno
import logging
import shutil
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.delivery.chats_store import saw_message
from bot.delivery.notifications import DeliveryKind
from bot.delivery.polling import is_revoked
from bot.delivery.poster import Poster
from bot.domain.people import Urgency
from bot.edge.core import Core
from bot.edge.schedule import COPY, Schedule
from bot.heart.facts import Facts, Report, report_on
from bot.heart.health import serving
from bot.heart.store import incidents, oldest_waiting
from bot.heart.telling import Streak, Telling
from bot.storage.files import LOCK, WAL, file_of
from bot.storage.settings_rows import remember

QUIET_S: Final = 60
"""After so long without a write the heart writes; so often Telegram is asked about the webhook."""
DATABASE_S: Final = 15
"""For so long the heart waits for the database. SQLite itself waits for ten seconds."""
SEND_S: Final = 120
ERROR_S: Final = 600
"""So old may Telegram's last failure to reach the webhook be."""
WELL: Final = "heart_well"

_File = tuple[int, int]
"""Its device and its inode."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Heart:
    """Sends by itself: what it has to tell may be why the outbox stands still."""

    core: Core
    bot: Bot
    poster: Poster
    schedule: Schedule
    _facts: Facts = field(init=False, default_factory=Facts)
    _telling: Telling = field(init=False, default_factory=Telling)
    _waiting: Streak = field(init=False, default_factory=Streak)
    _webhook: Streak = field(init=False, default_factory=Streak)
    _webhook_at: float = field(init=False, default=0)
    """When Telegram was asked about it."""
    _unsaid: list[tuple[int, str, Facts]] = field(init=False, default_factory=list)
    """Who is to be told what."""
    _reading: "asyncio.Task[tuple[int, int]] | None" = field(init=False, default=None)

    async def run(self) -> None:
        """Beat until it is cancelled.

        Raises:
            InvalidToken: behind a webhook: Telegram no longer knows the token.
        """
        files = _files(self.core.settings.database_path)
        self.poster.reachability.note_news()
        async with serving(self.core.settings.health_listen, self.report):
            while True:
                try:
                    await self._look(files)
                    await self._tell()
                except InvalidToken:
                    if await is_revoked(self.bot, self.core.pacing.refusal_s):
                        raise
                except TelegramError as exc:
                    _logger.info("Telegram does not tell about the webhook: %r", exc)
                except Exception:
                    _logger.exception("The heart missed a beat")
                await asyncio.sleep(self.core.pacing.beat_s)

    def report(self) -> Report:
        """How the bot is now."""
        reachability = self.poster.reachability
        facts = replace(
            self._facts,
            telegram_age_s=reachability.news_age_s,
            conflict_s=reachability.conflict_s,
            tick_age_s=self.schedule.age_s,
            copy_error=_reason(self.schedule.failure(COPY)),
            failing_ticks=", ".join(name for name in self.schedule.failing if name != COPY),
            write_age_s=_now() - self.core.database.written_at,
        )
        return report_on(facts, silent_s=self.core.pacing.silent_s)

    async def _look(self, files: Mapping[str, _File | None]) -> None:
        path = self.core.settings.database_path
        now = _files(path)
        replaced = [name for name, file in files.items() if file is None or file != now.get(name)]
        self._facts = replace(
            self._facts, replaced_files=", ".join(replaced), free_bytes=_free_bytes(file_of(path))
        )
        await self._look_into_database()
        if self.core.settings.webhook_url and _now() - self._webhook_at >= QUIET_S:
            self._webhook_at = _now()
            await self._look_at_webhook()

    async def _look_into_database(self) -> None:
        """A look that was not answered goes on; the next beat waits for the same one."""
        self._reading = self._reading or asyncio.create_task(self._read(), name="heart reads")
        try:
            done, _ = await asyncio.wait([self._reading], timeout=DATABASE_S)
        except asyncio.CancelledError:
            self._reading.cancel()
            raise
        error = "SQLITE_BUSY"
        if done:
            found, self._reading = self._reading, None
            exc = found.exception()
            error = _reason(exc)
            if exc is None:
                waiting, n = found.result()
                waiting_s = self._waiting.seconds(waiting, _now())
                self._facts = replace(self._facts, waiting_s=waiting_s, incidents=n)
        self._facts = replace(self._facts, database_error=error)

    async def _read(self) -> tuple[int, int]:
        database = self.core.database
        if _now() - database.written_at >= QUIET_S:
            await database.write(lambda tx: remember(tx, "heart", int(time.time())))
        n = await incidents(database, apology=DeliveryKind.REFUSED)
        return await oldest_waiting(database), n

    async def _look_at_webhook(self) -> None:
        info = await self.bot.get_webhook_info()
        self.poster.reachability.note_news()
        failed_at = info.last_error_date.timestamp() if info.last_error_date else 0
        error = ""
        if info.url != f"{self.core.settings.webhook_url}/telegram":
            error = "another webhook is set" if info.url else "no webhook is set"
        elif info.pending_update_count and time.time() - failed_at < ERROR_S:
            error = info.last_error_message or "?"
        webhook_s = self._webhook.seconds(bool(error), _now())
        self._facts = replace(self._facts, webhook_s=webhook_s, webhook_error=error)

    async def _tell(self) -> None:
        report = self.report()
        keys = [f"heart_{each}" for each in self._telling.news(report.problems, _now())]
        if keys:
            _logger.error("Something is wrong (%s): %s", ", ".join(keys), report.facts)
        if self._telling.is_well_again(report.problems):
            _logger.warning("All is well again")
            keys.append(WELL)
        admins = sorted(self.core.settings.admin_ids)
        self._unsaid += [(admin, key, report.facts) for key in keys for admin in admins]
        unsaid, self._unsaid = self._unsaid, []
        for admin_id, key, facts in unsaid:
            if not await self._is_said(admin_id, key, facts):
                self._unsaid.append((admin_id, key, facts))

    async def _is_said(self, admin_id: int, key: str, facts: Facts) -> bool:
        """Whether this is done with; rather twice than never."""
        try:
            async with asyncio.timeout(SEND_S), self.poster.order(admin_id):
                await self._say(admin_id, key, facts)
        except (Forbidden, BadRequest) as exc:
            _logger.info("Admin %s takes no messages: %s", admin_id, exc)
        except (TelegramError, TimeoutError) as exc:
            _logger.info("Admin %s was not told yet: %r", admin_id, exc)
            return False
        return True

    async def _say(self, admin_id: int, key: str, facts: Facts) -> None:
        texts, is_silent = self.core.texts(self.core.settings.language), key == WELL
        with contextlib.suppress(sqlite3.Error):
            reader = await self.core.people.named(admin_id)
            texts = self.core.texts_for(reader)
            is_silent = is_silent or reader.rings_from > Urgency.IMPORTANT
        sent = await self.bot.send_message(
            admin_id,
            texts(
                key,
                files=facts.replaced_files,
                free=texts.number(facts.free_bytes / 1e6),
                database=facts.database_error,
                copy=facts.copy_error,
                ticks=facts.failing_ticks,
                webhook=facts.webhook_error,
                n=facts.incidents,
            ),
            parse_mode=ParseMode.HTML,
            disable_notification=is_silent,
        )
        with contextlib.suppress(sqlite3.Error, TimeoutError):
            async with asyncio.timeout(DATABASE_S):
                # No search for a lost message shall take this one for it.
                await self.core.database.write(
                    lambda tx: saw_message(tx, admin_id, sent.message_id)
                )


def _now() -> float:
    return asyncio.get_running_loop().time()


def _reason(exc: BaseException | None) -> str:
    """What went wrong, in a word and without a path; nothing did: empty."""
    if exc is None:
        return ""
    cause = exc.__cause__ or exc
    if isinstance(cause, OSError) and cause.errno is not None:
        return errno.errorcode.get(cause.errno, type(cause).__name__)
    return str(getattr(cause, "sqlite_errorname", type(cause).__name__))


def _files(path: Path) -> dict[str, _File | None]:
    """The database, and what is beside it while it is open; each by its name."""
    beside = {each.name: _file(each) for each in (file_of(path, WAL), file_of(path, LOCK))}
    return {path.name: _file(path)} | {name: file for name, file in beside.items() if file}


def _file(path: Path) -> _File | None:
    """Which file that is, whatever its name; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _free_bytes(path: Path) -> int:
    folder = next(each for each in path.absolute().parents if each.exists())
    return shutil.disk_usage(folder).free
