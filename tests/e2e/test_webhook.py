"""The bot behind a webhook instead of long polling."""

import socket

from tests.world import world


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
        assert "1001" in (await everything.admin.sees("Ваш номер"))["text"]
        assert await everything.people.calls("getUpdates") == []

        await everything.restart_bot()
        await everything.admin.says("/validate")
        await everything.admin.sees("Датасет готов")
