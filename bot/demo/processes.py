"""The processes of a demo: engine, sandbox and bot, on free loopback ports, in one folder."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from bot.config import Settings
from bot.demo.lessons import Lesson
from bot.runtime import children
from bot.runtime.children import Child, ChildDied

ADMIN: Final = (1001, "Мария")
TESTER: Final = (1002, "Олег")
BOT_ID: Final = 7_000_001
NAMES: Final = {"sandbox": "песочница", "engine": "движок", "bot": "бот"}

POLL_INTERVAL_S = 0.3
_GRACE_S = 1.5
"""How long a process may take to end. Its data is deleted anyway."""
_STARTING_GRACE_S = 1.0
CODE: Final = Path(__file__).parents[2]
"""The folder that holds the packages, and in a checkout the shipped dataset."""


class TourFailed(Exception):
    """The tour did not go as expected; the text says in Russian what was expected."""


@dataclass(slots=True)
class DemoProcesses:
    """The three processes; `run_while_alive` does something as long as none of them ends."""

    folder: Path
    lesson: Lesson
    api_key: str = field(default_factory=lambda: f"demo-{secrets.token_urlsafe(24)}")
    bot_token: str = field(default_factory=lambda: f"{BOT_ID}:{secrets.token_urlsafe(27)[:35]}")
    children: dict[str, Child] = field(default_factory=dict)

    async def start(self) -> None:
        """Start all three.

        Raises:
            TourFailed: one of them does not start.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._start_sandbox())
                tasks.create_task(self._start_engine())
        except* TourFailed as group:
            raise group.exceptions[0] from None
        await self._start("bot", "run", **self._settings())

    async def run_while_alive(self, doing: Coroutine[Any, Any, object]) -> None:
        """Run *doing*, unless one of the processes ends before it does.

        Raises:
            TourFailed: from *doing*, or because a process has ended.
        """
        task = asyncio.create_task(doing, name="the tour")
        try:
            await asyncio.wait(
                {task, *(child.drain for child in self.children.values())},
                return_when=asyncio.FIRST_COMPLETED,
            )
            if task.done() and not isinstance(task.exception(), httpx.HTTPError):
                await task
                return
            raise await self._ended()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """End all processes, the slow ones by force."""
        await asyncio.gather(*map(_end, self.children.values()))

    def log_tails(self) -> str:
        """The last lines of every log."""
        return "\n".join(
            f"--- {path.name}\n{children.tail(path, 8)}"
            for path in sorted(self.folder.glob("*.log"))
        )

    async def _start_sandbox(self) -> None:
        people = [f"{ADMIN[0]}:{ADMIN[1]}:ru:admin", f"{TESTER[0]}:{TESTER[1]}:ru:tester"]
        options = [part for person in people for part in ("--user", person)]
        await self._start("sandbox", "--port", "0", *options)

    async def _start_engine(self) -> None:
        options = {"port": 0, "data": self.folder / "engine", **self.lesson.engine}
        words = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        await self._start("engine", *words, ENGINE_HOST="", ENGINE_API_KEYS=self.api_key)

    async def _start(self, module: str, *arguments: str, **settings: str) -> None:
        python_path = os.pathsep.join(filter(None, [str(CODE), os.environ.get("PYTHONPATH", "")]))
        starting = asyncio.ensure_future(
            children.start(
                module,
                *arguments,
                log=self.folder / f"{module}.log",
                env=settings | {"PYTHONPATH": python_path},
                cwd=self.folder,
            )
        )
        try:
            self.children[module] = await asyncio.shield(starting)
        except ChildDied:
            raise TourFailed(f"Не запускается {NAMES[module]} ({module}).") from None
        except asyncio.CancelledError:
            # A process that is still starting can't be stopped yet; a slow one ends after us.
            with contextlib.suppress(ChildDied, TimeoutError):
                async with asyncio.timeout(_STARTING_GRACE_S):
                    self.children[module] = await starting
            raise

    def _settings(self) -> dict[str, str]:
        # Empty means unset: the bot gets nothing from the person's environment.
        return dict.fromkeys((name.upper() for name in Settings.model_fields), "") | {
            "TELEGRAM_BOT_TOKEN": self.bot_token,
            "TELEGRAM_API_URL": self.children["sandbox"].ready,
            "OPENAI_API_KEY": self.api_key,
            "OPENAI_BASE_URL": self.children["engine"].ready,
            "ADMIN_IDS": str(ADMIN[0]),
            "TESTER_IDS": str(TESTER[0]),
            "DATASET_PATH": str(self.lesson.dataset),
            "DATABASE_PATH": str(self.folder / "data" / "bot.sqlite3"),
            "LOG_PATH": str(self.folder / "bot-diary.log"),
            "POLL_INTERVAL_S": str(POLL_INTERVAL_S),
            "HEALTH_LISTEN": "off",
            **self.lesson.settings,
        }

    async def _ended(self) -> TourFailed:
        await asyncio.sleep(0.5)  # A connection breaks a moment before its process is gone.
        for module, child in self.children.items():
            if child.drain.done():
                return TourFailed(f"Внезапно остановился процесс «{NAMES[module]}» ({module}).")
        return TourFailed("Песочница или движок не отвечает.")


async def _end(child: Child) -> None:
    stopping = asyncio.ensure_future(child.stop())
    if not (await asyncio.wait({stopping}, timeout=_GRACE_S))[0]:
        child.process.kill()
    await stopping
