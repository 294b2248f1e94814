"""`python -m engine`: start the server; its logs go to standard error."""

import logging
import os
import sys


def main() -> None:
    """Read the settings and serve; exit code 2 when it cannot start."""
    try:
        from engine.app import build  # noqa: PLC0415
        from engine.server import serve  # noqa: PLC0415
        from engine.settings import read_settings  # noqa: PLC0415
        from engine.storage.database import DatabaseTooNew  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        name = str(missing.name).split(".")[0]
        sys.stderr.write(f"engine: {name} is missing: pip install 'natasha-bot[demo]'\n")
        sys.exit(2)
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
