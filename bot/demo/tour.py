"""The tour: an admin trains a model, a tester talks with it; checks what they see."""

import json
import re
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bot.chat.views import CURSOR
from bot.config import Settings
from bot.demo.chat import DemoChat
from bot.demo.processes import TourFailed
from bot.demo.terminal import Terminal
from bot.demo.transcript import button, is_card, words_of
from bot.domain import JsonDict
from bot.edge.buttons import data_of
from bot.texts import Texts, unmarked

FIRST_WORDS: Final = "Нет силы воли: завтра сдавать работу, а я мою холодильник"
SECOND_WORDS: Final = "А с чего начать?"
"""Makes sense only after the first question."""

_TEXTS = Texts("ru", zoneinfo.ZoneInfo("UTC"))
_START = data_of("training", "start")
_LEAST_STATES = 3
"""A card that showed fewer different texts has not followed the job."""


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples that the model is trained on."""

    n_examples: int
    answers: Collection[str]
    """The letters and digits of every answer."""

    @classmethod
    def read(cls, path: Path) -> "Examples":
        """The examples of a dataset; the bot has to find the wrong lines."""
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        filled = [line for line in lines if line.strip()]
        return cls(len(filled), frozenset(filter(None, map(_answer_of, filled))))

    def holds(self, answer: str) -> bool:
        """Whether *answer* is an example's answer, apart from its Markdown."""
        return _letters(answer) in self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Two people, and what is expected in each of their chats."""

    terminal: Terminal
    admin: DemoChat
    tester: DemoChat
    examples: Examples
    provider: httpx.AsyncClient
    """The engine's API, to ask the model directly."""

    async def play(self) -> None:
        """Play both parts in order.

        Raises:
            TourFailed: something was not as expected.
        """
        self.terminal.heading("Мария, администратор: проверяет датасет и обучает модель")
        await self._validate()
        plan = await self._plan()
        model = await self._train(plan)
        self.terminal.heading("Олег, тестировщик: разговаривает с новой моделью")
        await self._chat(model)

    async def _validate(self) -> None:
        await self._asks(self.admin, "/start")
        report = await self._asks(self.admin, "/validate")
        counted = _TEXTS.counted("examples", self.examples.n_examples)
        good = unmarked(_TEXTS("dataset_good", **counted))
        _expect(good in words_of(report), f"в ответе на /validate будет «{good}»")

    async def _plan(self) -> JsonDict:
        plan = await self._asks(self.admin, "/train")
        _expect(button(plan, _START), "на /train придёт план с кнопкой запуска")
        field = Settings.model_fields
        parameters = _TEXTS(
            "plan_parameters",
            epochs=field["n_epochs"].default,
            multiplier=_TEXTS.short_number(field["learning_rate_multiplier"].default),
            suffix=field["model_suffix"].default,
        )
        n = _TEXTS.number(self.examples.n_examples)
        for part in (field["base_model"].default, unmarked(parameters), n, "$"):
            _expect(part in words_of(plan), f"план назовёт «{part}»")
        return plan

    async def _train(self, plan: JsonDict) -> str:
        await self.admin.presses(plan, _START)
        card = await self._reply(self.admin, plan["message_id"], "карточка задания")
        _expect(is_card(card), "за планом придёт карточка задания")
        states: set[str] = set()

        def is_at_rest(message: JsonDict) -> bool:
            if message["message_id"] != card["message_id"]:
                return False
            states.add(words_of(message))
            return not is_card(message)

        await self.admin.waits("конец обучения", is_at_rest)
        end = await self._reply(self.admin, card["message_id"], "сообщение о конце обучения")
        model = re.search(r"\bft:\S+", words_of(end))
        if model is None:
            raise TourFailed("Ожидалось, что обучение закончится успехом и назовёт модель.")
        _expect(len(states) >= _LEAST_STATES, "карточка будет меняться, пока модель учится")
        self.terminal.wait("Бот задаёт модели пробные вопросы…")
        verdict = await self._reply(self.admin, end["message_id"], "вердикт пробы")
        promoted = unmarked(_TEXTS("trial_standing_promoted"))
        _expect(promoted in words_of(verdict), f"проба закончится словами «{promoted}»")
        return model[0]

    async def _chat(self, model: str) -> None:
        await self._asks(self.tester, "/start")
        first = words_of(await self._asks(self.tester, FIRST_WORDS))
        _expect(self.examples.holds(first), "первый ответ будет из датасета")
        second = words_of(await self._asks(self.tester, SECOND_WORDS))
        _expect(self.examples.holds(second), "второй ответ будет из датасета")
        _expect(first != second, "второй ответ будет другим")
        remembered = await self._model_says(model, [FIRST_WORDS, first, SECOND_WORDS])
        _expect(
            _letters(remembered) == _letters(second),
            "второй ответ учтёт первое сообщение, то есть модель получит весь разговор",
        )
        alone = await self._model_says(model, [SECOND_WORDS])
        if _letters(alone) != _letters(second):
            self.terminal.gap()
            self.terminal.note(
                f"Бот помнит разговор: на «{SECOND_WORDS}» без первых слов Олега та же модель "
                "отвечает иначе."
            )

    async def _asks(self, chat: DemoChat, text: str) -> JsonDict:
        message_id = await chat.says(text)
        return await self._reply(chat, message_id, f"ответ на «{text}»")

    async def _reply(self, chat: DemoChat, after: int, wanted: str) -> JsonDict:
        return await chat.waits(wanted, _is_whole, after=after)

    async def _model_says(self, model: str, words: Sequence[str]) -> str:
        roles = ("user", "assistant", "user")
        messages = [
            {"role": role, "content": text} for role, text in zip(roles, words, strict=False)
        ]
        request = {"model": model, "messages": messages}
        response = await self.provider.post("chat/completions", json=request)
        if response.is_error:
            raise TourFailed(f"Модель не ответила: {response.status_code} {response.text[:200]}")
        answer: str = response.json()["choices"][0]["message"]["content"]
        return answer


def _expect(is_so: object, what: str) -> None:
    if not is_so:
        raise TourFailed(f"Ожидалось, что {what}.")


def _is_whole(message: JsonDict) -> bool:
    return not words_of(message).endswith(CURSOR)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def _answer_of(line: str) -> str | None:
    try:
        content = json.loads(line)["messages"][-1]["content"]
    except (ValueError, LookupError, TypeError):
        return None
    return _letters(content) if isinstance(content, str) else None
