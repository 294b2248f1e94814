"""Lines one by one: whoever presses what and when, only the line that was meant changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import errors
from bot.domain.datasets import Dataset, DatasetOrigin
from bot.editing.entities import EditKind
from bot.editing.examples import Examples
from bot.editing.lines import TENTHS
from bot.editing.places import DISLIKED, FINDINGS, Place
from tests.composition import ADMIN, SECOND_ADMIN, BotParts
from tests.editing.test_answers import bad, editing_of, in_danger


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[BotParts]:
    parts = await BotParts.open(tmp_path)
    yield parts
    await parts.close()


def line(question: str, answer: str) -> str:
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": said}, ensure_ascii=False)


def good(n: int) -> list[str]:
    return [line(f"Вопрос о {k}-м доме?", f"Ответ про {k}: дыши.") for k in range(n)]


async def sent(parts: BotParts, lines: list[str]) -> Dataset:
    """A file that an admin sent, put to use if it can be."""
    judged = await parts.desk.take_in("\n".join(lines).encode(), name="a.jsonl", by=ADMIN)
    assert judged.dataset is not None
    if judged.dataset.is_valid:
        await parts.desk.choose(judged.dataset.id)
    return judged.dataset


def lines_of(dataset: Dataset) -> list[str]:
    return Path(dataset.path).read_text().splitlines()


async def newest(parts: BotParts) -> Dataset:
    (found,), _ = await parts.desk.page(0, size=1)
    return found


async def drop(examples: Examples, parts: BotParts, place: Place, by: int = ADMIN) -> None:
    await examples.drop(place, by=by, request_id=parts.request())


async def test_the_line_is_found_again_whatever_changed_before_it(parts: BotParts):
    """Even where two lines are equal: by the edits since, not by the words."""
    twin = line("Двойник?", "Да, двойник: смотри.")
    dataset = await sent(parts, [*good(12), twin, *good(14)[12:], twin])
    examples = editing_of(parts).examples

    await drop(examples, parts, Place(dataset.id, 2, FINDINGS))
    await drop(examples, parts, Place(dataset.id, 16, FINDINGS), by=SECOND_ADMIN)
    with pytest.raises(errors.LineGone):  # a double tap: the other twin stays
        await drop(examples, parts, Place(dataset.id, 16, FINDINGS))
    place = Place(dataset.id, 3, FINDINGS)
    await examples.reword(place, "Новое.", by=ADMIN, request_id=parts.request())
    with pytest.raises(errors.LineGone):
        await drop(examples, parts, place, by=SECOND_ADMIN)

    found = await newest(parts)
    expected = [*good(12), twin, *good(14)[12:]]
    expected[2] = line("Вопрос о 2-м доме?", "Новое.")
    del expected[1]
    assert lines_of(found) == expected
    assert (found.origin, found.parent_id) == (DatasetOrigin.EDITED, dataset.id)
    assert found.name == "a+3.jsonl"
    assert (await parts.desk.in_use()) == found
    listed, _ = await parts.desk.page(0, size=9)
    assert {found.id, dataset.id} < {each.id for each in listed}
    assert len(listed) == 3  # the third is the file of the settings
    edits = await examples.store.before(found.id)
    assert [(each.edited_by, list(each.lines)) for each in edits] == [
        (ADMIN, [2]), (SECOND_ADMIN, [15]), (ADMIN, [2]),
    ]  # fmt: skip


async def test_edits_at_once_are_all_kept(parts: BotParts):
    dataset = await sent(parts, good(20))
    examples = editing_of(parts).examples
    places = [Place(dataset.id, number, FINDINGS) for number in (1, 7, 20, 13)]
    await asyncio.gather(*(drop(examples, parts, place) for place in places))
    kept = [each for k, each in enumerate(good(20), 1) if k not in (1, 7, 20, 13)]
    assert lines_of(await newest(parts)) == kept


async def test_a_repeated_update_edits_once(parts: BotParts):
    """A process that was killed before the update was marked as done."""
    dataset = await sent(parts, good(12))
    place, request_id = Place(dataset.id, 5, FINDINGS), parts.request()
    for _ in range(2):
        parts.begin()
        await editing_of(parts).examples.drop(place, by=ADMIN, request_id=request_id)
    assert lines_of(await newest(parts)) == [*good(12)[:4], *good(12)[5:]]


async def test_what_is_trained_on_is_kept(parts: BotParts):
    """A version between two edits stays if a run needs it."""
    dataset = await sent(parts, good(14))
    examples = editing_of(parts).examples
    await drop(examples, parts, Place(dataset.id, 1, FINDINGS))
    step = await newest(parts)
    await parts.plan()
    await drop(examples, parts, Place(step.id, 1, FINDINGS))
    assert Path(step.path).exists()
    assert lines_of(await newest(parts)) == good(14)[2:]


async def test_back_to_the_words_before_is_no_new_version(parts: BotParts):
    """Then the earlier version is the newest again, and its lines can be edited."""
    dataset = await sent(parts, good(12))
    examples = editing_of(parts).examples
    for text in ("Иначе.", "Ответ про 4: дыши."):
        found, _, _ = await examples.next(dataset.id, FINDINGS)
        place = Place(found.id, 5, FINDINGS)
        await examples.reword(place, text, by=ADMIN, request_id=parts.request())
    assert (await examples.next(dataset.id, FINDINGS))[0].id == dataset.id
    assert (await parts.desk.in_use()) == await parts.desk.get(dataset.id)
    await drop(examples, parts, Place(dataset.id, 5, FINDINGS))
    assert lines_of(await newest(parts)) == [*good(12)[:4], *good(12)[5:]]


async def test_findings_one_by_one_until_none_is_left(parts: BotParts):
    """What is kept is offered no more, in no version."""
    mail = line("Куда писать?", "Пиши на oleg@example.com, жду.")
    dataset = await sent(parts, [*good(12), "это не JSON", mail])
    examples = editing_of(parts).examples

    _, found, findings = await examples.next(dataset.id, FINDINGS)
    assert found is not None
    assert (found.number, found.answer, found.n, len(findings)) == (13, "", 2, 1)
    await drop(examples, parts, Place(dataset.id, 13, FINDINGS))
    _, found, findings = await examples.next(dataset.id, FINDINGS)
    assert found is not None
    assert (found.number, [each.rule for each in findings]) == (13, ["personal_email"])
    await examples.keep(Place(dataset.id, 14, FINDINGS), by=ADMIN)
    assert (await examples.next(dataset.id, FINDINGS))[1] is None
    again = await sent(parts, [*good(13), mail])
    assert (await examples.next(again.id, FINDINGS))[1] is None


async def test_lines_that_people_did_not_like(parts: BotParts):
    """By the question, however it is spelled; one that was about danger is not among them."""
    lines = [*good(12), line("Как начать?", "Просто."), line("Зачем?", "Незачем."), line("А?", "Б")]
    dataset = await sent(parts, lines)
    examples = editing_of(parts).examples
    assert (await examples.next(dataset.id, DISLIKED))[1] is None

    await bad(parts, "как  начать")
    await in_danger(parts, await bad(parts, "Зачем?"))
    _, found, _ = await examples.next(dataset.id, DISLIKED)

    assert found is not None
    assert (found.number, found.answer, found.n) == (13, "Просто.", 1)
    await examples.keep(Place(dataset.id, 13, DISLIKED), by=ADMIN)
    assert (await examples.next(dataset.id, DISLIKED))[1] is None


async def test_ten_tenths_are_everything(parts: BotParts):
    dataset = await sent(parts, good(60))
    examples = editing_of(parts).examples
    found = [(await examples.next(dataset.id, mode))[1] for mode in range(TENTHS)]
    assert sum(each.n for each in found if each) == 60


async def test_bad_lines_and_personal_data_go_by_one_press(parts: BotParts):
    """And a press that would change nothing says so."""
    said = "Пиши: a@b.ru, +7 912 345-67-89, @natasha_coach. Цена 12 000 000."
    dataset = await sent(parts, [*good(12), "это не JSON", line("Как?", said), "{}"])
    examples = editing_of(parts).examples
    request = {"by": ADMIN, "request_id": parts.request()}
    made = await parts.desk.get(await examples.edit_all(dataset.id, EditKind.DROPPED, **request))
    assert lines_of(made) == [*good(12), line("Как?", said)]
    assert not await parts.desk.is_in_use(made)  # another one was in use

    request["request_id"] = parts.request()
    made = await parts.desk.get(await examples.edit_all(made.id, EditKind.HIDDEN, **request))
    hidden = "Пиши: [почта], [номер], [имя]. Цена 12 000 000."
    assert lines_of(made)[-1] == line("Как?", hidden)
    for kind in EditKind.DROPPED, EditKind.HIDDEN:
        request["request_id"] = parts.request()
        with pytest.raises(errors.NothingToEdit):
            await examples.edit_all(made.id, kind, **request)
