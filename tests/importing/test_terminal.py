"""`python -m bot import`: asks who is Natasha, writes a dataset, and never over another file."""

import io
import json

import pytest

from bot import cli
from tests.importing.chats import NATASHA, OWNER, Planted, Scribe, examples_in
from tests.world import DATASET


@pytest.fixture
def chat(tmp_path, monkeypatch):
    """Two people and a third who only asks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("DATASET_PATH", str(DATASET))
    scribe = Scribe()
    for number in range(3):
        scribe.says(5, f"Question {number}? Call 8 912 345-67-89", after=5000)
        scribe.says(NATASHA, f"Answer {number}.")
    return Planted(chats=[scribe.chat]).write(tmp_path / "result.json", is_account=False)


@pytest.mark.parametrize("named", ["человек 700", OWNER, ""])
def test_examples_are_written(chat, monkeypatch, capsys, named):
    """By name, by key or by the number that is typed; with the prompt of the dataset in use."""
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))
    assert cli.main(["import", str(chat), *(["--natasha", named] if named else [])]) == 0
    out = capsys.readouterr().out
    assert "Examples: 3" in out
    assert "only if everyone who writes agrees" in out
    new = chat.with_suffix(".jsonl")
    assert examples_in(new)[0] == ("Question 0? Call [number]", "Answer 0.")
    first = json.loads(new.read_text().splitlines()[0])["messages"][0]
    assert first == json.loads(DATASET.read_text(encoding="utf-8").splitlines()[0])["messages"][0]

    assert cli.main(["import", str(chat), "--natasha", named]) == 1  # it is there already


def test_nobody_and_nothing(chat, monkeypatch, capsys):
    """An unknown name, no answer at all, and a file that is no chat: exit code 1, and no file."""
    assert cli.main(["import", str(chat), "--natasha", "Ольга"]) == 1
    assert "Nobody in this chat is called “Ольга”" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main(["import", str(chat)]) == 1
    (chat.parent / "cut.json").write_bytes(chat.read_bytes()[:300])
    assert cli.main(["import", "cut.json", "--natasha", OWNER]) == 1
    assert "cut or damaged" in capsys.readouterr().err
    assert sorted(path.name for path in chat.parent.glob("*.json*")) == ["cut.json", "result.json"]
