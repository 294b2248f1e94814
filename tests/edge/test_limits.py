"""Whatever a person, a provider or a file is called, every screen can be sent and read."""

import datetime as dtm
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.access import outside_views
from bot.catalogue import load_catalogue
from bot.chat import views as answer
from bot.dataset import repair_views as repairs
from bot.dataset import version_views as versions
from bot.dataset import views as dataset
from bot.dataset.recognition import Columns
from bot.dataset.repair import REPAIRABLE, Repair, RepairChange
from bot.dataset.split import Split
from bot.delivery.screen import Screen, plain
from bot.domain.datasets import (
    Dataset,
    DatasetOrigin,
    Finding,
    Level,
    Spread,
    TokenStatistics,
    TrainingMethod,
    ValidationReport,
)
from bot.domain.models import Checkpoint, CurrentModel, Ending, ServedModel
from bot.domain.people import Access, Person
from bot.domain.training import (
    FineTuningJob,
    Hyperparameters,
    JobStatus,
    Refusal,
    RunState,
    TrackedJob,
    TrainingRun,
)
from bot.edge import buttons
from bot.jobs import card_views as card
from bot.jobs import event_views as events
from bot.jobs import views as jobs
from bot.jobs.curves import from_events
from bot.jobs.pictures import LossChart
from bot.models import detail_views as one_model
from bot.models import doubt_views
from bot.models import views as models
from bot.models.asked_store import AskedSwitch
from bot.models.details import ModelDetails
from bot.models.doubts import Doubt, DoubtKind
from bot.ratings.quality import Share
from bot.serving import views as last_days
from bot.serving.serving import ModelPage
from bot.texts import LANGUAGES, Texts
from bot.training import base_views, ceiling_views, start_views
from bot.training import edit_views as plan_edits
from bot.training import ending_views as endings
from bot.training import price_views as prices
from bot.training import views as plan
from bot.training.bases import BaseOffer
from bot.training.edits import PlanPart, choices
from bot.training.entities import Month, RunTwin, StartDoubts
from bot.training.named_line import NamedLine, RefusedFile
from bot.training.remedies import Remedy
from bot.training.views import PlanFacts
from bot.trials import views as trials
from bot.trials.entities import (
    AnswerFigures,
    Judgement,
    Reason,
    TrainingFigures,
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialState,
    Verdict,
)
from bot.trials.verdict import REASONS
from bot.usage import limit_views
from bot.usage.cost import estimate, with_engine
from bot.welcome import views as door
from tests.composition import PARAMETERS
from tests.drift.text_keys import KEYS
from tests.fakes import event_of, job_of
from tests.screens import EN, ENGINE, RU, offers_of, shown

NASTY = {
    "plain": "имя",
    "html": '</b><a href="x">&amp;<script>"\'',
    "endless": "а" * 5_000,
    "emoji": "🌲👩‍👩‍👧" * 600,
    "words": "слово <b> & " * 600,
    "one line": "a\nb\n" * 1_500,
    "braces": "{name} {0} {} %s %(x)s",
}
CATALOGUE = load_catalogue()
OPENAI, ELSEWHERE = "https://api.openai.com/v1", "https://models.example/v1"
HUGE = 10**17
RULES = sorted(key.removeprefix("finding_") for key in KEYS if key.startswith("finding_"))


class Anything(dict[str, object]):
    """Parameters of every name, all of them nasty."""

    def __init__(self, value: object) -> None:
        names = {
            field[1]
            for language in LANGUAGES.values()
            for key, text in language.messages.items()
            if key.startswith(("finding_", "error_"))
            for field in __import__("string").Formatter().parse(text)
            if field[1]
        }
        super().__init__(dict.fromkeys(names, value))


