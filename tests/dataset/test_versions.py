"""Versions of the dataset: kept once, chosen, mended, split, paired, and deleted when unneeded."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.domain.datasets import DatasetOrigin
from bot.domain.training import RunState
from tests.composition import ADMIN, BotParts, write_dataset
from tests.dataset.versions import LINES, data, number, taken_in


def files(parts: BotParts) -> list[str]:
    """Names of everything in the folder of versions."""
    return sorted(path.name for path in (parts.path.parent / "datasets").rglob("*"))


async def test_what_is_sent_is_kept_under_its_hash(parts: BotParts):
    """The sender's name is shown, and is nowhere in the file system."""
    judged = await taken_in(parts, data(), name="../../наташа.jsonl")

    assert judged.dataset is not None
    assert judged.report.n_examples == judged.dataset.n_examples == 20
    assert judged.dataset.name == "../../наташа.jsonl"
    assert (judged.dataset.origin, judged.dataset.added_by) == (DatasetOrigin.SENT, ADMIN)
    assert files(parts) == [f"{judged.report.sha256}.jsonl"]
    assert Path(judged.dataset.path).read_bytes() == data()


async def test_same_bytes_are_one_version_whoever_sends_them(parts: BotParts):
    first = await taken_in(parts, data())
    again = await parts.desk.take_in(data(), name="b.jsonl", by=ADMIN + 1)

    assert again.dataset == first.dataset
    assert len(files(parts)) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(100), b"\n", bytes(range(256))])
async def test_what_is_no_dataset_is_judged_and_not_kept(parts: BotParts, content: bytes):
    judged = await taken_in(parts, content)

    assert judged.dataset is None
    assert not judged.report.is_valid
    assert files(parts) == []


async def test_version_with_errors_is_kept_and_not_chosen(parts: BotParts):
    """It can be mended or downloaded, not trained on."""
    judged = await taken_in(parts, data(n=9))

    assert judged.dataset is not None
    with pytest.raises(errors.DatasetInvalid):
        await parts.desk.choose(judged.dataset.id)
    assert (await parts.datasets.current()).n_examples == 12


async def test_chosen_version_is_planned_with(parts: BotParts):
    """Whatever happens to the file of the settings meanwhile."""
    chosen = await parts.desk.choose(await number(parts, data()))
    parts.path.unlink()

    assert await parts.datasets.current() == chosen
    assert (await parts.plan()).dataset == chosen
    assert await parts.datasets.system_prompt() == chosen.system_prompt
    assert await parts.desk.in_use() == chosen


async def test_choosing_the_file_of_the_settings_follows_that_file(parts: BotParts):
    """It is not pinned: who edits the file on the server sees it change."""
    settings = await parts.datasets.current()
    await parts.desk.choose(await number(parts, data()))
    await parts.desk.choose(settings.id)
    write_dataset(parts.path, n=15)

    assert (await parts.datasets.current()).n_examples == 15


async def test_list_goes_by_pages_newest_first(parts: BotParts):
    numbers = [await number(parts, data(n=20 + k)) for k in range(3)]
    first, has_more = await parts.desk.page(0, size=2)
    second, has_still_more = await parts.desk.page(1, size=2)

    assert (has_more, has_still_more) == (True, False)
    listed = [dataset.id for dataset in first + second]
    assert listed == sorted(listed, reverse=True)
    assert set(numbers) < set(listed)
    assert len(listed) == 4, "the file of the settings belongs to it"


async def test_list_without_a_file_in_the_settings(parts: BotParts):
    parts.path.unlink()

    assert await parts.desk.page(0, size=5) == ([], False)


async def test_mended_version_is_another_one(parts: BotParts):
    """The preview changes nothing; the old version stays as it was."""
    spoilt = b"\xef\xbb\xbf" + data() + b"\n" + LINES[0]
    spoilt_id = await number(parts, spoilt)
    preview = await parts.desk.preview(spoilt_id)
    n_files = len(files(parts))

    judged = await parts.desk.repair(spoilt_id, by=ADMIN)

    assert {change.kind for change in preview.changes} == {
        "bom",
        "blank_lines",
        "duplicate_example",
    }
    assert judged.dataset is not None
    assert judged.dataset.parent_id == spoilt_id
    assert judged.dataset.origin is DatasetOrigin.REPAIRED
    assert Path(judged.dataset.path).read_bytes() == data()
    assert Path((await parts.desk.get(spoilt_id)).path).read_bytes() == spoilt
    assert len(files(parts)) == n_files + 1, "no draft stays behind"


