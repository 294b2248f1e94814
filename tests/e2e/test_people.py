"""People come in by a link or by asking, are limited and removed, and own their words."""

import asyncio
import re

from bot.delivery.old_names import current
from tests.e2e.chats import press
from tests.e2e.training import MODEL
from tests.telegram_people import Person, button_data, words
from tests.world import ADMIN, SECOND_ADMIN, STRANGER, World, eventually, world

CODE = re.compile(r"https://t\.me/\w+\?start=(inv_[A-Za-z0-9_-]{22})\b")
PATIENT = 40
SLOW = {"tokens-per-second": "10"}


async def invited(everything: World) -> str:
    """A new invitation's code, as it stands in the message that is forwarded."""
    asked = await everything.admin.says("/invite")
    message = await everything.admin.sees("Приглашение поговорить", after=asked["message_id"])
    ((share,),) = message["reply_markup"]["inline_keyboard"]
    assert share["url"].startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2F")
    (code,) = CODE.findall(words(message))
    return str(code)


async def answered(person: Person, text: str, wanted: str, *, timeout: float = PATIENT) -> str:
    asked = await person.says(text)
    return words(await person.sees(wanted, after=asked["message_id"], timeout=timeout))


def left_behind(everything: World) -> bytes:
    """Logs and database, as anybody with access to the machine could read them."""
    folder = everything.folder
    files = [folder / "bot.log", *folder.glob("logs/*"), *folder.glob("data/**/*")]
    return b"".join(path.read_bytes() for path in files if path.is_file())


async def test_a_forwarded_link_lets_one_person_in(tmp_path):
    """Of two who press at once one gets in, is greeted and chats; the other may ask instead.

    Who is in already does not use it up.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, people = everything.admin, everything.people
        await answered(admin, "/start", "Здравствуйте")
        code = await invited(everything)
        listed = await admin.sees("Открытые приглашения")
        assert "№1 · Мария · до" in words(listed)
        await answered(everything.tester, f"/start {code}", "приглашение осталось")
        await answered(admin, f"/start {code}", "приглашение осталось")

        pressing = [
            await people.person(STRANGER + n, name) for n, name in enumerate(("Пётр", "Аня"))
        ]
        await asyncio.gather(*(person.says(f"/start {code}") for person in pressing))
        for person in pressing:
            await person.sees(lambda message: True, timeout=PATIENT)
        said = {person.id: str(await person.chat()) for person in pressing}
        greeted = [person for person in pressing if "Здравствуйте" in said[person.id]]
        refused = [person for person in pressing if "уже использовано" in said[person.id]]
        assert (len(greeted), len(refused)) == (1, 1)
        await admin.sees("По приглашению №1 вошёл новый человек")
        await answered(greeted[0], "Как дела?", "")
        await eventually(lambda: len(everything.asked()) == 1)

        await answered(refused[0], "Как дела?", "Это закрытый бот")
        await refused[0].presses("Попросить доступ")
        await refused[0].sees("Просьба у администраторов")
        assert len(everything.asked()) == 1
        await everything.settled(0)
        assert CODE.search(str(everything.stored("SELECT payload FROM outbox"))) is None
        assert await everything.stop_bot() == 0
        assert code.encode() not in left_behind(everything)


async def test_links_that_let_nobody_in(tmp_path):
    """Unknown, withdrawn and expired ones get a clear answer and another way, in one's language."""
    async with world(tmp_path) as everything:
        admin, people = everything.admin, everything.people
        await answered(admin, "/start", "Здравствуйте")
        first, second = await invited(everything), await invited(everything)
        listed = await admin.sees("№2 · Мария", timeout=PATIENT)
        await admin.presses("Отозвать №1", listed)
        await eventually(
            lambda: everything.stored("SELECT 1 FROM invitations WHERE withdrawn_at IS NOT NULL")
        )
        everything.stored("UPDATE invitations SET expires_at = 1 WHERE id = 2")

        peter = await people.person(STRANGER, "Peter", language_code="en")
        for code, said in (
            (first, "This invitation is no longer valid"),
            ("inv_nosuch", "There is no such invitation"),
        ):
            await answered(peter, f"/start {code}", said)
        shown = await peter.sees("There is no such invitation")
        assert button_data(shown, "Ask for access") == current("door:ask:")
        anna = await people.person(STRANGER + 1, "Анна")
        assert "Ваш ID в Telegram" in await answered(
            anna, f"/start {second}", "больше не действует"
        )
        await answered(anna, "/start чужое слово", "Войти можно по приглашению")
        assert everything.stored("SELECT 1 FROM people WHERE is_tester = 1") == []