def report_of(value: str, n: int) -> ValidationReport:
    """Two hundred findings, each with nasty parameters."""
    findings = [
        Finding(
            level=(Level.ERROR, Level.WARNING, Level.NOTE)[number % 3],
            rule=RULES[number % len(RULES)],
            line=None if number % 5 == 0 else HUGE,
            params=Anything(value),
        )
        for number in range(n)
    ]
    return ValidationReport(
        n_examples=HUGE,
        method=TrainingMethod.DPO,
        n_messages=HUGE,
        tokens=TokenStatistics(
            encoding="o200k_base", total=HUGE, smallest=HUGE, median=HUGE, p95=HUGE, largest=HUGE
        ),
        system_prompts={value: HUGE, "": 2, **{f"{value}{x}": 1 for x in range(50)}},
        findings=findings,
        n_errors=n and HUGE,
        n_warnings=HUGE,
        sha256=value,
        size_bytes=HUGE,
        counts=dict.fromkeys(RULES, HUGE),
        turns=dict.fromkeys(range(1, 300), HUGE),
        n_questioning=HUGE,
        themes={"growth": HUGE, "past_lives": HUGE, "": HUGE},
        answer_characters=Spread(smallest=0, median=HUGE, largest=HUGE),
    )


def job_with(value: str, status: JobStatus) -> FineTuningJob:
    return replace(
        job_of(f"ftjob-{value}"),
        base_model=value,
        status=status,
        status_word=value,
        suffix=value,
        created_at=HUGE,
        finished_at=HUGE * 2,
        estimated_finish=HUGE,
        trained_tokens=HUGE,
        n_epochs=HUGE,
        fine_tuned_model=f"ft:{value}:{value}:{value}:{value}",
        refusal=Refusal(code=value, message=value),
    )


def tracked_of(value: str, status: JobStatus) -> TrackedJob:
    metrics = [
        {"step": n, "total_steps": 100, "train_loss": n * 1e12, "valid_loss": -1e-12, "x": value}
        for n in range(60)
    ]
    return TrackedJob(
        job=job_with(value, status),
        number=HUGE,
        run_id=HUGE,
        followed_by=HUGE,
        metrics=metrics,
        last_message=value,
        warning=value,
    )


def run_of(value: str) -> TrainingRun:
    return TrainingRun(
        id=HUGE,
        state=RunState.PLANNED,
        asked_by=HUGE,
        parameters=Hyperparameters(
            base_model=value, n_epochs=50, learning_rate_multiplier=1e-30, suffix=value
        ),
        dataset=dataset_of(value),
        seed=HUGE,
        price_usd=1e12,
        created_at=HUGE,
        expires_at=HUGE,
        refusal=Refusal(code=value, message=value),
    )


def dataset_of(value: str) -> Dataset:
    return Dataset(
        id=1,
        path=value,
        sha256=value,
        n_examples=HUGE,
        n_tokens=HUGE,
        system_prompt=value,
        created_at=HUGE,
    )


def model_of(value: str, number: int = HUGE) -> ServedModel:
    return ServedModel(id=number, name=value, system_prompt=value, job_id=value, added_at=HUGE)


