"""No token and no key, not even a part of one, in anything that the bot leaves behind."""

import asyncio
import json
from collections.abc import Iterator

from tests.e2e.commands import run
from tests.e2e.faults import CHAT, refusal
from tests.e2e.training import FILES, JOBS, MODEL, started
from tests.world import ADMIN, API_KEY, BOT_TOKEN, World, world

OTHER_TOKEN = BOT_TOKEN.split(":")[0] + ":" + "Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0Pp_mNbV"
WRONG_KEY = "sk-proj-Wr0ngKeyQ7x9Lm2Np4Rt6Vw8Yz1Bc3Df"
PART = 12
"""So many characters of a secret in a row are a part of it."""
LINE = 2_000


def parts() -> list[bytes]:
    """Every run of characters that gives a secret away."""
    secrets = (BOT_TOKEN.split(":")[1], OTHER_TOKEN.split(":")[1], API_KEY, WRONG_KEY)
    starts = ((secret, start) for secret in secrets for start in range(len(secret) - PART + 1))
    return [secret[start : start + PART].encode() for secret, start in starts]


def left_behind(everything: World, messages: bytes) -> Iterator[tuple[str, bytes]]:
    """What the bot wrote: logs, output, database, and all that people were shown."""
    yield "messages", messages
    folder = everything.folder
    for path in (folder / "bot.log", *folder.glob("logs/*"), *folder.glob("data/**/*")):
        if path.is_file():
            yield str(path), path.read_bytes()
    for (table,) in everything.stored("SELECT name FROM sqlite_master WHERE type = 'table'"):
        yield table, repr(everything.stored(f"SELECT * FROM {table}")).encode()


async def shown(everything: World) -> bytes:
    """Every call of the bot with its answer, and every message of its chats."""
    chats = [await person.chat() for person in (everything.admin, everything.tester)]
    calls = await everything.people.calls()
    return json.dumps([chats, calls], ensure_ascii=False).encode()


async def test_a_session_at_debug_gives_no_secret_away(tmp_path):
    """Logs at DEBUG, output, messages and database hold no part of a token or key.

    Not after refused keys that the provider quotes, broken connections on both sides, a wrong key,
    a wrong token, and a token that Telegram stops to know: that ends the bot with one line, code 2.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester, proxy = everything.admin, everything.tester, everything.proxy
        people = everything.people

        quoting = refusal(401, "invalid_api_key", f"Incorrect API key provided: {API_KEY}.")
        proxy.fault("POST", FILES, "answer", **quoting)
        await admin.says("/upload")
        await admin.presses("Да, отправить")
        await admin.sees("Провайдер не принял ключ")
        proxy.fault("POST", JOBS, "answer", **quoting)
        run_id = await started(admin)
        await admin.sees(f"План №{run_id} не запустился")
        quoting = refusal(400, "weird", f"Bearer {API_KEY} and {API_KEY[:20]} are bad")
        proxy.fault("POST", CHAT, "answer", **quoting)
        await tester.says("Как дела?")
        await tester.sees("Ответить не получилось")
        proxy.fault("POST", CHAT, "drop_before", times=2)
        await tester.says("Как дела?")
        await tester.sees("Наташа сейчас не отвечает")
        proxy.fault("POST", JOBS, "drop_after")
        await started(admin)
        await admin.sees("готова ·", timeout=30)
        for kind in ("drop_before", "drop_after", "bad_gateway_html"):
            await people.fault("sendMessage", kind)
            await people.fault("getUpdates", kind)
        asked = await tester.says("/id")
        await tester.sees("Ваш ID в Telegram", after=asked["message_id"])
        # An update that fails is logged with its traceback.
        everything.stored("ALTER TABLE conversations RENAME TO hidden")
        await tester.says("Как дела?")
        await tester.sees("Что-то сломалось", timeout=30)
        everything.stored("ALTER TABLE hidden RENAME TO conversations")
        assert await everything.stop_bot() == 0

        # A key that nobody knows; then Telegram forgets the token while the bot runs.
        await everything.start_bot(OPENAI_API_KEY=WRONG_KEY)
        asked = await admin.says("/upload")
        question = await admin.sees("Отправить провайдеру", after=asked["message_id"])
        await admin.presses("Да, отправить", question)
        await admin.sees("Провайдер не принял ключ", after=asked["message_id"])
        messages = await shown(everything)
        printed = (everything.folder / "bot.log").stat().st_size
        await everything.restart_sandbox("--token", OTHER_TOKEN)
        assert everything.bot is not None
        assert await asyncio.wait_for(everything.bot.process.wait(), 30) == 2
        await everything.bot.drain
        last = (everything.folder / "bot.log").read_bytes()[printed:].decode()
        assert last.splitlines()[-1] == "TELEGRAM_BOT_TOKEN: Telegram does not know this token"
        assert "Traceback" not in last

        code, output = await run("run", **everything.settings | {"FOLDER": str(tmp_path)})
        assert code == 2
        assert output.endswith("\nTELEGRAM_BOT_TOKEN: Telegram does not know this token\n")
        assert "Traceback" not in output

        given_away = [
            (place, part)
            for place, content in left_behind(everything, messages + output.encode())
            for part in parts()
            if part in content
        ]
        assert given_away == []
        log = (everything.folder / "logs" / "bot.log").read_bytes()
        assert b"DEBUG" in log
        assert b"Traceback" in log
        assert max(map(len, log.splitlines())) < LINE, "nothing is shown with all that it refers to"
        assert str(ADMIN).encode() in messages
