"""The tour: an admin trains a model, a tester talks with it; checks what they see."""

import json
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import httpx

from bot.catalogue import load_catalogue
from bot.chat.views import CURSOR
from bot.config import Settings
from bot.demo.chat import PATIENCE_S, DemoChat
from bot.demo.lessons import Lesson
from bot.demo.processes import TourFailed
from bot.demo.terminal import Terminal
from bot.demo.transcript import button, is_card, words_of
from bot.domain import JsonDict
from bot.edge.buttons import data_of
from bot.texts import Texts, unmarked

_TEXTS: Final = Texts("ru", zoneinfo.ZoneInfo("UTC"))
_START = data_of("training", "start")
_USE: Final = data_of("models", "use")
_TALK: Final = data_of("models", "talk")
_ANYWAY: Final = data_of("models", "anyway")
_MODEL: Final = re.compile(r"\bft:\S+")
_LEAST_STATES = 3
"""A card that showed fewer different texts has not followed the job."""


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples that the model is trained on."""

    n_examples: int
    answers: Mapping[str, str]
    """Each answer by the question before it, both as they stand."""
    system_prompt: str
    """Of the first example; empty: it has none."""

    @classmethod
    def read(cls, path: Path) -> "Examples":
        """The examples of a dataset; the bot has to find the wrong lines."""
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        filled = [line for line in lines if line.strip()]
        said = [message for line in filled for message in _said_in(line)]
        system = next((text for role, text in said if role == "system"), "")
        answers = {
            question: answer
            for (asks, question), (role, answer) in pairwise(said)
            if (asks, role) == ("user", "assistant")
        }
        return cls(len(filled), answers, system)

    def holds(self, answer: str) -> bool:
        """Whether *answer* is an example's answer, apart from its Markdown."""
        return _letters(answer) in {_letters(each) for each in self.answers.values() if each}

    def answer_to(self, question: str) -> str:
        """The answer to a question of the dataset; empty: it isn't there."""
        return self.answers.get(question, "")


