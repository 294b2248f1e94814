"""What the heart tells admins, in English."""

from typing import Final

HEART: Final[dict[str, str]] = {
    "heart_disk": (
        "🚨 <b>The server is running out of disk space</b>\n"
        "{free} MB are free: too little for the database and its daily copy. Without space I can't "
        "save anything and will stop answering. Please free some space."
    ),
    "heart_database": (
        "🚨 <b>The database can't be used</b>\n"
        "I can neither save nor read: {database}. Until that ends, people get no answers. Check "
        "whether another process has the database open, and whether the disk is healthy."
    ),
    "heart_replaced": (
        "🚨 <b>Files of the database were replaced or deleted: {files}</b>\n"
        "What is new may be lost, and a second bot could start. Stop the bot. If the database "
        "itself is gone, put it back or restore a copy with the command restore. Then start the "
        "bot again."
    ),
    "heart_copy": (
        "🚨 <b>The daily copy of the database failed: {copy}</b>\n"
        "The database may be damaged; the reason is in the bot's log. Earlier copies are in the "
        "backups folder next to it: don't delete any. Check the disk. If the database is damaged, "
        "stop the bot and restore a copy with the command restore."
    ),
    "heart_work": (
        "🚨 <b>Regular work keeps failing: {ticks}</b>\n"
        "It does not end without you; the reason is in the bot's log."
    ),
    "heart_conflict": (
        "🚨 <b>Two bots are running with one token</b>\n"
        "Telegram gives messages now to one, now to the other. Stop one of them. If you did not "
        "start a second one, get a new token from @BotFather: somebody else knows yours."
    ),
    "heart_webhook": (
        "🚨 <b>Messages do not reach the webhook</b>\n"
        "Telegram says: {webhook}. Check WEBHOOK_URL and the server in front of the bot. If the "
        "webhook was removed or replaced, restart the bot."
    ),
    "heart_held": (
        "🚨 <b>A message has been waiting to be sent for more than ten minutes</b>\n"
        "Somebody is waiting for an answer. I keep trying; the reason is in the bot's log."
    ),
    "heart_incidents": (
        "🚨 <b>Too many failures: {n} in the last hour</b>\n"
        "That many messages got no real answer. The reasons are in the bot's log, each with a code."
    ),
    "heart_well": "✅ The bot is fine again.",
}
