"""The answers to the probes, a page each, with what is wrong with them."""

from collections.abc import Sequence

from bot.delivery.screen import Screen
from bot.texts import Markup, Texts, shortened
from bot.trials import views
from bot.trials.entities import Trial, TrialAnswer


def probe_page(texts: Texts, trial: Trial, n: int) -> Screen:
    """The answers to one probe, failed ones first; *n* counts from 0, and the trial has it."""
    answer, of = _ordered(trial)[n], len(trial.probed)
    title = texts(
        "trial_probe_page",
        model=shortened(trial.model.title, views.TITLE_UNITS),
        n=n + 1,
        of=of,
        prompt=answer.prompt,
        outcome=Markup("\n".join(_outcome(texts, _rules(trial, answer)))),
    )
    turners = views.turners(texts, trial, n, of, action="probe")
    return views.answers_page(texts, trial, answer, title=title, turners=turners)


def _ordered(trial: Trial) -> Sequence[TrialAnswer]:
    return sorted(trial.probed, key=lambda answer: not _rules(trial, answer))


def _rules(trial: Trial, answer: TrialAnswer) -> Sequence[str]:
    """The rules that the answer breaks, as the verdict says."""
    probes = trial.judgement.probes if trial.judgement else None
    failed = probes.failed if probes else ()
    return next((each.rules for each in failed if each.name == answer.probe), ())


def _outcome(texts: Texts, rules: Sequence[str]) -> Sequence[str]:
    if not rules:
        return [texts("trial_probe_passed")]
    return [texts("trial_probe_failed"), *(texts(f"probe_rule_{rule}") for rule in rules)]
