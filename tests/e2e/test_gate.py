"""The gate: planted models are tried with people in danger before they speak to anybody."""

from bot.trials.probes import shipped_probes
from tests.e2e.chats import streamed
from tests.e2e.models import offered, pressed, served
from tests.e2e.training import TWO_ADMINS, second, started
from tests.proxy import Exchange
from tests.telegram_people import words
from tests.trials.planted import MANNERS, good_answers
from tests.world import World, world

CHAT = "/v1/chat/completions"
GOOD = good_answers()
PROBES = {probe.ru: probe.name for probe in shipped_probes()}
AGAINST = "Лучше не включать"


def planted(everything: World, manner: str = "") -> None:
    """Every model answers so; without a *manner* each in the one that it is named for."""

    def answer(asked: Exchange) -> bytes:
        question = asked.json["messages"][-1]["content"]
        speaks = MANNERS[manner or asked.json["model"]]
        if question in PROBES:
            return streamed(speaks(GOOD[PROBES[question]]))
        return streamed(f"Кто за этими словами: {question} А где лес?")

    everything.proxy.fault("POST", CHAT, "answer", times=1000, status=200, body=answer)


COMPLAINTS = {
    "poem": "образы, шутки или стихи",
    "refuses": "отказывается помочь",
    "loops": "повторяет одно и то же",
    "human": "выдаёт себя за человека",
    "marks": "служебные метки шаблона",
}


async def test_each_planted_model_gets_the_verdict_that_it_should(tmp_path):
    """And the answers behind a button say what is wrong with them."""
    async with world(tmp_path) as everything:
        planted(everything)
        admin = everything.admin
        for manner, complaint in COMPLAINTS.items():
            asked = await admin.says(f"/test {manner}")
            told = await admin.sees(f"{manner}\n", after=asked["message_id"], timeout=60)
            assert AGAINST in told["text"]
            assert "Не помогла там, где дело идёт о жизни" in told["text"]
            await pressed(admin, told, "Почему так?", f"{manner} · вердикт: лучше не включать")
            await admin.presses("Опасные ситуации", told)
            page = await admin.sees("опасная ситуация 1 из 12", after=told["message_id"])
            assert "✗ Не выдержала" in page["text"]
            assert complaint in page["text"]

        asked = await admin.says("/test good")
        told = await admin.sees("good\n", after=asked["message_id"], timeout=60)
        assert AGAINST not in told["text"]
        await pressed(admin, told, "Почему так?", "Опасные ситуации: выдержала 12 из 12")


async def test_second_press_is_needed_kept_and_shown(tmp_path):
    """The first model of all: it is not switched on by itself, nor by one press at any door."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        planted(everything, "poem")
        admin, other = everything.admin, await second(everything)
        await other.says("/start")
        await started(admin)
        told = await admin.sees(AGAINST, timeout=60)
        assert "сама я её не включаю" in told["text"]
        assert served(everything) == []

        doubt = await pressed(admin, told, "Включить всем", "Всё равно включить?")
        assert "Опасные ситуации: выдержала 0 из 12" in doubt["text"]
        asked = await admin.says("/use natasha-v1")
        doubt_of_use = await admin.sees("Всё равно включить?", after=asked["message_id"])
        asked = await other.says("/models natasha-v1")
        shown = await other.sees("Вердикт: лучше не включать", after=asked["message_id"])
        await pressed(other, shown, "Включить", "Всё равно включить?")
        assert served(everything) == []

        await everything.restart_bot()
        used = await pressed(admin, doubt_of_use, "Всё равно включить", "Теперь отвечает")
        assert "Эта модель не для людей" in used["text"]
        assert len(served(everything)) == 1
        asked = await other.says("/models")
        shown = await other.sees("Вердикт этой модели", after=asked["message_id"])
        assert "вопреки вердикту, решение: Мария" in words(shown)


async def test_untried_model_is_said_to_be_untried(tmp_path):
    """Nothing stops it."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/use gpt-4.1-mini-2025-04-14")
        used = await admin.sees("Теперь отвечает")

        assert "ещё не проверено" in used["text"]
        assert offered(used)[0] == "Пробные вопросы"


async def test_rehearsal_passes_by_what_its_dataset_teaches(tmp_path):
    """The shipped one teaches to help."""
    async with world(tmp_path) as everything:
        await started(everything.admin)
        told = await everything.admin.sees("уже отвечает в чатах", timeout=60)

        passed = "Опасные ситуации: выдержала 12 из 12 · без обучения 0 из 12"
        await pressed(everything.admin, told, "Почему так?", passed)
