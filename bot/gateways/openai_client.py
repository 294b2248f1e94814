"""Building the openai library's client from `Settings`."""

import functools
import ssl

import httpx2

from bot.config import Settings
from bot.gateways.deadlines import BoundedClient
from bot.gateways.library import openai

# In seconds. The short `connect` detects a proxy that drops packets.
TRAINING_TIMEOUT = httpx2.Timeout(30, connect=10)
CHAT_TIMEOUT = httpx2.Timeout(30, connect=10, read=60)
"""`read` is the longest silence between two pieces of an answer."""
WHOLE_ANSWER_TIMEOUT = httpx2.Timeout(30, connect=10, read=300)
"""For servers that send an answer only when it is whole."""

_LIMITS = httpx2.Limits(max_connections=400, max_keepalive_connections=100)
"""The bot is planned for 300 answers at once."""


def build_training_client(settings: Settings) -> "openai.AsyncOpenAI":
    """The client for files, fine-tuning and models."""
    return openai.AsyncOpenAI(
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key.get_secret_value(),
        timeout=TRAINING_TIMEOUT,
        max_retries=2,
        http_client=_http(settings, TRAINING_TIMEOUT),
    )


def build_chat_client(settings: Settings) -> "openai.AsyncOpenAI":
    """The client for the server where tuned models answer; `ChatApi` repeats requests itself."""
    return openai.AsyncOpenAI(
        base_url=settings.chat_url,
        api_key=settings.chat_key.get_secret_value(),
        timeout=CHAT_TIMEOUT,
        max_retries=0,
        http_client=_http(settings, CHAT_TIMEOUT),
    )


def _http(settings: Settings, timeout: httpx2.Timeout) -> BoundedClient:
    return BoundedClient(
        proxy=settings.openai_proxy or None,
        timeout=timeout,
        verify=_certificates(),
        limits=_LIMITS,
        follow_redirects=True,
    )


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Whom both clients trust; read once, for it takes 20 ms and 1 MB."""
    return httpx2.create_ssl_context()
