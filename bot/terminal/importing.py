"""`import`: a dataset from a chat that Telegram's app exported, however large."""

from collections.abc import Sequence
from pathlib import Path

from bot.config import Needs, Settings
from bot.errors import DatasetMissing, FileIsThere, NoPairs, NoSuchSpeaker
from bot.importing.entities import Speaker
from bot.importing.reading import make, survey
from bot.importing.views import name_of, sample_lines
from bot.terminal.console import ask, command, one_line, progress_bar
from bot.terminal.dataset import read
from bot.texts import Texts, unmarked


@command(Needs.NOTHING)
def import_chat(
    settings: Settings, texts: Texts, chat: Path, *, natasha: str, new: Path | None
) -> int:
    """Write the examples into *new*, by default beside the chat, and print some of them.

    *natasha* is who answers there, by name or by key; "" asks.
    """
    new = new or chat.with_suffix(".jsonl")
    if new.exists():
        raise FileIsThere(path=new)
    with progress_bar(chat) as progress:
        found = survey(chat, progress=progress)
    print(texts.plain("import_consent"))
    speaker = _chosen(texts, found.speakers, natasha)
    part = new.with_name(f"{new.name}.part")
    try:
        with progress_bar(chat) as progress:
            made = make(
                chat, part, natasha=speaker.key, prompt=_prompt(settings), progress=progress
            )
        if not made.n:
            raise NoPairs(name=name_of(texts, speaker))
        part.replace(new)
    except OSError as exc:
        raise DatasetMissing(path=new) from exc
    finally:
        part.unlink(missing_ok=True)
    for text in sample_lines(texts, speaker, made):
        for line in unmarked(text).splitlines():
            print(one_line(line))
    print(texts.plain("import_written", path=new))
    return 0


def _chosen(texts: Texts, speakers: Sequence[Speaker], named: str) -> Speaker:
    """Who is Natasha: by name or by key, and by a number of the list that is printed."""
    names = [name_of(texts, speaker) for speaker in speakers]
    if not named:
        for number, (name, speaker) in enumerate(zip(names, speakers, strict=True), 1):
            line = texts.plain("import_speaker", number=number, name=name, n=speaker.n)
            print(one_line(line))
        named = ask(texts.plain("import_ask"))
        if named.isdecimal() and 0 < int(named) <= len(speakers):
            return speakers[int(named) - 1]
    for name, speaker in zip(names, speakers, strict=True):
        if named.casefold() in (name.casefold(), speaker.key):
            return speaker
    raise NoSuchSpeaker(name=named, names=", ".join(names[:20]))


def _prompt(settings: Settings) -> str:
    """What stands first in the examples of the dataset in use; "" without one."""
    try:
        return read(settings.dataset_path, base_model=settings.base_model).system_prompt
    except DatasetMissing:
        return ""