@dataclass(frozen=True, kw_only=True)
class Tour:
    """Two people, and what is expected in each of their chats."""

    terminal: Terminal
    admin: DemoChat
    tester: DemoChat
    lesson: Lesson
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
        await self.asks(self.admin, "/start")
        report = await self.asks(self.admin, "/validate")
        counted = _TEXTS.counted("examples", self.examples.n_examples)
        good = unmarked(_TEXTS("dataset_good", **counted))
        expect(good in words_of(report), f"в ответе на /validate будет «{good}»")

    async def _plan(self) -> JsonDict:
        plan = await self.asks(self.admin, "/train")
        expect(button(plan, _START), "на /train придёт план с кнопкой запуска")
        for part in self._told_by_plan():
            expect(part in words_of(plan), f"план назовёт «{part}»")
        return plan

    def _told_by_plan(self) -> Sequence[str]:
        field = Settings.model_fields
        model = load_catalogue().short(field["base_model"].default)
        name = _TEXTS("plan_model", name=field["model_suffix"].default, model=model)
        n = _TEXTS.number(self.examples.n_examples)
        return (unmarked(name), n, unmarked(_TEXTS("price_rehearsal")))

    async def _train(self, plan: JsonDict) -> str:
        await self.admin.presses(plan, _START)
        card = await self.reply(self.admin, plan["message_id"], "карточка задания")
        expect(is_card(card), "за планом придёт карточка задания")
        states: set[str] = set()

        def is_at_rest(message: JsonDict) -> bool:
            if message["message_id"] != card["message_id"]:
                return False
            states.add(words_of(message))
            return not is_card(message)

        ended = await self.admin.waits("конец обучения", is_at_rest)
        model = _MODEL.search(words_of(ended))
        expect(model, "карточка назовёт модель")
        assert model is not None
        expect(len(states) >= _LEAST_STATES, "карточка будет меняться, пока модель учится")
        self.terminal.wait("Бот задаёт модели пробные вопросы…")
        # Not just any message below the card: an alarm may have come meanwhile.
        verdict = await self.admin.waits(
            "ответы модели с вердиктом",
            _is_judged,
            after=card["message_id"],
            patience_s=PATIENCE_S,
        )
        await self._put_to_use(verdict)
        return model[0]

    async def _put_to_use(self, verdict: JsonDict) -> None:
        """A first model answers unless its verdict is against it; then Maria insists."""
        promoted = unmarked(_TEXTS("trial_standing_promoted"))
        if promoted in words_of(verdict):
            return
        expect(button(verdict, _USE), f"вердикт закончится словами «{promoted}» или кнопкой")
        await self.admin.presses(verdict, _USE)
        asked = await self.reply(self.admin, verdict["message_id"], "слова о том, кто отвечает")
        if not button(asked, _ANYWAY):
            return
        self.terminal.gap()
        self.terminal.note(
            "Эта модель не для людей: вердикт против неё. Мария включает её только для показа, "
            "второй кнопкой, и в /models это останется."
        )
        await self.admin.presses(asked, _ANYWAY)
        await self.admin.waits(
            "слова о том, что модель включена вопреки вердикту",
            lambda message: unmarked(_TEXTS("use_despite")) in words_of(message),
            after=verdict["message_id"],
        )

    async def _chat(self, model: str) -> None:
        await self.asks(self.tester, "/start")
        first_words, second_words = self.lesson.first_words, self.lesson.second_words
        first = words_of(await self.asks(self.tester, first_words))
        expect(self.examples.holds(first), "первый ответ будет из датасета")
        second = words_of(await self.asks(self.tester, second_words))
        expect(self.examples.holds(second), "второй ответ будет из датасета")
        expect(first != second, "второй ответ будет другим")
        remembered = await self.model_says(model, [first_words, first, second_words])
        expect(
            _letters(remembered) == _letters(second),
            "второй ответ учтёт первое сообщение, то есть модель получит весь разговор",
        )
        alone = await self.model_says(model, [second_words])
        if _letters(alone) != _letters(second):
            self.terminal.gap()
            self.terminal.note(
                f"Бот помнит разговор: на «{second_words}» без первых слов Олега та же модель "
                "отвечает иначе."
            )

    async def asks(self, chat: DemoChat, text: str) -> JsonDict:
        """Write *text* to the bot; the first whole message that follows."""
        message_id = await chat.says(text)
        return await self.reply(chat, message_id, f"ответ на «{text}»")

    async def reply(self, chat: DemoChat, after: int, wanted: str) -> JsonDict:
        """The newest whole message of the bot behind *after*."""
        return await chat.waits(wanted, _is_whole, after=after)

    async def model_says(
        self, model: str, words: Sequence[str], *, system: str = "", **more: object
    ) -> str:
        """What a model answers to a conversation that begins with the person's words.

        Raises:
            TourFailed: it does not answer.
        """
        roles = ("user", "assistant", "user")
        messages = [
            {"role": role, "content": text} for role, text in zip(roles, words, strict=False)
        ]
        if system:
            messages.insert(0, {"role": "system", "content": system})
        request = {"model": model, "messages": messages, **more}
        response = await self.provider.post("chat/completions", json=request)
        if response.is_error:
            raise TourFailed(f"Модель не ответила: {response.status_code} {response.text[:200]}")
        answer: str = response.json()["choices"][0]["message"]["content"]
        return answer


def expect(is_so: object, what: str) -> None:
    """Raise `TourFailed` unless it is so; *what* was expected, in Russian."""
    if not is_so:
        raise TourFailed(f"Ожидалось, что {what}.")


def _is_judged(message: JsonDict) -> bool:
    """Whether it shows the answers of the new model, and nothing is left to be asked."""
    asking = unmarked(_TEXTS("trial_standing_unjudged"))
    return bool(button(message, _TALK)) and asking not in words_of(message)


def _is_whole(message: JsonDict) -> bool:
    return not words_of(message).endswith(CURSOR)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def _said_in(line: str) -> Sequence[tuple[str, str]]:
    """The role and the text of each message; none in a line that is no example."""
    try:
        messages = json.loads(line)["messages"]
        return [(each["role"], each["content"]) for each in messages if str(each["content"])]
    except (ValueError, LookupError, TypeError):
        return ()
