"""Refuses requests of other web pages: the sandbox has no passwords, only loopback.

A page elsewhere can make a browser send requests here (cross-site), or point its own host name
at 127.0.0.1 (DNS rebinding). Both show in the Host and Origin headers.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_ours(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or does not come from a page."""
    host = headers.get("host", "")
    if _hostname(f"http://{host}") not in LOOPBACK_HOSTS:
        return False
    origin = headers.get("origin")
    return origin is None or origin == f"http://{host}"


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
