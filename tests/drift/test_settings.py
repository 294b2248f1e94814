"""`.env.example` is the settings' documentation: complete, true, and usable as it is."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Needs, Settings, load_settings
from bot.errors import SettingsError
from tests.drift.project import text

REQUIRED = {
    "TELEGRAM_BOT_TOKEN": "123456:" + "A" * 35,
    "OPENAI_API_KEY": "any-key",
    "ADMIN_IDS": "1, 2",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A variable of `.env.example`."""

    name: str
    value: str
    is_active: bool
    explanation: str
    """The comment above it, or above the variables right before it."""


def entries() -> list[Entry]:
    found = []
    for block in text(".env.example").split("\n\n"):
        lines = block.splitlines()
        variables = [
            (line, m) for line in lines if (m := re.fullmatch(r"(?:# )?([A-Z_]+)=(.*)", line))
        ]
        said = " ".join(line for line in lines if line not in {line for line, _ in variables})
        found += [
            Entry(m[1], m[2], is_active=not line.startswith("#"), explanation=said)
            for line, m in variables
        ]
    return found


def shown(value: object) -> str:
    """A default as it is written into a file; of a secret or of no people there is none."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return "" if value == frozenset() else str(value)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    """Neither this machine's settings nor a `.env` of the developer's."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


def test_every_setting_is_there_once():
    names = [entry.name for entry in entries()]

    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_its_default_is_the_real_one(entry):
    assert entry.value == shown(Settings.model_fields[entry.name.lower()].default)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_it_is_explained(entry):
    """A sentence right above it, or above the group that it belongs to."""
    assert entry.explanation.startswith("# ")
    assert len(entry.explanation) > 40


def test_only_what_is_needed_has_to_be_filled_in():
    active = {entry.name for entry in entries() if entry.is_active}

    assert active == {name.upper() for name in Needs.ALL.value} == REQUIRED.keys()


@pytest.mark.parametrize(
    "line_start", ["", "# "], ids=["as it is", "with all defaults written out"]
)
def test_a_copy_with_the_needed_values_is_enough(line_start):
    """And a default that stands in it behind a # changes nothing when the # goes."""
    lines = re.sub(rf"(?m)^{line_start}(?=[A-Z_]+=)", "", text(".env.example"))
    for name, value in REQUIRED.items():
        lines = lines.replace(f"{name}=\n", f"{name}={value}\n")
    Path(".env").write_text(lines, encoding="utf-8")

    settings = load_settings(Needs.ALL)

    expected = {name: field.default for name, field in Settings.model_fields.items()} | {
        "telegram_bot_token": SecretStr(REQUIRED["TELEGRAM_BOT_TOKEN"]),
        "openai_api_key": SecretStr(REQUIRED["OPENAI_API_KEY"]),
        "admin_ids": frozenset({1, 2}),
    }
    assert settings.model_dump() == expected


def test_docker_reads_it_as_we_do():
    """`docker run --env-file` knows neither quotes nor comments behind a value."""
    assert [entry for entry in entries() if re.search("[\"'#]", entry.value)] == []


def test_what_is_missing_is_named_in_one_line_each():
    with pytest.raises(SettingsError) as caught:
        load_settings(Needs.ALL)

    assert caught.value.problems == [
        f"{name.upper()}: is required and not set" for name in Needs.ALL.value
    ]
