"""The screens of one model: its details, and the checkpoints of its training."""

from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import Checkpoint, ServedModel, best_checkpoint
from bot.edge.buttons import button, data_of
from bot.models.details import ModelDetails
from bot.models.views import since
from bot.ratings.views import share_of
from bot.serving.views import end_of_try
from bot.texts import Markup, Texts, shortened

_TITLE_UNITS = 100


def details(
    texts: Texts, found: ModelDetails, *, chooser: str, trainer: str, is_tried: bool = False
) -> Screen:
    """Everything about one model, and the buttons for it.

    *chooser* is the name of the admin that put it to use; empty: no admin did. *trainer* started
    its job or named it to /monitor; empty: the job comes from the terminal. *is_tried*: the reader
    talks with it alone.
    """
    model = found.model
    lines = [texts("model_title", model=_title(model)), *_state(texts, found, chooser)]
    if found.verdict is not None:
        word = Markup(texts(f"verdict_word_{found.verdict.value}"))
        lines.append(texts("model_verdict", verdict=word))
    if found.share is not None:
        lines.append(texts("model_share", share=share_of(texts, found.share)))
    lines += [
        *_end(texts, found),
        *_origin(texts, found, trainer),
        texts("model_name", name=model.name),
    ]
    return Screen(text="\n".join(lines), buttons=_buttons(texts, found, is_tried=is_tried))


def checkpoints(
    texts: Texts, model: ServedModel, found: Sequence[tuple[ServedModel, Checkpoint]]
) -> Screen:
    """The checkpoints that the provider kept of a model's training; the best step is marked."""
    back = [button(texts, "back", data_of("models", "show", model.id))]
    if not found:
        return Screen(text=texts("checkpoints_none", model=_title(model)), buttons=rows(back))
    best = best_checkpoint([checkpoint for _, checkpoint in found])
    lines, openers = [texts("checkpoints_title", model=_title(model))], []
    for kept, checkpoint in found:
        is_best, step = checkpoint is best, texts.number(checkpoint.step)
        lines.append(_step_line(texts, checkpoint, is_best=is_best, is_result=kept == model))
        key = "checkpoint_best" if is_best else "checkpoint"
        openers.append(button(texts, key, data_of("models", "show", kept.id), step=step))
    triples = [openers[n : n + 3] for n in range(0, len(openers), 3)]
    return Screen(text="\n".join(lines), buttons=rows(*triples, back))


def _state(texts: Texts, found: ModelDetails, chooser: str) -> list[str]:
    lines = []
    if found.serving is not None:
        lines.append(texts("model_serving", since=since(texts, found.serving, chooser)))
    if found.model.retired_at is not None:
        lines.append(texts("model_retired", day=texts.moment(found.model.retired_at)))
    if found.checkpoint is not None:
        lines.append(texts("model_checkpoint", checkpoint=_step(texts, found.checkpoint)))
    if found.result is not None:
        lines.append(texts("model_checkpoint_of", model=_title(found.result)))
    return lines


def _origin(texts: Texts, found: ModelDetails, trainer: str) -> list[str]:
    base = texts("model_base", base=shortened(found.base_model, _TITLE_UNITS))
    if found.tracked is None:
        known = [base] if found.base_model != found.model.name else []
        return [*known, texts("model_unknown", day=texts.moment(found.model.added_at))]
    who = shortened(trainer, _TITLE_UNITS) if trainer else Markup(texts("model_from_terminal"))
    job = found.tracked.job
    day = texts.moment(job.finished_at or job.created_at)
    if found.run is None:
        made = [texts("model_followed", day=day, who=who)]
    else:
        dataset = found.run.dataset
        n = texts.counted("examples", dataset.n_examples)
        made = [
            texts("model_trained", day=day, run_id=found.run.id, who=who),
            texts("model_dataset", number=dataset.id, **n),
        ]
    return [base, *made, texts("model_job", id=shortened(job.id, _TITLE_UNITS))]


def _end(texts: Texts, found: ModelDetails) -> list[str]:
    if found.last_day is None or found.days_left is None:
        return []
    key = "model_over" if found.days_left <= 0 else "model_until"
    return [texts(key, day=found.last_day, days=found.days_left)]


def _buttons(
    texts: Texts, found: ModelDetails, *, is_tried: bool
) -> tuple[tuple[Button, ...], ...]:
    model = found.model
    test = button(texts, "test", data_of("trials", "test", model.id))
    serve = button(texts, "use", data_of("models", "serve", model.id))
    steps = button(texts, "checkpoints", data_of("models", "steps", model.id))
    talk = button(texts, "talk", data_of("models", "talk", model.id))
    talking = [end_of_try(texts, model) if is_tried else talk]
    more = [steps] if found.may_have_checkpoints else []
    back = button(texts, "back", data_of("models", "list", 0))
    if model.retired_at is not None:
        restore = button(texts, "restore", data_of("models", "restore", model.id))
        return rows([restore, test], more, [back])
    if found.result is not None:
        back = button(texts, "back", data_of("models", "steps", found.result.id))
        return rows([test], [back]) if found.serving else rows(talking, [serve, test], [back])
    if found.serving is not None:
        return rows([test], more, [back])
    retire = button(texts, "retire", data_of("models", "retire", model.id))
    return rows(talking, [serve, test], more, [retire, back])


def _step_line(texts: Texts, checkpoint: Checkpoint, *, is_best: bool, is_result: bool) -> str:
    line = _step(texts, checkpoint)
    if is_result:
        line = Markup(line.html + texts("checkpoints_result"))
    return texts("checkpoints_best", checkpoint=line) if is_best else line.html


def _step(texts: Texts, checkpoint: Checkpoint) -> Markup:
    line = texts("checkpoints_step", step=texts.number(checkpoint.step))
    if checkpoint.train_loss is not None:
        line += texts("checkpoints_train", loss=texts.number(checkpoint.train_loss, digits=2))
    if checkpoint.valid_loss is not None:
        line += texts("checkpoints_valid", loss=texts.number(checkpoint.valid_loss, digits=2))
    return Markup(line)


def _title(model: ServedModel) -> Markup:
    return shortened(model.title, _TITLE_UNITS)
