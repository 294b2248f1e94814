"""What "auto" becomes, and what a multiplier means here."""

import pytest

from engine.backends.lora import plan
from engine.domain import Hyperparameters, Method

AUTO = Hyperparameters()
SMALL, LARGE = 135_000_000, 8_000_000_000


@pytest.mark.parametrize(
    ("n_examples", "n_epochs"),
    [
        (1, 25),
        (4, 25),
        (5, 20),
        (10, 10),
        (20, 5),
        (33, 4),
        (34, 3),
        (321, 3),
        (8_333, 3),
        (8_334, 2),
        (12_500, 2),
        (12_501, 1),
        (1_000_000, 1),
    ],
)
def test_few_examples_are_shown_more_often(n_examples, n_epochs):
    chosen = plan.chosen(AUTO, Method.SUPERVISED, n_examples, "cpu")

    assert chosen.n_epochs == n_epochs


@pytest.mark.parametrize(
    ("device", "n_examples", "batch_size"),
    [
        ("cpu", 1, 1),
        ("cpu", 99, 1),
        ("cpu", 100, 4),
        ("cpu", 100_000, 4),
        ("cuda:0", 10, 4),
        ("cuda:0", 2_000, 4),
        ("cuda:0", 4_000, 8),
        ("cuda:1", 100_000, 16),
    ],
)
def test_batches_are_small_on_a_cpu(device, n_examples, batch_size):
    chosen = plan.chosen(AUTO, Method.SUPERVISED, n_examples, device)

    assert chosen.batch_size == batch_size


def test_what_was_asked_for_stays():
    asked = Hyperparameters(n_epochs=7, batch_size=3, learning_rate_multiplier=0.1, beta=0.4)

    assert plan.chosen(asked, Method.DPO, 10, "cpu") == asked
    assert plan.chosen(asked, Method.SUPERVISED, 10, "cpu").beta is None


def test_beta_is_chosen_for_pairs_alone():
    assert plan.chosen(AUTO, Method.DPO, 10, "cpu").beta == 0.1
    assert plan.chosen(AUTO, Method.SUPERVISED, 10, "cpu").beta is None


@pytest.mark.parametrize(
    ("multiplier", "method", "parameters", "rate"),
    [
        (None, Method.SUPERVISED, SMALL, 5e-4),
        (1.0, Method.SUPERVISED, LARGE, 2e-4),
        (2.0, Method.SUPERVISED, SMALL, 1e-3),
        (0.1, Method.SUPERVISED, LARGE, 2e-5),
        (None, Method.DPO, SMALL, 5e-5),
        (2.0, Method.DPO, LARGE, 1e-4),
    ],
)
def test_multiplier_scales_the_rate_of_the_base(multiplier, method, parameters, rate):
    assert plan.learning_rate(multiplier, method, parameters) == pytest.approx(rate)


def test_last_batch_of_an_epoch_may_be_smaller():
    values = Hyperparameters(n_epochs=4, batch_size=3)

    assert plan.total_steps(values, 20) == 28


def test_rank_is_the_operators_or_the_devices():
    assert [plan.rank_on(device, None) for device in ("cpu", "cuda:0")] == [8, 16]
    assert plan.rank_on("cuda:0", 32) == 32
