"""Links in formatted text: what they become as entities.

It accepts the same links as `get_checked_link` of
https://github.com/tdlib/td/blob/master/td/telegram/LinkManager.cpp.
"""

import re
from urllib.parse import parse_qs, urlsplit

from sandbox.shapes import Json

_LINK = re.compile(r"(?:https?|tg|ton|tonsite|mailto|tel)://?\S|[\w-]+(?:\.[\w-]+)+")
_USER = re.compile(r"tg:(?://)?user/?\?", re.IGNORECASE)
_EMOJI = re.compile(r"tg:(?://)?emoji/?\?", re.IGNORECASE)


def link_entity(url: str) -> Json | None:
    """The entity of a text that is a link to *url*, without its place; None if it is none.

    A link to a person has their id as `user_id`: Telegram shows their User instead.
    """
    if _USER.match(url):
        user_id = _number(url)
        return None if user_id is None else {"type": "text_mention", "user_id": user_id}
    return {"type": "text_link", "url": _normal(url)} if _LINK.match(url) else None


def custom_emoji_id(url: str) -> str | None:
    """The number in `tg://emoji?id=...`; None for other links."""
    number = _number(url) if _EMOJI.match(url) else None
    return str(number) if number else None


def _number(url: str) -> int | None:
    (found, *_) = parse_qs(urlsplit(url).query).get("id", [""])
    return int(found) if re.fullmatch(r"0|[1-9]\d{0,18}", found) else None


def _normal(url: str) -> str:
    if "://" not in url and not url.startswith(("mailto:", "tel:")):
        url = f"http://{url}"
    if re.fullmatch(r"https?://[^/?#]+", url):
        url += "/"
    return url
