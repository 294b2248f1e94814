"""What is kept of people in danger: nothing to learn from, nothing to read, until they call."""

from tests.e2e.chats import PATIENT, QUESTION, answered, corrects, marked
from tests.e2e.dangers import ACUTE, CALL, SERIOUS, card, cards, helped
from tests.e2e.models import offered
from tests.e2e.training import MODEL, TWO_ADMINS, second
from tests.telegram_people import Json, button_data, words
from tests.world import TESTER, eventually, world

HIDDEN = "скрыто: разговор о помощи"
OTHER_TESTER = 1005


async def test_export_and_quality_show_nothing(tmp_path):
    """Neither the message, nor what was rated later in that conversation, whose window has it."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        await helped(tester, SERIOUS)
        good = await answered(tester, "Расскажи про море")
        await tester.presses("👍", good)
        await marked(tester, good, "👍 ✓")
        bad = await answered(tester, "Расскажи про лес")
        await tester.presses("👎", bad)
        await marked(tester, bad, "👎 ✓")
        why = await tester.sees("Что не так?", timeout=PATIENT)
        await corrects(tester, "Лес тихий. Что ты слышишь?", why)

        await admin.says("/export")
        shown = await admin.sees("разговоры о помощи — 2", timeout=PATIENT)
        assert "Примеры: 0" in words(shown)
        assert "Пары ответов: 0" in words(shown)

        await admin.says("/quality")
        figures = await admin.sees("Номера помощи показаны: 1 за 7 дней, 1 всего", timeout=PATIENT)
        await admin.presses("ratings:bad:1.0", figures)
        page = await admin.sees(HIDDEN, timeout=PATIENT)
        for said in ("лес", "Лес", "самоубийстве"):
            assert said not in words(page)

        # A new conversation is like any other.
        await tester.says("/new")
        await tester.sees("чистого листа", timeout=PATIENT)
        fresh = await answered(tester, QUESTION)
        await tester.presses("👍", fresh)
        await marked(tester, fresh, "👍 ✓")
        await admin.says("/export")
        await admin.sees("Примеры: 1", timeout=PATIENT)


async def test_call_for_people_shows_words_and_name(tmp_path):
    """It says first what is shown to whom; [No] shows nothing; a double tap rings once at each."""
    async with world(tmp_path, CHAT_MODEL=MODEL, ADMIN_IDS=TWO_ADMINS) as everything:
        tester, admin, anna = everything.tester, everything.admin, await second(everything)
        for each in (admin, anna):
            await each.says("/id")
            await each.sees("ID в Telegram", timeout=PATIENT)
        await helped(tester, SERIOUS)
        later = await answered(tester, "Расскажи про реку")
        await tester.presses("👎", later)
        await tester.presses(CALL)
        asked = await tester.sees("Администраторы этого бота увидят ваше имя", timeout=PATIENT)
        assert offered(asked) == ["Позвать", "Не надо"]
        await tester.presses("Не надо", asked)
        await tester.sees("никому ничего не показываю", timeout=PATIENT)
        assert "зовёт людей" not in str(await admin.chat())

        await tester.presses(CALL)
        asked = await tester.sees(
            lambda m: button_data(m, "Позвать"), timeout=PATIENT, after=asked["message_id"]
        )
        await tester.taps_twice("Позвать", asked)
        told = await tester.sees("Администраторам написано в", timeout=PATIENT)
        assert "за чатом никто не дежурит" in words(told)
        for each in (admin, anna):
            called = await each.sees("Олег зовёт людей из команды", timeout=PATIENT)
            assert f"ID: {TESTER}" in words(called)
            assert SERIOUS in words(called)
            assert "Расскажи про реку" not in words(called)
        await everything.settled(8)
        assert sum("зовёт людей" in words(m) for m in await admin.chat()) == 1
        await tester.presses(CALL)
        await tester.is_told("Администраторам уже написано")

        await admin.says("/quality")
        await admin.presses("ratings:bad:1.0")
        await admin.sees("Расскажи про реку", timeout=PATIENT)

        # Every admin could read it; the model was answered by nobody else.
        assert everything.stored("SELECT count(*) FROM danger_calls") == [(1,)]


async def test_notes_are_silent_and_only_for_those_who_want_them(tmp_path):
    """No name, no words, at most one an hour; off unless an admin turns them on."""
    async with world(tmp_path, CHAT_MODEL=MODEL, ADMIN_IDS=TWO_ADMINS) as everything:
        tester, admin, anna = everything.tester, everything.admin, await second(everything)
        await anna.says("/id")
        await anna.sees("ID в Telegram", timeout=PATIENT)
        await admin.says("/quality")
        await admin.presses("Разговоры о помощи (0)")
        await admin.presses("Включить заметки")
        await admin.sees("Вы получаете заметки без звука", timeout=PATIENT)
        await helped(tester, SERIOUS)
        note = await admin.sees("Возможно, кто-то в беде", timeout=PATIENT)
        assert "Олег" not in words(note)
        assert "самоубийстве" not in words(note)
        await helped(tester, ACUTE)
        await everything.settled(6)

        def notes(chat: list[Json]) -> int:
            return sum("Возможно, кто-то в беде" in words(message) for message in chat)

        assert notes(await admin.chat()) == 1
        assert notes(await anna.chat()) == 0
        (sent,) = [
            call
            for call in await everything.people.calls()
            if "Возможно, кто-то в беде" in str(call["params"].get("text"))
        ]
        assert sent["params"]["disable_notification"]
        await tester.says("/quality")
        await tester.sees("только администраторы", timeout=PATIENT)


async def test_privacy_shows_and_deletes_the_marks(tmp_path):
    """Kinds, numbers and days, without words; a stranger's too. The button still calls after it."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await everything.admin.says("/id")
        await everything.admin.sees("ID в Telegram", timeout=PATIENT)
        await helped(tester, SERIOUS)
        await tester.says("/privacy")
        shown = await tester.sees("мысли о смерти — 1", timeout=PATIENT)
        assert "самоубийстве" not in words(shown)
        await tester.presses("Показать", shown)
        file = await tester.downloads(await tester.sees_document("natasha-1002.txt"))
        assert "мысли о смерти — 1" in file.decode()
        await tester.presses("privacy:forget:")
        await tester.presses("Да, удалить")
        await eventually(lambda: not everything.stored("SELECT 1 FROM danger_messages"))
        assert everything.stored("SELECT 1 FROM turns") == []

        await tester.presses(CALL)
        await tester.presses("Позвать")
        called = await everything.admin.sees("Олег зовёт людей", timeout=PATIENT)
        assert "Слов этого человека здесь больше нет" in words(called)

        stranger = await everything.people.person(OTHER_TESTER, "Пётр")
        await stranger.says(SERIOUS)
        await card(stranger)
        await stranger.says("/privacy")
        await stranger.sees("мысли о смерти — 1", timeout=PATIENT)
        assert len(await cards(stranger)) == 1