def screens(texts: Texts, value: str) -> Iterator[tuple[str, Screen]]:
    """Every screen of the bot that shows something from outside."""
    person = Person(id=HUGE, name=value, access=Access.ADMIN)
    serving = CurrentModel(model=model_of(value), since=HUGE, chosen_by=HUGE)
    far = dtm.date(9999, 12, 31)
    run, known_run = run_of(value), replace(run_of(value), id=1)
    known_run = replace(
        known_run, parameters=replace(known_run.parameters, base_model="gpt-4.1-mini-2025-04-14")
    )

    for key in sorted(key for key in KEYS if key.startswith("error_")):
        yield key, plain(texts, key, **Anything(value))
    for key in (
        "job_paused",
        "job_resumed",
        "chart_nothing",
        "cancel_sent",
        "cancel_kept",
        "monitor_started",
        "trial_started",
    ):
        yield key, plain(texts, key, name=value, model=value, n=HUGE)
    yield "language", door.language(texts)
    yield "start tester", outside_views.start_tester(texts, person, is_ready=False)
    for found in (None, report_of(value, 0), report_of(value, 200)):
        yield (
            "start admin",
            door.start_admin(texts, person, report=found, serving=serving, training=[value] * 200),
        )
        if found is not None:
            for is_in_use in (True, False):
                yield (
                    "report",
                    dataset.report(
                        texts,
                        found,
                        dataset_of(value),
                        is_in_use=is_in_use,
                        validation=dataset_of(value),
                        received=value,
                    ),
                )
            yield "no dataset", dataset.report(texts, found, None, is_in_use=False, received=value)
            yield "full report", dataset.full_report(texts, found, dataset_of(value))
    yield "uploaded", dataset.uploaded(texts, dataset_of(value), value)
    month = Month(spent_usd=1e9, ceiling_usd=100_000)
    yield "ceiling", ceiling_views.ceiling(texts, month)
    yield "limits", limit_views.limits(texts, HUGE)
    for each in (run, known_run):
        guess = estimate(HUGE, 50, CATALOGUE.model(each.parameters.base_model), CATALOGUE)
        for shutdown in (None, far, dtm.date(2000, 1, 1)):
            active = [value] * 9
            yield (
                "plan",
                plan.plan(
                    texts,
                    each,
                    PlanFacts(
                        estimate=guess,
                        base_url=OPENAI,
                        shutdown=shutdown,
                        active=active,
                        presets=offers_of(each),
                        month=month,
                    ),
                    CATALOGUE,
                ),
            )
        for part in (PlanPart.MODEL, PlanPart.EPOCHS, PlanPart.MULTIPLIER, PlanPart.SUFFIX):
            options = choices(part, each.parameters, CATALOGUE, taken=(), base_url=OPENAI)
            priced = dict.fromkeys(options, guess)
            yield f"choice {part}", plan_edits.choice(texts, each, part, priced, CATALOGUE)
        yield "started", plan.started(texts, each)
        yield "dropped", plan.dropped(texts, each)
        yield "refused", endings.refused(texts, each)
        offers = [BaseOffer(name=value * 20, estimate=ENGINE), BaseOffer(name=value)]
        yield "other model", endings.other_model(texts, each, offers)
        yield "bases", base_views.bases(texts, each, offers)
        yield "taken", plan.taken(texts, plan.dropped(texts, each), each, asked=value * 2)
        for engine in (ENGINE, replace(ENGINE, device=value, fits=False)):
            told = with_engine(guess, engine)
            yield (
                "plan of the engine",
                plan.plan(texts, each, PlanFacts(estimate=told, base_url=ELSEWHERE), CATALOGUE),
            )
            yield (
                "details",
                plan.details(texts, each, PlanFacts(estimate=told, base_url=ELSEWHERE), CATALOGUE),
            )
        lacking = replace(guess, lacks_model=True)
        yield (
            "plan without a model",
            plan.plan(texts, each, PlanFacts(estimate=lacking, base_url=ELSEWHERE), CATALOGUE),
        )
        changed = replace(each, dataset=replace(each.dataset, id=HUGE), parameters=PARAMETERS)
        facts = PlanFacts(estimate=guess, base_url=OPENAI, shutdown=far, active=[value] * 9)
        shown_plan = plan.plan(texts, each, facts, CATALOGUE)
        twin = RunTwin(run_id=3, by=5, at=1, suffix=value, job_id=value)
        doubts = StartDoubts(twin=twin, in_use=HUGE, month=month)
        yield "doubts", start_views.ask(texts, each, doubts, person, is_own=False)
        yield "doubts again", start_views.ask_again(texts, each, doubts, person, is_own=False)
        asked = replace(each.parameters, base_model=value, n_epochs=50)
        yield "unknown", base_views.unknown(texts, asked, PARAMETERS, [value * 20, "m"])
        yield "derived", endings.derived(texts, shown_plan, each, changed)
        for is_listed in (False, True):
            yield "uncertain", plan.uncertain(texts, each, is_listed=is_listed)
    for status in JobStatus:
        tracked = tracked_of(value, status)
        for url in (ELSEWHERE, OPENAI):
            yield f"card {status}", card.card(texts, tracked, CATALOGUE, base_url=url)
        for origin in (run, None):
            ending = endings.JobEnding(
                tracked=tracked,
                run=origin,
                curves=from_events(tracked.metrics),
                file=RefusedFile(
                    dataset=run.dataset,
                    can_repair=True,
                    line=NamedLine(number=HUGE, question=value, fault=value, finding=None),
                ),
                starter=value,
                price_usd=HUGE,
                page=CATALOGUE.job_page(OPENAI, tracked.job.id),
            )
            yield f"finished {status}", endings.finished(texts, ending)
            headline = endings.headline(texts, ending, "ready")
            changes = dict.fromkeys(Remedy, PARAMETERS)
            yield "remedies", endings.remedies(texts, tracked, origin, changes)
        yield "ask cancel", jobs.ask_cancel(texts, tracked, ["W" * 200])
        page = [tracked] * jobs.PAGE_SIZE
        yield "jobs", jobs.listing(texts, page, page=HUGE, n_jobs=HUGE * 99)
        drawn = LossChart(path=Path("loss.png"), curves=from_events(tracked.metrics))
        yield "chart", jobs.loss_chart(texts, tracked, drawn)
        said = [event_of(value, HUGE, level=value, type=value, message=value)] * events.PAGE_SIZE
        yield "events", events.log(texts, tracked, said, end=HUGE, n_events=HUGE * 2)
        yield "no events", events.log(texts, tracked, [], end=0, n_events=0)
    many = [model_of(value, HUGE + n) for n in range(20)]
    yield from model_screens(texts, value, many)
    for answered in (value, None):
        found_trial = trial_of(value, answered)
        for standing in trials.ModelUse:
            yield "verdict", trials.verdict(texts, found_trial, standing, headline=headline)
        figures = endings.details(texts, ending)
        yield "why", trials.why(texts, found_trial, figures, job_number=HUGE)
        yield "side by side", trials.side_by_side(texts, found_trial, 1)
        yield "unserved", trials.unserved(texts, found_trial)
    yield from dataset_screens(texts, value)
    yield "growing", answer.growing(texts, value, HUGE)
    buttons = answer.answer_buttons(texts, HUGE, is_good=False, is_after_silence=True)
    for message in answer.whole(texts, value, buttons=buttons, mark=texts.plain("chat_cut")):
        yield "answer", message


