"""What own runs have taken, so that the next estimate is closer. Kept in `measured.json`."""

import json
import logging
import math
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.backends.lora.fit import Calibration

FILE = "measured.json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last own run of a base on a device with a method."""

    memory_factor: float
    memory_offset: int
    """See `engine.backends.lora.fit.Calibration`."""
    tokens_per_s: float | None
    """Of training, without recomputing; None: the run was too short to tell."""

    @property
    def calibration(self) -> Calibration:
        """For estimates of memory."""
        return Calibration(factor=self.memory_factor, offset=self.memory_offset)


class Measured:
    """The file; read once, written after each run."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        stored = _read(self._path)
        self._runs = {key: _run(values) for key, values in stored["runs"].items()}
        self._token_factors: dict[str, float] = stored["token_factors"]

    def run(self, base: str, device: str, method: str) -> Run | None:
        """The last own run; None: there was none."""
        return self._runs.get(_key(base, device, method))

    def token_factor(self, base: str) -> float | None:
        """Tokens of the base's own tokenizer for one of o200k_base; None: never counted."""
        return self._token_factors.get(base)

    def remember_run(self, base: str, device: str, method: str, run: Run) -> None:
        """Keep a run; one that could not tell its speed leaves the earlier speed."""
        earlier = self.run(base, device, method)
        speed = run.tokens_per_s or (earlier.tokens_per_s if earlier else None)
        self._runs[_key(base, device, method)] = replace(run, tokens_per_s=speed)
        self._write()

    def remember_tokens(self, base: str, factor: float) -> None:
        """Keep how many tokens the base's tokenizer makes of one of o200k_base."""
        self._token_factors[base] = factor
        self._write()

    def _write(self) -> None:
        runs = {key: asdict(run) for key, run in self._runs.items()}
        text = json.dumps({"runs": runs, "token_factors": self._token_factors}, indent=1)
        half = self._path.with_suffix(".tmp")
        try:
            with half.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._path)
        except OSError as error:  # a job that has succeeded stays so
            _log.warning("%s can't be written, a restart loses measurements: %s", FILE, error)


def _key(base: str, device: str, method: str) -> str:
    return f"{base} {device} {method}"


def _read(path: Path) -> dict[str, Any]:
    """The stored values; none of them where the file is missing or damaged."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for run in stored["runs"].values():
            _run(run)
        _check_numbers(stored["token_factors"].values())
    except FileNotFoundError:
        pass
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("%s is damaged, its measurements are lost: %s", FILE, error)
    else:
        return {"runs": stored["runs"], "token_factors": stored["token_factors"]}
    return {"runs": {}, "token_factors": {}}


def _run(values: dict[str, Any]) -> Run:
    run = Run(**{field.name: values[field.name] for field in fields(Run)})
    _check_numbers([run.memory_factor, run.tokens_per_s or 1.0, abs(run.memory_offset) + 1])
    return run


def _check_numbers(numbers: Any) -> None:
    if any(not 0 < number < math.inf for number in numbers):
        raise ValueError("a number is out of range")
