"""`test`: the sample prompts, put to a model."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bot.config import Needs, Settings, load_settings
from bot.domain import ChatMessage, TrialAnswer
from bot.errors import DatasetMissing, ModelUnknown, UserError
from bot.gateways.chat import ChatApi, OpenAIChat
from bot.gateways.openai_client import build_chat_client
from bot.services.validation.peek import first_system_prompt
from bot.terminal import console
from bot.terminal.console import for_terminal, one_line, unmarked
from bot.terminal.voice import Voice
from bot.texts import Texts

PROMPTS: Final = Path(__file__).parents[1] / "sample_prompts.txt"
PATIENCE_S: Final = 600.0
"""How long a model that was trained a moment ago may be unknown where it shall answer."""
LONGEST_PAUSE_S: Final = 15.0


@console.command
def test(model: str, *, is_json: bool) -> int:
    """Put the sample prompts to the model; 0 when it answered them all."""
    settings = load_settings(Needs.PROVIDER)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    system_prompt = ""
    with suppress(DatasetMissing):  # what is asked for is an answer, not a dataset
        system_prompt = first_system_prompt(settings.dataset_path)
    return asyncio.run(try_out(settings, texts, Voice(is_json=is_json), model, system_prompt))


async def try_out(
    settings: Settings,
    texts: Texts,
    voice: Voice,
    model: str,
    system_prompt: str,
    *,
    patience_s: float = 0,
) -> int:
    """Put the sample prompts to the model and tell its answers; the exit code that goes with it.

    A model that the server does not know is waited for as long as *patience_s*.
    """
    api = OpenAIChat(build_chat_client(settings), secrets=settings.secrets)
    prompts = PROMPTS.read_text(encoding="utf-8").splitlines()
    voice.line(f"Testing: {one_line(model)}")
    answers: list[TrialAnswer] = []
    try:
        async with voice.live(f"asking {model}"):
            for prompt in prompts:
                voice.line(f"\n> {prompt}")
                answer = await _patiently(
                    settings,
                    api,
                    _prompt(system_prompt, prompt),
                    model,
                    0 if answers else patience_s,
                )
                answers.append(TrialAnswer(prompt=prompt, answer=answer))
                voice.line(_many_lines(answer) if answer else "(no answer)")
    except UserError as exc:
        voice.aside(_why_not(texts, model, exc))
    finally:
        await api.close()
    voice.fact("trial", model=model, answers=[asdict(answer) for answer in answers])
    return 0 if len(answers) == len(prompts) and all(a.answer for a in answers) else 1


def _prompt(system_prompt: str, prompt: str) -> list[ChatMessage]:
    asked = ChatMessage(role="user", content=prompt)
    return [ChatMessage(role="system", content=system_prompt), asked] if system_prompt else [asked]


async def _patiently(
    settings: Settings,
    api: ChatApi,
    messages: Sequence[ChatMessage],
    model: str,
    patience_s: float,
) -> str:
    """The answer; raises what the gateway raises, ModelUnknown once patience is at its end."""
    pause_s = min(settings.poll_interval_s, LONGEST_PAUSE_S)
    while True:
        try:
            stream = api.stream(
                model,
                messages,
                temperature=settings.chat_temperature,
                max_tokens=settings.chat_max_tokens,
            )
            return "".join([piece async for piece in stream if isinstance(piece, str)]).strip()
        except ModelUnknown:
            if patience_s < pause_s:
                raise
            patience_s -= pause_s
            await asyncio.sleep(pause_s)


def _why_not(texts: Texts, model: str, error: UserError) -> str:
    if isinstance(error, ModelUnknown):
        # Two lines: what it means, and what to do about it.
        return unmarked(texts("trial_unserved", model=model))
    return for_terminal(texts(error.key, **error.params))


def _many_lines(text: str) -> str:
    """A model's answer without what would move the cursor or colour the screen."""
    return "\n".join(one_line(line) for line in text.splitlines())
