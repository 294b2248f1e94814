"""What several of the unit tests start from."""

import pytest

from bot.dataset.validation.scan import validate


@pytest.fixture
def check(tmp_path):
    """Write a file and validate it."""

    def run(data, **options):
        path = tmp_path / "data.jsonl"
        path.write_bytes(data if isinstance(data, bytes) else b"\n".join(data) + b"\n")
        return validate(path, encoding="o200k_base", **options)

    return run
