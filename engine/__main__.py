"""`python -m engine`: start the server; its logs go to standard error."""

import logging
import os
import sys

from engine.app import build
from engine.server import serve
from engine.settings import read_settings
from engine.storage.database import DatabaseTooNew


def main() -> None:
    """Read the settings and serve; exit code 2 when it cannot start."""
    settings = read_settings(sys.argv[1:], os.environ)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        serve(build(settings), host=settings.host, port=settings.port, until_eof=settings.until_eof)
    except (OSError, DatabaseTooNew) as error:
        sys.stderr.write(f"engine: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
