"""The floor: about the least that a bot which answers can be, in the library's own way.

Polling, one completion that is not streamed, one message. It remembers nothing, survives nothing
and lets everybody in; it is what ours is measured against.
"""

import asyncio
import os
import signal
import threading
from typing import Any

from openai import AsyncOpenAI
from telegram import Update
from telegram.error import RetryAfter
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

MODEL = os.environ["CHAT_MODEL"]
SYSTEM_PROMPT = os.environ["SYSTEM_PROMPT"]

client = AsyncOpenAI(api_key=os.environ["OPENAI_API_KEY"], base_url=os.environ["OPENAI_BASE_URL"])


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    completion = await client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": update.message.text or ""},
        ],
        temperature=0.7,
        max_tokens=500,
    )
    text = completion.choices[0].message.content or "-"
    while True:
        try:
            await update.message.reply_text(text)
            return
        except RetryAfter as exc:  # else half of a crowd's answers would be lost
            await asyncio.sleep(float(exc.retry_after))  # type: ignore[arg-type]


async def ready(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    print(f"benchmarks.floor: ready @{application.bot.username}", flush=True)


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    url = os.environ["TELEGRAM_API_URL"]
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"]).base_url(f"{url}/bot")
    pooled = builder.connection_pool_size(256).pool_timeout(60).concurrent_updates(256)
    application = pooled.post_init(ready).build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    threading.Thread(target=end_with_parent, daemon=True).start()
    application.run_polling()


if __name__ == "__main__":
    main()
