"""`upload`: a checked file goes to the provider."""

import asyncio
from pathlib import Path

from bot.config import Needs, Settings, load_settings
from bot.errors import UserError
from bot.terminal import console, dataset, report
from bot.terminal.provider import provider
from bot.texts import Texts


@console.command
def upload(file: Path | None, *, is_json: bool) -> int:
    """Check *file*, by default the settings' dataset, send it, and print its id.

    A file with errors is not sent; what is wrong with it is printed as `validate` does.
    """
    settings = load_settings(Needs.PROVIDER)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    path = file or settings.dataset_path
    try:
        found = dataset.read(path, base_model=settings.base_model)
        if not is_json:
            dataset.print_report(texts, found)
        file_id = asyncio.run(_send(settings, path)) if found.is_valid else None
    except UserError as exc:
        return console.complain(texts, exc)
    if is_json:
        dataset.print_json(report.as_json(texts, path, found) | {"file_id": file_id})
    elif file_id is not None:
        print(f"File uploaded successfully\nFile ID: {file_id}")
    return 0 if found.is_valid else 1


async def _send(settings: Settings, path: Path) -> str:
    async with provider(settings) as api:
        return await api.upload(path, name=path.name)
