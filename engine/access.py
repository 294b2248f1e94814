"""API keys: who may come in."""

import hmac
from dataclasses import dataclass

from engine.errors import ApiError


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that are accepted; none at all: any key will do (for loopback only)."""

    accepted: frozenset[str]

    def check(self, authorization: str | None) -> None:
        """Refuse a request without a good `Authorization: Bearer ...`, with an `ApiError` 401."""
        scheme, _, key = (authorization or "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise _refused(
                "You didn't provide an API key. Send it in the Authorization header: Bearer KEY."
            )
        if self.accepted and not self._knows(key):
            raise _refused(f"Incorrect API key provided: {masked(key)}.")

    def _knows(self, key: str) -> bool:
        # Compares with every key, each in constant time, so that the time tells nothing.
        given = key.encode()
        return sum(hmac.compare_digest(given, known.encode()) for known in self.accepted) > 0


def masked(key: str) -> str:
    """The ends of a long key, nothing of a short one."""
    return f"{key[:3]}***{key[-4:]}" if len(key) >= 20 else "***"


def _refused(message: str) -> ApiError:
    return ApiError(401, message, code="invalid_api_key")