async def test_a_killed_bot_forgets_neither_side(tmp_path):
    """`kill -9` between press and answer: one invitation, its link once, and the guest is in."""
    async with world(tmp_path) as everything:
        admin, people = everything.admin, everything.people
        peter = await people.person(STRANGER, "Пётр")

        async def killed_before_done(person: Person, text: str, happened: str) -> None:
            await people.fault("getUpdates", "drop_before", after=1, times=1000)
            everything.stored(
                "CREATE TRIGGER never_done BEFORE UPDATE OF done_at ON inbox "
                "BEGIN SELECT RAISE(ABORT, 'not yet'); END"
            )
            await person.says(text)
            await eventually(lambda: everything.stored(happened))
            await everything.kill_bot()
            everything.stored("DROP TRIGGER never_done")
            await people.no_faults()
            await everything.start_bot()

        await killed_before_done(admin, "/invite", "SELECT 1 FROM invitations")
        await admin.sees("Открытые приглашения", timeout=PATIENT)
        links = [m for m in await admin.chat() if CODE.search(words(m))]
        assert len(links) == len(everything.stored("SELECT 1 FROM invitations")) == 1
        (code,) = CODE.findall(words(links[0]))

        await killed_before_done(
            peter, f"/start {code}", "SELECT 1 FROM invitations WHERE used_by IS NOT NULL"
        )
        await peter.sees("Здравствуйте, Пётр", timeout=PATIENT)
        await everything.settled(0)
        assert "уже" not in str([words(m) for m in await peter.chat()])
        told = [m for m in await admin.chat() if "вошёл новый человек" in words(m)]
        assert len(told) == 1


async def test_the_first_admin_decides(tmp_path):
    """One press asks every admin once; the second one reads who decided; the stranger hears."""
    ids = f"{ADMIN},{SECOND_ADMIN}"
    async with world(tmp_path, CHAT_MODEL=MODEL, ADMIN_IDS=ids) as everything:
        admin, people = everything.admin, everything.people
        second = await people.person(SECOND_ADMIN, "Ольга")
        peter = await people.person(STRANGER, "Пётр", last_name="Первый", username="peter")
        await answered(admin, "/start", "Здравствуйте")
        await answered(second, "/start", "Здравствуйте")
        await peter.says("Впустите!")
        await peter.presses("Попросить доступ")
        await peter.sees("Просьба у администраторов")
        asked = await admin.sees("Пётр Первый (@peter) просит доступ", timeout=PATIENT)
        asked_too = await second.sees("Пётр Первый (@peter) просит доступ", timeout=PATIENT)

        await admin.presses("Впустить", asked)
        await admin.sees("доступ открыт", timeout=PATIENT)
        await second.presses("Отказать", asked_too)
        late = await second.sees("доступ открыт", timeout=PATIENT)
        assert "Решение: Мария" in words(late)
        await peter.sees("Здравствуйте, Пётр", timeout=PATIENT)
        await answered(peter, "Как дела?", "")
        assert (
            sum(
                "просит доступ" in words(m) or "доступ открыт" in words(m)
                for m in await admin.chat()
            )
            == 1
        )

        anna = await people.person(STRANGER + 1, "Анна")
        await anna.says("И меня")
        await anna.presses("Попросить доступ")
        await second.presses("Отказать", await second.sees("Анна просит доступ", timeout=PATIENT))
        await anna.sees("пока не впускает вас", timeout=PATIENT)
        card = await second.sees("Анна: отказано", timeout=PATIENT)
        await second.presses("Подробнее", card)
        await second.presses("Запретить просить")
        await eventually(lambda: everything.stored("SELECT 1 FROM people WHERE is_blocked = 1"))
        code = await invited(everything)
        await answered(anna, f"/start {code}", "Это приглашение вас не впустит")
        assert len(everything.asked()) == 1


