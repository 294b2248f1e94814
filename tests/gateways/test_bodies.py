"""A body of an HTTP answer is read up to its limit, however small it is packed."""

import gzip
import itertools
import zlib
from collections.abc import AsyncIterator, Iterable
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from bot.gateways.bodies import Damaged, TooLong, limit

MOST = 1_000_000
WORDS = bytes(range(256)) * 900
both = pytest.mark.parametrize("http", [httpx, httpx2], ids=["httpx", "httpx2"])


async def read(http: ModuleType, pieces: Iterable[bytes], encoding: str = "identity") -> bytes:
    """The body that these pieces make, as either library gives it."""

    class Sent(httpx2.AsyncByteStream, httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

    async def bound(response: Any) -> None:
        limit(response, MOST)

    answer = http.Response(200, headers={"Content-Encoding": encoding}, stream=Sent())
    client = http.AsyncClient(
        transport=http.MockTransport(lambda _: answer), event_hooks={"response": [bound]}
    )
    async with client:
        found: bytes = (await client.get("http://there/")).content
    return found


def cut(body: bytes, n_bytes: int) -> list[bytes]:
    return [body[start : start + n_bytes] for start in range(0, len(body), n_bytes)]


@both
@pytest.mark.parametrize("n_bytes", [1, 1000, MOST])
async def test_a_body_comes_unchanged(http: ModuleType, n_bytes: int):
    assert await read(http, cut(WORDS, n_bytes)) == WORDS
    assert await read(http, cut(gzip.compress(WORDS), n_bytes), "gzip") == WORDS


@both
async def test_the_largest_is_read_and_no_larger_one(http: ModuleType):
    zeros = bytes(MOST)
    assert await read(http, [zeros]) == await read(http, [gzip.compress(zeros)], "gzip") == zeros

    for pieces, encoding in (
        ([zeros, b"0"], "identity"),
        ([gzip.compress(zeros + b"0")], "gzip"),
    ):
        with pytest.raises(TooLong):
            await read(http, pieces, encoding)


@both
async def test_a_bomb_does_not_go_off(http: ModuleType, monkeypatch: pytest.MonkeyPatch):
    """A hundred megabytes in one piece: hardly more than the limit is unpacked."""
    zeros, packer = bytes(MOST), zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(100)), packer.flush()])
    unpacked = count_unpacked(monkeypatch)

    with pytest.raises(TooLong):
        await read(http, [bomb], "gzip")

    assert MOST < sum(unpacked) < 2 * MOST


@both
async def test_an_end_does_not_follow_an_end(http: ModuleType):
    """What is compressed is over, and still something comes."""
    rest = iter([bytes(1000)] * MOST)

    with pytest.raises(TooLong):
        await read(http, itertools.chain([gzip.compress(b"{}")], rest), "gzip")

    assert len(list(rest)) > MOST - 1001


@both
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, gzip"])
async def test_what_cannot_be_unpacked(http: ModuleType, encoding: str):
    with pytest.raises(Damaged):
        await read(http, [b"{}"], encoding)


def count_unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each call of zlib gives from now on."""
    counts: list[int] = []
    make = zlib.decompressobj

    class Counting:
        def __init__(self, *args: Any) -> None:
            self._real = make(*args)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def decompress(self, *args: Any) -> bytes:
            found = self._real.decompress(*args)
            counts.append(len(found))
            return found

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    return counts
