"""The tour of real training: the tuned model beside its base."""

from collections.abc import Sequence
from typing import Final

from bot.demo.tour import Tour, expect
from bot.demo.transcript import words_of

_FIRST_SENTENCE_ENDS: Final = ".?!…"
_LONGEST: Final = 80
"""Tokens of an answer that is printed."""


class LoraTour(Tour):
    """A tour whose model has learnt: it is checked by its own words."""

    def _told_by_plan(self) -> Sequence[str]:
        return (self.lesson.base, str(self.examples.n_examples))

    async def _chat(self, model: str) -> None:
        await self.asks(self.tester, "/start")
        answer = words_of(await self.asks(self.tester, self.lesson.first_words))
        learnt = self.examples.answer_to(self.lesson.first_words)
        beginning = _first_sentence(learnt)
        expect(
            answer.startswith(beginning) or not self.lesson.is_learnt_by_heart,
            f"на вопрос из датасета модель ответит его словами: «{beginning}»",
        )
        await self._compare(model)

    async def _compare(self, model: str) -> None:
        """Ask both models what neither has seen, and print the answers one below the other."""
        question = self.lesson.second_words
        self.terminal.heading("Рядом: базовая модель и обученная")
        self.terminal.tell(f"Вопрос, которого в датасете нет: «{question}»")
        said = {}
        for title, name in (("базовая", self.lesson.base), ("обученная", model)):
            self.terminal.wait(f"Отвечает {title}…")
            said[title] = await self.model_says(
                name,
                [question],
                system=self.examples.system_prompt,
                temperature=0,
                max_tokens=_LONGEST,
            )
            self.terminal.gap()
            self.terminal.tell(f"{title}: {said[title]}", hanging=2)
        expect(said["базовая"] != said["обученная"], "обученная ответит не так, как базовая")


def _first_sentence(text: str) -> str:
    ends = [text.index(mark) + 1 for mark in _FIRST_SENTENCE_ENDS if mark in text]
    return text[: min(ends)] if ends else text