async def test_nothing_to_mend(parts: BotParts):
    number_ = await number(parts, data())

    for ask in (parts.desk.preview(number_), parts.desk.repair(number_, by=ADMIN)):
        with pytest.raises(errors.CannotRepair):
            await ask
    assert len(files(parts)) == 1


async def test_part_is_put_aside(parts: BotParts):
    """Both parts are versions; the training part knows the other, and a run sends both."""
    whole = await number(parts, data(n=40))
    judged, done = await parts.desk.split(whole, share=0.2, by=ADMIN)

    training = judged.dataset
    assert training is not None
    assert training.validation_id is not None
    validation = await parts.desk.get(training.validation_id)
    assert (training.n_examples, validation.n_examples) == (done.n_training, done.n_validation)
    assert (done.n_training, done.n_validation) == (32, 8)
    lines = [
        line
        for part in (training, validation)
        for line in Path(part.path).read_bytes().splitlines(keepends=True)
    ]
    assert sorted(lines) == sorted(LINES[:40])

    await parts.desk.choose(training.id)
    run = await parts.plan()
    assert run.validation == validation
    run = await parts.settled(await parts.confirm(run))
    assert run.state is RunState.SUBMITTED
    assert run.validation_file is not None
    sent = parts.provider.files
    assert sent[run.validation_file] == Path(validation.path).read_bytes()
    assert sent[run.training_file or ""] == Path(training.path).read_bytes()


async def test_same_split_twice_makes_the_same_parts(parts: BotParts):
    whole = await number(parts, data(n=40))

    first, _ = await parts.desk.split(whole, share=0.1, by=ADMIN)
    again, _ = await parts.desk.split(whole, share=0.1, by=ADMIN)

    assert again.dataset == first.dataset


async def test_too_few_to_split(parts: BotParts):
    with pytest.raises(errors.TooFewToSplit):
        await parts.desk.split(await number(parts, data(n=10)), share=0.1, by=ADMIN)


async def test_validation_file_of_ones_own(parts: BotParts):
    """What stands in both is told; it can be undone."""
    training = await parts.desk.choose(await number(parts, data(n=30)))
    validation = await number(parts, data(start=29, n=12))

    paired, leaks = await parts.desk.pair(validation)

    assert (paired.id, paired.validation_id) == (training.id, validation)
    assert [(leak.rule, leak.line, leak.params) for leak in leaks] == [("leak", 1, {"first": 30})]
    assert (await parts.desk.unpair(training.id)).validation_id is None
    with pytest.raises(errors.DatasetInUse):
        await parts.desk.pair(training.id)


async def test_deleted_version_is_gone_with_its_file(parts: BotParts):
    number_ = await number(parts, data())
    await parts.desk.delete(number_)

    assert files(parts) == [f"{(await parts.datasets.current()).sha256}.jsonl"]
    for ask in (parts.desk.get, parts.desk.delete, parts.desk.judged, parts.desk.choose):
        with pytest.raises(errors.DatasetGone):
            await ask(number_)
    assert await number(parts, data()) == number_, "sent again, it is there again"


async def test_what_is_needed_is_not_deleted(parts: BotParts):
    """In use, in the settings' file, another's validation part, or waiting to be uploaded."""
    settings = await parts.datasets.current()
    whole = await number(parts, data(n=40))
    judged, _ = await parts.desk.split(whole, share=0.2, by=ADMIN)
    training = judged.dataset
    assert training is not None
    await parts.desk.choose(training.id)
    for needed in (settings.id, training.id, training.validation_id):
        assert needed is not None
        with pytest.raises(errors.DatasetInUse):
            await parts.desk.delete(needed)

    run = await parts.plan()
    await parts.desk.choose(settings.id)
    with pytest.raises(errors.DatasetInUse):
        await parts.desk.delete(training.id)
    await parts.starts.drop(run.id)
    await parts.desk.delete(training.id)


