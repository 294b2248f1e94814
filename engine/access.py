"""Checks the API key of a request."""

import hashlib
import hmac

from engine.errors import ApiError


def check_key(accepted: frozenset[str], authorization: str | None) -> str:
    """The fingerprint of the key in `Authorization: Bearer ...`.

    If *accepted* is empty, any key will do (for loopback only).

    Raises:
        ApiError: 401, without an accepted key.
    """
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        message = "You didn't provide an API key. Send it in the Authorization header: Bearer KEY."
        raise ApiError(401, message, code="invalid_api_key")
    # Compares with every key, each in constant time, so that the duration reveals nothing.
    matches = [hmac.compare_digest(key.encode(), known.encode()) for known in accepted]
    if accepted and not any(matches):
        message = f"Incorrect API key provided: {_masked(key)}."
        raise ApiError(401, message, code="invalid_api_key")
    return fingerprint(key)


def fingerprint(key: str) -> str:
    """16 hexadecimal digits that stand for *key* in the database, which never holds a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _masked(key: str) -> str:
    """The ends of a long key, nothing of a short one."""
    return f"{key[:3]}***{key[-4:]}" if len(key) >= 20 else "***"
