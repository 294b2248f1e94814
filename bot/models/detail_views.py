"""One model: what is known of it, and the checkpoints of its training."""

from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import Checkpoint, ServedModel, best_checkpoint
from bot.domain.training import TrackedJob, TrainingRun
from bot.edge.buttons import button, data_of
from bot.models.details import ModelDetails
from bot.models.views import since
from bot.ratings.share_views import share_of
from bot.texts import Markup, Texts, shortened

_TITLE_UNITS = 100


def details(texts: Texts, found: ModelDetails, *, chooser: str, trainer: str) -> Screen:
    """Everything about one model, and what can be done with it.

    Args:
        texts: The person's language.
        found: What is known.
        chooser: Who put it to use; empty when nobody did.
        trainer: Who started its job, or named it to /monitor; empty: from the terminal.
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
    return Screen(text="\n".join(lines), buttons=_buttons(texts, found))


def checkpoints(
    texts: Texts, model: ServedModel, found: Sequence[tuple[ServedModel, Checkpoint]]
) -> Screen:
    """What the provider kept of a model's training, the best step marked."""
    back = [button(texts, "back", data_of("models", "show", model.id))]
    if not found:
        return Screen(text=texts("checkpoints_none", model=_title(model)), buttons=rows(back))
    best = best_checkpoint([checkpoint for _, checkpoint in found])
    lines = [
        texts("checkpoints_title", model=_title(model)),
        *(
            _step_line(texts, checkpoint, is_best=checkpoint is best, is_result=kept == model)
            for kept, checkpoint in found
        ),
    ]
    openers = [
        button(
            texts,
            "checkpoint_best" if checkpoint is best else "checkpoint",
            data_of("models", "show", kept.id),
            step=texts.number(checkpoint.step),
        )
        for kept, checkpoint in found
    ]
    pairs = [openers[n : n + 3] for n in range(0, len(openers), 3)]
    return Screen(text="\n".join(lines), buttons=rows(*pairs, back))


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
    day = texts.moment(found.model.added_at)
    base = texts("model_base", base=shortened(found.base_model, _TITLE_UNITS))
    if found.tracked is None:
        known = [base] if found.base_model != found.model.name else []
        return [*known, texts("model_unknown", day=day)]
    who = shortened(trainer, _TITLE_UNITS) if trainer else Markup(texts("model_from_terminal"))
    if found.run is None:
        made = [texts("model_followed", day=_day(texts, found.tracked), who=who)]
    else:
        made = _made(texts, found.tracked, found.run, who)
    return [base, *made, texts("model_job", id=shortened(found.tracked.job.id, _TITLE_UNITS))]


def _made(texts: Texts, tracked: TrackedJob, run: TrainingRun, who: Markup) -> list[str]:
    dataset = run.dataset
    n = {
        "n": texts.number(dataset.n_examples),
        "examples": texts.plural("examples", dataset.n_examples),
    }
    return [
        texts("model_trained", day=_day(texts, tracked), run_id=run.id, who=who),
        texts("model_dataset", number=dataset.id, **n),
    ]


def _end(texts: Texts, found: ModelDetails) -> list[str]:
    if found.last_day is None or found.days_left is None:
        return []
    if found.days_left <= 0:
        return [texts("model_over", day=found.last_day)]
    return [texts("model_until", day=found.last_day, days=found.days_left)]


def _buttons(texts: Texts, found: ModelDetails) -> tuple[tuple[Button, ...], ...]:
    model = found.model
    test = button(texts, "test", data_of("trials", "test", model.id))
    serve = button(texts, "use", data_of("models", "serve", model.id))
    more = []
    if found.may_have_checkpoints:
        more.append(button(texts, "checkpoints", data_of("models", "steps", model.id)))
    back = button(texts, "back", data_of("models", "list", 0))
    if model.retired_at is not None:
        restore = button(texts, "restore", data_of("models", "restore", model.id))
        return rows([restore, test], more, [back])
    if found.result is not None:
        back = button(texts, "back", data_of("models", "steps", found.result.id))
        return rows([test] if found.serving else [serve, test], [back])
    if found.serving is not None:
        return rows([test], more, [back])
    retire = button(texts, "retire", data_of("models", "retire", model.id))
    return rows([serve, test], more, [retire, back])


def _step_line(texts: Texts, checkpoint: Checkpoint, *, is_best: bool, is_result: bool) -> str:
    line = _step(texts, checkpoint)
    if is_result:
        line = Markup(line.html + texts("checkpoints_result"))
    return texts("checkpoints_best", checkpoint=line) if is_best else line.html


def _step(texts: Texts, checkpoint: Checkpoint) -> Markup:
    parts = [texts("checkpoints_step", step=texts.number(checkpoint.step))]
    for key, loss in (
        ("checkpoints_train", checkpoint.train_loss),
        ("checkpoints_valid", checkpoint.valid_loss),
    ):
        if loss is not None:
            parts.append(texts(key, loss=texts.number(loss, digits=2)))
    return Markup("".join(parts))


def _day(texts: Texts, tracked: TrackedJob) -> str:
    return texts.moment(tracked.job.finished_at or tracked.job.created_at)


def _title(model: ServedModel) -> Markup:
    return shortened(model.title, _TITLE_UNITS)
