"""How the share of good answers is written."""

from bot.ratings.quality import Share
from bot.texts import Markup, Texts


def share_of(texts: Texts, share: Share) -> Markup:
    """As in "👍 81 % (64–91, n=32)"."""
    low, high = share.interval
    return Markup(
        texts(
            "quality_share",
            percent=round(100 * share.value),
            low=round(100 * low),
            high=round(100 * high),
            n=texts.number(share.n),
        )
    )
