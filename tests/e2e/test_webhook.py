"""The bot behind a webhook instead of long polling."""

from tests.e2e.commands import free_port, run
from tests.world import world


async def test_updates_come_through_a_webhook(tmp_path):
    """With WEBHOOK_URL, Telegram brings the updates; every one is answered, polling is off."""
    port = free_port()
    async with world(
        tmp_path,
        WEBHOOK_URL=f"http://127.0.0.1:{port}",
        WEBHOOK_LISTEN=f"127.0.0.1:{port}",
        WEBHOOK_SECRET="s3cret-s3cret",
    ) as everything:
        await everything.admin.says("/id")
        assert "1001" in (await everything.admin.sees("Ваш ID в Telegram"))["text"]
        assert await everything.people.calls("getUpdates") == []

        await everything.restart_bot()
        await everything.admin.says("/validate")
        await everything.admin.sees("Датасет готов")


async def test_address_that_telegram_refuses_ends_the_start(tmp_path):
    """With Telegram's words and the code that says: another start does not help."""
    settings = {
        "WEBHOOK_URL": "https://natasha.example.org",
        "WEBHOOK_LISTEN": f"127.0.0.1:{free_port()}",
        "WEBHOOK_SECRET": "s3cret-s3cret",
    }
    async with world(tmp_path, start_bot=False) as everything:
        code, output = await run("run", FOLDER=str(tmp_path), **everything.settings | settings)

    assert code == 2
    assert "WEBHOOK_URL: Telegram refuses it: " in output
    assert "the sandbox delivers to" in output
