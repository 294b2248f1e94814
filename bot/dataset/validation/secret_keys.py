"""Keys of services in a text: whoever asks a trained model nicely may get them.

Known by how they begin, as the services themselves want it, so that nothing else looks like them.
"""

import re
from typing import Final

# A text with none of these holds no key; looking for them costs next to nothing.
_SIGNS: Final = (
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "AKIA",
    "AIza",
    "xox",
    ":AA",
    "PRIVATE KEY",
)
_SIGNS_IN_LINE: Final = (*(sign.encode() for sign in _SIGNS), b"\\u00")

# The named part may be shown: it tells the service and opens nothing.
_KEY: Final = re.compile(
    r"""
      (?<![\w-])(?P<openai>sk-(?:ant-|proj-)?)(?=[A-Za-z_-]*\d)[\w-]{20,}
    | \b(?P<github>gh[pousr]_)[A-Za-z0-9]{30,}
    | \b(?P<github_pat>github_pat_)\w{20,}
    | \b(?P<aws>AKIA)[A-Z0-9]{16}\b
    | \b(?P<google>AIza)[\w-]{35}
    | \b(?P<slack>xox[abprs]-)(?=[A-Za-z-]*\d)[A-Za-z0-9-]{10,}
    | \b(?P<telegram>\d{6,10}:)AA[\w-]{30,}
    | -----BEGIN\ (?:[A-Z0-9]+\ ){0,3}(?P<private>PRIVATE\ KEY)
    """,
    re.VERBOSE | re.ASCII,
)
_MASK: Final = "•••"


def may_be_secret(line: bytes) -> bool:
    """Whether a line of a file is worth a closer look, which few are."""
    return any(sign in line for sign in _SIGNS_IN_LINE)


def secrets_in(text: str) -> list[str]:
    """The keys in *text*, each as its telling beginning, in order.

    >>> secrets_in("Мой ключ: sk-proj-abcdefghijklmnop1234567890")
    ['sk-proj-•••']
    """
    if not any(sign in text for sign in _SIGNS):
        return []
    return [f"{match[match.lastgroup]}{_MASK}" for match in _KEY.finditer(text) if match.lastgroup]
