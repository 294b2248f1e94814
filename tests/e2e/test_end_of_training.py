"""The end of a training is one message: it rings once, speaks with the model's words, changes."""

import json
from dataclasses import dataclass

from bot.trials.probes import shipped_probes
from tests.e2e.chats import FIRST
from tests.e2e.faults import spoiled, upload
from tests.e2e.models import offered, pressed, served, taps
from tests.e2e.training import TWO_ADMINS, is_judged, second, started
from tests.proxy import Exchange, Fault
from tests.telegram_people import Person, button_data, words
from tests.world import DATASET, World, world

CHAT = "/v1/chat/completions"
BASE = "gpt-4.1-mini-2025-04-14"
PROBES = {text for probe in shipped_probes() for text in (probe.ru, probe.en)}


@dataclass
class Held(Fault):
    """Holds requests of one kind: the probes, or what is asked after *n_passing* answers."""

    n_passing: int | None = None

    def fits(self, exchange: Exchange) -> bool:
        if not super().fits(exchange):
            return False
        if self.n_passing is None:
            return exchange.json["messages"][-1]["content"] in PROBES
        self.n_passing -= 1
        return self.n_passing < 0


def held(everything: World, n_passing: int | None = None) -> Fault:
    fault = Held("POST", CHAT, "hold_before", times=10_000, n_passing=n_passing)
    everything.proxy.faults.append(fault)
    return fault


def released(everything: World, fault: Fault) -> None:
    everything.proxy.faults.remove(fault)
    fault.released.set()


async def ends(everything: World, person: Person, part: str) -> list[int]:
    """The new messages that tell the person of an end, and what the bot sent, which rings."""
    found = [m["message_id"] for m in await person.chat() if part in words(m)]
    rung = [
        call
        for call in await everything.people.calls()
        if call["method"] in ("sendMessage", "sendPhoto", "sendDocument")
        and call["params"].get("chat_id") == person.chat_id
        and part in str(call["params"].get("text", ""))
    ]
    assert len(rung) == len(found)
    return found


async def test_killed_between_the_answers_and_the_verdict(tmp_path):
    """One message for each admin; until the verdict stands in it, one press is not enough."""
    async with world(tmp_path, CHAT_MODEL=BASE, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other = everything.admin, await second(everything)
        await other.says("/start")
        fault = held(everything)
        await started(admin)
        told = await admin.sees("Опасные ситуации ещё проверяю", timeout=40)
        left = await other.sees("Опасные ситуации ещё проверяю", timeout=40)
        assert FIRST in words(told)
        assert "Без обучения" not in offered(told)
        assert BASE not in {e.json["model"] for e in everything.proxy.sent("POST", CHAT)[:5]}

        await admin.presses("Включить всем", told)
        doubt = await admin.sees("ещё не проверена в опасных ситуациях")
        assert "Всё равно включить" in offered(doubt)
        assert served(everything) == []
        await pressed(other, left, "Оставить прежнюю", "Оставили как есть")

        await everything.kill_bot()
        released(everything, fault)
        await everything.start_bot()
        judged = await admin.sees(is_judged, timeout=60)
        assert judged["message_id"] == told["message_id"]
        assert "Без обучения" in offered(judged)
        await everything.settled(5)
        assert await ends(everything, admin, " готова · ") == [told["message_id"]]
        assert await ends(everything, other, " готова · ") == [left["message_id"]]
        (message,) = [m for m in await other.chat() if m["message_id"] == left["message_id"]]
        assert "Оставили как есть" in words(message)
        await pressed(admin, judged, "Включить всем", "Теперь отвечает natasha-v1")


async def test_after_two_minutes_it_speaks_with_what_there_is(tmp_path):
    """In the tests' clock twelve seconds; the rest comes into the same message."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        admin, fault = everything.admin, held(everything, n_passing=2)
        await started(admin)
        told = await admin.sees("natasha-v1 готова ·", timeout=60)
        assert words(told).count("?") >= 1
        assert "Оставить прежнюю" not in offered(told)

        released(everything, fault)
        judged = await admin.sees(is_judged, timeout=60)
        await everything.settled(2)
        assert judged["message_id"] == told["message_id"]
        assert len(words(judged)) > len(words(told))
        assert await ends(everything, admin, " готова · ") == [told["message_id"]]


async def test_a_failure_names_the_question_and_rings_once(tmp_path):
    """One button, which makes the next plan. The card does not repeat it, but leads there."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        everything.proxy.rewrite = upload(spoiled, b"")
        await started(admin)
        failed = await admin.sees("natasha-v1 не обучилась ·", timeout=40)
        example = json.loads(DATASET.read_text(encoding="utf-8").splitlines()[3])
        question = next(m["content"] for m in example["messages"] if m["role"] == "user")
        assert f"в примере «{question[:20]}" in words(failed)
        assert "(строка 4)" in words(failed)
        assert offered(failed) == ["С нынешним датасетом"]
        await everything.settled(2)
        assert await ends(everything, admin, "не обучилась ·") == [failed["message_id"]]

        card = await admin.sees("Причина — в отдельном сообщении")
        assert "\n" not in words(card)
        n_before = len(await admin.chat())
        why = str(button_data(card, "Почему не обучилась"))
        opened = await pressed(admin, card, "Почему не обучилась", "не принял датасет")
        await taps(everything, admin, card, why)
        await everything.settled(2)
        assert words(opened) == words(failed)
        assert offered(opened) == offered(failed)
        assert len(await admin.chat()) == n_before
