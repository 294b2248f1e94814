"""Proxies: addresses of settings, and those that the environment brings along."""

import re
from collections.abc import MutableMapping
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

INHERITED: Final = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
"""Variables that httpx and httpx2 read, in capitals or not, where no setting names a proxy."""
_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_HOW: Final = "must be an http, https or socks5 proxy such as socks5://127.0.0.1:1080"


def proxy_url(value: str) -> str:
    """A proxy's address as the HTTP clients take it; empty stays empty.

    `socks://`, which desktops write, is SOCKS5. So is a link of Telegram to a SOCKS5 proxy.

    Raises:
        ValueError: it is no proxy that can be used; the text says what is, without the value.
    """
    value = value.strip()
    if not value:
        return ""
    try:
        parts = urlsplit(_from_link(value))
        is_good = (
            bool(parts.hostname) and parts.port != 0 and not (parts.path.strip("/") or parts.query)
        )
    except ValueError:  # its message may quote a password
        raise ValueError(_HOW) from None
    if parts.scheme == "socks":
        parts = parts._replace(scheme="socks5")
    if parts.scheme in ("tg", "vless", "vmess", "ss", "trojan") or _is_telegram(parts.netloc):
        raise ValueError(f"{_HOW}; links for MTProto or VPN apps work only in those apps")
    if parts.scheme not in _SCHEMES or not is_good or not value.isprintable():
        raise ValueError(_HOW)
    return parts.geturl().rstrip("/")


def settle_inherited(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Make inherited proxies such that the HTTP clients take them.

    Returns:
        What is wrong with those that can't be used, by variable.
    """
    problems = {}
    for name, value in list(environment.items()):
        if name.upper() not in INHERITED or not value.strip():
            continue
        try:
            environment[name] = proxy_url(value if "://" in value else f"http://{value}")
        except ValueError as exc:
            problems[name] = f"{exc}; unset it, or set TELEGRAM_PROXY and OPENAI_PROXY"
    for name in ("NO_PROXY", "no_proxy"):
        if name in environment:  # httpx breaks at IPv6 in brackets or with a length
            environment[name] = re.sub(
                r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([0-9A-Fa-f.]*:[0-9A-Fa-f:.]+)/\d+",
                r"\1\2",
                environment[name],
            )
    return problems


def _from_link(value: str) -> str:
    """The SOCKS5 proxy that a link of Telegram names; anything else unchanged.

    https://core.telegram.org/api/links#socks5-proxy-links
    """
    parts = urlsplit(value)
    is_link = (parts.scheme == "tg" and parts.netloc == "socks") or (
        _is_telegram(parts.netloc) and parts.path == "/socks"
    )
    if not is_link:
        return value
    fields = {name: quote(values[0], safe="") for name, values in parse_qs(parts.query).items()}
    login = f"{fields['user']}:{fields.get('pass', '')}@" if "user" in fields else ""
    return f"socks5://{login}{fields.get('server', '')}:{fields.get('port', '1080')}"


def _is_telegram(host: str) -> bool:
    return host.lower().removeprefix("www.") in ("t.me", "telegram.me", "telegram.dog")
