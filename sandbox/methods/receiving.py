"""Methods by which a bot gets its updates: polling or a webhook."""

import re

from sandbox.errors import TelegramError, bad_request
from sandbox.methods.call import Call
from sandbox.shapes import Json
from sandbox.updates import MAX_BATCH

MAX_TIMEOUT_S = 50


async def get_updates(call: Call) -> list[Json]:
    """`getUpdates` waits for the first update, up to `timeout` seconds."""
    if call.bot.webhook.url:
        raise TelegramError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    params, updates = call.params, call.bot.updates
    _allow(call)
    updates.confirm(params.integer("offset"))
    limit = params.integer("limit", MAX_BATCH)
    return await updates.poll(
        limit=limit if 1 <= limit <= MAX_BATCH else MAX_BATCH,
        timeout_s=min(max(params.integer("timeout"), 0), MAX_TIMEOUT_S),
    )


def set_webhook(call: Call) -> bool:
    """`setWebhook` delivers on loopback; an empty URL removes the webhook."""
    params = call.params
    secret = params.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(call)
    if params.flag("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.webhook.set(params.text("url"), secret)
    return True


def delete_webhook(call: Call) -> bool:
    """DeleteWebhook."""
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.webhook.set("", "")
    return True


def get_webhook_info(call: Call) -> Json:
    """GetWebhookInfo."""
    return call.bot.webhook.info()


def _allow(call: Call) -> None:
    kinds = call.params.get("allowed_updates")
    if kinds is None or kinds == "":
        return
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed updates list JSON object")
    call.bot.updates.allow(kinds)