async def test_removed_in_the_middle_of_an_answer(tmp_path):
    """The answer ends at once and is not given; nothing that follows reaches the provider."""
    async with world(tmp_path, engine=SLOW, CHAT_MODEL=MODEL, TESTER_IDS="") as everything:
        admin, tester = everything.admin, everything.tester
        code = await invited(everything)
        await answered(tester, f"/start {code}", "Здравствуйте, Олег")
        await tester.says("Как мне найти своё призвание?")
        await tester.says("И что мне делать завтра?")
        await tester.sees(
            lambda m: button_data(m, "talk:stop:") or "▌" in words(m), timeout=PATIENT
        )

        await admin.says("/people")
        await admin.presses("Олег", await admin.sees("Олег · тестировщик", timeout=PATIENT))
        await admin.presses("Закрыть доступ")
        await admin.presses("Да, закрыть")
        await admin.sees("Доступ закрыт: ", timeout=PATIENT)
        await tester.sees(
            "Администратор закрыл вам доступ, поэтому Наташа не ответит", timeout=PATIENT
        )
        await everything.settled(0)
        assert everything.stored("SELECT 1 FROM turns") == []
        assert len(everything.asked()) == 1
        await answered(tester, "/privacy", "Что здесь хранится о вас")
        await answered(tester, f"/start {code}", "не впустит")
        await admin.presses("Впустить")
        await tester.sees("Здравствуйте, Олег", after=5, timeout=PATIENT)


async def test_the_daily_limit_is_each_persons_own(tmp_path):
    """Reached, it says until when; an admin lifts it for one person; nothing is asked meanwhile."""
    async with world(tmp_path, CHAT_MODEL=MODEL, DAILY_MESSAGES_PER_TESTER="1") as everything:
        admin, tester = everything.admin, everything.tester
        await answered(admin, "/start", "Здравствуйте")
        await answered(tester, "Как дела?", "")
        await everything.settled(1)
        await answered(tester, "А ещё?", "Новые — после полуночи по Москве")
        assert len(everything.asked()) == 1

        await admin.says("/people")
        listed = await admin.sees("ответы: 1 сегодня, 1 всего", timeout=PATIENT)
        assert "Мария · администратор" in words(listed)
        await admin.presses("Олег", listed)
        card = await admin.sees("не больше 1, как у всех", timeout=PATIENT)
        assert "Из настроек (TESTER_IDS)" in words(card)
        assert button_data(card, "Закрыть доступ") is None
        await admin.presses("Без лимита", card)
        await admin.sees("сколько угодно", timeout=PATIENT)
        await tester.says("А теперь?")
        await eventually(lambda: len(everything.asked()) == 2)
        await admin.presses("Люди")
        await admin.presses("Расход по моделям")
        usage = await admin.sees("Расход по моделям", timeout=PATIENT)
        assert MODEL in words(usage)