def model_screens(
    texts: Texts, value: str, many: list[ServedModel]
) -> Iterator[tuple[str, Screen]]:
    """What is shown of models."""
    model, previous, far = many[0], many[1], dtm.date(9999, 12, 31)
    serving = CurrentModel(model=model, since=HUGE, chosen_by=HUGE)
    page = ModelPage(models=many[2:], number=HUGE, has_more=True)
    for serves, before in ((serving, previous), (serving, None), (None, None)):
        overview = models.Overview(
            serving=serves,
            previous=before,
            others=page,
            verdicts={each.id: Verdict.LEAVE for each in many},
            shares={each.id: Share(n_good=HUGE, n=HUGE) for each in many},
            has_retired=True,
        )
        yield "models", models.listing(texts, overview)
        yield "used", models.used(texts, model, before, over_since=far)
        yield "current", models.current(texts, serves, value)
    yield "retired", models.retired(texts, page)
    yield "already", models.used(texts, model, opening=models.already(texts, serving, value))
    yield "changed", models.used(texts, model, opening=models.prompt_changed(texts, model))
    for kind in DoubtKind:
        asked = doubt_views.ask(texts, value, Doubt(kind=kind, day=far), "models:yes:1")
        yield f"ask {kind}", asked
    switches = [
        AskedSwitch(id=HUGE + n, name=m.name, system_prompt=None) for n, m in enumerate(many)
    ]
    yield "ask which", doubt_views.ask_which(texts, value, many, switches)
    yield "silent", last_days.silent(texts, model, many[0])
    checkpoint = Checkpoint(name=value, step=HUGE, train_loss=1e12, valid_loss=-1e12)
    for tracked in (None, tracked_of(value, JobStatus.SUCCEEDED)):
        for run in (None, run_of(value)):
            details = ModelDetails(
                model=replace(model, retired_at=HUGE),
                base_model=value,
                last_day=far,
                days_left=HUGE,
                serving=serving,
                tracked=tracked,
                run=run,
                checkpoint=checkpoint,
                result=previous,
                verdict=Verdict.CHECK,
                share=Share(n_good=HUGE, n=HUGE),
            )
            yield "model", one_model.details(texts, details, chooser=value, trainer=value)
    kept = [(each, checkpoint) for each in many]
    yield "checkpoints", one_model.checkpoints(texts, model, kept)
    yield "no checkpoints", one_model.checkpoints(texts, model, [])
    payload = {"base": value, "day": "2027-01-14", "model": value, "plans": True}
    for today in (dtm.date(2000, 1, 1), far):
        yield "ending", last_days.ending(texts, payload, today)


