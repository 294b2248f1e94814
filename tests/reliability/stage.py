"""The world of a row of the tables: a proxy on either side, and time that can be hurried."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clocks import Lead
from tests.e2e.training import ENDLESS, MODEL, number_of, planned
from tests.proxy import Exchange, Proxy
from tests.reliability.faults import Call
from tests.telegram_people import Json, Person, words
from tests.world import API_KEY, World, eventually, world

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
WRONG_TYPES = {
    "id": 7, "object": 1, "status": [], "data": {"a": 1}, "choices": [{"message": {"content": 7}}],
    "ok": True, "result": "yes",
}  # fmt: skip
SLOW = ("held", "dripping")
AWAY = {"refused": Proxy.away, "timeout": Proxy.unreachable}
KINDS: dict[str, dict[str, Any]] = {
    "held": {"kind": "hold_before"},
    "dripping": {"kind": "drip"},
    "cut": {"kind": "cut"},
    "502 page": {"kind": "answer", "status": 502, "body": PAGE},
    "wrong JSON": {"kind": "answer", "status": 200, "body": {"state": "fine"}},
    "wrong types": {"kind": "answer", "status": 200, "body": WRONG_TYPES},
}
"""How a proxy does what a column says; the other columns are plain refusals of that status."""


@dataclass(frozen=True)
class Stage:
    """What a row's test may touch."""

    world: World
    telegram: Proxy
    lead: Lead

    def proxy(self, path: str) -> Proxy:
        """The one that such a call goes through."""
        return self.world.proxy if path.startswith("/v1") else self.telegram

    def sent(self, method: str, path: str) -> list[Exchange]:
        """The calls so far."""
        return self.proxy(path).sent(method, path)

    @asynccontextmanager
    async def trouble(
        self,
        fault: str,
        call: Call,
        act: Callable[[], Awaitable[object]],
        *,
        until: Callable[[], object] | None = None,
    ) -> AsyncIterator[None]:
        """Somebody does something, and its call meets the fault.

        Where nobody gets through to Telegram at all, that begins with the call, and is over when
        the block begins, once *until* holds: else neither the question nor the answer would get
        through.
        """
        proxy, before = self.proxy(call.path), len(self.sent(call.method, call.path))
        if fault in AWAY and proxy is self.telegram:
            held = proxy.fault(call.method, call.path, "hold_before")
            await act()
            await asyncio.wait_for(held.happened.wait(), 20)
            async with AWAY[fault](proxy), self.lead.hurry():
                await (eventually(until) if until else asyncio.sleep(0.7))
            yield
            return
        if fault in AWAY:
            async with AWAY[fault](proxy), self.lead.hurry(call.hurry):
                await act()
                yield
        else:
            order = KINDS.get(fault) or refusal(int(fault), is_telegram=proxy is self.telegram)
            ordered = proxy.fault(call.method, call.path, times=10**6, **order)
            leaping = asyncio.create_task(self._leap(call, before)) if fault in SLOW else None
            try:
                await act()
                yield
            finally:
                ordered.times = 0
                ordered.released.set()
                if leaping is not None:
                    leaping.cancel()
        n = len(self.sent(call.method, call.path)) - before
        assert call.cell(fault).n in (n, None), (fault, n)

    async def _leap(self, call: Call, n_before: int) -> None:
        """After each such call, let its deadline pass; whatever else is under way has ended."""
        while True:
            while (n := len(self.sent(call.method, call.path))) == n_before:
                await asyncio.sleep(0.05)
            n_before = n
            await asyncio.sleep(0.3)
            self.lead.skip(call.patience_s)

    def log(self) -> str:
        """What the bot has logged so far."""
        return (self.world.folder / "logs" / "bot.log").read_text(encoding="utf-8")


def refusal(status: int, *, is_telegram: bool) -> dict[str, Any]:
    words = f"No {API_KEY} here"
    body: dict[str, Any] = {
        "error": {"message": words, "type": "server_error", "param": None, "code": None}
    }
    if is_telegram:
        body = {"ok": False, "error_code": status, "description": f"Error: {status}"}
        if status == 429:
            body["parameters"] = {"retry_after": 2}
    return {"kind": "answer", "status": status, "body": body}


@asynccontextmanager
async def stage(
    folder: Path, engine: dict[str, str] | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """The bot between two proxies; an admin, a tester, and a model that answers."""
    lead = Lead(folder / "lead")
    async with (
        world(
            folder, engine=ENDLESS | (engine or {}), start_bot=False, CHAT_MODEL=MODEL, **settings
        ) as everything,
        Proxy(everything.sandbox.ready).running() as telegram,
    ):  # fmt: skip
        await everything.start_bot(TELEGRAM_API_URL=telegram.url, TESTS_CLOCK_LEAD=str(lead.path))
        async with lead.hurry(5):  # its pauses keep nobody waiting
            yield Stage(everything, telegram, lead)
        await everything.stop_bot()


async def begins(admin: Person, what: str = "/train") -> tuple[Json, Callable[[], Awaitable[None]]]:
    """A plan, and a function that starts it, also if the same was started before."""
    plan = await planned(admin, what)
    number = number_of(plan)

    async def start() -> None:
        await admin.presses(f"train:start:{number}", plan)
        asked = await admin.sees(lambda m: f"План №{number} " in words(m) and "запущен" in words(m))
        if "ещё не запущен" in words(asked):
            await admin.presses("🚀 Запустить ещё один", asked)

    return plan, start
