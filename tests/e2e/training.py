"""Plans, runs and jobs as an admin starts and sees them, and those of somebody else."""

import json

from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, DATASET, SECOND_ADMIN, World, eventually

JOBS = "/v1/fine_tuning/jobs"
FILES = "/v1/files"
MODEL = "gpt-4.1-mini-2025-04-14"
TWO_ADMINS = f"{ADMIN},{SECOND_ADMIN}"
ENDLESS = {"queued-seconds": "600"}
"""Jobs that never end, so that only what the test is about is said in the chats."""
SYSTEM = "Ты Наташа."


async def planned(admin: Person, words: str = "/train") -> Json:
    """A new plan's message."""
    asked = await admin.says(words)
    return await admin.sees("· ещё ничего не отправлено", after=asked["message_id"])


def number_of(plan: Json) -> int:
    return int(str(plan["text"]).split("№")[1].split()[0])


async def started(admin: Person, words: str = "/train") -> int:
    """A new plan, started, also if the same was started before; returns its number."""
    plan = await planned(admin, words)
    number = number_of(plan)
    await admin.presses(f"train:start:{number}", plan)

    def is_answered(message: Json) -> bool:
        said = message.get("text", "")
        return f"План №{number} запущен" in said or f"План №{number} ещё не запущен" in said

    answer = await admin.sees(is_answered)
    if "ещё не запущен" in answer["text"]:
        await admin.presses("🚀 Запустить ещё один", answer)
    return number


async def creates_again(admin: Person, asked: Json) -> None:
    """The lost job of a run, also if the same is trained already."""
    await admin.presses("Создать ещё раз", asked)

    def is_answered(message: Json) -> bool:
        said = words(message)
        is_it = message["message_id"] == asked["message_id"]
        return is_it and ("создаю задание ещё раз" in said or "пока не создано" in said)

    answer = await admin.sees(is_answered)
    if "пока не создано" in words(answer):
        await admin.presses("Всё равно создать ещё раз", answer)


async def card(admin: Person, job_id: str) -> Json:
    """The card of a job, which tells the admin of it."""
    return await admin.sees(lambda message: job_id in message.get("text", ""))


async def job_of(everything: World, run_id: int) -> str:
    """The id of the job that the bot takes for that run's, once it does."""

    def found() -> str:
        query = "SELECT job_id FROM training_runs WHERE id = :id AND state = 'submitted'"
        rows = everything.stored(query, id=run_id)
        return str(rows[0][0]) if rows else ""

    return str(await eventually(found))


async def second(everything: World) -> Person:
    return await everything.people.person(SECOND_ADMIN, "Анна")


async def foreign(everything: World, **differences: object) -> str:
    """Somebody else's job on the same account, with the same model and the same bytes."""
    account = everything.account
    file = await account.files.create(file=DATASET, purpose="fine-tune")
    order = {"model": MODEL, "training_file": file.id, "suffix": "natasha-v1", **differences}
    job = await account.fine_tuning.jobs.create(**order)  # type: ignore[arg-type]
    return job.id


async def trained(everything: World) -> str:
    """Validate, plan, start, and wait for the model that then serves; returns its name."""
    admin = everything.admin
    await admin.says("/train")
    plan = await admin.sees("План №")
    await admin.presses("train:start:1", plan)
    await admin.sees("уже отвечает в чатах")
    ((name,),) = everything.stored("SELECT name FROM models WHERE job_id IS NOT NULL")
    return str(name)


def is_judged(message: Json) -> bool:
    """Whether it tells of a model that was trained, with the verdict on it."""
    return "готова ·" in words(message) and "ещё проверяю" not in words(message)


async def tuned(everything: World, answer: str, suffix: str = "long") -> str:
    """A model, trained past the bot, that says *answer* to everything."""
    lines = [
        {
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": f"Вопрос {n}?"},
                {"role": "assistant", "content": answer},
            ]
        }
        for n in range(10)
    ]
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    file = await everything.account.files.create(file=("long.jsonl", data), purpose="fine-tune")
    job = await everything.account.fine_tuning.jobs.create(
        model=MODEL, training_file=file.id, suffix=suffix
    )

    async def name() -> str | None:
        return (await everything.account.fine_tuning.jobs.retrieve(job.id)).fine_tuned_model

    return str(await eventually(name))
