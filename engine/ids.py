"""Random identifiers in OpenAI's fashion: `ftjob-...`, `file-...`, `chatcmpl-...`."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """*prefix* followed by *length* random letters and digits."""
    # One call for all letters. That some letters are slightly more frequent does no harm.
    return prefix + "".join(_ALPHABET[byte % 62] for byte in secrets.token_bytes(length))
