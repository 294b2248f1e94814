"""Adapters that each answer with a mark of their own, and models of an engine made of them."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from engine.backends import weights_folder

_STEPS = 60


def make_marked_adapters(base: Path, folders: Mapping[str, Path]) -> None:
    """Train an adapter for each mark, which it then answers to everything."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)  # the fastest for such small numbers
    tokenizer = AutoTokenizer.from_pretrained(base)
    for mark, folder in folders.items():
        with torch.random.fork_rng():
            torch.manual_seed(1)
            model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
            tuned = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear"))
            taught = [weights for weights in tuned.parameters() if weights.requires_grad]
            optimizer = torch.optim.Adam(taught, lr=1e-2)
            inputs, labels = _lesson(tokenizer, mark)
            for _ in range(_STEPS):
                tuned(input_ids=inputs, labels=labels).loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        tuned.save_pretrained(folder)


def _lesson(tokenizer, mark):
    """A batch of questions of one length, of whose tokens only the answer is learnt."""
    import torch

    rows = []
    for number in range(4):
        messages = [{"role": "user", "content": f"Question {number}?"}]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        prompt = tokenizer.encode(text)
        answer = tokenizer.encode(f"{mark}<|im_end|>")
        rows.append((prompt + answer, [-100] * len(prompt) + answer))
    inputs, labels = zip(*rows, strict=True)
    return torch.tensor(inputs), torch.tensor(labels)


def job_of(mark: str) -> str:
    """The job whose model answers with a mark."""
    return f"ftjob-{mark}"


def folder_of(engine: Path, mark: str) -> Path:
    """Where an engine with its data in *engine* looks for the adapter."""
    return weights_folder(engine / "jobs" / job_of(mark), 1)


def add_model(engine: Path, base: str, mark: str) -> str:
    """Tell the engine of the adapter in `folder_of`; returns the model's name."""
    name = f"ft:{base}:lora::{mark}"
    job = {
        "id": job_of(mark),
        "created_at": 0,
        "base_model": base,
        "training_file": "file-0",
        "seed": 0,
        "model_code": mark,
        "status": "succeeded",
        "stage_since": 0,
        "fine_tuned_model": name,
    }
    model = {
        "name": name,
        "checkpoint_id": f"ftckpt_{mark}",
        "job_id": job_of(mark),
        "base_model": base,
        "created_at": 0,
        "ready_at": 0,
        "step": 1,
        "metrics": "{}",
    }
    with closing(sqlite3.connect(engine / "engine.sqlite3")) as connection, connection:
        for table, row in (("jobs", job), ("models", model)):
            columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
            connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", row)
    return name