def trial_of(value: str, said: str | None) -> Trial:
    """A trial of which everything that is not ours is *value*, with every reason there is."""
    figures = AnswerFigures(
        n_asked=HUGE, n_answered=HUGE, n_asking=HUGE, n_refusing=HUGE, n_repeating=HUGE,
        n_foreign=HUGE, characters=HUGE,
    )  # fmt: skip
    counted = dict.fromkeys(("n", "of", "percent", "usual"), HUGE)
    trouble = TrialFailure(key="error_model_unknown", params={"model": value})
    return Trial(
        id=HUGE,
        model=model_of(value),
        state=TrialState.FAILED,
        asked_by=None,
        answers=[TrialAnswer(prompt=value, answer=said, base_answer=said, ending=Ending.FILTERED)]
        * 3,
        created_at=1,
        base_model=value,
        trouble=trouble,
        base_trouble=trouble,
        judgement=Judgement(
            verdict=Verdict.LEAVE,
            reasons=[Reason(rule=rule, params=counted) for rule in sorted(REASONS)],
            answers=figures,
            base=figures,
            training=TrainingFigures(n_answers=HUGE, share_asking=1.0, characters=HUGE),
        ),
        next_at=HUGE,
    )


def dataset_screens(texts: Texts, value: str) -> Iterator[tuple[str, Screen]]:
    """What the dataset desk shows."""
    of_every_origin = [
        replace(
            dataset_of(value),
            id=HUGE + n,
            name=value,
            origin=origin,
            added_by=HUGE,
            parent_id=HUGE,
            n_errors=HUGE * (n % 2),
            n_warnings=HUGE,
            validation_id=HUGE,
        )
        for n, origin in enumerate(DatasetOrigin)
    ]
    first, second, *_ = of_every_origin
    for page in (of_every_origin[: versions.PAGE], of_every_origin[-versions.PAGE :]):
        yield (
            "versions",
            versions.listed(
                texts, page, in_use=first, people={HUGE: value}, page=HUGE, has_more=True
            ),
        )
    yield "no versions", versions.listed(texts, [], in_use=None, people={}, page=0, has_more=False)
    report = dataset.report(texts, report_of(value, 200), first, is_in_use=False)
    yield "version", versions.manage(texts, report, first, is_in_use=False)
    yield "chosen", versions.chosen(texts, first, second)
    yield "ask delete", versions.ask_delete(texts, first)
    yield "deleted", versions.deleted(texts, first)
    changes = [
        RepairChange(kind=kind, n=HUGE, line=HUGE, before=value, after=value) for kind in REPAIRABLE
    ]
    repair = Repair(changes=changes, n_before=HUGE, n_after=HUGE)
    yield "ask repair", repairs.ask_repair(texts, first, repair)
    said = [("system", value), ("user", value), ("assistant", value)] * 3
    left_out = [Finding(level=Level.WARNING, rule="row_without_answer", line=HUGE)] * 10
    converted = replace(repair, samples=[said] * 3, left_out=left_out, n_left_out=HUGE)
    yield "ask conversion", repairs.ask_repair(texts, first, converted, Columns(19, 20))
    yield "repaired", repairs.repaired(texts, first, report)
    for n in (2, 20):
        columns = dict.fromkeys(range(n), (value[:30], value[:40]))
        yield "ask columns", repairs.ask_columns(texts, first, columns)
        yield "ask answers", repairs.ask_answers(texts, first, columns, 0)
    yield "ask split", versions.ask_split(texts, first)
    split = Split(n_training=HUGE, n_validation=HUGE, n_kept_together=HUGE)
    yield "divided", versions.divided(texts, first, split)
    leak = Finding(level=Level.WARNING, rule="leak", line=HUGE, params={"first": HUGE})
    yield "paired", versions.paired(texts, first, second, [leak] * 200)
    yield "file", versions.file_of(texts, first)
    for guess in (
        estimate(HUGE, 50, None, CATALOGUE),
        estimate(9, 50, CATALOGUE.models[0], CATALOGUE),
    ):
        offers = prices.PriceTable(
            dataset=first,
            epochs=[1, 3, 5],
            models=[(model, [guess] * 3) for model in CATALOGUE.models],
            presets=[(preset, guess) for preset in CATALOGUE.presets.values()],
        )
        yield "prices", prices.prices(texts, offers, CATALOGUE, elsewhere=ELSEWHERE)


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_every_screen_can_be_sent(texts: Texts, value: str):
    """Telegram takes it: its length, its tags, its buttons."""
    failures = {}
    for name, screen in screens(texts, value):
        try:
            shown(screen)
        except Exception as exc:
            failures[name] = f"{type(exc).__name__}: {exc}"[:200]

    assert failures == {}


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("rule", RULES)
def test_every_finding_can_be_sent(texts: Texts, rule: str):
    """Two hundred of the same kind, with HTML in every parameter: the first ones, and how many."""
    for value in (NASTY["html"], NASTY["words"]):
        finding = Finding(level=Level.ERROR, rule=rule, line=88, params=Anything(value))
        found = replace(report_of(value, 3), findings=[finding] * 200, n_errors=200, n_warnings=0)
        text = shown(dataset.report(texts, found, dataset_of(value), is_in_use=True))

        n_shown = sum("88:" in line for line in text.splitlines())
        assert 1 <= n_shown <= dataset.SHOWN
        assert str(200 - n_shown) in text


