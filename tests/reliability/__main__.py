"""Prints `docs/reliability.md`, or writes it with `--write`."""

import sys

from tests.reliability.page import PAGE, page

if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
