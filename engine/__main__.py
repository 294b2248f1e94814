"""`python -m engine`: start the server; its logs go to standard error."""

import logging
import os
import sys
from importlib.util import find_spec

LORA = ("torch", "transformers", "peft", "trl", "accelerate", "safetensors", "huggingface_hub")
"""What the child processes of real training import."""


def main() -> None:
    """Read the settings and serve; exit code 2 when it cannot start."""
    try:
        from engine.app import build  # noqa: PLC0415
        from engine.backends.lora.bases import BaseUnknown  # noqa: PLC0415
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
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells each request
    try:
        app = build(settings)
        _check_extra(settings.backend)
        serve(app, host=settings.host, port=settings.port, until_eof=settings.until_eof)
    except (OSError, DatabaseTooNew, BaseUnknown) as error:
        sys.stderr.write(f"engine: {error}\n")
        sys.exit(2)


def _check_extra(backend: str) -> None:
    """Exit with code 2 where real training lacks its libraries; they are not imported here."""
    missing = [name for name in LORA if backend == "lora" and find_spec(name) is None]
    if missing:
        sys.stderr.write(f"engine: {missing[0]} is missing: pip install 'natasha-bot[lora]'\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
