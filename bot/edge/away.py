"""The word about updates that came late, because the bot was away."""

from bot.delivery.screen import Screen
from bot.edge.context import BotContext

_HOUR_S = 3600


async def tell_first(context: BotContext) -> None:
    """Say it above the answer that grows in a moment: it is posted before the update is done.

    Only about words, and about what is not carried out. Strangers get no more than their answer.
    """
    row = context.row
    asks = not context.place and bool(context.text)
    if not (row.is_late and context.person.is_admitted and (asks or row.leaves)):
        return
    await context.post_now(word(context, asks=asks, leaves=row.leaves), key=word_key(context))


def word(context: BotContext, *, asks: bool, leaves: bool) -> Screen:
    """That messages are answered only now, and that not every old command and button worked."""
    texts = context.texts
    sentences = [texts("away")]
    if asks:
        sentences.append(texts("away_asked"))
    if leaves:
        sentences.append(texts("away_left"))
    return Screen(text=" ".join(sentences))


def word_key(context: BotContext) -> str:
    """With which the word comes once for all that came in one hour, however long that takes."""
    return f"away:{context.row.chat_id}:{context.row.received_at // _HOUR_S}"
