"""The estimate of memory and time: never nonsense, and close after an own run."""

from dataclasses import replace
from itertools import product

import pytest

from engine.backends.lora.fit import (
    Load,
    Shape,
    calibrated,
    fitting,
    peak_bytes,
    thriftier,
    tokens_per_second,
)
from engine.backends.lora.forecast import duration, forecast, gigabytes, scientific
from engine.backends.lora.measured import Measured, Run
from engine.backends.lora.orders import Task, WorkOrder
from engine.domain import Method

SMOLLM2 = Shape(
    parameters=134_515_008,
    layers=30,
    hidden=576,
    intermediate=1536,
    vocabulary=49_152,
    weight_bytes=2,
)
ONE = Load(method=Method.SUPERVISED, rank=8, longest=80, micro_batch=1)
FIVE = replace(ONE, micro_batch=5)
GB = 1_000_000_000
SHAPES = [
    SMOLLM2,
    Shape(parameters=1, layers=1, hidden=1, intermediate=1, vocabulary=1, weight_bytes=4),
    Shape(
        parameters=8 * GB,
        layers=36,
        hidden=4096,
        intermediate=12_288,
        vocabulary=151_936,
        weight_bytes=2,
    ),
]
LOADS = [
    Load(method=method, rank=rank, longest=longest, micro_batch=micro_batch, recomputes=recomputes)
    for method, rank, longest, micro_batch, recomputes in product(
        Method, (1, 64), (1, 4096), (1, 2, 7, 256), (False, True)
    )
]


@pytest.mark.parametrize("shape", SHAPES)
def test_more_work_never_needs_less(shape):
    """More rows, longer rows, a higher rank or pairs need more; recomputing does not."""
    for load in LOADS:
        peak = peak_bytes(shape, load)
        assert peak > shape.parameters * shape.weight_bytes
        assert peak <= peak_bytes(shape, replace(load, micro_batch=load.micro_batch + 1))
        assert peak <= peak_bytes(shape, replace(load, longest=load.longest + 1))
        assert peak <= peak_bytes(shape, replace(load, rank=load.rank + 1))
        assert peak <= peak_bytes(shape, replace(load, method=Method.DPO))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("available", [0, GB, 4 * GB, 10**15])
def test_way_fits_or_is_the_thriftiest(shape, available):
    for load in LOADS:
        way = fitting(shape, load, available)

        thriftiest = replace(load, micro_batch=1, recomputes=True)
        assert peak_bytes(shape, way) <= available or way == thriftiest
        if peak_bytes(shape, load) <= available:
            assert way == load


def test_what_fits_only_in_parts_is_computed_in_parts():
    """Fewer rows at once come first, and recomputing, which costs time, last."""
    between = (peak_bytes(SMOLLM2, ONE) + peak_bytes(SMOLLM2, FIVE)) // 2
    little = (peak_bytes(SMOLLM2, ONE) + peak_bytes(SMOLLM2, replace(ONE, recomputes=True))) // 2

    assert 1 <= fitting(SMOLLM2, FIVE, between).micro_batch < 5
    assert not fitting(SMOLLM2, FIVE, between).recomputes
    assert fitting(SMOLLM2, FIVE, little) == replace(ONE, recomputes=True)


@pytest.mark.parametrize("peak", [0.3 * GB, 1.0 * GB, 1.7 * GB, 30.0 * GB])
def test_own_run_corrects_the_estimate(peak):
    """After a run the same run is estimated exactly; another size moves with it, within reason."""
    known = calibrated(SMOLLM2, FIVE, round(peak))

    assert peak_bytes(SMOLLM2, FIVE, known) == pytest.approx(peak, rel=0.001)
    assert 0 < peak_bytes(SMOLLM2, ONE, known) < peak
    assert 0.5 <= known.factor <= 4.0


def test_small_examples_tell_no_factor():
    """What few tokens take beyond the estimate is an offset: long examples are not refused."""
    tiny = replace(ONE, longest=5)

    known = calibrated(SMOLLM2, tiny, peak_bytes(SMOLLM2, tiny) + 100_000_000)

    assert known.factor == 2.0
    assert known.offset == 100_000_000


def test_order_becomes_thriftier_until_nothing_is_left_to_save():
    order = WorkOrder(
        task=Task.TRAIN,
        base="",
        method="supervised",
        training_file="",
        validation_file=None,
        example_tokens=1,
        seed=1,
        device="cpu",
        threads=1,
        micro_batch=5,
    )

    ways = []
    while thrifty := thriftier(order):
        order = thrifty
        ways.append((order.micro_batch, order.recomputes))

    assert ways == [(3, False), (2, False), (1, False), (1, True)]


def test_pairs_large_bases_and_few_threads_are_slow():
    usual = tokens_per_second(SMOLLM2, ONE, "cpu", 2)

    assert 50 < usual < 1000
    assert tokens_per_second(SMOLLM2, replace(ONE, method=Method.DPO), "cpu", 2) < usual
    assert tokens_per_second(SMOLLM2, ONE, "cpu", 1) < usual
    assert tokens_per_second(SHAPES[2], ONE, "cpu", 2) < usual
    assert tokens_per_second(SMOLLM2, ONE, "cuda:0", 2) > usual


def test_forecast_uses_own_runs_of_that_base_alone(tmp_path):
    measured = Measured(tmp_path)

    def found(base: str = "smol"):
        return forecast(
            base=base,
            shape=SMOLLM2,
            load=FIVE,
            device="cpu",
            trained_tokens=10_000,
            available=2 * GB,
            threads=2,
            measured=measured,
        )

    before = found()
    measured.remember_run(
        "smol", "cpu", "supervised", Run(memory_factor=0.5, memory_offset=0, tokens_per_s=100)
    )

    assert found().peak < before.peak
    assert found().seconds == pytest.approx(100, rel=0.2)
    assert found("another") == before


def test_words_of_an_estimate():
    assert [duration(s) for s in (0, 44, 720, 3 * 3600)] == [
        "10 seconds",
        "40 seconds",
        "12 minutes",
        "3 hours",
    ]
    assert gigabytes(2_345_000_000) == "2.3 GB"
    assert [scientific(rate) for rate in (5e-4, 2e-4 * 1.25, 1.0)] == ["5e-4", "2.5e-4", "1e0"]
