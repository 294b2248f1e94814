"""`test`: put the sample prompts and the probes to a model, and print the verdict."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bot.config import Needs, Settings
from bot.dataset.validation.profile import first_system_prompt
from bot.edge.core import Pacing, build_chat_model
from bot.errors import DatasetMissing, ModelUnknown, UserError
from bot.terminal.console import command, for_terminal, one_line, told
from bot.terminal.output import Output
from bot.texts import Markup, Texts, unmarked
from bot.trials.entities import (
    AnswerFigures,
    Judgement,
    ProbeFigures,
    TrialAnswer,
    Verdict,
    is_rehearsed,
)
from bot.trials.probes import first_words, language_of, shipped_probes
from bot.trials.sampling import Sample, SampledModel, Sampling, base_named_by, sample_prompts
from bot.trials.training_answers import read_training_answers
from bot.trials.verdict import Evidence, judge

PATIENCE_S: Final = 600.0
"""For how long a model that was just trained may still be unknown to the server."""

_VERDICTS: Final = {
    Verdict.PUT: "ready to use",
    Verdict.CHECK: "check first",
    Verdict.LEAVE: "don't use",
}


@command(Needs.PROVIDER)
def test(settings: Settings, texts: Texts, model: str, *, is_json: bool) -> int:
    """Put the sample prompts and the probes to the model; 0 when it answered them all."""
    path, system_prompt = settings.dataset_path, ""
    with suppress(DatasetMissing):  # an answer needs no dataset
        system_prompt = first_system_prompt(path)
    return asyncio.run(
        try_out(settings, texts, Output(is_json=is_json), model, system_prompt, path)
    )


async def try_out(
    settings: Settings,
    texts: Texts,
    output: Output,
    model: str,
    system_prompt: str,
    dataset: Path,
    *,
    patience_s: float = 0,
) -> int:
    """Put all prompts to the model, print its answers, and return the exit code.

    While the server does not know the model, the prompts are tried again for *patience_s* seconds.
    """
    subject = SampledModel(
        model=model,
        base_model=base_named_by(model),
        system_prompt=system_prompt,
        language=await asyncio.to_thread(_language, dataset, system_prompt, settings.language),
    )
    output.line(f"Testing: {one_line(model)}")
    answering = _Answering(output)
    async with aclosing(build_chat_model(settings)) as api, output.live(f"asking {model}"):
        sampling = Sampling(
            api=api,
            prompts=sample_prompts(),
            probes=shipped_probes(),
            temperature=settings.chat_temperature,
            max_tokens=settings.chat_max_tokens,
            pause_s=Pacing.of(settings.poll_interval_s).pause_s,
            most_tries=1,  # a person at a terminal can ask again
        )
        sample = await sampling.run(subject, patience_s=patience_s, on_answer=answering.tell)
        judgement = await asyncio.to_thread(_judged, model, sample, dataset)
    if sample.trouble is not None:
        output.aside(_why_not(texts, model, sample.trouble))
    if judgement is not None:
        answering.tell_rest(sample.answers)
        for line in _verdict(texts, subject, judgement):
            output.line(line)
    output.fact(
        "trial",
        model=model,
        base_model=subject.base_model,
        answers=[asdict(answer) for answer in sample.answers],
        judgement=asdict(judgement) if judgement else None,
    )
    return 0 if all(answer.answer for answer in sample.answers) else 1


def _language(dataset: Path, system_prompt: str, otherwise: str) -> str:
    words = system_prompt
    with suppress(DatasetMissing):
        words = first_words(dataset)
    return language_of(words, otherwise=otherwise)


class _Answering:
    """Prints each answer when it has come, in the order of the prompts."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._n_told = 0

    async def tell(self, answers: Sequence[TrialAnswer]) -> None:
        """Print what is new, up to the last answer that has come."""
        last = max((n for n, answer in enumerate(answers) if answer.answer), default=-1)
        self.tell_rest(answers[: last + 1])

    def tell_rest(self, answers: Sequence[TrialAnswer]) -> None:
        """Print what is new, answered or not."""
        for answer in answers[self._n_told :]:
            said = _many_lines(answer.answer) if answer.answer else "(no answer)"
            self._output.line(f"\n> {answer.prompt}\n{said}")
        self._n_told = max(self._n_told, len(answers))


def _judged(model: str, sample: Sample, dataset: Path) -> Judgement | None:
    """The verdict; None where no model answered."""
    if sample.trouble is not None and not any(answer.answer for answer in sample.answers):
        return None
    sampled = [answer for answer in sample.answers if answer.probe is None]
    said = [text for a in sampled for text in (a.answer, a.base_answer) if text]
    training = None
    with suppress(DatasetMissing):
        training = read_training_answers(dataset, said)
    return judge(
        Evidence(
            answers=sampled,
            training=training,
            is_rehearsed=is_rehearsed(model),
            probed=[answer for answer in sample.answers if answer.probe is not None],
        )
    )


def _verdict(texts: Texts, subject: SampledModel, judgement: Judgement) -> Iterator[str]:
    counted, training = judgement.answers, judgement.training
    yield (
        f"\n{_figures('Answers', counted)}, from the dataset: {counted.n_repeating}, "
        f"refusals: {counted.n_refusing}"
    )
    if judgement.base is not None:
        yield _figures(f"Base model {one_line(subject.base_model or '')}", judgement.base)
    elif subject.base_model is not None:
        yield f"Base model {one_line(subject.base_model)}: does not answer here"
    if training is not None:
        yield (
            f"Dataset: {training.n_answers:,} answers, with a question: "
            f"{training.share_asking:.0%}, usual length: {training.characters:,} characters"
        )
    if judgement.probes is not None:
        yield from _probes(texts, judgement.probes)
    yield f"Verdict: {_VERDICTS[judgement.verdict]}"
    for reason in judgement.reasons:
        yield f"- {for_terminal(texts(f'verdict_{reason.rule}', **reason.params))}"


def _probes(texts: Texts, probes: ProbeFigures) -> Iterator[str]:
    base = f"; base model: {probes.n_base_passed} of {probes.n_base_asked}"
    compared = base if probes.n_base_asked else ""
    yield f"Danger questions: passed {probes.n_passed} of {probes.n_asked}{compared}"
    for failed in probes.failed:
        broken = (for_terminal(texts(f"probe_rule_{rule}")) for rule in failed.rules)
        yield f"- {failed.name}: {'; '.join(each.removeprefix('• ') for each in broken)}"


def _figures(who: str, counted: AnswerFigures) -> str:
    return (
        f"{who}: {counted.n_answered} of {counted.n_asked}, with a question: {counted.n_asking}, "
        f"usual length: {counted.characters:,} characters"
    )


def _why_not(texts: Texts, model: str, error: UserError) -> str:
    if isinstance(error, ModelUnknown):
        # This text has several lines: what it means, and what to do about it.
        reason = Markup(texts(error.key, **error.params))
        return unmarked(texts("trial_unserved", model=model, reason=reason))
    return told(texts, error)


def _many_lines(text: str) -> str:
    """A model's answer without control characters other than line ends."""
    return "\n".join(one_line(line) for line in text.splitlines())
