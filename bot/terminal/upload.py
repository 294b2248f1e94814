"""`upload`: a checked file goes to the provider."""

import asyncio
from contextlib import aclosing
from pathlib import Path

from bot.config import Needs, Settings
from bot.edge.core import build_provider
from bot.terminal import dataset
from bot.terminal.console import command
from bot.texts import Texts


@command(Needs.PROVIDER)
def upload(settings: Settings, texts: Texts, file: Path | None, *, is_json: bool) -> int:
    """Check *file*, by default the settings' dataset, send it, and print its id.

    A file with errors is not sent; what is wrong with it is printed as `validate` does.
    """
    path = file or settings.dataset_path
    found = dataset.read(path, base_model=settings.base_model)
    if not is_json:
        dataset.print_report(texts, found)
    file_id = asyncio.run(_send(settings, path)) if found.is_valid else None
    if is_json:
        dataset.print_json(dataset.report_as_json(texts, path, found) | {"file_id": file_id})
    elif file_id is not None:
        print(f"File uploaded successfully\nFile ID: {file_id}")
    return 0 if found.is_valid else 1


async def _send(settings: Settings, path: Path) -> str:
    async with aclosing(build_provider(settings)) as api:
        return await api.upload(path, name=path.name)
