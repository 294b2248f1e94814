"""The task TRAIN: from an order to the last line."""

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import set_seed

from engine.backends.lora.orders import CHECKPOINTS, EndLine, Reason, WorkOrder, append_line
from engine.backends.lora.worker import supervised
from engine.backends.lora.worker.checkpoints import Checkpoints, read_saved
from engine.backends.lora.worker.encoding import Encoder
from engine.backends.lora.worker.loading import (
    device_name,
    load_base,
    with_adapter,
)
from engine.backends.lora.worker.reporting import Schedule, peak_bytes
from engine.backends.lora.worker.stepping import Reporter, Run
from engine.backends.lora.worker.stopping import Stop
from engine.backends.lora.worker.tokenizer import load_tokenizer, pad_token


def train(order: WorkOrder, folder: Path, stop: Stop) -> EndLine:
    """Train to the end, or until the child is asked to stop."""
    warnings.simplefilter("ignore", FutureWarning)  # what later versions will rename
    torch.set_num_threads(order.threads)
    saved = read_saved(order.resume_from)
    if saved.line:
        append_line(folder, saved.line)
    tokenizer = load_tokenizer(order.base)
    method, encoder = _method(order.method), Encoder(tokenizer, order.example_tokens)
    rows = method.rows(encoder, Path(order.training_file))
    checked = Path(order.validation_file) if order.validation_file else None
    validation = list(method.rows(encoder, checked)) if checked else []
    stop.check()
    device = device_name(order)
    schedule = Schedule.of(order.total_steps, order.n_epochs)
    run = Run(
        order=order,
        folder=folder,
        stop=stop,
        device=device,
        schedule=schedule,
        checkpoints=Checkpoints(folder / CHECKPOINTS, schedule.epoch_ends),
        collate=partial(method.collate, pad=pad_token(tokenizer), size=order.micro_batch),
        validation=validation,
        tokens=saved.trained_tokens,
    )
    trainer = _trainer(run, method, rows, tokenizer)
    stop.check()
    trainer.train(resume_from_checkpoint=order.resume_from)
    is_done = trainer.state.global_step == order.total_steps
    newest = run.checkpoints.newest
    return EndLine(
        reason=Reason.DONE if is_done else Reason.STOPPED,
        checkpoint=str(newest) if newest else None,
        trained_tokens=run.tokens,
        peak_bytes=peak_bytes(device),
        steps_per_s=run.pace.steps_per_s,
    )


def _method(name: str) -> Any:
    """The module of a method; TRL takes long to load."""
    if name == "dpo":
        from engine.backends.lora.worker import dpo  # noqa: PLC0415

        return dpo
    return supervised


def _trainer(run: Run, method: Any, rows: Sequence[Any], tokenizer: Any) -> Any:
    order = run.order
    base = load_base(order)
    set_seed(order.seed % 2**32)
    start = with_adapter(base, order.start_adapter) if order.start_adapter else None
    trainer = method.trainer(
        base=base,
        start=start,
        order=order,
        arguments=_arguments(run),
        tokenizer=tokenizer,
        train_dataset=rows,
        data_collator=run.collate,
    )
    trainer.run = run
    trainer.add_callback(Reporter(trainer))
    return trainer


def _arguments(run: Run) -> dict[str, Any]:
    """What both Trainers take; whatever they would do besides is off."""
    order = run.order
    return {
        "output_dir": str(run.folder / CHECKPOINTS),
        "num_train_epochs": order.n_epochs,
        "per_device_train_batch_size": order.batch_size,
        "learning_rate": order.learning_rate,
        "weight_decay": 0.0,
        "max_grad_norm": 1.0,
        "seed": order.seed % 2**32,
        "use_cpu": run.device == "cpu",
        "bf16": False,
        "gradient_checkpointing": order.recomputes,
        "gradient_checkpointing_kwargs": {"use_reentrant": False} if order.recomputes else None,
        "logging_strategy": "no",
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "eval_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": False,
    }
