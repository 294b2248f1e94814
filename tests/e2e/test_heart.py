"""How the running bot is: for monitors, and for admins."""

from pathlib import Path

import httpx

from tests.e2e.commands import free_port, run
from tests.world import eventually, world


async def test_healthz_says_when_telegram_is_away(tmp_path):
    """For monitors over HTTP, and for Docker by a command."""
    listen = f"127.0.0.1:{free_port()}"
    async with (
        world(tmp_path, HEALTH_LISTEN=listen) as everything,
        httpx.AsyncClient(base_url=f"http://{listen}", trust_env=False) as http,
    ):
        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram")
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json()["problems"]) == (200, [])
        code, output = await run("health", FOLDER=str(tmp_path), HEALTH_LISTEN=listen)
        assert (code, output.splitlines()[0]) == (0, "status: ok")

        await everything.stop_sandbox()

        async def is_failing() -> bool:
            return (await http.get("/healthz")).status_code == 503

        await eventually(is_failing)
        code, output = await run("health", FOLDER=str(tmp_path), HEALTH_LISTEN=listen)
        assert (code, output.splitlines()[:2]) == (1, ["status: failing", "problems: silence"])

        await everything.restart_sandbox()
        await eventually(lambda: _is_well(http))
        await everything.stop_bot()
        code, output = await run("health", FOLDER=str(tmp_path), HEALTH_LISTEN=listen)
        assert (code, "Nobody answers at" in output) == (1, True)


async def test_a_database_that_is_replaced_under_the_bot_is_told(tmp_path):
    async with world(tmp_path) as everything:
        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram")
        path = Path(everything.settings["DATABASE_PATH"])
        other = path.rename(path.with_name("other"))

        await everything.admin.sees("Файлы базы данных подменили или удалили")
        other.rename(path)
        await everything.admin.sees("С ботом снова всё в порядке")
        said = [message.get("text", "") for message in await everything.admin.chat()]
        assert sum("базы данных" in text for text in said) == 1


async def _is_well(http: httpx.AsyncClient) -> bool:
    return (await http.get("/healthz")).status_code == 200
