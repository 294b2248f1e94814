"""The tour: an admin trains a model, a tester talks with it, and what they see is checked."""

import html
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
from bot.demo.errors import TourFailed
from bot.demo.terminal import Terminal
from bot.demo.transcript import button, is_card, words_of
from bot.domain import JsonDict
from bot.edge.buttons import data_of
from bot.texts import Texts

FIRST_WORDS: Final = "Нет силы воли: завтра сдавать работу, а я мою холодильник"
SECOND_WORDS: Final = "А с чего начать?"
"""Says nothing without the first."""

_TEXTS = Texts("ru", zoneinfo.ZoneInfo("UTC"))
_START = data_of("training", "start")
_LEAST_STATES = 3
"""A card that was seen in fewer has not moved."""


@dataclass(frozen=True, slots=True)
class DemoTraining:
    """What the model is taught."""

    n_examples: int
    answers: Collection[str]
    """Letters and digits of every answer."""

    @classmethod
    def read(cls, path: Path) -> "DemoTraining":
        """The examples of a dataset; lines that make no sense are for the bot to find."""
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        filled = [line for line in lines if line.strip()]
        return cls(len(filled), frozenset(filter(None, map(_answer_of, filled))))

    def holds(self, answer: str) -> bool:
        """Whether *answer* is one of the examples', whatever became of its Markdown."""
        return _letters(answer) in self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The play: two people, and what is expected of each scene."""

    terminal: Terminal
    admin: DemoChat
    tester: DemoChat
    lesson: DemoTraining
    provider: httpx.AsyncClient
    """The engine's API, to ask the model directly what it would have said."""

    async def play(self) -> None:
        """All scenes in order.

        Raises:
            TourFailed: something was not as it should be.
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
        n = self.lesson.n_examples
        examples = _TEXTS.plural("examples", n)
        good = _plain("dataset_good", n=_TEXTS.number(n), examples=examples)
        _expect(good in words_of(report), f"в ответе на /validate будет «{good}»")

    async def _plan(self) -> JsonDict:
        plan = await self._asks(self.admin, "/train")
        _expect(button(plan, _START), "на /train придёт план с кнопкой запуска")
        field = Settings.model_fields
        parameters = _plain(
            "plan_parameters",
            epochs=field["n_epochs"].default,
            multiplier=_TEXTS.short_number(field["learning_rate_multiplier"].default),
            suffix=field["model_suffix"].default,
        )
        n = _TEXTS.number(self.lesson.n_examples)
        for part in (field["base_model"].default, parameters, n, "$"):
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
        promoted = _plain("trial_standing_promoted")
        _expect(promoted in words_of(verdict), f"проба закончится словами «{promoted}»")
        return model[0]

    async def _chat(self, model: str) -> None:
        await self._asks(self.tester, "/start")
        first = words_of(await self._asks(self.tester, FIRST_WORDS))
        _expect(self.lesson.holds(first), "первый ответ будет из датасета")
        second = words_of(await self._asks(self.tester, SECOND_WORDS))
        _expect(self.lesson.holds(second), "второй ответ будет из датасета")
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

    async def _asks(self, phone: DemoChat, text: str) -> JsonDict:
        message_id = await phone.says(text)
        return await self._reply(phone, message_id, f"ответ на «{text}»")

    async def _reply(self, phone: DemoChat, after: int, wanted: str) -> JsonDict:
        return await phone.waits(wanted, _is_whole, after=after)

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


def _plain(key: str, **params: object) -> str:
    return html.unescape(re.sub("<[^>]+>", "", _TEXTS(key, **params)))


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def _answer_of(line: str) -> str | None:
    try:
        content = json.loads(line)["messages"][-1]["content"]
    except (ValueError, LookupError, TypeError):
        return None
    return _letters(content) if isinstance(content, str) else None