async def test_the_limit_of_all_is_set_under_settings(tmp_path):
    """By a button or typed, it goes before the settings' own, and for admins only; kept."""
    async with world(tmp_path, CHAT_MODEL=MODEL, DAILY_MESSAGES_PER_TESTER="1") as everything:
        admin, tester = everything.admin, everything.tester
        await answered(admin, "/settings", "Ответов в день на человека: 1\n")
        await answered(tester, "Как дела?", "")
        await answered(tester, "А ещё?", "Новые — после полуночи")
        await everything.people.raw_update(press(tester, "usage:limit:0"))
        await tester.sees("только администраторы")
        await admin.presses("Ответов в день")
        shown = await admin.sees("чьи лимиты заданы в", timeout=PATIENT)
        await admin.presses("Без лимита", shown)
        await admin.sees("на человека: сколько угодно", timeout=PATIENT)
        await answered(tester, "А теперь?", "")
        await admin.presses("Другое число", shown)
        asked = await admin.sees("Сколько ответов в день")
        for typed in ("много", "-3", "100001"):
            await admin.says(typed, reply_to=asked["message_id"])
            await admin.sees(f"Ответов в день: «{typed}» не подходит. Можно: 0–100000.")
        await everything.restart_bot()
        for _ in range(2):
            await admin.says("2", reply_to=asked["message_id"])
        await admin.sees("на человека: 2\n", timeout=PATIENT)
        await answered(tester, "И ещё?", "ответов в день не больше 2")
        assert len(everything.asked()) == 2


async def test_words_belong_to_who_said_them(tmp_path):
    """/privacy shows all as a file and deletes it; the count stays, so the limit does, too."""
    async with world(tmp_path, CHAT_MODEL=MODEL, DAILY_MESSAGES_PER_TESTER="1") as everything:
        tester = everything.tester
        await answered(tester, "Моя тайна — синий слон", "")
        await everything.settled(1)
        shown = await answered(tester, "/privacy", "Что здесь хранится о вас")
        assert "Разговоры — 1, вопросы с ответами — 1" in shown
        assert "127.0.0.1" in shown
        await tester.presses("Показать")
        file = (await tester.downloads(await tester.sees_document("natasha-1002.txt"))).decode()
        assert "Моя тайна — синий слон" in file
        assert "Имя: Олег" in file

        await tester.presses("privacy:forget:")
        await tester.presses("Да, удалить")
        await tester.sees("Ваших разговоров здесь больше нет", timeout=PATIENT)
        await everything.settled(0)
        for table in ("turns", "conversations"):
            assert everything.stored(f"SELECT 1 FROM {table}") == []
        assert "синий слон" not in str(everything.stored("SELECT payload FROM inbox"))
        assert everything.stored("SELECT n_answers FROM usage") == [(1,)]
        await answered(tester, "Что я говорил?", "На сегодня всё")
        assert "Разговоров нет" in await answered(tester, "/privacy", "Что здесь хранится")
        log = (everything.folder / "logs" / "bot.log").read_text(encoding="utf-8")
        assert "синий слон" not in log
        assert "DEBUG" in log


async def test_everything_speaks_english_too(tmp_path):
    """Admin, tester and stranger, each with Telegram in English."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        people = everything.people
        admin = await people.person(ADMIN, "Maria", language_code="en")
        peter = await people.person(STRANGER, "Peter", language_code="en")
        await answered(admin, "/start", "You are an administrator")
        await peter.says("Hello")
        await peter.presses("Ask for access")
        await peter.sees("The administrators have your request")
        await admin.presses(
            "Let in", await admin.sees("Peter is asking for access", timeout=PATIENT)
        )
        await peter.sees("Hello, Peter", timeout=PATIENT)
        await answered(admin, "/people", "Maria · administrator")
        await admin.presses("Peter")
        await admin.sees("Answers per day: 200 at most (default)", timeout=PATIENT)
        await answered(admin, "/invite", "The link lets one person in")
        await answered(peter, "/privacy", "What is stored about you")
        everyone = [*await admin.chat(), *await peter.chat()]
        said = "".join(words(m) for m in everyone if m["from"]["is_bot"])
        assert not re.search("[а-яё]", said.replace("Мария", ""), re.IGNORECASE)
