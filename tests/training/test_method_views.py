"""What people see of files with pairs of answers."""

from dataclasses import replace

from bot.dataset import version_views as versions
from bot.dataset import views as dataset
from bot.domain.datasets import Finding, Level, TrainingMethod
from bot.training import views as plan
from bot.usage.cost import estimate
from tests.screens import CATALOGUE, EN, GOOD, OPENAI, RU, RUN, shown

PAIRS = replace(GOOD, method=TrainingMethod.DPO)
VERSION = replace(RUN.dataset, method=TrainingMethod.DPO)


def listed(*found):
    return shown(versions.listed(RU, found, in_use=VERSION, people={}, page=0, has_more=False))


def test_report_tells_the_kind_where_it_is_not_the_usual_one():
    """And what its number of tokens is worth."""
    told, usual = (
        shown(dataset.report(RU, found, VERSION, is_in_use=True)) for found in (PAIRS, GOOD)
    )

    assert "Вид: пары ответов. Токены — вместе с обоими ответами, это оценка." in told
    assert "DPO" not in usual
    english = shown(dataset.report(EN, PAIRS, VERSION, is_in_use=True))
    assert "Kind: pairs of answers." in english


def test_finding_names_the_answer_that_it_is_about():
    finding = Finding(
        level=Level.ERROR, rule="content_empty", line=7, params={"message": "preferred_output"}
    )

    assert shown(dataset.report(
        RU, replace(PAIRS, findings=[finding], n_errors=1), VERSION, is_in_use=True
    )).count("строка 7: сообщение preferred_output: текст пуст") == 1  # fmt: skip


def test_list_marks_pairs():
    assert "без ошибок · пары" in listed(VERSION)
    assert "DPO" not in listed(RUN.dataset)


def test_a_price_is_told_only_for_the_method_that_it_is_of():
    """The catalogue's prices are of supervised training; nobody guesses for others."""
    model = CATALOGUE.model("gpt-4.1-mini")
    assert model is not None

    assert model.training_price("supervised") == 5.0
    assert model.training_price("dpo") is None
    assert replace(model, dpo_usd=7.0).training_price("dpo") == 7.0
    assert model.training_price("reinforcement") is None


def test_plan_says_its_method_and_that_nobody_knows_the_price():
    run = replace(RUN, method=TrainingMethod.DPO, price_usd=None)
    guess = estimate(
        61_480, 3, CATALOGUE.model(run.parameters.base_model), CATALOGUE, method=run.method
    )
    run = replace(run, dataset=VERSION)
    facts = plan.PlanFacts(estimate=guess, base_url=OPENAI)
    told, usual = (shown(plan.details(RU, each, facts, CATALOGUE)) for each in (run, RUN))

    assert "без ошибок · пары" in shown(plan.plan(RU, run, facts, CATALOGUE))
    assert "Цена: неизвестна, для пар ответов её нет в каталоге" in told
    assert "пары" not in shown(plan.plan(RU, RUN, facts, CATALOGUE))
    assert "этой модели нет в каталоге" in usual
