"""Frozen values that several features share."""

from typing import Any

JsonDict = dict[str, Any]
"""What JSON calls an object."""
