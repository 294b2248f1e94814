"""The nouns that several features share: frozen values."""

from typing import Any

JsonDict = dict[str, Any]
"""What JSON calls an object."""