def test_what_people_wrote_is_shown_as_they_wrote_it():
    """HTML in a name is a name."""
    person = Person(id=1, name="<b>Анна</b> & Co", access=Access.TESTER)

    assert "<b>Анна</b> & Co" in shown(outside_views.start_tester(RU, person, is_ready=True))


def test_buttons_that_do_not_fit_are_a_bug():
    with pytest.raises(ValueError, match="does not fit"):
        buttons.data_of("model", "use", "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbCdEfGhIjKlMn")
    with pytest.raises(ValueError, match="does not fit"):
        buttons.data_of("a", "b", "ё" * 31)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("training:start:12", ("training", "start", "12", 12)),
        ("training:plan:", ("training", "plan", "", 0)),
        ("train:start:12", ("training", "start", "12", 12)),
        ("training", ("training", "", "", 0)),
        ("", ("", "", "", 0)),
        ("jobs:cancel:-1", ("jobs", "cancel", "-1", 0)),
        ("jobs:cancel:1:2", ("jobs", "cancel", "1:2", 0)),
        ("jobs:cancel:²", ("jobs", "cancel", "²", 0)),
        ("jobs:cancel:" + "9" * 40, ("jobs", "cancel", "9" * 40, 0)),
    ],
)
def test_buttons_of_any_shape_are_read(data: str, expected: tuple[Any, ...]):
    """Old ones, and ones that somebody made up: number 0, which nothing has."""
    press = buttons.parse(data)

    assert (press.feature, press.action, press.id, press.number) == expected


@pytest.mark.parametrize("id_", [0, 12, 10**18, "ru"])
def test_buttons_say_what_they_were_made_for(id_: object):
    press = buttons.parse(buttons.data_of("training", "start", id_))

    assert (press.feature, press.action, press.id) == ("training", "start", str(id_))
