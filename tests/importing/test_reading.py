"""From the file to the examples: who writes there, what is left out, files that are broken."""

import json

import pytest

from bot.errors import ChatBroken, NoConversation
from bot.importing.entities import Unfit
from bot.importing.reading import SAMPLES, make, survey
from tests.importing.chats import (
    NATASHA,
    OWNER,
    Planted,
    Scribe,
    examples_in,
    planted,
    share_found,
    survivors,
)


def made_of(tmp_path, path, **options):
    out = tmp_path / "made.jsonl"
    made = make(path, out, natasha=OWNER, prompt="Ты Наташа.", **options)
    return made, examples_in(out)


@pytest.mark.parametrize("is_account", [False, True])
def test_planted_pairs_are_found(tmp_path, is_account):
    """Of a seed: the pairs, none of the phones; the owner of an account is proposed first."""
    found = planted(2_000, n_chats=5 if is_account else 1)
    path = found.write(tmp_path / "result.json", is_account=is_account)
    speakers = survey(path).speakers
    made, examples = made_of(tmp_path, path)
    assert speakers[0].key == OWNER
    assert share_found(found, examples) >= 0.95
    assert survivors(found, examples) == []
    assert len(found.phones) > 100
    assert len(made.samples) == SAMPLES
    assert made.n == len(examples)
    assert set(made.samples) <= set(examples)


@pytest.mark.slow
@pytest.mark.parametrize("is_account", [False, True])
def test_fifty_thousand_messages(tmp_path, is_account):
    """The same with 50,000, of one chat and of a whole account."""
    found = planted(50_000, n_chats=40 if is_account else 1, seed=11)
    path = found.write(tmp_path / "result.json", is_account=is_account)
    _, examples = made_of(tmp_path, path)
    assert share_found(found, examples) >= 0.95
    assert survivors(found, examples) == []


def test_what_is_unfit_is_left_out(tmp_path):
    """Words about danger, keys, what is only hidden, and repetitions teach nothing."""
    chat = Scribe()
    for question, answer in (
        ("Я больше не хочу жить", "Позвони 112."),
        ("Какой ключ?", "sk-proj-abcdefghijklmnop1234567890"),
        ("Номер?", "+7 912 345-67-89"),
        ("Как дела?", "Хорошо."),
        ("Как дела?", "Хорошо."),
        ("Конец?", "Да <|endoftext|>"),
        ("Половина знака?", "Да \ud83d"),
    ):
        chat.says(5, question, after=1000)
        chat.says(NATASHA, answer)
    path = tmp_path / "result.json"
    path.write_text(json.dumps(chat.chat))
    made, examples = made_of(tmp_path, path)
    assert examples == [("Как дела?", "Хорошо.")]
    assert made.unfit == {
        Unfit.DANGER: 1,
        Unfit.SECRET: 1,
        Unfit.EMPTY: 1,
        Unfit.REPEATED: 1,
        Unfit.UNREADABLE: 2,
    }


def test_names_may_be_unknown(tmp_path):
    """Deleted accounts have a key and no name; a name that comes later is kept."""
    chat = Scribe()
    chat.says(None, "Кто я?")
    chat.says(NATASHA, "Ты есть.")
    path = Planted(chats=[chat.chat]).write(tmp_path / "a.json", is_account=False)
    assert [(each.key, each.name) for each in survey(path).speakers] == [
        ("user999", ""),
        (OWNER, "Человек 700"),
    ]


def test_a_cut_download_is_told(tmp_path):
    """Wherever the file ends, the line is named, and nothing is guessed."""
    found = planted(60, n_chats=1)
    whole = found.write(tmp_path / "a.json", is_account=False).read_bytes()
    for end in (len(whole) // 3, len(whole) // 2, len(whole) - 4):
        (tmp_path / "b.json").write_bytes(whole[:end])
        with pytest.raises(ChatBroken) as caught:
            survey(tmp_path / "b.json")
        assert isinstance(line := caught.value.params["line"], int)
        assert line > 10


@pytest.mark.parametrize(("begin", "end"), [('{"list": [', "]}"), ('{"chats": ', "}")])
def test_chats_in_chats_without_an_end_are_no_export(tmp_path, begin, end):
    (tmp_path / "a.json").write_text(begin * 3000 + "{}" + end * 3000)

    with pytest.raises(ChatBroken):
        survey(tmp_path / "a.json")


@pytest.mark.parametrize(
    "raw",
    [
        {"messages": []},
        {"messages": [1, None, [], {"type": "message", "from_id": None, "text": None}]},
        {"messages": [{"type": "message", "from_id": "user1", "text": "Один я"}]},
        {"chats": {"list": []}},
        {"chats": None},
    ],
)
def test_nobody_talks(tmp_path, raw):
    (tmp_path / "a.json").write_text(json.dumps(raw))
    with pytest.raises(NoConversation):
        survey(tmp_path / "a.json")


def test_a_huge_message_is_read(tmp_path):
    """Telegram allows 4,096 characters; a file may hold anything."""
    chat = Scribe()
    chat.says(5, "Длинно? " + "слово " * 200_000)
    chat.says(NATASHA, "Да.")
    path = Planted(chats=[chat.chat]).write(tmp_path / "a.json", is_account=False)
    made, _ = made_of(tmp_path, path)
    assert made.n == 1
