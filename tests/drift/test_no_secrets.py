"""No token and no key is in the tree, but those that are plainly made up."""

import re
import subprocess

import pytest

from bot.dataset.validation.personal_data import secrets_in
from tests.drift.project import ROOT

MADE_UP = re.compile(
    r"0123456789|1234567890|abcdef|wrong|Wr0ng|somebody|Zx81|EXAMPLE|(.)\1{7}", re.IGNORECASE
)
"""What is in each made-up key."""
TOKEN = re.compile(r"\b\d{8,10}:[\w-]{35}\b")
"""Of a Telegram bot, whatever it begins with."""


def lines_with_secrets(text: str) -> list[str]:
    return [
        line.strip()
        for line in text.splitlines()
        if (secrets_in(line) or TOKEN.search(line)) and not MADE_UP.search(line)
    ]


def tracked() -> list[str]:
    """The files that a commit would have."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False, text=True, cwd=ROOT,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if name]


def test_the_tree_has_no_secrets():
    if not (files := tracked()):
        pytest.skip("Not a checkout")
    found = {}
    for name in files:
        path = ROOT / name
        if path.is_file() and path.suffix not in {".lock", ".png", ".jpg", ".gif"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            if lines := lines_with_secrets(text):
                found[name] = lines

    assert found == {}


def test_settings_of_somebody_are_not_committed():
    names = {name.rsplit("/", 1)[-1] for name in tracked()}

    assert not {name for name in names if name.startswith(".env")} - {".env.example"}
    assert not {name for name in names if name.endswith((".sqlite3", ".pem", ".key"))}


@pytest.mark.parametrize(
    "line",
    [
        "key = sk-proj-" + "q8Zt5Lw2Xn7Rv4Bk9Jm3Hd6",
        "TELEGRAM_BOT_TOKEN=" + "7341962508:" + "AAHk3v_Q9wZt5Lw2Xn7Rv4Bk9Jm3Hd6Fs1g",
        "-----BEGIN " + "PRIVATE KEY-----",
    ],
)
def test_a_secret_is_found(line):
    assert lines_with_secrets(f"first\n  {line}\n") == [line]
