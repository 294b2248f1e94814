"""The dataset is read when it has changed, judged before it is sent, and sent once a request."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from bot import errors
from tests.composition import ADMIN, PROMPT, BotParts, write_dataset


async def test_report_says_what_the_file_holds(parts: BotParts):
    report = await parts.datasets.report()

    assert (report.n_examples, report.is_valid, report.system_prompt) == (12, True, PROMPT)
    assert report.sha256 == hashlib.sha256(parts.path.read_bytes()).hexdigest()


async def test_file_is_read_again_only_when_it_has_changed(parts: BotParts):
    """Many ask at once; megabytes are not read for each."""
    reports = await asyncio.gather(*(parts.datasets.report() for _ in range(20)))
    assert len({id(report) for report in reports}) == 1

    write_dataset(parts.path, n=15)

    assert (await parts.datasets.report()).n_examples == 15


async def test_file_that_was_replaced_is_seen_though_it_looks_alike(parts: BotParts):
    """Same size, same time: another file all the same."""
    await parts.datasets.report()
    found = parts.path.stat()
    other = parts.path.with_name("other")
    write_dataset(other, answer="Сад.")
    other.rename(parts.path)
    os.utime(parts.path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert parts.path.stat().st_size == found.st_size

    report = await parts.datasets.report()

    assert report.sha256 == hashlib.sha256(parts.path.read_bytes()).hexdigest()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [Path.unlink, folder])
async def test_file_that_is_none_is_said_to_be_missing(parts: BotParts, spoil):
    spoil(parts.path)

    for ask in (parts.datasets.report, parts.datasets.current):
        with pytest.raises(errors.DatasetMissing):
            await ask()
    with pytest.raises(errors.DatasetMissing):
        await parts.datasets.upload(request_id=1, by=ADMIN)
    assert parts.provider.calls == []


async def test_dataset_with_errors_is_not_trained_on(parts: BotParts):
    write_dataset(parts.path, n=3)

    with pytest.raises(errors.DatasetInvalid):
        await parts.datasets.current()
    with pytest.raises(errors.DatasetInvalid):
        await parts.datasets.upload(request_id=1, by=ADMIN)
    assert parts.provider.calls == []


async def test_same_bytes_are_the_same_version(parts: BotParts):
    first = await parts.datasets.current()
    write_dataset(parts.path, n=15)
    second = await parts.datasets.current()
    write_dataset(parts.path)

    assert await parts.datasets.current() == first
    assert second.id != first.id


async def test_upload_sends_the_file_once_for_a_request(parts: BotParts):
    """A replay answers with the same id; a new request sends a new copy."""
    dataset, file_id = await parts.datasets.upload(request_id=1, by=ADMIN)
    assert await parts.datasets.upload(request_id=1, by=ADMIN) == (dataset, file_id)
    _, second = await parts.datasets.upload(request_id=2, by=ADMIN)

    assert parts.provider.files == {
        file_id: parts.path.read_bytes(),
        second: parts.path.read_bytes(),
    }


async def test_upload_that_fails_leaves_no_trace(parts: BotParts):
    parts.provider.fails("upload", errors.ProviderUnreachable())
    with pytest.raises(errors.ProviderUnreachable):
        await parts.datasets.upload(request_id=1, by=ADMIN)

    _, file_id = await parts.datasets.upload(request_id=1, by=ADMIN)

    assert list(parts.provider.files) == [file_id]
