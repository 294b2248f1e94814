"""What a person reads when an update is refused."""

from bot.delivery.screen import Screen, plain
from bot.errors import DailyLimitReached, UserError
from bot.texts import Texts


def refusal(texts: Texts, error: UserError) -> Screen:
    """What went wrong, in words."""
    params = dict(error.params)
    if isinstance(error, DailyLimitReached):
        params["zone"] = _zone(texts)
    return plain(texts, error.key, **params)


def _zone(texts: Texts) -> str:
    name = str(texts.timezone)
    return texts("zone_moscow") if name == "Europe/Moscow" else texts("zone_other", zone=name)
