"""The words of `--base`, and what is read from the folder of a base."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.backends.lora.bases import BaseMissing, Bases, BaseUnknown, catalogue
from tests.engine.base_files import TENSORS, base_files, safetensors, write_base


async def nothing(message: str) -> None:
    raise AssertionError(f"a local folder has nothing to tell: {message}")


def test_a_folder_is_a_base_named_by_its_last_part(tmp_path: Path):
    folder = write_base(tmp_path / "My-base.v1")
    bases = Bases([str(folder)], tmp_path / "data")

    model = bases.models["My-base.v1"]
    assert (model.context_tokens, model.answer_tokens, model.example_tokens) == (512, 512, 512)
    assert model.shutdown_date is None
    assert model.created_at == int(folder.stat().st_mtime)
    assert bases.folder("My-base.v1") == folder
    assert asyncio.run(bases.fetch("My-base.v1", nothing)) == folder
    assert not (tmp_path / "data").exists()


def test_a_relative_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = write_base(tmp_path / "models" / "small")
    monkeypatch.chdir(tmp_path)
    assert Bases(["models/small"], tmp_path).folder("small") == folder
    assert Bases(["./models/small/"], tmp_path).folder("small") == folder


def test_long_contexts_do_not_make_long_examples(tmp_path: Path):
    folder = write_base(tmp_path / "long", base_files(max_position_embeddings=262_144))
    model = Bases([str(folder)], tmp_path).models["long"]
    assert model.context_tokens == 262_144
    assert model.example_tokens == 4_096


def test_sizes_come_from_the_files(tmp_path: Path):
    facts = Bases([str(write_base(tmp_path / "it"))], tmp_path).facts("it")
    assert facts is not None
    assert (facts.layers, facts.hidden, facts.intermediate, facts.vocabulary) == (2, 4, 8, 10)
    assert facts.parameters == 10 * 4 + 4 + 10 * 4
    assert facts.weight_bytes == 4 * facts.parameters
    assert not facts.tied


def test_a_tied_output_matrix_counts_once(tmp_path: Path):
    """Some files hold it nevertheless."""
    folder = write_base(tmp_path / "it", base_files(tie_word_embeddings=True))
    facts = Bases([str(folder)], tmp_path).facts("it")
    assert facts is not None
    assert facts.tied
    assert facts.parameters == 10 * 4 + 4


def test_sizes_of_a_base_that_also_sees(tmp_path: Path):
    """Its language model has a part of the configuration of its own."""
    files = base_files()
    text = json.loads(files["config.json"])
    text["intermediate_size"] = [8, 16]
    config = {"model_type": "gemma3", "hidden_size": 99, "text_config": text}
    folder = write_base(tmp_path / "it", files | {"config.json": json.dumps(config).encode()})
    bases = Bases([str(folder)], tmp_path)
    facts = bases.facts("it")
    assert facts is not None
    assert (facts.hidden, facts.intermediate) == (4, 16)
    assert bases.models["it"].context_tokens == 512


def split(names: list[str]) -> dict[str, bytes]:
    """A base whose index names these files."""
    files = base_files()
    del files["model.safetensors"]
    index = {"weight_map": dict(zip(TENSORS, names, strict=False))}
    parts = {name: safetensors({f"part.{name}": [3, 2]}) for name in names}
    return files | {"model.safetensors.index.json": json.dumps(index).encode()} | parts


def test_split_weights_are_counted_together(tmp_path: Path):
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    folder = write_base(tmp_path / "it", split(names) | {"other.safetensors": b"not read"})
    facts = Bases([str(folder)], tmp_path).facts("it")
    assert facts is not None
    assert facts.parameters == 2 * 6


def without(name: str) -> dict[str, bytes]:
    files = base_files()
    del files[name]
    return files


def with_file(name: str, content: bytes) -> dict[str, bytes]:
    return base_files() | {name: content}


WHOLE = safetensors()
SHARDS = split(["a.safetensors", "b.safetensors"])
UNUSABLE = [
    (without("config.json"), "config.json is missing"),
    (with_file("config.json", b"{"), "config.json is damaged"),
    (with_file("config.json", b"[]"), "config.json is damaged"),
    (with_file("config.json", b"{}"), "config.json tells no hidden_size"),
    (base_files(quantization_config={"quant_method": "fp8"}), "weights are quantized"),
    (without("tokenizer.json"), "no tokenizer"),
    (without("chat_template.jinja"), "no chat template"),
    (without("model.safetensors"), "no weights in safetensors"),
    (without("model.safetensors") | {"pytorch_model.bin": b"1"}, "safetensors only"),
    (with_file("model.safetensors", WHOLE[:-1]), "cut off or damaged"),
    (with_file("model.safetensors", WHOLE + b"1"), "cut off or damaged"),
    (with_file("model.safetensors", WHOLE[:60]), "damaged"),
    (with_file("model.safetensors", b"1234"), "damaged"),
    (with_file("model.safetensors", b""), "damaged"),
    (with_file("model.safetensors", b"\x02" + bytes(7) + b"[]"), "damaged"),
    (with_file("model.safetensors", b"\x09" + bytes(7) + b'{"a":{}} '), "damaged"),
    ({k: v for k, v in SHARDS.items() if k != "b.safetensors"}, "b.safetensors is missing"),
    (split(["../a.safetensors"]), "index.json is damaged"),
]


@pytest.mark.parametrize(("files", "words"), UNUSABLE, ids=[words for _, words in UNUSABLE])
def test_a_folder_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, files: dict[str, bytes], words: str
):
    files = {name: content for name, content in files.items() if "/" not in name}
    folder = write_base(tmp_path / "it", files)
    with pytest.raises(BaseUnknown, match=words):
        Bases([str(folder)], tmp_path)


async def test_a_base_damaged_later_is_told_without_its_path(tmp_path: Path):
    folder = write_base(tmp_path / "it")
    bases = Bases([str(folder)], tmp_path)
    (folder / "model.safetensors").write_bytes(WHOLE[:-1])
    with pytest.raises(BaseMissing) as missing:
        await bases.fetch("it", nothing)
    said = str(missing.value)
    assert said == (
        "The base model it can't be used: the file model.safetensors is cut off or damaged."
    )
    assert Bases(["qwen3-0.6b"], tmp_path).folder("qwen3-0.6b") is None


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("/nowhere", "there is no such folder"),
        ("../nowhere", "there is no such folder"),
        ("nonsense", "it is no folder"),
        ("a/b/c", "it is no folder"),
        ("a/b@", "it is no folder"),
        ("a/b@..", "it is no folder"),
        ("a--b/c", "it is no folder"),
        ("-a/b", "it is no folder"),
        ("https://example.org/a/b", "it is no folder"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, word: str, words: str):
    with pytest.raises(BaseUnknown, match=words):
        Bases([word], tmp_path)


def test_a_folder_name_that_names_of_models_could_not_hold_is_refused(tmp_path: Path):
    with pytest.raises(BaseUnknown, match="rename the folder"):
        Bases([str(write_base(tmp_path / "a b:c"))], tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ["qwen3-0.6b", "Qwen/Qwen3-0.6B"],
        ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B@main"],
        ["it", "x/it"],
    ],
)
def test_a_base_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]):
    write_base(tmp_path / "it")
    write_base(tmp_path / "x" / "it")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BaseUnknown, match="twice"):
        Bases(words, tmp_path)


def test_a_base_of_the_hub_is_offered_before_it_is_here(tmp_path: Path):
    bases = Bases(["Qwen/Qwen3-0.6B", "somebody/model@v1.0", "smollm2-135m"], tmp_path / "data")
    assert list(bases.models) == ["Qwen/Qwen3-0.6B", "somebody/model", "smollm2-135m"]
    assert bases.models["Qwen/Qwen3-0.6B"].context_tokens == 40_960
    assert bases.models["somebody/model"].context_tokens == 2_048
    assert bases.folder("somebody/model") is None
    assert bases.facts("somebody/model") is None
    known = bases.facts("Qwen/Qwen3-0.6B")
    assert known is not None
    assert known.layers == 28
    assert not (tmp_path / "data").exists()


def test_every_row_of_the_catalogue_is_a_base(tmp_path: Path):
    bases = Bases([row["name"] for row in catalogue()], tmp_path)
    assert len(bases.models) == len(catalogue())
    for name in bases.models:
        bases.facts(name)


def test_the_papers_show_the_catalogue():
    """Each row of `bases.toml` is a row of docs/engine.md, with the same hub id and licence."""
    page = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    for row in catalogue():
        shown = next((line for line in lines if line.startswith(f"| `{row['name']}` |")), "")
        assert f"`{row['hub_id']}`" in shown, row["name"]
        assert row["licence"] in shown, row["name"]
        assert f"{row['download_bytes'] / 1e9:.1f} GB" in shown, row["name"]
        assert f"{row['context_tokens']:,}" in shown, row["name"]


def test_a_wrong_base_stops_the_start_with_one_line(tmp_path: Path):
    engine = [sys.executable, "-m", "engine", "--backend", "lora", "--data", str(tmp_path)]
    done = subprocess.run(
        [*engine, "--base", "/nowhere"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "engine: --base /nowhere: there is no such folder\n"


def test_a_missing_extra_stops_the_start_with_one_line(tmp_path: Path):
    folder = write_base(tmp_path / "it")
    arguments = ["engine", "--backend=lora", f"--base={folder}", f"--data={tmp_path}", "--port=0"]
    code = (
        "import sys, runpy; sys.modules['torch'] = None; "
        f"sys.argv = {arguments!r}; runpy.run_module('engine', run_name='__main__')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "engine: torch is missing: pip install 'natasha-bot[lora]'\n"


def test_bases_need_neither_torch_nor_the_client_of_the_hub(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from engine.backends.lora.bases import Bases; "
        f"Bases(['qwen3-0.6b'], Path({str(tmp_path)!r})); "
        "print({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "set()\n"
