"""The contract of the server, with real training behind it: tests that the rehearsal passes too."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from tests.engine.conftest import client
from tests.engine.test_bad_files import (
    test_bad_training_line_is_named,
    test_bad_validation_file_has_its_own_code,
    test_byte_order_mark_is_named,
    test_everything_that_is_allowed_passes,
    test_many_bad_lines_are_counted,
    test_too_few_examples,
)
from tests.engine.test_jobs import (
    test_job_of_its_whole_life,
    test_last_three_checkpoints_stay,
    test_unknown_job_is_404,
    test_unknown_model_is_404,
    test_values_out_of_range_are_refused,
)
from tests.engine.test_preferences import (
    test_a_file_fits_one_method_only,
    test_bad_pair_is_named,
    test_beta_out_of_range_is_refused,
)

__all__ = [
    "test_a_file_fits_one_method_only",
    "test_bad_pair_is_named",
    "test_bad_training_line_is_named",
    "test_bad_validation_file_has_its_own_code",
    "test_beta_out_of_range_is_refused",
    "test_byte_order_mark_is_named",
    "test_everything_that_is_allowed_passes",
    "test_job_of_its_whole_life",
    "test_last_three_checkpoints_stay",
    "test_many_bad_lines_are_counted",
    "test_too_few_examples",
    "test_unknown_job_is_404",
    "test_unknown_model_is_404",
    "test_values_out_of_range_are_refused",
]


@pytest.fixture
async def api(lora_url: str) -> AsyncIterator[AsyncOpenAI]:
    async with client(lora_url) as it:
        yield it


@pytest.fixture
def backend() -> str:
    return "lora"