async def test_file_that_somebody_took_away_is_said_to_be_missing(parts: BotParts):
    judged = await taken_in(parts, data())
    assert judged.dataset is not None
    Path(judged.dataset.path).unlink()
    await parts.restart()

    with pytest.raises(errors.DatasetMissing):
        await parts.desk.judged(judged.dataset.id)


async def test_choosing_and_deleting_at_once_agree(parts: BotParts):
    """Either it is in use and stays, or it is gone and nobody is told that it is in use."""
    for n in range(10):
        version = await number(parts, data(start=20 * n))

        chosen, deleted = await asyncio.gather(
            parts.desk.choose(version), parts.desk.delete(version), return_exceptions=True
        )

        in_use = await parts.desk.in_use()
        assert in_use is not None
        if isinstance(chosen, errors.DatasetGone):
            assert not isinstance(deleted, BaseException)
            assert in_use.id != version
        else:
            assert isinstance(deleted, errors.DatasetInUse)
            assert in_use.id == version


async def test_deleted_version_is_neither_chosen_nor_a_part(parts: BotParts):
    """Whoever deleted it, and however short ago: the stores look once more."""
    training, gone = await number(parts, data()), await number(parts, data(start=40))
    await parts.desk.delete(gone)
    store, write = parts.desk.store, parts.database.write

    assert not await write(lambda tx: store.choose(tx, gone))
    assert not await write(lambda tx: store.pair(tx, training, gone))
    assert not await write(lambda tx: store.pair(tx, gone, None))

    with pytest.raises(errors.DatasetGone):
        await parts.desk.unpair(gone)
    assert (await parts.desk.get(training)).validation_id is None
    assert await store.chosen() is None


async def test_what_a_killed_process_left_is_tidied_up(parts: BotParts):
    """Drafts, and the file of a version whose deletion was cut short; nothing that is needed."""
    kept, gone = await taken_in(parts, data()), await taken_in(parts, data(start=40))
    assert gone.dataset is not None
    await parts.desk.delete(gone.dataset.id)
    needed = files(parts)
    Path(gone.dataset.path).write_bytes(data(start=40))
    draft = Path(gone.dataset.path).with_name("draft-x") / "draft.jsonl"
    draft.parent.mkdir()
    draft.write_bytes(data())

    await parts.desk.tidy()

    assert files(parts) == needed
    assert f"{kept.report.sha256}.jsonl" in needed


async def test_many_at_once_leave_no_drafts(parts: BotParts):
    contents = [data(start=20 * k) for k in range(8)]
    await asyncio.gather(*(taken_in(parts, content) for content in contents * 2))

    assert len(files(parts)) == 8


@pytest.mark.processes
async def test_prompt_is_known_while_a_large_file_is_still_being_checked(parts: BotParts):
    """Who chats does not wait for a file to be counted: its beginning has to do."""
    rows = [json.loads(line) for line in LINES[:30]]
    parts.path.write_text("".join(json.dumps(row) + "\n" for row in rows) * 40)
    checking = asyncio.create_task(parts.datasets.report())
    await asyncio.sleep(0)

    prompt = await parts.datasets.system_prompt()

    assert prompt == rows[0]["messages"][0]["content"]
    assert not checking.done()
    assert (await checking).system_prompt == prompt


async def test_plan_shows_what_past_jobs_took(parts: BotParts):
    """Until there are some, the guide's hint; learnt from jobs of the same model only."""
    run = await parts.plan()
    assert (await parts.estimates.of_run(run)).n_past == 0

    run = await parts.settled(await parts.confirm(run))
    job = await parts.tracked()
    parts.provider.moves(
        job.job.id,
        "succeeded",
        finished_at=job.job.created_at + 1_200,
        trained_tokens=run.dataset.n_tokens * 3,
        fine_tuned_model="ft:x:y:z:1",
    )
    await parts.looked_at()

    guess = await parts.estimates.of_run(await parts.plan())
    assert (guess.n_past, guess.minutes_low, guess.minutes_high) == (1, 16, 24)
    other = replace(run.parameters, base_model="another")
    assert (await parts.estimates.of_run(await parts.plan(other))).n_past == 0
